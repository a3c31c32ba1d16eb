#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A repository that is published anew while it is read: it is the one that was, or an error, never
# a bit of both. Runs are held for a moment, by strace, at a system call on the metadata.

load ../lib/common

setup_file() {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "no process can be traced here"
	cd "$BATS_FILE_TMPDIR" || return
	offer old 1.0 >old.txt
	offer new 2.0 >new.txt
	make_repo old <old.txt
	make_repo new <new.txt
}

# offer NAME VERSION: a driver before and one behind what takes several calls to read. The first one
# requires a package that is found only when all is read again.
offer() {
	local i
	cat <<-TEXT
		package front-kmp-default-$2-1.x86_64
		requires back-kmp-default = $2-1
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	for ((i = 0; i < 400; i++)); do
		printf 'package filler%d-%s-1.x86_64\nrequires %s%d\n' "$i" "$2" "$1" $((i * 7919))
	done
	cat <<-TEXT
		package back-kmp-default-$2-1.x86_64
		supplements modalias(kernel-default:pci:v00008086d0000FFFFsv*sd*bc*sc*i*)
	TEXT
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
	program=$KMP_MATCH
	old=$BATS_FILE_TMPDIR/old new=$BATS_FILE_TMPDIR/new
	primary=$(cd "$old" && echo repodata/*primary.xml*)
	[[ -e $new/$primary ]]
}

swap() {
	rm -rf published
	cp -r "$new" published
	mv published/"$primary" "repo/$primary"
	mv published/repodata/repomd.xml repo/repodata/repomd.xml
}
remove() { rm -r repo; }
rewrite() { cat "$new/$primary" >"repo/$primary"; }
append() { cat "$new/$primary" >>"repo/$primary"; }
cut_short() { truncate -s 20000 "repo/$primary"; }

# meanwhile COMMAND FILE CALL NUMBER TRACE: a run with a cache that is held at the NUMBERth CALL on
# FILE of ./repo, and COMMAND in that moment, when TRACE is in its trace.
meanwhile() {
	rm -rf repo trace cache over in-time
	cp -r "$old" repo
	cat >held <<-TEXT
		#!/bin/sh
		export ASAN_OPTIONS=\$ASAN_OPTIONS:detect_leaks=0
		exec strace -f -o "$PWD/trace" -P "$PWD/repo/$2" -e trace=read,lseek \
			-e inject=$3:delay_enter=1000000:when=$4 "$program" "\$@"
	TEXT
	chmod +x held
	{
		until [[ -e over ]] || grep -q "$5" trace 2>/dev/null; do sleep 0.02; done
		sleep 0.1
		"$1"
		[[ -e over ]] || touch in-time
	} 3>&- &
	KMP_MATCH=$PWD/held plan --no-gpg-checks --repo repo --cache-dir cache
	touch over
	wait
	[[ -e in-time ]] || equals "a change in time" "one that came too late" "$*"
}

# selects VERSION WHAT: both drivers are that version's.
selects() {
	equals 0 "$status" "exit status, $2"
	equals "back-kmp-default-$1-1.x86_64 front-kmp-default-$1-1.x86_64" \
		"$(json "' '.join(sorted(p['nevra'] for p in a['packages'] if p['verdict'] == 'selected'))")" "$2"
}

# refuses WHAT: nothing of the repository is in the answer, and it is said why.
refuses() {
	equals 1 "$status" "exit status, $1"
	equals "[]" "$(json "a['packages']")" "packages, $1"
	says "repomd.xml says"
}

# When all is read, and, once its end was reached, when it is read again for what the closure needs.
moments=('read 3 read(' 'lseek 2 read(.*"",')

@test "a repository that is published anew while it is read counts as it was" {
	local change call number trace
	for moment in "${moments[@]}"; do
		read -r call number trace <<<"$moment"
		for change in swap remove; do
			meanwhile "$change" "$primary" "$call" "$number" "$trace"
			selects 1.0 "$change at $call $number"
		done
		# The cache of what was is not asked about what is.
		cp -r "$new" repo
		plan --no-gpg-checks --repo repo --cache-dir cache
		selects 2.0 "the next run"
	done
}

@test "metadata that is rewritten while it is read is refused, and not kept" {
	local change call number trace
	for moment in "${moments[@]}"; do
		read -r call number trace <<<"$moment"
		for change in rewrite append cut_short; do
			meanwhile "$change" "$primary" "$call" "$number" "$trace"
			refuses "$change at $call $number"
			cat "$old/$primary" >"repo/$primary"
			plan --no-gpg-checks --repo repo --cache-dir cache
			selects 1.0 "after $change at $call $number"
		done
	done
}

@test "a repository that is published between its index and its metadata is refused" {
	meanwhile swap repodata/repomd.xml read 2 'read('
	refuses "swapped"
	plan --no-gpg-checks --repo repo --cache-dir cache
	selects 2.0 "the next run"
}
