#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of the kernel for clouds, which has other modules than the usual one, and NVMe built in.

load lib

setup_file() {
	export vm_left_out="vmxnet3" vm_drivers="ext4 virtio_pci virtio_blk virtio_net"
	vm_start
	vm_kernel cloud-amd64
	vm_kmp vmware-vmxnet3 vmxnet3 "$VM/add/usr/lib/kmp-match/repo"
	vm_root
	vm_initrd sh
	vm_into_initrd add
	vm_boot nvme,serial=kmp inst.kmp.gpgcheck=0 -device vmxnet3
}

@test "a package for this flavor is loaded, and its device is bound" {
	vm_reached
	vm_said '^vm: package vmware-vmxnet3-kmp-cloud-amd64-' '^vm: device 0x15ad:0x07b0 driver=vmxnet3 module=vmxnet3$'
}

@test "a built-in driver stays what it is" { vm_said '^vm: device 0x1b36:0x0010 driver=nvme '; }
