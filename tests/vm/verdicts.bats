#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot of a kernel that tries 300 modules of five kernels, and as many edited ones: what it takes has
# to fit by our verdict, what it refuses not, and the symbols that it names are those that we name.

load lib
bats_require_minimum_version 1.5.0

make_initrd() {
	local tree=$VM/tree applet
	mkdir -p "$tree"/{bin,proc,sys,dev,tree}
	cp /bin/busybox "$tree/bin/"
	for applet in sh mount insmod rmmod timeout dmesg grep sed tr sleep dd; do ln -s busybox "$tree/bin/$applet"; done
	install -m 755 "$vm_here/verdicts-init" "$tree/init"
	cut -s -d' ' -f4- "$VM/trials/list" | tr ' ' '\n' | sed -n 's/:.*//p' | sort -u >needed
	(cd "$root/lib/modules/$release" && xargs cp --parents -t "$tree/tree") <needed
	mv "$VM/trials" "$tree/"
	initrd=$VM/initrd
	(cd "$tree" && find . | cpio -o -H newc --quiet) >"$initrd"
}

# What a host knows of a kernel: its modules, symbols and configuration, and the certificate of its build.
make_root() {
	root=$VM/root
	mkdir -p "$root"/{boot,lib/modules,usr/src/linux-headers-"$release"}
	cp -al "$kernel_root/lib/modules/$release" "$root/lib/modules/"
	cp "$kernel_root/usr/src/linux-headers-$release/Module.symvers" "$root/usr/src/linux-headers-$release/"
	cp "$kernel_root/usr/src/linux-headers-$release/.config" "$root/boot/config-$release"
	mkdir -p "$root/lib/modules/$release/build/certs"
	"$vm_here/build-certificate" "$vmlinuz" >"$root/lib/modules/$release/build/certs/signing_key.x509"
}

setup_file() {
	vm_kernel amd64 headers
	vm_root
	vm_start
	make_root
	mkdir "$VM/trials"
	"$vm_here/trials.py" "$root" "$release" "$VM/trials"
	make_initrd
	vm_boot virtio-blk-pci "loglevel=1 log_buf_len=1M rdinit=/init"
}

@test "the machine tries all of them" {
	vm_reached
	[ "$(grep -c '^vm: tried ' "$VM/lines")" -eq "$(wc -l <"$VM/tree/trials/list")" ]
}

@test "what the kernel takes fits, and what it refuses does not" {
	local reason=0
	"$vm_here/hold-verdicts" "$VM/root" "$(<"$vm_cache/kernels/amd64/release")" "$VM/tree/trials" "$VM/lines" \
		>"$VM/report" || reason=$?
	grep '^# counted: ' "$VM/report" >&3
	sed '/^# /d' "$VM/report"
	((reason == 0))
}

@test "it takes all of its own, unsigned or for another release too" {
	grep -qE "^# counted: .* of $(<"$vm_cache/kernels/amd64/release"): taken" "$VM/report"
	grep -qE "^# counted: .* edited: release: taken" "$VM/report"
	run -1 grep -E "of $(<"$vm_cache/kernels/amd64/release"): (symbols|vermagic|signature|format)" "$VM/report"
	run -1 grep -E "edited: (unsigned|release): (symbols|vermagic|signature|format)" "$VM/report"
}
