#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `scan` on a machine that umockdev makes up, with and without a udev database.

load ../lib/common

setup() {
	command -v umockdev-run >/dev/null || skip "umockdev-run is not installed"
	# A program built with the sanitizer is not first once umockdev preloads its own library.
	export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
	cat >"$BATS_TEST_TMPDIR/machine" <<-'TEXT'
		P: /devices/pci0000:00/0000:00:04.0
		E: SUBSYSTEM=pci
		E: DRIVER=e1000e
		E: MODALIAS=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
		A: modalias=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00\nx-second:line\n
		L: driver=../../../bus/pci/drivers/e1000e

		P: /devices/platform/i8042/serio0
		E: SUBSYSTEM=serio
		E: MODALIAS=serio:ty06pr00id00ex00
	TEXT
}

# What scan finds, a line a device: path, driver, aliases.
devices() {
	json "'\n'.join(' '.join([d['path'], d['driver'] or '-', *d['modaliases']]) for d in a['devices'])"
}

wanted='/devices/pci0000:00/0000:00:04.0 e1000e pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00 x-second:line
/devices/platform/i8042/serio0 - serio:ty06pr00id00ex00'

@test "without a udev database, sysfs tells all" {
	output=$(umockdev-run -d "$BATS_TEST_TMPDIR/machine" -- "$KMP_MATCH" scan --json)
	equals "$wanted" "$(devices)"
	equals "$(uname -m)" "$(json "a['arch']")"
}

# /run is not among what umockdev makes up, so the database stands in a mount of our own.
@test "with a udev database, libudev and sysfs make one list, and names come from the database" {
	unshare --user --map-root-user --mount true 2>/dev/null || skip "no mount namespace here"
	cat >"$BATS_TEST_TMPDIR/run" <<-'TEXT'
		mount -t tmpfs none /run && mkdir -p /run/udev/data
		printf 'I:1\nE:ID_%s_FROM_DATABASE=%s\nE:ID_%s_FROM_DATABASE=%s\n' \
			VENDOR Example MODEL Card >/run/udev/data/+pci:0000:00:04.0
		exec umockdev-run -d "$1" -- "$2" scan --json
	TEXT
	output=$(unshare --user --map-root-user --mount sh "$BATS_TEST_TMPDIR/run" \
		"$BATS_TEST_TMPDIR/machine" "$(realpath "$KMP_MATCH")")
	equals "$wanted" "$(devices)"
	equals "Example Card" "$(json "a['devices'][0]['name']")"
}

@test "a recording of ours is one that umockdev loads, and shows the same devices" {
	local machine=$FIXTURES/machines/pine64-rockpro64/hardware.umockdev
	output=$("$KMP_MATCH" --hardware "$machine" scan --json)
	recorded=$(devices)
	output=$(umockdev-run -d "$machine" -- "$KMP_MATCH" scan --json)
	equals "$recorded" "$(devices)"
}
