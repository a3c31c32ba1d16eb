#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot that may not go on without drivers from a disk that never appears.

load lib

setup_file() {
	vm_kernel amd64
	vm_root
	vm_initrd sh
	vm_start
	vm_boot virtio-blk-pci "inst.kmp=hd:LABEL=NOWHERE:/drivers inst.kmp.timeout=10 inst.kmp.required"
}

@test "one sentence says what is missing" {
	vm_said 'inst\.kmp\.required is set and /dev/disk/by-label/NOWHERE did not appear within 10 s; '
	(($(grep -c 'inst\.kmp\.required is set' "$VM/lines") <= 2)) # kernel log and console
}

@test "the boot ends there" {
	vm_said 'Boot has failed'
	vm_silent '^vm: ' 'going on without it'
}
