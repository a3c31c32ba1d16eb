#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of a machine with 256 MiB that needs no driver: the repository in the initrd is empty, and a
# source that was asked for never appears. It has to go on without us within the time that was given.

load lib

setup_file() {
	vm_kernel amd64
	vm_root
	vm_initrd sh
	vm_start
	mkdir -p add/usr/lib/kmp-match/repo
	vm_into_initrd add
	VM_MEMORY=256 vm_boot virtio-blk-pci "inst.kmp=hd:LABEL=NOWHERE:/drivers inst.kmp.timeout=30"
}

# seconds PATTERN: of the first such line in the kernel's log.
seconds() { sed -nE "s/^\[ *([0-9]+)\.[0-9]+\] .*($1).*/\1/p" "$VM/lines" | head -n 1; }

@test "the boot goes on" {
	vm_reached
	vm_said '^vm: root /dev/vda'
}

@test "how long it waits is told, and kept" {
	vm_said 'kmp-match: waiting up to [0-9]+ s for /dev/disk/by-label/NOWHERE' \
		'kmp-match: /dev/disk/by-label/NOWHERE did not appear within 30 s, going on without it'
	# Its turns take some seconds, more on a busy machine.
	(($(seconds 'did not appear') - $(seconds 'waiting up to') <= 60))
}

@test "nothing is staged" {
	vm_silent '^vm: package '
	vm_said '^vm: mount kmp-match on /run/kmp-match '
}
