#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is kept of the installed packages and of the kernel, between runs.

load ../lib/common

release=6.4.0-1-default

setup_file() {
	local make=$BATS_TEST_DIRNAME/../lib
	mkdir -p "$BATS_FILE_TMPDIR/world/root/lib/modules/$release/kernel/drivers"
	cd "$BATS_FILE_TMPDIR/world" || return
	make_symvers printk=1111 kmalloc=2222 helper_call=3333=kernel/helper >symvers
	"$make/make-module" helper.ko export=helper_call:3333 import=printk:1111
	cp helper.ko "root/lib/modules/$release/kernel/drivers/"
	"$make/make-packages" repo "$PWD/repo" <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		requires ksym(default:helper_call) = 3333
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
	"$make/make-packages" base "$PWD/root" <<-TEXT
		package coreutils-9-1.x86_64
		package grep-3-1.x86_64
	TEXT
	settle
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	ln -s "$BATS_FILE_TMPDIR"/world/{repo,machine,symvers} .
	ROOT=$BATS_FILE_TMPDIR/world/root
}

# settle: what changed just now is not kept.
settle() { sleep 4; }

# own_root: let the test change what is installed.
own_root() {
	cp -r "$ROOT" own
	ROOT=$PWD/own
	settle
}

# answer ARGUMENT...: a dry run in JSON for the kernel of the tree, with a cache in ./cache.
answer() {
	kmp_match --dry-run --json --no-gpg-checks --repo repo --hardware machine --kernel "$release" \
		--cache-dir "$PWD/cache" "$@"
}

# same WANTED: the answer is that one, and was given without a word about the cache.
same() {
	equals 0 "$status" "exit status"
	equals "$1" "$output"
	[[ ${errors-} != *cache* ]] || equals "no word of the cache" "$errors"
}

# opened WORD ARGUMENT...: how many files with WORD in their path a run opens.
opened() {
	local word=$1
	shift
	command -v strace >/dev/null || skip "strace is not installed"
	strace -f -o trace -e trace=open,openat,openat2 "$KMP_MATCH" --root "$ROOT" --dry-run --json --no-gpg-checks \
		--repo repo --hardware machine --kernel "$release" --cache-dir "$PWD/cache" "$@" >traced 2>/dev/null || [[ $? == 3 ]]
	grep -c "\"[^\"]*${word}[^\"]*\".*= [0-9]" trace || [[ $? == 1 ]]
}

@test "the answer is the same with a cache, without one and from one" {
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer cannot be traced"
	answer --no-cache
	wanted=$output
	[[ ! -e cache ]]
	answer
	same "$wanted"
	equals 3 "$(find cache/system cache/kernel -type f | wc -l)" "files"
	answer
	same "$wanted"
	equals 0 "$(opened rpmdb.sqlite)" "openings of the database"
	equals "$wanted" "$(<traced)"
	[[ $(opened rpmdb.sqlite --no-cache) != 0 ]]
}

@test "another package that is installed is noticed" {
	own_root
	answer
	"${here:?}/../lib/make-packages" base "$ROOT" <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		provides kmod(foo.ko)
	TEXT
	answer --no-cache
	wanted=$output
	[[ $wanted == *installed* ]]
	for _ in 1 2 3; do
		answer
		same "$wanted"
		sleep 2
	done
	equals 3 "$(find cache/system cache/kernel -type f | wc -l)" "files"
}

@test "a database that changed just now is read, and kept later" {
	own_root
	touch "$ROOT"/var/lib/rpm/rpmdb.sqlite
	answer
	equals "" "$(find cache -name 'installed-*')"
	settle
	answer
	[[ -n $(find cache -name 'installed-*') ]]
}

@test "a module of the tree that changes, goes or comes is noticed" {
	own_root
	local drivers=$ROOT/lib/modules/$release/kernel/drivers change
	exchanged() { "$here/../lib/make-module" "$drivers/helper.ko" export=helper_call:4444; }
	added() { "$here/../lib/make-module" "$drivers/more.ko" export=other_call:5555; }
	removed() { rm "$drivers/helper.ko"; }
	kmp_match symbols --cache-dir cache --kernel "$release" helper_call
	equals 0 "$status"
	[[ -n $(find cache -name 'symbols-*') ]]
	for change in exchanged added removed; do
		"$change"
		kmp_match symbols --no-cache --kernel "$release" helper_call other_call
		wanted=$output
		kmp_match symbols --cache-dir cache --kernel "$release" helper_call other_call
		equals "$wanted" "$output" "$change"
		settle
		kmp_match symbols --cache-dir cache --kernel "$release" helper_call other_call
		equals "$wanted" "$output" "$change, kept"
		kmp_match symbols --cache-dir cache --kernel "$release" helper_call other_call
		equals "$wanted" "$output" "$change, from the cache"
	done
}

@test "a symvers file that changes is noticed, whatever its time says" {
	local arguments=(symbols --cache-dir cache --kernel ./symvers --kernel-release "$release" printk)
	cp --remove-destination "$(realpath symvers)" symvers
	settle
	kmp_match "${arguments[@]}"
	[[ $output == *1111* ]]
	equals 1 "$(find cache -name 'symbols-*' | wc -l)"
	touch -r symvers stamp
	sed -i 's/00001111/0000aaaa/' symvers
	touch -r stamp symvers
	kmp_match "${arguments[@]}"
	[[ $output == *aaaa* ]]
}

@test "a damaged, cut or foreign file is neither trusted nor fatal" {
	local file damage
	answer --no-cache
	wanted=$output
	answer
	for damage in 'truncate -s -1' 'truncate -s 100' 'truncate -s 0' 'tee' 'chmod o+w' 'ln -f -t other'; do
		for file in cache/system/* cache/kernel/*; do
			mkdir -p other
			rm -f other/*
			$damage "$file" </dev/null >/dev/null
		done
		answer
		same "$wanted"
		answer
		same "$wanted"
		rm -rf cache other
		answer
	done
	for file in cache/system/* cache/kernel/*; do
		printf '\377' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc status=none
	done
	answer
	same "$wanted"
}

@test "a folder that is not ours alone is not used, and said" {
	mkdir -m 777 cache
	answer
	equals 0 "$status"
	says "nothing is kept" "others than its owner may write"
	equals 0 "$(find cache -type f | wc -l)"
	equals cache-unused "$(json "[d['id'] for d in a['diagnostics'] if d['id'].startswith('cache')][0]")"
	valid
	rmdir cache
	ln -s elsewhere cache
	mkdir elsewhere
	answer
	equals 0 "$status"
	says "nothing is kept"
	answer --cache-dir no/such/folder
	equals 0 "$status"
	says "nothing is kept" "No such file or directory"
	answer --no-cache
	equals "" "$(grep cache <<<"$errors")"
}

@test "where nothing can be written everything works, and a sentence says so" {
	local own=(unshare --mount)
	((EUID == 0)) && "${own[@]}" true 2>/dev/null || skip "nothing can be mounted here"
	answer --no-cache
	wanted=$(json "a['packages']")
	mkdir -m 700 cache
	# Folders and a page of each file fit, and nothing else.
	cat >inside <<-'SCRIPT'
		mount -t tmpfs -o size=8k,mode=0700 tmpfs cache || exit 99
		"$@"
		status=$?
		find cache -type f >left
		exit $status
	SCRIPT
	status=0
	output=$("${own[@]}" sh inside "$KMP_MATCH" --root "$ROOT" --dry-run --json --no-gpg-checks --repo repo \
		--hardware machine --kernel "$release" --cache-dir "$PWD/cache" 2>stderr) || status=$?
	errors=$(<stderr)
	[[ $status != 99 ]] || skip "nothing can be mounted here"
	equals 0 "$status"
	equals "$wanted" "$(json "a['packages']")"
	says "is not kept" "No space left on device"
	[[ $(<left) != *.new-* ]]
}

@test "a run that is killed at any call of a write leaves a cache that is used" {
	command -v strace >/dev/null || skip "strace is not installed"
	strace -o /dev/null true 2>/dev/null || skip "no process can be traced here"
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer cannot be traced"
	local call number count killed=0
	answer --no-cache
	wanted=$output
	for call in mkdirat flock ftruncate write pwrite64 renameat unlinkat; do
		rm -rf cache
		strace -f -o trace -e "trace=$call" "$KMP_MATCH" --root "$ROOT" --dry-run --json --no-gpg-checks --repo repo \
			--hardware machine --kernel "$release" --cache-dir "$PWD/cache" >/dev/null 2>&1
		count=$(grep -c "$call(" trace) || [[ $? == 1 ]]
		for ((number = 1; number <= count; number++)); do
			rm -rf cache
			strace -f -o /dev/null -e "inject=$call:signal=KILL:when=$number" "$KMP_MATCH" --root "$ROOT" \
				--dry-run --json --no-gpg-checks --repo repo --hardware machine --kernel "$release" \
				--cache-dir "$PWD/cache" >/dev/null 2>&1 && continue
			killed=$((killed + 1))
			answer
			same "$wanted"
			answer
			same "$wanted"
			equals 3 "$(find cache/system cache/kernel -type f ! -name '.new-*' | wc -l)" "files after $call $number"
			equals "" "$(find cache -name '.new-*')" "leftovers of $call $number"
		done
	done
	echo "# counted: $killed runs killed" >&3
	((killed >= 15))
}

@test "of another system nothing is kept unasked, nor in an initrd" {
	command -v strace >/dev/null || skip "strace is not installed"
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer cannot be traced"
	strace -f -o trace -e trace=file "$KMP_MATCH" --root "$ROOT" --dry-run --no-gpg-checks --repo repo --hardware machine \
		--kernel "$release" >/dev/null 2>&1
	equals "" "$(grep /var/cache/kmp-match trace)"
}
