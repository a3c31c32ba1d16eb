# SPDX-License-Identifier: GPL-2.0-or-later
# lib.bash - virtual machines for bats; in a test: load lib
#
# Kernels are Debian's (tools/fetch-vm-kernel), initrds dracut's with the module of this tree, and
# everything is emulated (TCG), for where there is no KVM. What takes long is made once for the files
# that it is made of, in build/vm. A machine has $VM, a folder of its own, kept when the test fails.
# shellcheck shell=bash

vm_here=$(readlink -f "${BASH_SOURCE[0]%/*}")
vm_top=${vm_here%/tests/vm}
vm_cache=$vm_top/build/vm
KMP_MATCH=$(realpath "${KMP_MATCH:-$vm_top/build/release-cc/kmp-match}")
VM=$vm_cache/run/${BATS_TEST_FILENAME##*/}
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin

# vm_kernel FLAVOR: $kernel_root, $release and $vmlinuz; skips where there is none.
vm_kernel() {
	local said reason=0
	hash dracut qemu-system-x86_64 mke2fs busybox cpio 2>/dev/null ||
		skip "dracut, qemu-system-x86_64, mke2fs, cpio and a static busybox are needed"
	said=$("$vm_top/tools/fetch-vm-kernel" "$@") || reason=$?
	((reason != 77)) || skip "$said"
	{ read -r kernel_root && read -r release && read -r vmlinuz; } <<<"$said"
	flavor=$1
}

# vm_once FILE STAMP COMMAND...: have COMMAND make FILE (its last argument) unless it is there for STAMP.
vm_once() {
	local file=$1 stamp=$2
	shift 2
	mkdir -p "${file%/*}"
	(
		flock 9
		[[ -e $file && $(cat "$file.stamp" 2>/dev/null) == "$stamp" ]] && exit
		rm -rf "$file" "$file.stamp"
		"$@" "$file" >"$file.log" 2>&1 || { tail -n 30 "$file.log" >&2 && exit 1; }
		echo "$stamp" >"$file.stamp"
	) 9>"$file.lock"
}

# What a KMP is to bring has to be missing; what it rests on in the kernel has to be there.
vm_left_out="nvme nvme_core vmxnet3 8139cp 8139too i6300esb mptsas mptscsih mptbase scsi_transport_sas usbnet cdc_ether cdc_subset rndis_host"
vm_drivers="ahci sd_mod ext4 virtio_pci virtio_blk virtio_net virtio_ring watchdog t10-pi mii ptp e1000e xhci_pci usb-storage uas"

vm_dracut() { # KIND FILE
	local base add="base kmp-match" omit="crypt lvm mdraid dmraid multipath btrfs i18n plymouth drm nvmf resume terminfo"
	base=$(mktemp -d "$vm_cache/dracut.XXXXXX")
	[[ $1 != bare ]] || add=base
	[[ $1 == systemd ]] || omit+=" systemd systemd-initrd dracut-systemd"
	cp -a /usr/lib/dracut "$base/base" && cp -r "$vm_top/dracut/55kmp-match" "$base/base/modules.d/"
	mkdir "$base/tmp" "$base/confdir"
	echo "kmp_match_program=$KMP_MATCH" >"$base/confdir/kmp-match.conf"
	[[ $1 != network ]] || echo "kmp_match_network=yes" >>"$base/confdir/kmp-match.conf"
	dracutbasedir=$base/base dracut --force --no-hostonly --no-early-microcode \
		--reproducible --no-compress --kmoddir "$kernel_root/lib/modules/$release" --kver "$release" \
		--conf /dev/null --confdir "$base/confdir" --tmpdir "$base/tmp" --add "$add" --omit "$omit" \
		--drivers "$vm_drivers" --omit-drivers "$vm_left_out" "$2"
	set -- $?
	rm -rf "$base"
	return "$1"
}

# vm_initrd KIND: $initrd, of dracut's sh or systemd kind; bare is sh without kmp-match, network is
# sh with curl.
vm_initrd() {
	initrd=$vm_cache/initrd/$release-$1-$(cksum <<<"$vm_left_out $vm_drivers" | cut -d' ' -f1)
	vm_once "$initrd" "$({ declare -f vm_dracut && cat "$vm_top"/dracut/55kmp-match/* "$KMP_MATCH"; } | sha256sum)" \
		vm_dracut "$1"
}

# vm_into_initrd FOLDER: $initrd with what is in FOLDER, too: the kernel unpacks one archive after the other.
vm_into_initrd() {
	{ cat "$initrd" && (cd "$1" && find . | cpio -o -H newc --quiet); } >"$VM/initrd"
	initrd=$VM/initrd
}

vm_make_root() { # FILE
	local tree applet
	tree=$(mktemp -d "$vm_cache/root.XXXXXX")
	mkdir -p "$tree"/{bin,sbin,dev,proc,sys,run,tmp,etc,lib/modules,usr/lib}
	cp /bin/busybox "$tree/bin/"
	for applet in $(/bin/busybox --list); do [[ $applet == busybox ]] || ln -s busybox "$tree/bin/$applet"; done
	install -m 755 "$vm_here/guest-init" "$tree/sbin/init"
	echo 'ID=test' >"$tree/etc/os-release" && ln -s ../../etc/os-release "$tree/usr/lib/os-release"
	mke2fs -q -t ext4 -F -L KMPROOT -d "$tree" "$1" 32M
	rm -rf "$tree"
}

# vm_root: $root_disk, an image whose /sbin/init is guest-init.
vm_root() {
	root_disk=$vm_cache/root.img
	vm_once "$root_disk" "$({ declare -f vm_make_root && cat "$vm_here/guest-init"; } | sha256sum)" vm_make_root
}

# vm_disk LABEL FOLDER FILE [SIZE]: an image of a file system that holds what is in FOLDER.
vm_disk() { mke2fs -q -t ext4 -F -L "$1" -d "$2" "$3" "${4:-64M}"; }

# vm_module NAME: print the path of the kernel's own module.
vm_module() { find "$kernel_root/lib/modules/$release/kernel" -name "$1.ko*" -print -quit | grep .; }

# vm_kmp NAME MODULE[,MODULE] FOLDER [OPTION of make-kmp]...: an RPM; MODULE with a / is a file.
vm_kmp() {
	local name=$1 out=$3 module paths=()
	for module in ${2//,/ }; do
		case $module in */*) paths+=("$module") ;; *) paths+=("$(vm_module "$module")") ;; esac
	done
	shift 3
	"$vm_top/tools/make-kmp" -f "$flavor" -s "$kernel_root/usr/src/linux-headers-$release/Module.symvers" \
		"$@" "$name" "${KERNEL:-$release}" "$out" "${paths[@]}"
}

# vm_start: $VM is there and empty.
vm_start() {
	rm -rf "$VM"
	mkdir -p "$VM"
	cd "$VM" || return
}

# vm_own_module NAME: print the path of tests/vm/NAME.c, built for the kernel.
vm_own_module() {
	local out=$vm_cache/modules/$release
	vm_kernel "$flavor" headers
	vm_once "$out/$1.ko" "$(sha256sum "$vm_here/$1.c")" vm_build_module "$1"
	echo "$out/$1.ko"
}

vm_build_module() { # NAME FILE
	local work=$2.work
	rm -rf "$work" && mkdir -p "$work" && cp "$vm_here/$1.c" "$work/"
	echo "obj-m := $1.o" >"$work/Makefile"
	make -C "$kernel_root/usr/src/linux-headers-$release" "M=$work" modules && cp "$work/$1.ko" "$2"
}

# vm_rebuilt NAME FILE: the kernel's module as another build of it, unsigned, with a build id of its own.
vm_rebuilt() {
	local module
	module=$(vm_module "$1")
	strip -g -o "$2" "$module"
	objcopy --dump-section .note.gnu.build-id="$2.note" "$2"
	printf '%16s' "$1" | tr ' ' _ | dd of="$2.note" bs=1 seek=16 conv=notrunc status=none
	objcopy --update-section .note.gnu.build-id="$2.note" "$2"
	rm "$2.note"
}

# vm_build_id FILE: as guest-init prints it.
vm_build_id() {
	objcopy --dump-section .note.gnu.build-id=/dev/stdout "$1" /dev/null | od -An -v -tx1 -j16 | tr -d ' \n'
}

# vm_boot DISK WORDS QEMU-ARGUMENT...: boot $initrd with WORDS on the kernel's command line and the root
# file system on DISK, which is a device of QEMU. The serial line's log is $VM/lines; what ended the
# machine is in $VM/ended: 3 is guest-init's, 124 the time limit ($VM_SECONDS). With
# VM_SNAPSHOT=off the disk keeps what is written to it.
vm_boot() {
	local ended=0 disk=$1 words=$2 began=$SECONDS
	shift 2
	set -- -drive "if=none,id=root,format=raw,snapshot=${VM_SNAPSHOT:-on},file=$root_disk" -device "$disk,drive=root" "$@"
	timeout -k 5 "${VM_SECONDS:-300}" qemu-system-x86_64 -machine "${VM_MACHINE:-q35}" -accel tcg -cpu max \
		-m "${VM_MEMORY:-1024}" -nodefaults -display none -no-reboot -monitor none -serial "file:$VM/log" \
		-device isa-debug-exit,iobase=0xf4,iosize=0x04 -kernel "$vmlinuz" -initrd "$initrd" -append \
		"console=ttyS0 panic=-1 rd.shell=0 rd.emergency=poweroff rd.retry=${VM_RETRY:-40} rd.timeout=$((${VM_SECONDS:-300} * 3 / 5)) net.ifnames=0 root=LABEL=KMPROOT printk.devkmsg=on loglevel=6 mitigations=off $words" \
		"$@" </dev/null >"$VM/qemu" 2>&1 || ended=$?
	echo "# counted: ${BATS_TEST_FILENAME##*/}: booted in $((SECONDS - began)) s" >&3
	echo "$ended" >"$VM/ended"
	tr -d '\r' <"$VM/log" >"$VM/lines"
}

# vm_reached: the machine got to its real root, and ended by itself: by a power off (0) where lockdown
# keeps /dev/port shut, or the kernel has none.
vm_reached() { vm_said '^vm: done$' && [[ $(cat "$VM/ended") == [03] ]]; }

# vm_said PATTERN...: the log has a line for each.
vm_said() {
	local pattern
	for pattern; do
		grep -qE -- "$pattern" "$VM/lines" && continue
		{ echo "no line like '$pattern' in $VM/log (qemu ended with $(cat "$VM/ended")):" && tail -n 60 "$VM/lines"; } >&2
		return 1
	done
}

# vm_silent PATTERN...: it has none.
vm_silent() {
	local pattern
	for pattern; do
		! grep -E -- "$pattern" "$VM/lines" >&2 || return 1
	done
}
