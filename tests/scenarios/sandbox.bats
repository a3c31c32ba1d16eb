#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a parser that was taken over can still do, and that everything works with fewer rights.

load ../lib/common

release=6.4.0-1-default

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local tools=$BATS_TEST_DIRNAME/../../tools make=$BATS_TEST_DIRNAME/../lib
	mkdir -p "$BATS_FILE_TMPDIR/world"
	cd "$BATS_FILE_TMPDIR/world" || return
	mkdir repo root
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	"$tools/make-kmp" foo "$release" repo foo.ko
	"$make/make-packages" base "$PWD/root" <<-TEXT
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = $release
		provides multiversion(kernel)
		ksyms default printk=1111
		package coreutils-9-1.x86_64
		package grep-3-1.x86_64
	TEXT
	make_symvers printk=1111 >symvers
	gzip --keep symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	world=$BATS_FILE_TMPDIR/world
}

# compile: make the library that takes a parser over, and the program that shows what it would do.
compile() {
	local source=${here:?}/../lib/compromised.c
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer's build takes no other library before its own"
	cc -D_GNU_SOURCE -shared -fPIC -o "$BATS_TEST_TMPDIR/compromised.so" "$source" -ldl
	cc -D_GNU_SOURCE -DCONTROL -o "$BATS_TEST_TMPDIR/control" "$source"
}

# open_to_all: the way to the test's folders, and a program, that a user without rights needs.
open_to_all() {
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	cp "$KMP_MATCH" "$BATS_TEST_TMPDIR/program"
}

@test "a parser that was taken over can write to the staging directory and nowhere else" {
	command -v setpriv >/dev/null || skip "setpriv is not installed"
	compile
	open_to_all
	local answer said=0
	answer=$(KMP_MATCH=$BATS_TEST_TMPDIR/program "$here/../lib/compromise" "$world" \
		"$BATS_TEST_TMPDIR/compromised.so" "$BATS_TEST_TMPDIR/control" 2>&1) || said=$?
	echo "# counted: $(tail -n 1 <<<"$answer")" >&3
	equals 0 "$said" "$answer"
}

# answer ARGUMENT...: the plan of the world for this test, as JSON.
answer() {
	kmp_match --json --no-gpg-checks --repo "$world/repo" --kernel "$world/symvers.gz" --kernel-release \
		"$release" --arch x86_64 --hardware "$world/machine" "$@"
}

@test "the answer says what was in force" {
	answer --dry-run --verbose
	equals 0 "$status"
	valid
	equals true "$(json "'sandbox' in a")"
	says "input is read"
	[[ $KMP_MATCH == *without* ]] || equals true "$(json "a['sandbox']['seccomp']")"
	answer --stage-dir stage
	equals 0 "$status"
	equals "$(json "a['sandbox']")" "$(output=$(<stage/current/manifest.json) json "a['sandbox']")"
}

@test "where nothing of a sandbox is to be had, everything works as well" {
	local forbid=("$here/../lib/forbid" landlock_create_ruleset seccomp setresuid setresgid capset --)
	printf '#!/bin/sh\nexec %s %s "$@"\n' "${forbid[*]}" "$KMP_MATCH" >bare
	chmod +x bare
	answer --dry-run
	wanted=$(json "[[p['nevra'], p['verdict'], p['reason']] for p in a['packages']]")
	KMP_MATCH=./bare answer --stage-dir stage
	equals 0 "$status"
	valid
	equals "$wanted" "$(json "[[p['nevra'], p['verdict'], p['reason']] for p in a['packages']]")"
	equals null "$(json "a['sandbox']['landlock']")"
	[[ -e stage/current/manifest.json ]]
}

@test "nothing is lost of an answer where root becomes another user" {
	((EUID == 0)) || skip "not root"
	printf '#!/bin/sh\nexec %s landlock_create_ruleset -- %s "$@"\n' "$here/../lib/forbid" "$KMP_MATCH" >no-landlock
	chmod +x no-landlock
	cp -r "$world" secret
	chmod -R go= secret
	# shellcheck disable=SC2030,SC2031 # each test has its own
	world=$PWD/secret
	answer --dry-run
	equals 0 "$status"
	wanted=$(json "[a[key] for key in ('kernel', 'devices', 'packages', 'result')]")
	KMP_MATCH=./no-landlock answer --dry-run
	equals 0 "$status"
	equals 65534 "$(json "a['sandbox']['user']")"
	equals "$wanted" "$(json "[a[key] for key in ('kernel', 'devices', 'packages', 'result')]")"
}

@test "a user without rights can do everything, and what it may not read takes a sentence" {
	open_to_all
	mkdir -m 777 "$BATS_TEST_TMPDIR/own"
	# shellcheck disable=SC2031 # as above
	ROOT=$world/root
	local kernel=(--kernel "$world/symvers.gz" --kernel-release "$release" --arch x86_64 --no-gpg-checks)
	as_nobody scan --json --save "$BATS_TEST_TMPDIR/own/snapshot"
	equals 0 "$status" "scan"
	[[ -s $BATS_TEST_TMPDIR/own/snapshot ]]
	as_nobody --dry-run --json "${kernel[@]}" --repo "$world/repo" --hardware "$world/machine"
	equals "0 selected" "$status $(json "a['packages'][0]['verdict']")" "dry run"
	as_nobody explain "${kernel[@]}" --repo "$world/repo" --hardware "$world/machine"
	equals 0 "$status" "explain"
	as_nobody check "${kernel[@]}" "$world"/repo/*.rpm
	equals 0 "$status" "check"
	as_nobody symbols "${kernel[@]}" --save "$BATS_TEST_TMPDIR/own/table"
	equals 0 "$status" "symbols"
	[[ -s $BATS_TEST_TMPDIR/own/table ]]
	as_nobody stage --json "${kernel[@]}" --repo "$world/repo" --hardware "$world/machine" \
		--stage-dir "$BATS_TEST_TMPDIR/own/stage"
	equals 0 "$status" "stage"
	equals generations/1 "$(readlink "$BATS_TEST_TMPDIR/own/stage/current")"
}

@test "files that a user may not read take a sentence each" {
	((EUID == 0)) || skip "not root"
	open_to_all
	local file kernel=(--kernel "$world/symvers.gz" --kernel-release "$release" --arch x86_64 --no-gpg-checks)
	for file in root/var/lib/rpm/rpmdb.sqlite symvers.gz machine repo; do
		rm -rf locked
		cp -r "$world" locked
		chmod 0600 "locked/$file"
		# shellcheck disable=SC2034 # for as_nobody
		ROOT=$PWD/locked/root
		as_nobody --dry-run "${kernel[@]//$world/$PWD/locked}" --repo "$PWD/locked/repo" \
			--hardware "$PWD/locked/machine"
		[[ $status == [12] && ${errors-} == *"ermission denied"* ]] || equals "permission denied" "$status $output" "$file"
	done
}
