#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is staged becomes effective, on a machine whose /sys, /lib/modules and modprobe are the
# test's own, in a mount namespace of its own; depmod is the real one. Real kernels are in tests/vm.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
slot=/devices/pci0000:00/0000:00:03.0
release=$(uname -r)
flavor=${release#*-}

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	command -v depmod >/dev/null || skip "depmod is not installed"
	unshare --mount true 2>/dev/null || skip "no mount namespace can be made"
	local make=$BATS_TEST_DIRNAME/../lib tools=$BATS_TEST_DIRNAME/../../tools version
	cd "$BATS_FILE_TMPDIR" || return
	mkdir old parts
	for version in 1 2; do
		mkdir "$version"
		"$make/make-module" "$version/foo.ko" import=printk:1111 "vermagic=$release SMP" \
			"alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" "srcversion=STAGED$version"
		"$tools/make-kmp" -v "$version.0" foo "$release" repo "$version/foo.ko"
	done
	"$make/make-module" old/foo.ko import=printk:1111 "vermagic=$release SMP" \
		"alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" srcversion=OLD
	gzip -k old/foo.ko
	echo "firmware bytes" >firmware
	printf '%s\n' "options foo speed=1" "blacklist old_foo" >conf
	"$make/make-rpm" foo-kmp-"$flavor"-3.0-1 parts "/lib/modules/$release/updates/foo.ko.gz=old/foo.ko.gz" \
		/lib/firmware/foo/fw.bin=firmware /etc/modprobe.d/foo.conf=conf <<-TEXT
			Provides: kmod(foo.ko)
			Requires: ksym($flavor:printk) = 1111
			Supplements: modalias(kernel-$flavor:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	make_symvers printk=1111 >symvers
}

# In the namespace: a volatile /lib/modules with the module tree, /sys, and a log of the kernel.
setup() {
	export MACHINE=$BATS_TEST_TMPDIR/machine
	mkdir -p "$MACHINE"/{bin,drives,broken,idle,modules,upper,sys/module/firmware_class/parameters}
	mkdir -p "$MACHINE/sys$slot" "$MACHINE/sys/bus/pci/drivers" "$MACHINE/modules/$release/kernel"
	echo "$card" >"$MACHINE/sys$slot/modalias"
	echo "$slot" >"$MACHINE/drives/foo"
	touch "$MACHINE/modules/$release"/modules.{order,builtin} "$MACHINE/log" "$MACHINE/kmsg" \
		"$MACHINE/sys/module/firmware_class/parameters/path"
	cat >"$MACHINE/bin/modprobe" <<-SCRIPT
		#!/bin/sh
		MACHINE="$MACHINE" exec "$(realpath "$BATS_TEST_DIRNAME/../lib/fake-modprobe")" "\$@"
	SCRIPT
	cat >"$MACHINE/bin/udevadm" <<-SCRIPT
		#!/bin/sh
		echo "udevadm \$*" >>"$MACHINE/log"
	SCRIPT
	chmod +x "$MACHINE"/bin/*
	unshare --mount sleep 300 3>&- &
	machine=$!
	until inside mountpoint -q /proc && [[ $(readlink /proc/self/ns/mnt) != "$(readlink /proc/$machine/ns/mnt)" ]]; do
		sleep 0.05
	done
	# shellcheck disable=SC2016 # expanded inside
	inside bash -euc '
		lib=$(readlink -f /lib)
		mount -t tmpfs tmpfs "$MACHINE/upper"
		mkdir "$MACHINE"/upper/{upper,work,run}
		mount -t overlay -o "lowerdir=$lib,upperdir=$MACHINE/upper/upper,workdir=$MACHINE/upper/work" lib "$lib"
		mkdir -p /lib/modules /run
		mount -t tmpfs tmpfs /run
		mount -t tmpfs tmpfs /lib/modules
		cp -r "$MACHINE/modules/." /lib/modules/
		mount --bind "$MACHINE/sys" /sys
		mount --bind "$MACHINE/kmsg" /dev/kmsg
	' || skip "the machine's file systems cannot be mounted"
}

teardown() { [[ -z ${machine-} ]] || kill "$machine"; }

inside() { nsenter --target "$machine" --mount env PATH="$MACHINE/bin:$PATH" MACHINE="$MACHINE" "$@"; }

# run_inside ARGUMENT...: as kmp_match, on the machine.
run_inside() {
	status=0
	output=$(inside "$KMP_MATCH" "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	errors=$(<"$BATS_TEST_TMPDIR/stderr")
	[[ $errors != *"Sanitizer:"* && $errors != *"runtime error:"* ]] || equals "no report" "$errors"
}

stage() {
	run_inside stage --no-gpg-checks --repo "$BATS_FILE_TMPDIR/repo" --kernel "$BATS_FILE_TMPDIR/symvers" \
		--kernel-release "$release" --arch x86_64 "$@"
	equals 0 "$status" "staging"
}

# follows_schema: the answer in $output follows docs/state.schema.json.
follows_schema() {
	/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || return 0
	/usr/bin/python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(sys.stdin), json.load(open(sys.argv[1])))' \
		"$BATS_TEST_DIRNAME/../../docs/state.schema.json" <<<"$output"
}

have_old_driver() {
	inside cp "$BATS_FILE_TMPDIR/old/foo.ko" "/lib/modules/$release/kernel/"
	inside depmod -a "$release"
	inside modprobe -b -- foo
	equals OLD "$(inside cat /sys/module/foo/srcversion)" "the driver before"
}

# Of everything that a run may change.
picture() {
	inside find /lib/modules /run/modprobe.d -type f -exec sha256sum {} + 2>/dev/null | grep -v '\.bin$' | sort
	inside find /sys -type l -printf '%p %l\n' | sort
	inside cat /sys/module/firmware_class/parameters/path
	inside cat /proc/self/mountinfo | grep -o 'overlay kmp-match' | wc -l
}

device() { json "' '.join(str(a['packages'][0]['devices'][0].get(k)) for k in ('state', 'verified', 'replaced'))"; }

@test "a device without a driver is bound to the staged module, by what it is" {
	stage
	run_inside load --json
	equals 0 "$status"
	follows_schema
	equals "bound srcversion None" "$(device)"
	equals "link False" "$(json "a['tree'] + ' ' + str(a['new_devices'])")"
	equals STAGED2 "$(inside cat /sys/module/foo/srcversion)"
	inside grep -q '^updates/kmp-match/' "/lib/modules/$release/modules.dep"
	equals "$output" "$(inside cat /run/kmp-match/state.json)" "state.json"
	[[ $(<"$MACHINE/kmsg") == "<6>kmp-match: "* ]]
}

@test "what is in effect already is left alone" {
	stage
	run_inside load
	: >"$MACHINE/log"
	local before
	before=$(picture)
	run_inside load --json
	equals "0 bound srcversion None" "$status $(device)"
	equals "" "$(grep modprobe "$MACHINE/log")"
	equals "$before" "$(picture)"
}

@test "an older driver makes room, and comes back when everything is taken back" {
	have_old_driver
	local before
	before=$(picture)
	stage
	run_inside load --json
	equals "0 bound srcversion foo" "$status $(device)"
	equals STAGED2 "$(inside cat /sys/module/foo/srcversion)"
	run_inside load --undo --json
	equals 0 "$status"
	follows_schema
	equals OLD "$(inside cat /sys/module/foo/srcversion)"
	equals "$before" "$(picture)" "the machine"
}

@test "a driver stays that carries a mounted file system" {
	have_old_driver
	local number
	number=$(inside stat -c '%Hd:%Ld' /lib/modules)
	mkdir -p "$MACHINE/sys$slot/block/sda"
	ln -s ../../../../../../class/block "$MACHINE/sys$slot/block/sda/subsystem"
	echo "$number" >"$MACHINE/sys$slot/block/sda/dev"
	stage
	run_inside load --json
	equals "0 in-use None None" "$status $(device)"
	equals "sda is mounted" "$(json "a['packages'][0]['devices'][0]['detail']")"
	equals OLD "$(inside cat /sys/module/foo/srcversion)"
}

@test "a driver stays whose going would take along one that carries a mounted file system" {
	have_old_driver
	local other=/devices/pci0000:00/0000:00:04.0
	mkdir -p "$MACHINE/sys$other/block/sdb" "$MACHINE/sys/module/core"/{holders/foo,drivers} "$MACHINE/sys/bus/pci/drivers/core"
	ln -s ../../../../../../class/block "$MACHINE/sys$other/block/sdb/subsystem"
	inside stat -c '%Hd:%Ld' /lib/modules >"$MACHINE/sys$other/block/sdb/dev"
	ln -s ../../../bus/pci/drivers/core "$MACHINE/sys/module/core/drivers/pci:core"
	ln -s "../../../..$other" "$MACHINE/sys/bus/pci/drivers/core/0000:00:04.0"
	stage
	run_inside load --json
	equals "0 in-use sdb is mounted" "$status $(json "' '.join(a['packages'][0]['devices'][0][k] for k in ('state', 'detail'))")"
	equals OLD "$(inside cat /sys/module/foo/srcversion)"
	# Somebody else uses it, too: it would stay.
	mkdir "$MACHINE/sys/module/core/holders/bar"
	run_inside load --json
	equals "0 bound srcversion foo" "$status $(device)"
}

@test "a device whose old driver stayed loaded is given back to it" {
	stage
	run_inside load
	touch "$MACHINE/sys/bus/pci/drivers_probe"
	run_inside load --undo
	equals "0 ${slot##*/}" "$status $(<"$MACHINE/sys/bus/pci/drivers_probe")"
}

@test "did-not-bind: what does not bind is taken back, and the next best build gets its turn" {
	have_old_driver
	local before
	before=$(picture)
	touch "$MACHINE/idle/foo"
	stage
	run_inside load --json
	follows_schema
	equals "4 undone not-bound" "$status $(json "a['packages'][0]['state'] + ' ' + a['packages'][0]['devices'][0]['state']")"
	equals OLD "$(inside cat /sys/module/foo/srcversion)"
	equals "$before" "$(picture)" "the machine"
	rm "$MACHINE/idle/foo"
	stage --json
	equals "did-not-bind selected" "$(json "' '.join(p['reason'] for p in sorted(a['packages'], key=lambda p: p['version'], reverse=True))")"
	run_inside load --json
	equals "0 bound srcversion foo" "$status $(device)"
	equals STAGED1 "$(inside cat /sys/module/foo/srcversion)"
	run_inside load --undo
	stage --json
	equals "selected 2" "$(json "' '.join(p['reason'] + ' ' + p['version'][0] for p in a['packages'] if p['verdict'] == 'selected')")"
}

@test "a module that cannot be loaded is undone with what modprobe says" {
	touch "$MACHINE/broken/foo"
	stage
	run_inside load --json
	equals "4 undone" "$status $(json "a['packages'][0]['state']")"
	[[ $(json "a['packages'][0]['detail']") == *"Exec format error"* ]]
	equals "" "$(inside find "/lib/modules/$release/updates/" -name '*.ko')"
}

@test "a blacklisted module is staged and not loaded" {
	stage
	inside mkdir -p /run/modprobe.d
	inside bash -c 'echo "blacklist foo" >/run/modprobe.d/admin.conf'
	run_inside load --json
	equals "0 linked blacklisted" "$status $(json "a['packages'][0]['state'] + ' ' + a['packages'][0]['devices'][0]['state']")"
	equals "" "$(grep 'modprobe -b' "$MACHINE/log")"
}

@test "firmware and configuration take effect, and what kmod cannot unpack is unpacked" {
	depmod --version | grep -q -- -ZLIB || skip "kmod reads modules compressed with gzip"
	run_inside stage --no-gpg-checks --repo "$BATS_FILE_TMPDIR/parts" --kernel "$BATS_FILE_TMPDIR/symvers" \
		--kernel-release "$release" --arch x86_64
	equals 0 "$status"
	run_inside load --json
	equals "0 bound srcversion None" "$status $(device)"
	equals /run/kmp-match/firmware "$(json "a['firmware']")"
	equals /run/kmp-match/firmware "$(inside cat /sys/module/firmware_class/parameters/path)"
	equals "firmware bytes" "$(inside cat /run/kmp-match/firmware/foo/fw.bin)"
	equals $'options foo speed=1\nblacklist old_foo' "$(inside cat /run/modprobe.d/kmp-match-foo-kmp-"$flavor"-3.0-1.x86_64-0.conf)"
	equals foo.ko "$(inside find "/lib/modules/$release/updates/kmp-match/" -name 'foo*' -type f -printf %f)"
	run_inside load --undo
	equals "" "$(inside find "/lib/modules/$release/updates" /run/modprobe.d -name '*foo*')" "what is left"
	# The kernel takes a text that ends at once; a file keeps what stood behind.
	equals 00 "$(inside od -An -tx1 -N1 /sys/module/firmware_class/parameters/path | tr -d ' ')"
	inside test ! -e /run/kmp-match/firmware
}

@test "where links would outlive what they lead to, an overlay takes them" {
	have_old_driver
	inside umount /lib/modules
	inside cp -r "$MACHINE/modules/." /lib/modules/
	inside cp "$BATS_FILE_TMPDIR/old/foo.ko" "/lib/modules/$release/kernel/"
	inside depmod -a "$release"
	local before
	before=$(picture)
	stage
	run_inside load --json
	equals "0 overlay" "$status $(json "a['tree']")"
	equals STAGED2 "$(inside cat /sys/module/foo/srcversion)"
	equals 1 "$(inside grep -c 'overlay kmp-match' /proc/self/mountinfo)"
	run_inside load
	equals 1 "$(inside grep -c 'overlay kmp-match' /proc/self/mountinfo)" "overlays"
	run_inside load --undo
	equals "$before" "$(picture)" "the machine"
}

@test "a dry run tells what would be tried and changes nothing" {
	have_old_driver
	stage
	local before
	before=$(picture)
	run_inside load --dry-run --json
	follows_schema
	equals "0 planned None foo" "$status $(device)"
	equals "$before" "$(picture)"
	inside test ! -e /run/kmp-match/state.json
}

@test "a run that was killed is finished by the next one, or taken back" {
	have_old_driver
	local before
	before=$(picture)
	stage
	printf '%s\n' '#!/bin/sh' "kill -9 \$PPID" >"$MACHINE/bin/depmod"
	chmod +x "$MACHINE/bin/depmod"
	run_inside load
	equals 137 "$status"
	rm "$MACHINE/bin/depmod"
	run_inside load --json
	equals "0 bound srcversion foo" "$status $(device)"
	printf '#!/bin/sh\nexit 1\n' >"$MACHINE/bin/depmod"
	chmod +x "$MACHINE/bin/depmod"
	run_inside load --undo
	equals 1 "$status"
	says "index the modules"
	rm "$MACHINE/bin/depmod"
	run_inside load --undo
	equals 0 "$status"
	equals "$before" "$(picture)" "the machine"
}

@test "nothing staged is nothing to do, and what is for another kernel an error" {
	run_inside load
	equals "0 nothing is staged" "$status $output"
	run_inside stage --no-gpg-checks --repo "$BATS_FILE_TMPDIR/repo" --kernel "$BATS_FILE_TMPDIR/symvers" \
		--kernel-release "6.4.0-1-$flavor" --arch x86_64
	run_inside load
	fails 1 "6.4.0-1-$flavor" "$release"
	run_inside load --root /
	fails 2 --root
	run_inside load extra
	fails 2 extra
}
