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

# make_keyboard LINE: a keyboard with a mouse in it and a third interface of two settings, none of
# which sysfs shows; LINE is one more of the device. What is in "descriptors" is laid out in
# chapter 9 of the USB specification.
make_keyboard() {
	local hub=120100020900014001000200110503020101 device=12010002EF020140F3058100200300000001
	local hub_configuration=09021900010100E0000904000001090000000705810304000C
	local configuration=09024200030100A032
	local interfaces=0904000001030101000705810308000A0904010001030102000705820308000A
	interfaces+=0904020000FF4201000904020101FF4302000705830308000A
	cat <<-TEXT
		P: /devices/pci0000:00/0000:00:14.0/usb1
		N: bus/usb/001/001
		E: DEVTYPE=usb_device
		E: DEVNAME=/dev/bus/usb/001/001
		E: BUSNUM=001
		E: DEVNUM=001
		E: SUBSYSTEM=usb
		A: bConfigurationValue=1
		A: busnum=1
		A: devnum=1
		A: speed=480
		H: descriptors=$hub$hub_configuration

		P: /devices/pci0000:00/0000:00:14.0/usb1/1-4
		N: bus/usb/001/002
		E: DEVTYPE=usb_device
		E: DEVNAME=/dev/bus/usb/001/002
		E: BUSNUM=001
		E: DEVNUM=002
		E: SUBSYSTEM=usb
		$1
		A: bConfigurationValue=1
		A: busnum=1
		A: devnum=2
		A: speed=12
		H: descriptors=$device$configuration$interfaces
	TEXT
}

usb_devices() {
	json "'\n'.join(' '.join([d['path'], *d['modaliases']]) for d in a['devices'] if d['bus'] == 'usb')"
}

# probe FILE: what a scan finds on the machine in FILE where libusb has to be asked. umockdev answers
# it by a named socket, which the sandbox allows nobody to make.
probe() {
	output=$(umockdev-run -d "$1" -- "${here:?}/../lib/forbid" landlock_create_ruleset setresuid setresgid -- \
		"$KMP_MATCH" scan --json)
}

@test "interfaces that sysfs does not show are found by their descriptors" {
	make_keyboard "E: PRODUCT=5f3/81/320" >"$BATS_TEST_TMPDIR/keyboard"
	probe "$BATS_TEST_TMPDIR/keyboard"
	equals '/bus/usb/devices/1-0:1.0 usb:v0001p0002d0511dc09dsc00dp01ic09isc00ip00in00
/bus/usb/devices/1-4:1.0 usb:v05F3p0081d0320dcEFdsc02dp01ic03isc01ip01in00
/bus/usb/devices/1-4:1.1 usb:v05F3p0081d0320dcEFdsc02dp01ic03isc01ip02in01
/bus/usb/devices/1-4:1.2 usb:v05F3p0081d0320dcEFdsc02dp01icFFisc42ip01in02' "$(usb_devices)"
}

@test "where sysfs shows interfaces, descriptors are not asked" {
	make_keyboard "E: MODALIAS=usb:v05F3p0081" >"$BATS_TEST_TMPDIR/keyboard"
	probe "$BATS_TEST_TMPDIR/keyboard"
	equals "/devices/pci0000:00/0000:00:14.0/usb1/1-4 usb:v05F3p0081" "$(usb_devices)"
}

@test "real descriptors give the aliases that were recorded beside them" {
	needs_data
	compared=0
	for machine in "$KMP_DATA"/umockdev/*.umockdev; do
		grep -q "^H: descriptors" "$machine" || continue
		wanted=$(sed -n 's/^E: MODALIAS=usb:/usb:/p' "$machine" | sort -u)
		[[ $wanted ]] || continue
		sed '/^E: MODALIAS=usb:/d; /^A: modalias=usb:/d' "$machine" >"$BATS_TEST_TMPDIR/silent"
		probe "$BATS_TEST_TMPDIR/silent"
		found=$(json "'\n'.join(m for d in a['devices'] for m in d['modaliases'])" | sort -u)
		equals "" "$(comm -23 <(echo "$wanted") <(echo "$found"))" "$machine"
		compared=$((compared + 1))
	done
	((compared >= 2))
}
