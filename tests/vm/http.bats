#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One boot with the repository on a web server of the host, and on one that nobody serves. dracut's
# network modules are played by a hook that configures the card and calls the hooks of "online".

load lib

setup_file() {
	local server
	vm_kernel amd64
	vm_root
	vm_initrd network
	vm_start
	mkdir -p web/drivers add/usr/bin
	vm_kmp vendor-nvme nvme-core,nvme web/drivers
	vm_kmp vendor-i6300esb i6300esb web/drivers
	createrepo_c --quiet --no-database web/drivers
	/usr/bin/python3 -u -m http.server --bind 127.0.0.1 --directory web 0 >web.log 2>&1 &
	server=$!
	bring_up_network
	vm_into_initrd add
	vm_boot nvme,serial=kmp "inst.kmp=http://10.0.2.2:$(port)/drivers inst.kmp=http://10.0.2.2:1/nobody inst.kmp.gpgcheck=0" \
		-netdev user,id=net -device virtio-net-pci,netdev=net
	kill "$server"
}

port() {
	local turn
	for ((turn = 0; turn < 50; turn++)); do
		sed -n 's/.*port \([0-9]*\).*/\1/p' web.log | grep . && return
		sleep 0.2
	done
}

bring_up_network() {
	local hook=add/usr/lib/dracut/hooks/initqueue/settled/10-network.sh
	mkdir -p "${hook%/*}"
	cp /bin/busybox add/usr/bin/busybox
	cat >"$hook" <<-'SH'
		if [ -e /sys/class/net/eth0 ] && [ ! -e /tmp/network ]; then
			: >/tmp/network
			/usr/bin/busybox ip link set eth0 up
			/usr/bin/busybox ip address add 10.0.2.15/24 dev eth0
			for online in "$hookdir"/initqueue/online/*.sh; do . "$online"; done
		fi
	SH
}

@test "the root file system is reached through the driver from the server" {
	vm_reached
	vm_said '^vm: root /dev/nvme0n1' '^vm: package vendor-nvme-kmp-amd64-'
}

@test "only metadata and what this machine needs is fetched" {
	grep -q '"GET /drivers/repodata/repomd.xml' "$VM/web.log"
	grep -q '"GET /drivers/vendor-nvme-kmp' "$VM/web.log"
	[[ $(<"$VM/web.log") != *"GET /drivers/vendor-i6300esb"* ]]
}

@test "the server that does not answer is told" { vm_said 'kmp-match: no drivers from http://10\.0\.2\.2:1/nobody, going on without it'; }
