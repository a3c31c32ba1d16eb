#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is kept of repositories, between runs.

load ../lib/common

e1000e=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
igb=pci:v00008086d000010C9sv00008086sd0000A03Cbc02sc00i00

# others COUNT: drivers for other hardware.
others() {
	local i symbol
	for ((i = 0; i < $1; i++)); do
		printf 'package other%d-kmp-default-1-1.x86_64\nprovides kmod(other%d.ko)\n' "$i" "$i"
		printf 'supplements modalias(kernel-default:pci:v%08Xd%08Xsv*sd*bc*sc*i*)\n' $((i % 9)) "$i"
		for symbol in {0..19}; do
			echo "requires ksym(default:symbol_$((i * 7 + symbol))) = $((10000000 + i))"
		done
	done
}

# offer VERSION [COUNT]: a repository in ./repo in which packages of every kind lead to each other,
# and COUNT others.
offer() {
	make_repo repo <<-TEXT
		$(others "${2:-0}")
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = 6.4.0-1-default
		ksyms default printk=1111 kmalloc=2222
		package e1000e-kmp-default-$1_k6.4.0_1-1.1.x86_64
		vendor Some & Co.
		provides kmod(e1000e.ko)
		requires ksym(default:printk) = 1111
		requires ksym(default:from_dca) = 3333
		requires e1000e-firmware
		requires /usr/bin/tool
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package e1000e-kmp-rt-$1_k6.4.0_1-1.1.x86_64
		provides kmod(e1000e.ko)
		requires ksym(rt:printk) = 1111
		supplements modalias(kernel-rt:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package igb-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		provides kmod(igb.ko)
		requires ksym(default:kmalloc) = 9999
		supplements modalias(kernel-default:pci:v00008086d000010C[0-9A-F]sv*sd*bc*sc*i*)
		package dca-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		provides ksym(default:from_dca) = 3333
		requires ksym(default:kmalloc) = 2222
		package e1000e-firmware-1-1.noarch
		file /lib/firmware/e1000e.bin
		package tool-1-1.x86_64
		file /usr/bin/tool
		package lower-kmp-default-1-1.x86_64
		supplements modalias(kernel-default:pci:v00008086d000010d3sv*sd*bc*sc*i*)
		package filler-1-1.x86_64
		requires something
	TEXT
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	offer 1.0
	make_symvers printk=1111 kmalloc=2222 >symvers
	make_machine machine "$e1000e"
}

# ask ARGUMENT...: the plan, with a cache in ./cache.
ask() { plan --no-gpg-checks --repo repo --cache-dir "$PWD/cache" "$@"; }

# fresh: $wanted is the plan without a cache, $ended its exit status.
fresh() {
	ask --no-cache
	wanted=$output
	ended=$status
}

# same: the plan is $wanted, and nothing was said of a cache.
same() {
	equals "$ended" "$status" "exit status"
	equals "$wanted" "$output"
	[[ $errors != *cache* ]] || equals "no word of the cache" "$errors"
}

# without_metadata COMMAND...: while the metadata itself cannot be read.
without_metadata() {
	mkdir -p away
	mv repo/repodata/*primary.xml* away/
	"$@"
	mv away/* repo/repodata/
}

# not_cached: nothing but the metadata answers.
not_cached() {
	without_metadata ask
	equals 1 "$status" "exit status"
}

# packages: of the plan on stdin.
packages() { /usr/bin/python3 -c 'import json, sys; print(json.load(sys.stdin)["packages"])'; }

# kept: the files that are kept of repositories.
kept() { find cache/metadata -type f -name 'metadata-*'; }

@test "the plan is the same with a cache, without one and from one" {
	fresh
	equals 0 "$ended" "exit status"
	equals "selected selected" "$(json "' '.join(p['verdict'] for p in a['packages'] if p['name'] in ('e1000e-kmp-default', 'dca-kmp-default'))")"
	[[ ! -e cache ]]
	ask
	same
	equals 1 "$(kept | wc -l)" "files"
	without_metadata ask
	same
	valid
}

@test "other hardware finds its packages in the same cache" {
	ask
	make_machine machine "$igb"
	fresh
	[[ $wanted == *igb-kmp-default* ]]
	without_metadata ask
	same
	make_machine machine "$igb" "$e1000e"
	fresh
	without_metadata ask
	same
	make_machine machine pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00
	fresh
	without_metadata ask
	same
}

@test "another kernel finds its packages in the same cache" {
	ask
	kmp_match --dry-run --json --no-gpg-checks --repo repo --hardware machine \
		--kernel 6.4.0-1-default --no-cache
	wanted=$output
	ended=0
	without_metadata kmp_match --dry-run --json --no-gpg-checks --repo repo --hardware machine \
		--kernel 6.4.0-1-default --cache-dir "$PWD/cache"
	same
}

@test "what is installed finds what it lacks in the metadata" {
	make_base <<-TEXT
		package coreutils-9-1.x86_64
	TEXT
	fresh
	ask
	same
	ask
	same
}

@test "a repository that changed is read again" {
	ask
	offer 2.0
	fresh
	[[ $wanted == *2.0_k6.4.0_1* ]]
	not_cached
	ask
	same
	without_metadata ask
	same
	equals 1 "$(kept | wc -l)" "files"
}

@test "a cache of another repository is not taken for this one" {
	ask
	mv repo other
	offer 2.0
	mv repo third
	mv other repo
	fresh
	without_metadata ask
	same
	rm -r repo
	mv third repo
	not_cached
}

@test "with --no-cache nothing is written" {
	fresh
	[[ ! -e cache ]]
	ask
	same
	touch -d @0 cache/metadata/* cache/metadata
	ask --no-cache
	same
	equals "" "$(find cache/metadata -newermt @1)" "written"
}

# told VERB ARGUMENT...: the answer, with a cache in ./cache.
told() {
	kmp_match "$1" --json --no-gpg-checks --repo repo --kernel 6.4.0-1-default --cache-dir "$PWD/cache" "${@:2}"
}

@test "drivers that are named are asked of the cache, whatever hardware they are for" {
	local name
	ask
	for name in igb-kmp-default igb-kmp-default-1.0_k6.4.0_1-1.1.x86_64 '*-kmp-rt' igb dca-kmp-default kernel-default; do
		told explain --hardware machine --no-cache "$name"
		wanted=$output
		ended=0
		[[ $wanted == *"${name#\*}"* ]] || equals "something of $name" "$wanted"
		without_metadata told explain --hardware machine "$name"
		same
	done
	told explain --hardware machine --no-cache tool
	wanted=$output
	told explain --hardware machine tool
	same
}

@test "a module whose name begins as that of a package is asked of the cache" {
	make_repo repo <<-TEXT
		package foo-kmp-default-1-1.x86_64
		provides kmod(foo_bar.ko)
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package elsewhere-kmp-default-1-1.x86_64
		provides kmod(foo_bar.ko)
		supplements modalias(kernel-default:pci:v00008086d000010C9sv*sd*bc*sc*i*)
		package foo-1-1.x86_64
		provides kmod(foo.ko)
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = 6.4.0-1-default
		ksyms default printk=1111 kmalloc=2222
	TEXT
	ask
	told explain --hardware machine --no-cache foo-bar
	wanted=$output
	ended=0
	[[ $wanted == *elsewhere-kmp-default* ]] || equals "whatever has the module" "$wanted"
	without_metadata told explain --hardware machine foo-bar
	same
}

@test "symbols of a kernel on offer are asked of the cache" {
	ask
	told symbols --no-cache printk kmalloc
	wanted=$output
	ended=0
	[[ $wanted == *1111* ]] || equals "a CRC" "$wanted"
	without_metadata told symbols printk kmalloc
	same
}

@test "explaining a package that fits nothing reads all, and leaves the cache as it is" {
	ask
	kmp_match explain --json --no-gpg-checks --repo repo --hardware machine --kernel ./symvers \
		--kernel-release 6.4.0-1-default --arch x86_64 --no-cache filler
	wanted=$output
	touch -d @0 "$(kept)"
	kmp_match explain --json --no-gpg-checks --repo repo --hardware machine --kernel ./symvers \
		--kernel-release 6.4.0-1-default --arch x86_64 --cache-dir "$PWD/cache" filler
	equals "$wanted" "$output"
	equals "" "$(find cache/metadata -type f -newermt @1)" "written"
}

@test "a cache that is damaged at any of 50 places changes no plan" {
	local file size at mended=0
	offer 1.0 400
	fresh
	ask
	file=$(kept)
	cp "$file" whole
	size=$(stat -c %s "$file")
	# Of 16 KiB each block has a checksum.
	((size > 100000))
	for ((i = 0; i < 50; i++)); do
		at=$((i * size / 50))
		cp whole "$file"
		/usr/bin/python3 - "$file" "$at" <<-'SCRIPT'
			import sys
			with open(sys.argv[1], "r+b") as file:
			    file.seek(int(sys.argv[2]))
			    byte = file.read(1)[0]
			    file.seek(int(sys.argv[2]))
			    file.write(bytes([byte ^ 0x41]))
		SCRIPT
		ask
		same
		# What was found to be damaged was written anew.
		cmp -s whole "$file" && mended=$((mended + 1))
	done
	echo "# counted: $mended of 50 places were read" >&3
	((mended > 10 && mended < 50))
}

@test "a cache that is cut changes no plan" {
	local file size
	fresh
	ask
	file=$(kept)
	cp "$file" whole
	size=$(stat -c %s "$file")
	for cut in 0 1 100 $((size / 2)) $((size - 1)); do
		head -c "$cut" whole >"$file"
		ask
		same
		cmp whole "$file"
	done
}

@test "another version of libsolv reads all again" {
	command -v cc >/dev/null || skip "no compiler"
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer has to come first"
	fresh
	ask
	printf 'const char solv_version[] = "0.0.1";\n' | cc -shared -x c -o other.so -
	LD_PRELOAD=$PWD/other.so not_cached
	LD_PRELOAD=$PWD/other.so ask
	same
	# It took the place of the other.
	not_cached
	ask
	same
}

@test "a cache of somebody else is not used" {
	((EUID == 0)) || skip "only root can give files away"
	fresh
	ask
	chown 12345 "$(kept)"
	not_cached
	ask
	same
	chown 12345 cache/metadata
	not_cached
	ask
	equals "$(packages <<<"$wanted")" "$(packages <<<"$output")"
	says "nothing is kept"
}

@test "a full disk costs the cache, not the plan" {
	local own=(unshare --mount)
	((EUID == 0)) && "${own[@]}" true 2>/dev/null || skip "nothing can be mounted here"
	fresh
	mkdir -m 700 cache
	cat >inside <<-'SCRIPT'
		mount -t tmpfs -o size=4k,mode=0700 tmpfs cache || exit 99
		"$@"
		status=$?
		find cache -type f >left
		exit $status
	SCRIPT
	status=0
	output=$("${own[@]}" sh inside "$KMP_MATCH" --root "$ROOT" --dry-run --json --no-gpg-checks --repo repo \
		--hardware machine --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--cache-dir "$PWD/cache" 2>stderr) || status=$?
	errors=$(<stderr)
	[[ $status != 99 ]] || skip "nothing can be mounted here"
	equals "$ended" "$status" "exit status"
	equals "$(packages <<<"$wanted")" "$(packages <<<"$output")"
	says "is not kept" "No space left on device"
	equals "" "$(<left)" "left"
}
