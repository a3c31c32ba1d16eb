#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of the real-time kernel, with builds of one driver for it and for the usual kernel.

load lib

setup_file() {
	local repo=$VM/add/usr/lib/kmp-match/repo
	vm_start
	vm_kernel amd64
	vm_kmp vendor-nvme nvme-core,nvme "$repo" -v 2.0
	vm_kernel rt-amd64
	vm_kmp vendor-nvme nvme-core,nvme "$repo" -v 1.0
	vm_root
	vm_initrd sh
	vm_into_initrd add
	vm_boot nvme,serial=kmp inst.kmp.gpgcheck=0
}

@test "the build for this flavor is taken, whatever is newer for others" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: package vendor-nvme-kmp-rt-amd64-1\.0_k6' 'Linux version .*-rt-amd64'
	vm_silent '^vm: package vendor-nvme-kmp-amd64'
}
