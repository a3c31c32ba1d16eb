#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot with the repository on a USB stick that is plugged in 8 seconds after it is missed.

load lib

setup_file() {
	vm_kernel amd64
	vm_root
	vm_initrd sh
	vm_start
	mkdir -p medium
	vm_kmp vendor-nvme nvme-core,nvme medium
	vm_disk KMPDRV medium stick.img
	plug_in 8 &
	vm_boot nvme,serial=kmp "inst.kmp inst.kmp.wait=120 inst.kmp.gpgcheck=0" -device qemu-xhci,id=usb \
		-qmp "unix:$VM/qmp,server=on,wait=off" -drive if=none,id=stick,format=raw,file="$VM/stick.img"
	wait
}

# plug_in SECONDS: after the machine has said that it waits.
plug_in() {
	local turn
	for ((turn = 0; turn < ${VM_SECONDS:-300}; turn++)); do
		grep -q 'kmp-match: waiting' "$VM/log" 2>/dev/null && break
		sleep 1
	done
	sleep "$1"
	/usr/bin/python3 - "$VM/qmp" <<-'SCRIPT'
		import json, socket, sys
		control = socket.socket(socket.AF_UNIX)
		control.connect(sys.argv[1])
		replies = control.makefile()
		replies.readline()
		for command, arguments in (("qmp_capabilities", {}), ("device_add", {
		        "driver": "usb-storage", "id": "stick0", "drive": "stick", "bus": "usb.0"})):
		    control.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
		    print(replies.readline(), end="")
	SCRIPT
} >"$VM/qmp.log" 2>&1

@test "the root file system is reached through the driver on the stick" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: package vendor-nvme-kmp-amd64-'
}

@test "that it is waited for is told" {
	vm_said 'kmp-match: waiting up to 1[0-9]+ s for /dev/disk/by-label/KMPDRV'
	vm_silent 'KMPDRV did not appear'
}
