#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is kept of the modules in packages, between runs; and that nothing is staged by it.

load ../lib/common

release=6.4.0-1-default
card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
tail='SMP preempt mod_unload modversions '

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local make=$BATS_TEST_DIRNAME/../lib name
	mkdir -p "$BATS_FILE_TMPDIR/world/root/lib/modules/$release/updates" "$BATS_FILE_TMPDIR/world/keys"
	cd "$BATS_FILE_TMPDIR/world" || return
	make_symvers printk=1111 kmalloc=2222 >symvers
	for name in rpms other; do
		mkdir "$name"
		"$make/make-module" foo.ko import=printk:1111 export=foo_call:5555 "description=$name" \
			"alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" "vermagic=$release $tail"
		[[ $name != other ]] || "$make/make-module" foo.ko import=printk:9999
		xz -k --check=crc32 foo.ko
		"$make/make-rpm" foo-kmp-default-1.0-1 "$name" "/lib/modules/$release/updates/foo.ko.xz=foo.ko.xz" \
			"/lib/firmware/foo.bin=symvers" <<-TEXT
				Provides: kmod(foo.ko)
				Requires: ksym(default:printk) = 1111
				Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
			TEXT
		rm foo.ko.xz
	done
	"$make/make-key" keys ed25519 ed25519
	"$make/make-module" bar.ko import=kmalloc:2222 "vermagic=$release $tail"
	xz --check=crc32 bar.ko
	cp bar.ko.xz "root/lib/modules/$release/updates/"
	"$make/make-packages" base "$PWD/root" <<-TEXT
		package bar-kmp-default-1.0-1.x86_64
		provides kmod(bar.ko)
		file /lib/modules/$release/updates/bar.ko.xz
	TEXT
	make_machine machine "$card"
	settle
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ln -s "$BATS_FILE_TMPDIR"/world/{machine,symvers,keys} .
	cp -rp "$BATS_FILE_TMPDIR"/world/rpms .
	# Times of change are those of the copies.
	ln -s "$BATS_FILE_TMPDIR/world/rpms" steady
	ROOT=$BATS_FILE_TMPDIR/world/root
}

# settle: what changed just now is not kept.
settle() { sleep 4; }

# answer ARGUMENT...: a dry run in JSON of the packages in ./steady, with a cache in ./cache.
answer() {
	kmp_match --dry-run --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo steady --cache-dir "$PWD/cache" "$@"
}

# checked ARGUMENT...: what of the packages fits, with the same cache.
checked() {
	kmp_match check --json --kernel ./symvers --kernel-release "$release" --arch x86_64 --cache-dir "$PWD/cache" "$@"
}

# kept KIND: the files of it.
kept() { find cache/modules -type f -name "$1-*"; }

# same WANTED WHAT: the answer is that one, and was given without a word about the cache.
same() {
	equals "$1" "$output" "$2"
	[[ ${errors-} != *cache* ]] || equals "no word of the cache" "$errors" "$2"
}

@test "a dry run says of packages the same with a cache, without one and from one" {
	local round
	answer --no-cache
	wanted=$output
	equals "selected selected" "$(verdict foo-kmp-default)"
	for round in 1 2 3; do
		answer
		same "$wanted" "run $round"
		equals 1 "$(kept payload | wc -l)" "files after run $round"
	done
}

@test "an RPM whose payload is known is not unpacked again by a dry run" {
	answer
	"${here:?}/../lib/forge-cache" "$(kept payload)" "$release SMP" "$release UFO"
	answer
	equals "$release UFO preempt mod_unload modversions " "$(json "a['packages'][0]['modules'][0]['vermagic']")"
}

@test "what is staged is proven from the RPM, whatever the cache says" {
	answer
	"$here/../lib/forge-cache" "$(kept payload)" "$release SMP" "$release UFO"
	kmp_match stage --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo steady --cache-dir "$PWD/cache" --stage-dir stage
	equals 0 "$status"
	equals "$release $tail" "$(json "a['packages'][0]['modules'][0]['vermagic']")"
	answer
	equals "$release $tail" "$(json "a['packages'][0]['modules'][0]['vermagic']")" "kept by the run that staged"
}

@test "an RPM with other bytes in the same place is read" {
	local repo=(--repo "$PWD/here" --no-gpg-checks)
	mkdir here
	cp rpms/*.rpm here/
	settle
	plan "${repo[@]}" --cache-dir cache
	equals "selected selected" "$(verdict foo-kmp-default)"
	[[ -n $(kept payload) ]]
	cat "$BATS_FILE_TMPDIR"/world/other/*.rpm >"$(echo here/*.rpm)"
	plan "${repo[@]}" --cache-dir cache
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
	equals 1 "$(kept payload | wc -l)" "files: it changed just now"
}

@test "who vouches for an RPM is asked in every run" {
	local signed=("$PWD/signed/foo-kmp-default-1.0-1.x86_64.rpm") again=(--repo signed --cache-dir cache)
	mkdir signed trusted
	cp rpms/*.rpm signed/
	"$here/../lib/sign" keys ed25519 "${signed[0]}"
	cp keys/ed25519.asc trusted/
	settle
	plan "${again[@]}" --keys trusted
	equals "selected selected" "$(verdict foo-kmp-default)"
	[[ -n $(kept payload) ]]
	plan "${again[@]}"
	equals "rejected unknown-key" "$(verdict foo-kmp-default)"
	plan "${again[@]}" --keys trusted
	equals "selected selected" "$(verdict foo-kmp-default)"
}

@test "of an RPM that changed just now nothing is kept" {
	cp -r rpms fresh
	plan --repo fresh --no-gpg-checks --cache-dir cache
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals "" "$(kept payload)"
	checked fresh/*.rpm
	equals "" "$(kept kmp)"
}

@test "for another kernel the payload is read" {
	local -a to=(--kernel-release 6.4.0-2-default)
	answer
	before=$(sha256sum <"$(kept payload)")
	answer --no-cache "${to[@]}"
	wanted=$output
	answer "${to[@]}"
	same "$wanted" "another kernel"
	[[ $(sha256sum <"$(kept payload)") != "$before" ]]
}

@test "check says of RPMs the same with a cache, without one and from one" {
	local round name
	for name in steady/*.rpm foo-kmp-default; do
		checked --no-cache --repo steady "$name"
		wanted=$output
		equals fits "$(json "a['kernels'][0]['packages'][0]['verdict']")" "$name"
		for round in 1 2; do
			checked --repo steady "$name"
			same "$wanted" "$name, run $round"
		done
	done
	equals 1 "$(kept kmp | wc -l)" "files"
	"$here/../lib/forge-cache" "$(kept kmp)" printk prontk
	checked steady/*.rpm
	equals "fits-not prontk" "$(json "' '.join([a['kernels'][0]['packages'][0]['verdict']] + a['kernels'][0]['packages'][0]['kabi']['missing'])")"
}

@test "check says of installed packages the same from a cache until a module changes" {
	local module round
	cp -rp "$ROOT" own
	ROOT=$PWD/own
	module=$ROOT/lib/modules/$release/updates/bar.ko.xz
	settle
	checked --no-cache
	wanted=$output
	equals fits "$(json "a['kernels'][0]['packages'][0]['verdict']")"
	for round in 1 2; do
		checked
		same "$wanted" "run $round"
		equals 1 "$(kept kmp | wc -l)" "files after run $round"
	done
	"$here/../lib/forge-cache" "$(kept kmp)" kmalloc kmillac
	checked
	equals kmillac "$(json "a['kernels'][0]['packages'][0]['kabi']['missing'][0]")"
	cp -p "$module" old
	"$here/../lib/make-module" new.ko import=kmalloc:9999 "vermagic=$release $tail"
	xz --check=crc32 new.ko
	cat new.ko.xz >"$module"
	touch -r old "$module"
	checked
	equals kmalloc "$(json "a['kernels'][0]['packages'][0]['kabi']['differing'][0]")"
	rm "$module"
	checked --no-cache
	wanted=$output
	checked
	same "$wanted" "a module that is gone"
}

@test "what is damaged or cut is made again" {
	local file size at damaged=0
	answer --no-cache
	wanted=$output
	answer
	file=$(kept payload)
	size=$(stat -c %s "$file")
	cp "$file" whole
	for ((at = 0; at < size; at += 149)); do
		printf '\xa5' | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
		cmp -s whole "$file" || damaged=$((damaged + 1))
		answer
		same "$wanted" "byte $at"
		cmp whole "$file"
	done
	for ((at = 0; at < size; at += 613)); do
		truncate -s "$at" "$file"
		answer
		same "$wanted" "cut at $at"
		cmp whole "$file"
	done
	echo "# counted: $damaged bytes changed" >&3
	((damaged > 20))
}

@test "a run that is killed while it keeps something leaves a cache that is used" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "no process can be traced here"
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer cannot be traced"
	local call number killed=0 run=("$KMP_MATCH" --root "$ROOT" --dry-run --json --no-gpg-checks --kernel ./symvers
		--kernel-release "$release" --arch x86_64 --hardware machine --repo steady --cache-dir "$PWD/cache")
	answer
	wanted=$output
	for call in flock ftruncate write pwrite64 renameat; do
		for ((number = 1; number < 20; number++)); do
			rm -rf cache/modules/*
			strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$number" "${run[@]}" >/dev/null 2>&1 && break
			killed=$((killed + 1))
			answer
			same "$wanted" "after $call $number"
			equals 1 "$(kept payload | wc -l)" "files after $call $number"
			equals "" "$(find cache -name '.new-*')" "leftovers of $call $number"
		done
	done
	echo "# counted: $killed runs killed" >&3
	((killed >= 5))
}

@test "a folder that others may write to is not used" {
	answer --no-cache
	wanted=$(json "a['packages']")
	answer
	chmod 777 cache/modules
	answer
	equals 0 "$status"
	says "nothing is kept"
	equals "$wanted" "$(json "a['packages']")"
}
