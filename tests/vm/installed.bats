#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Two boots of one installed system. In the first, stage and load replace a driver that is in use; the
# second has to find the system as it was before.

load lib

setup_file() {
	vm_kernel amd64
	vm_start
	vm_rebuilt 8139cp 8139cp.ko
	make_system
	# shellcheck disable=SC2034 # of vm_boot
	root_disk=$VM/disk
	vm_initrd bare
	boot first
	boot second
}

# boot TURN: what it said is in $VM/TURN.
boot() {
	VM_SNAPSHOT=off VM_MEMORY=512 vm_boot virtio-blk-pci "init=/sbin/$1" -device rtl8139
	mv lines "$1"
	mv ended "$1.ended"
}

make_system() {
	local module library modules=lib/modules/$release
	mkdir -p tree/{bin,sbin,dev,proc,sys,run,tmp,etc,usr/lib/kmp-match,lib64} "tree/$modules/kernel"
	cp /bin/busybox tree/bin/ && for module in sh mount cat ls find od tr readlink sleep; do ln -s busybox "tree/bin/$module"; done
	install -m 755 "$KMP_MATCH" tree/bin/kmp-match
	cp "$(readlink -f /sbin/modprobe)" tree/sbin/modprobe && ln tree/sbin/modprobe tree/sbin/depmod
	for library in $(ldd "$KMP_MATCH" tree/sbin/modprobe | grep -o '/[^ ]*\.so[^ ]*' | sort -u); do
		install -D "$library" "tree$library"
	done
	for module in 8139cp mii overlay; do cp "$(vm_module $module)" "tree/$modules/kernel/"; done
	cp "$kernel_root/$modules"/modules.{builtin,builtin.modinfo,order} "tree/$modules/"
	depmod -b tree "$release"
	"$KMP_MATCH" symbols --quiet --root "$kernel_root" --kernel "$release" --save "tree/usr/lib/kmp-match/symbols-$release"
	echo ID=test >tree/etc/os-release
	vm_kmp realtek-8139cp "$VM/8139cp.ko" tree/repo -v 9.9
	scripts
	mke2fs -q -t ext4 -F -L KMPROOT -d tree disk 96M
}

scripts() {
	cat >tree/sbin/common <<-'SH'
		mount -t proc proc /proc 2>/dev/null
		mount -t sysfs sysfs /sys 2>/dev/null
		mount -t devtmpfs dev /dev 2>/dev/null
		mount -o remount,rw /
		[ -e /run/initramfs ] || mount -t tmpfs -o mode=755 run /run
		exec >/dev/ttyS0 2>&1 </dev/null
		say() {
			echo "vm: $1 driver $(busybox basename "$(readlink /sys/bus/pci/drivers/8139cp/0000*/driver)")" \
				"build-id=$(od -An -v -tx1 -j16 /sys/module/8139cp/notes/.note.gnu.build-id | tr -d ' \n')"
		}
		end() {
			echo "vm: done"
			busybox sync
			mount -o remount,ro /
			echo o >/proc/sysrq-trigger
			busybox sleep 60
		}
		modprobe 8139cp
		busybox sleep 1
	SH
	cat >tree/sbin/first <<-'SH'
		#!/bin/sh
		. /sbin/common
		say before
		kmp-match stage --repo /repo --no-gpg-checks --quiet && kmp-match load
		echo "vm: load ended with $?"
		echo "vm: state $(tr -d '\n' </run/kmp-match/state.json)"
		say loaded
		end
	SH
	cat >tree/sbin/second <<-'SH'
		#!/bin/sh
		. /sbin/common
		say again
		find /lib/modules -type l | while read -r link; do echo "vm: link $link"; done
		find /lib/modules -name '*kmp-match*' | while read -r trace; do echo "vm: trace $trace"; done
		end
	SH
	chmod 755 tree/sbin/first tree/sbin/second
}

# turn NAME: ask for what this boot said.
turn() {
	cp "$VM/$1" "$VM/lines"
	cp "$VM/$1.ended" "$VM/ended"
}

@test "on the running system the package's driver takes the place of the kernel's" {
	vm_kernel amd64
	turn first
	vm_reached
	vm_said "^vm: before driver 8139cp build-id=$(vm_build_id "$(vm_module 8139cp)")\$" '^vm: load ended with 0$' \
		"^vm: loaded driver 8139cp build-id=$(vm_build_id "$VM/8139cp.ko")\$"
}

@test "after the next boot the kernel's own driver works, and no link is left" {
	vm_kernel amd64
	turn second
	vm_reached
	vm_said "^vm: again driver 8139cp build-id=$(vm_build_id "$(vm_module 8139cp)")\$"
	vm_silent '^vm: link ' '^vm: trace '
}
