#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `scan` on dumps of lspci, and on machines whose sysfs does not show what libpci and libusb know.

load ../lib/common

disk="00:1f.2 SATA controller: a disk controller
00: 86 80 29 28 07 00 b0 02 03 01 06 01 00 00 00 00
10: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
20: 00 00 00 00 00 00 00 00 00 00 00 00 cf 10 15 14
30: 00 00 00 00 80 00 00 00 00 00 00 00 0b 02 00 00"
alias=pci:v00008086d00002829sv000010CFsd00001415bc01sc06i01

# Every alias of the answer, a line each, sorted.
aliases() {
	json "'\n'.join(sorted(m for d in a['devices'] for m in d['modaliases']))"
}

@test "a dump is read from a file, from stdin and from a pipe" {
	echo "$disk" >"$BATS_TEST_TMPDIR/dump"
	kmp_match --hardware "$BATS_TEST_TMPDIR/dump" scan --json
	equals 0 "$status"
	equals "" "$errors"
	valid
	equals "/bus/pci/devices/0000:00:1f.2 pci $alias" \
		"$(json "' '.join([a['devices'][0]['path'], a['devices'][0]['bus'], *a['devices'][0]['modaliases']])")"
	from_file=$output
	kmp_match --hardware - scan --json <<<"$disk"
	equals "$from_file" "$output"
	kmp_match --hardware <(echo "$disk") scan --json
	equals "$from_file" "$output"
}

@test "nobody looked for the drivers of a dump" {
	kmp_match --hardware - scan --json <<<"$disk"
	equals false "$(json "'driver' in a['devices'][0]")"
	equals false "$(json "'arch' in a")"
}

@test "a dump and a list make one list, in any order" {
	echo "$disk" >"$BATS_TEST_TMPDIR/dump"
	make_list "$BATS_TEST_TMPDIR/list" "usb:v0BDAp8153"
	kmp_match --hardware "$BATS_TEST_TMPDIR/dump" --hardware "$BATS_TEST_TMPDIR/list" scan --json
	equals "$alias"$'\n'usb:v0BDAp8153 "$(aliases)"
	both=$output
	kmp_match --hardware "$BATS_TEST_TMPDIR/list" --hardware "$BATS_TEST_TMPDIR/dump" scan --json
	equals "$both" "$output"
}

@test "lspci without registers is refused, and the way to get them is said" {
	kmp_match --hardware - scan <<<"00:1f.2 SATA controller: a disk controller"
	fails 1 "without registers" "lspci -xxx"
	equals "" "$output"
}

@test "registers that a user cannot see are said to be missing" {
	kmp_match --hardware - scan --json <<<"${disk/b0 02 03 01 06 01 00 00 00/10 02 03 01 04 06 00 00 01}"
	equals 0 "$status"
	says "0000:00:1f.2" "lspci -xxx"
	equals pci:v00008086d00002829sv00000000sd00000000bc06sc04i01 "$(aliases)"
}

@test "a scan of a dump fits the terminal, and -v adds the aliases" {
	kmp_match --hardware - scan <<<"$disk"
	[[ $output == *"0000:00:1f.2"* && $output != *"pci:v"* ]]
	kmp_match --hardware - scan -v <<<"$disk"
	[[ $output == *"$alias"* ]]
}

# lspci's own reading of the same file; it leaves out the subsystem where the vendor's id is 0.
aliases_by_lspci() {
	lspci -F "$1" -Dnvmm | /usr/bin/python3 -c '
import sys
for block in sys.stdin.read().strip().split("\n\n"):
    field = dict(line.split(":\t", 1) for line in block.splitlines())
    number = lambda key: int(field.get(key, "0"), 16)
    kind = number("Class")
    print("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X" % (
        number("Vendor"), number("Device"), number("SVendor"), number("SDevice"),
        kind >> 8, kind & 255, number("ProgIf")))' | sort -u
}

@test "every real dump has the ids that lspci reads in it" {
	needs_data
	command -v lspci >/dev/null || skip "lspci is not installed"
	read=0
	for dump in "$KMP_DATA"/lspci/*.lspci; do
		kmp_match --hardware "$dump" scan --json
		equals 0 "$status" "$dump"
		equals "$(aliases_by_lspci "$dump")" \
			"$(aliases | sed 's/sv00000000sd[0-9A-F]*/sv00000000sd00000000/' | sort -u)" "$dump"
		read=$((read + 1))
	done
	((read >= 7))
}

@test "what lspci prints of this machine has the aliases that the kernel says" {
	compgen -G "/sys/bus/pci/devices/*/modalias" >/dev/null || skip "no PCI devices here"
	command -v lspci >/dev/null || skip "lspci is not installed"
	for option in -x -xxx -xxxx -vvxxx -Dnnx; do
		kmp_match --hardware <(lspci "$option") scan --json
		equals "$(sort -u /sys/bus/pci/devices/*/modalias)" "$(aliases | sort -u)" "$option"
	done
}

@test "without sysfs, libpci finds the PCI devices of this machine" {
	compgen -G "/sys/bus/pci/devices/*/modalias" >/dev/null || skip "no PCI devices here"
	[[ -r /proc/bus/pci/devices ]] || skip "the kernel has no /proc/bus/pci"
	unshare --user --map-root-user --mount true 2>/dev/null || skip "no mount namespace here"
	wanted=$(sort -u /sys/bus/pci/devices/*/modalias)
	cat >"$BATS_TEST_TMPDIR/run" <<-'TEXT'
		mount -t tmpfs none /sys && exec "$1" scan --json
	TEXT
	output=$(unshare --user --map-root-user --mount sh "$BATS_TEST_TMPDIR/run" "$KMP_MATCH")
	equals "$wanted" "$(aliases | grep ^pci: | sort -u)"
	equals "$(uname -m)" "$(json "a['arch']")"
}

@test "without sysfs and without any way around it, the scan fails and says what to do" {
	unshare --user --map-root-user --mount true 2>/dev/null || skip "no mount namespace here"
	cat >"$BATS_TEST_TMPDIR/run" <<-'TEXT'
		mount -t tmpfs none /sys && mount -t tmpfs none /dev || exit
		[ ! -e /proc/bus ] || mount -t tmpfs none /proc/bus || exit
		exec "$1" scan
	TEXT
	status=0
	errors=$(unshare --user --map-root-user --mount sh "$BATS_TEST_TMPDIR/run" "$KMP_MATCH" 2>&1) ||
		status=$?
	fails 1 "/sys" "no device" "--hardware"
}
