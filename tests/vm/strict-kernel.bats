#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of a kernel that takes signed modules only. What it would refuse is predicted and told, and
# so is a module that rests on one of the kernel's that is not in the initrd.

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
	vm_kmp broadcom-mptsas mptsas "$repo"
	vm_into_initrd add
	vm_boot nvme,serial=kmp "inst.kmp.gpgcheck=0 module.sig_enforce=1" -device vmxnet3 -device mptsas1068
}

@test "a module with the kernel's own signature is taken" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: package vendor-nvme-kmp-amd64-' '^vm: tainted 0$'
}

@test "an unsigned one is refused before the kernel could refuse it" {
	vm_said '^vm: hook log: .*vmware-vmxnet3-kmp-amd64' '^vm: device 0x15ad:0x07b0 driver= module=$'
	vm_silent 'Loading of unsigned module' '^vm: package vmware'
}

@test "a module of the kernel that is missing from the initrd is named" {
	vm_said "of the kernel's module (mptbase|mptscsih|scsi_transport_sas), which its tree does not have"
	vm_silent '^vm: package broadcom' 'mptsas: Unknown symbol'
}
