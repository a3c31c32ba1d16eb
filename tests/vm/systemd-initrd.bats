#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot, with systemd in the initrd, whose /usr cannot be written, as with systemd 256 and later. The
# repository is on a disk with a label; the drivers of the root's disk and of two network cards, one of them
# on USB, are only there.

load lib

setup_file() {
	vm_kernel amd64
	vm_root
	vm_initrd systemd
	vm_start
	mkdir -p medium/drivers
	vm_kmp vendor-nvme nvme-core,nvme medium/drivers
	vm_kmp realtek-8139cp 8139cp medium/drivers
	vm_kmp usb-ethernet usbnet,cdc_ether,rndis_host medium/drivers
	vm_kmp vendor-i6300esb i6300esb medium/drivers
	vm_disk DRIVERS medium repo.img
	read_only_usr
	vm_into_initrd add
	vm_boot nvme,serial=kmp "inst.kmp=hd:LABEL=DRIVERS:/drivers inst.kmp.gpgcheck=0" \
		-drive if=none,id=repo,format=raw,file="$VM/repo.img" -device virtio-blk-pci,drive=repo -device rtl8139 \
		-device qemu-xhci -device usb-net
}

# What ProtectSystem= does: a mount of its own, for all that run.
read_only_usr() {
	local hook=add/usr/lib/dracut/hooks/pre-udev/00-read-only.sh
	mkdir -p "${hook%/*}"
	cat >"$hook" <<-'SH'
		mount --bind /usr /usr && mount -o remount,bind,ro /usr
		echo >/usr/lib/modules/probe || echo "<5>vm: /usr is read-only" >/dev/kmsg
	SH
}

@test "the root file system is reached through the driver on the disk" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: device 0x1b36:0x0010 driver=nvme module=nvme$' '^vm: package vendor-nvme-kmp-amd64-'
}

@test "/usr was read-only all the time" { vm_said 'vm: /usr is read-only'; }

@test "the network card got the driver that is only in a package" { vm_said '^vm: net eth[01] driver=8139cp$'; }

@test "so did the one on USB" {
	vm_said '^vm: net (eth|usb)[01] driver=(cdc_ether|rndis_host)$' '^vm: package usb-ethernet-kmp-amd64-'
}

@test "packages for devices that are not there stay out" { vm_silent '^vm: package vendor-i6300esb'; }

@test "nothing of us is mounted but the staging directory" {
	vm_silent '^vm: mount .*initramfs/kmp-match'
	vm_said '^vm: mount kmp-match on /run/kmp-match '
}
