#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of a kernel in lockdown, with 512 MiB. What it would refuse is predicted and told. A second
# source has a package with more in it than the staging directory may take of so little memory.

load lib

setup_file() {
	local repo=$VM/add/usr/lib/kmp-match/repo
	vm_kernel amd64
	vm_root
	vm_initrd sh
	vm_start
	vm_kmp vendor-nvme nvme-core,nvme "$repo"
	vm_rebuilt vmxnet3 vmxnet3.ko
	vm_kmp vmware-vmxnet3 "$VM/vmxnet3.ko" "$repo"
	truncate -s 200M bulk.bin
	vm_kmp realtek-8139cp 8139cp "$VM/add/large" -w "$VM/bulk.bin"
	vm_into_initrd add
	VM_MEMORY=512 vm_boot nvme,serial=kmp "inst.kmp=file:/large inst.kmp.gpgcheck=0 lockdown=integrity" \
		-device vmxnet3 -device rtl8139
}

@test "a module with the kernel's own signature is taken" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: package vendor-nvme-kmp-amd64-' '^vm: tainted 0$'
}

@test "an unsigned one is refused before the kernel could refuse it" {
	vm_said '^vm: hook log: .*vmware-vmxnet3-kmp-amd64' '^vm: device 0x15ad:0x07b0 driver= module=$'
	vm_silent 'unsigned module loading is restricted' '^vm: package vmware'
}

@test "a package that is too large for the staging directory is told, and the boot goes on without it" {
	vm_said 'kmp-match: .*[0-9]+ KiB are needed, and [0-9]+ KiB are free' \
		'kmp-match: no drivers from /large, going on without it' '^vm: device 0x10ec:0x8139 driver= module=$'
	vm_silent '^vm: package realtek'
}
