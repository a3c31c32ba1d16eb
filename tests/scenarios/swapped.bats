#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What was looked at is what is staged, whatever somebody does to the repository in between. The runs
# are held for a moment, by strace, at a system call that they make between one and the other.

load ../lib/common

release=6.4.0-1-default
foo="foo-kmp-default-1.0-1.x86_64"
bar="bar-kmp-default-1.0-1.x86_64"

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "no process can be traced here"
	local make=$BATS_TEST_DIRNAME/../lib
	cd "$BATS_FILE_TMPDIR" || return
	mkdir rpms evil older
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	"$make/make-module" evil.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" \
		"description=evil"
	"$make/make-module" bar.ko import=printk:1111 "alias=usb:v1234p5678d*"
	for build in "foo rpms $foo" "evil evil $foo" "foo older ${foo/1.0/0.9}"; do
		read -r module folder name <<<"$build"
		"$make/make-rpm" "${name%.x86_64}" "$folder" "/lib/modules/$release/updates/foo.ko=$module.ko" <<-TEXT
			Requires: ksym(default:printk) = 1111
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	done
	"$make/make-rpm" "${bar%.x86_64}" rpms "/lib/modules/$release/updates/bar.ko=bar.ko" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:usb:v1234p5678d*)
	TEXT
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	rpms=$BATS_FILE_TMPDIR/rpms evil=$BATS_FILE_TMPDIR/evil/$foo.rpm
	make_symvers printk=1111 >symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00 \
		usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	cp -r "$rpms" repo
	program=$KMP_MATCH
}

# held CALL WHEN HOW: from now on, kmp_match waits two seconds at the WHENth CALL, at its entry or exit.
held() {
	cat >held <<-TEXT
		#!/bin/sh
		export ASAN_OPTIONS=\$ASAN_OPTIONS:detect_leaks=0
		exec strace -f -o "$PWD/trace" -e trace=$1 -e inject=$1:delay_$3=2000000:when=$2 "$program" "\$@"
	TEXT
	chmod +x held
	KMP_MATCH=$PWD/held
}

checks=(--no-gpg-checks)

# meanwhile COMMAND...: do that as soon as the staging directory is locked: the choice is made then.
meanwhile() {
	held ftruncate 1 enter
	{
		until [[ -e stage/lock || -e over ]]; do sleep 0.02; done
		"$@"
		[[ -e stage/generations ]] || touch in-time
	} 3>&- &
	kmp_match stage --json "${checks[@]}" --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	touch over
	wait
	rm over
	[[ -e in-time ]]
}

swap() { mv swapped "repo/$foo.rpm"; }
rewrite() { cat "$evil" >"repo/$foo.rpm"; }
append() { cat "$evil" >>"repo/$foo.rpm"; }
cut_short() { truncate -s 1000 "repo/$foo.rpm"; }
remove() { rm -r repo; }

@test "an RPM that is swapped for another, or removed, is staged as it was looked at" {
	for change in swap remove; do
		rm -rf stage in-time repo
		cp -r "$rpms" repo
		cp "$evil" swapped
		meanwhile "$change"
		equals 0 "$status" "$change"
		equals "$bar $foo" "$(sort stage/current/packages | xargs)" "$change"
		cmp "$rpms/$foo.rpm" "stage/current/rpms/$foo.rpm"
		cmp "$BATS_FILE_TMPDIR/foo.ko" "stage/current/modules/$release/$foo/updates/foo.ko"
		valid
	done
}

@test "an RPM that is rewritten in place is corrupt, and costs the others nothing" {
	for change in rewrite append cut_short; do
		rm -rf stage in-time repo
		cp -r "$rpms" repo
		meanwhile "$change"
		equals 3 "$status" "$change"
		says "$foo"
		equals "rejected corrupt" "$(verdict foo-kmp-default)" "$change"
		equals "$bar" "$(<stage/current/packages)" "$change"
		equals "" "$(find stage -name '*foo*')" "$change: of foo"
		equals "$output" "$(<stage/current/manifest.json)"
		valid
	done
}

@test "what another RPM is signed with makes no difference" {
	local make=$BATS_TEST_DIRNAME/../lib keys=$BATS_TEST_TMPDIR/keys who signed
	"$make/make-key" "$keys" vendor rsa2048
	"$make/make-key" "$keys" stranger rsa2048
	mkdir trusted signed
	cp "$keys/vendor.asc" trusted
	checks=(--keys trusted)
	cp "$rpms"/*.rpm signed
	for name in "$foo" "$bar"; do "$make/sign" "$keys" vendor "signed/$name.rpm"; done
	for who in vendor stranger; do
		cp "$BATS_FILE_TMPDIR/evil/$foo.rpm" evil.rpm
		evil=$PWD/evil.rpm
		"$make/sign" "$keys" "$who" "$evil"
		for change in swap rewrite; do
			rm -rf stage in-time repo
			cp -r signed repo
			cp "$evil" swapped
			meanwhile "$change"
			signed="$who, $change"
			if [[ $change == swap ]]; then
				equals 0 "$status" "$signed"
				equals "$bar $foo" "$(sort stage/current/packages | xargs)" "$signed"
				cmp "signed/$foo.rpm" "stage/current/rpms/$foo.rpm"
				cmp "$BATS_FILE_TMPDIR/foo.ko" "stage/current/modules/$release/$foo/updates/foo.ko"
			else
				equals 3 "$status" "$signed"
				equals "rejected corrupt" "$(verdict foo-kmp-default)" "$signed"
				equals "$bar" "$(<stage/current/packages)" "$signed"
				equals "" "$(find stage -name '*foo*')" "$signed: of foo"
			fi
			valid
		done
	done
}

@test "in the place of an RPM that was rewritten comes the next build" {
	cp "$BATS_FILE_TMPDIR"/older/*.rpm repo
	meanwhile rewrite
	equals 0 "$status"
	says "$foo" "changed while it was read"
	equals "$bar ${foo/1.0/0.9}" "$(sort stage/current/packages | xargs)"
	equals "rejected corrupt
selected selected" "$(verdict foo-kmp-default | sort)"
	equals "" "$(find stage/current/ -name "*foo*1.0*")"
}

@test "a copy of the rpm database that is cleared away is an error, not an empty system" {
	make_kernel_base "$release" printk=1111
	[[ -e $ROOT/var/lib/rpm/rpmdb.sqlite ]] || skip "rpm keeps no SQLite database here"
	mkdir tmp
	held sendfile 2 exit
	{
		until [[ -s $(echo tmp/kmp-match.*/rpmdb.sqlite) || -e over ]]; do sleep 0.02; done
		rm -r tmp/kmp-match.*
	} 3>&- &
	TMPDIR=$PWD/tmp kmp_match stage --dry-run --json --hardware machine --repo repo
	touch over
	wait
	fails 1 "its copy was removed while it was read"
}
