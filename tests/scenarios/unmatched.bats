#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices that stay without a driver.
load ../lib/common

DEVICE=pci:v00001234d00005678sv00001AF4sd00001100bc02sc00i00

setup() {
	mkdir -p "$BATS_TEST_TMPDIR/sys/devices/pci0/0000:00:05.0"
	echo "$DEVICE" >"$BATS_TEST_TMPDIR/sys/devices/pci0/0000:00:05.0/modalias"
	printf 'PCI_SLOT_NAME=0000:00:05.0\nMODALIAS=%s\n' "$DEVICE" \
		>"$BATS_TEST_TMPDIR/sys/devices/pci0/0000:00:05.0/uevent"
	make_repo "$BATS_TEST_TMPDIR/repo" </dev/null
}

# make_tree ALIAS: a module tree with an index, and one module in it that has that alias.
make_tree() {
	local folder=$ROOT/lib/modules/6.4.0-1-default/kernel
	mkdir -p "$folder"
	printf 'static const char alias[] __attribute__((section(".modinfo"), used)) = "alias=%s";' "$1" |
		gcc -x c -c -o "$folder/nic.ko" -
	PATH=$PATH:/sbin:/usr/sbin depmod -b "$ROOT" 6.4.0-1-default 2>/dev/null
}

plan() {
	kmp_match --dry-run --json --kernel 6.4.0-1-default --repo "$BATS_TEST_TMPDIR/repo" \
		--hardware "$BATS_TEST_TMPDIR/sys"
}

@test "a device without a driver for which the kernel has a module is listed" {
	make_tree 'pci:v00001234d00005678sv*sd*bc*sc*i*'
	plan
	equals 0 "$status" "exit status"
	equals '[{"device": 0, "offer": "none"}]' "$(json "a['unmatched']")"
}

@test "a device that no module and no package is made for is not listed" {
	make_tree 'pci:v00001234d00009999sv*sd*bc*sc*i*'
	plan
	equals '[]' "$(json "a['unmatched']")"
}

@test "a device with a bound driver is not listed" {
	make_tree 'pci:v00001234d00005678sv*sd*bc*sc*i*'
	mkdir -p "$BATS_TEST_TMPDIR/sys/bus/pci/drivers/nic"
	ln -s ../../../bus/pci/drivers/nic "$BATS_TEST_TMPDIR/sys/devices/pci0/0000:00:05.0/driver"
	plan
	equals '[]' "$(json "a['unmatched']")"
}

@test "what no driver is ever bound to is not listed" {
	mkdir -p "$BATS_TEST_TMPDIR/sys/devices/system/cpu"
	echo cpu:type:x86,ven0000fam0006mod0055:feature:,0000 \
		>"$BATS_TEST_TMPDIR/sys/devices/system/cpu/modalias"
	make_tree 'cpu:type:x86,ven*fam*mod*:feature:*'
	plan
	equals 2 "$(json "len(a['devices'])")"
	equals '[]' "$(json "a['unmatched']")"
}
