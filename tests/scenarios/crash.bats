#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Staging runs that are killed, that fail, that find no room, and that meet each other.
# KMP_MATCH_CRASH=full spoils each call in each of them; else three of four that change nothing are
# left out where the staging directory holds a generation already.

load ../lib/common

release=6.4.0-1-default

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "no process can be traced here"
	local tools=$BATS_TEST_DIRNAME/../../tools make=$BATS_TEST_DIRNAME/../lib
	mkdir -p "$BATS_FILE_TMPDIR/world/root"
	cd "$BATS_FILE_TMPDIR/world" || return
	mkdir old
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	"$make/make-module" bar.ko import=printk:1111 "alias=usb:v1234p5678d*"
	xz --check=crc32 foo.ko
	"$tools/make-kmp" foo "$release" old foo.ko.xz
	printf '%s\n' "options bar speed=1" "install bar /bin/false" >conf
	"$make/make-rpm" bar-kmp-default-1.0-1 old /lib/modules/6.3.0-1-default/updates/bar.ko=bar.ko \
		/lib/firmware/vendor/bar.bin=conf /etc/modprobe.d/bar.conf=conf <<-TEXT
			Requires: ksym(default:printk) = 1111
			Supplements: modalias(kernel-default:usb:v1234p5678d*)
		TEXT
	cp -r old new
	"$tools/make-kmp" -v 2.0 foo "$release" new foo.ko.xz
	"$make/make-packages" base "$PWD/root" <<-TEXT
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = $release
		provides multiversion(kernel)
		ksyms default printk=1111
		package coreutils-9-1.x86_64
		package grep-3-1.x86_64
	TEXT
	make_symvers printk=1111 >symvers
	make_list machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00 \
		usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
}

# crash HOW START [PREFIX...]: what tests/lib/crash finds is an answer for tests/run to show.
crash() {
	local how=$1 start=$2 said=0 answer
	shift 2
	# Leaks cannot be looked for in a process that is traced.
	export KMP_MATCH ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	answer=$("$@" "${here:?}/../lib/crash" "$BATS_FILE_TMPDIR/world" "$how" "$start" 2>&1) || said=$?
	echo "# counted: $(tail -n 1 <<<"$answer")" >&3
	equals 0 "$said" "$answer"
}

# sampled: leave calls out, unless all are asked for.
sampled() { [[ ${KMP_MATCH_CRASH-} == full ]] || export KMP_MATCH_CRASH=sample; }

@test "a first run that is killed at any system call leaves no generation or a whole one" {
	# A sanitizer makes runs slow, and many calls of its own.
	[[ $KMP_MATCH != */sanitize-* ]] || sampled
	crash kill empty
}

@test "an update that is killed leaves the old generation or the new one" {
	sampled
	crash kill update
}

@test "a call that fails once is said, and leaves the old generation or the new one" {
	sampled
	crash fail update
}

@test "a disk that is full from any moment on keeps the old generation" {
	crash full update
	crash full empty
}

@test "a disk without room for another file is named, and more room is all that the next run needs" {
	unshare --mount true 2>/dev/null || skip "no mount namespace here"
	unshare --mount mount -t tmpfs none /mnt 2>/dev/null || skip "no tmpfs can be mounted here"
	crash inodes update unshare --mount
	crash inodes empty unshare --mount
}

@test "of two runs at once the second names the first and takes nothing from it" {
	crash two update
	crash two empty
}
