#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot, with a repository in an initrd without systemd. The root file system is on a disk whose
# driver is only there, in two packages, one of which needs the other.

load lib
sign=$BATS_TEST_DIRNAME/../lib

setup_file() {
	local repo=$VM/add/usr/lib/kmp-match/repo
	vm_kernel amd64
	vm_root
	vm_initrd sh
	vm_start
	vm_kmp vendor-nvme-core nvme-core "$repo"
	vm_kmp vendor-nvme nvme "$repo"
	vm_rebuilt e1000e e1000e.ko
	vm_kmp intel-e1000e "$VM/e1000e.ko" "$repo" -v 9.9
	vm_kmp vendor-i6300esb i6300esb "$repo"
	vm_kmp qemu-edu "$(vm_own_module edu)" "$repo"
	other_kernels_vmxnet3
	sign_all "$repo"
	vm_kmp realtek-8139cp 8139cp "$repo"
	vm_into_initrd add
	vm_boot nvme,serial=kmp "modprobe.blacklist=i6300esb" -device e1000e -device i6300esb -device edu \
		-device vmxnet3 -device rtl8139
}

# What a vendor built for another kernel, with the name of this one on it.
other_kernels_vmxnet3() {
	local module
	module=$(vm_kernel cloud-amd64 && vm_module vmxnet3)
	vm_kmp vmware-vmxnet3 "$module" "$repo"
}

sign_all() {
	local rpm
	mkdir -p keys add/etc/kmp-match/keys
	"$sign/make-key" "$VM/keys" vendor
	for rpm in "$1"/*.rpm; do "$sign/sign" "$VM/keys" vendor "$rpm"; done
	cp keys/vendor.asc add/etc/kmp-match/keys/
}

@test "the root file system is reached through the driver of a package" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: device 0x1b36:0x0010 driver=nvme module=nvme$' '^vm: package vendor-nvme-kmp-amd64-'
}

@test "the driver's library comes from another package" {
	vm_said '^vm: package vendor-nvme-core-kmp-amd64-' '^vm: module nvme_core '
}

@test "a newer package replaces the kernel's driver, and its build is the one that is bound" {
	vm_said '^vm: device 0x8086:0x10d3 driver=e1000e module=e1000e$' "^vm: module e1000e .*build-id=$(vm_build_id "$VM/e1000e.ko")\$"
}

@test "a module of our own drives a device that the kernel has no driver for" {
	vm_said '^vm: device 0x1234:0x11e8 driver=edu module=edu$' '^vm: module edu version=2.0 ' 'edu 0000:.* alive: edcba987'
}

@test "a package of another kernel is refused by us, not by the kernel" {
	vm_said 'hook log: .*vmware-vmxnet3-kmp-amd64'
	vm_said '^vm: device 0x15ad:0x07b0 driver= module=$'
	vm_silent 'disagrees about version' '^vm: package vmware' 'vmxnet3: loading'
}

@test "an unsigned package is refused, the signed ones are taken" {
	vm_said 'hook log: .*realtek-8139cp-kmp-amd64' '^vm: device 0x10ec:0x8139 driver= module=$'
	vm_silent '^vm: package realtek' '^vm: module 8139cp'
}

@test "a blacklisted module is staged and not loaded" {
	vm_said '^vm: package vendor-i6300esb-kmp-amd64-' '^vm: device 0x8086:0x25ab driver= module=$'
	vm_silent '^vm: module i6300esb'
}
