#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Each kind of input, cut: no crash, no hang, the right exit status, nothing staged. The readers alone
# are given more cuts by tests/fuzz/replay.c.

load ../lib/common

places=40
card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
kernel=(--kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64)

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export KMP_MATCH STAGE=$PWD/stage
	runs=0
	make_symvers printk=1111 foo=2222 bar=3333 >symvers
	make_machine machine "$card"
	"${here:?}/../lib/make-module" foo.ko "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" import=printk:0x1111
}

teardown() {
	[[ $runs == 0 ]] || echo "# counted: $runs runs: $BATS_TEST_DESCRIPTION" >&3
}

# cut FILE STATUSES ARGUMENT...: see lib/cuts.
cut() {
	local file=$1 statuses=$2 count
	shift 2
	count=$("${here:?}/../lib/cuts" "$file" "$statuses" "$places" "$KMP_MATCH" --root "$ROOT" "$@") || return
	runs=$((runs + count))
}

# staging ARGUMENT...: what stages from a repository.
staging() {
	printf '%s\n' --hardware machine "${kernel[@]}" --no-gpg-checks --stage-dir "$STAGE" "$@"
}

# packed FILE: FILE.gz, FILE.xz and FILE.zst.
packed() {
	gzip -k "$1" && xz -k --check=crc32 "$1" && zstd -q -k "$1"
}

# repository: make ./repo, with one driver.
repository() {
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

@test "hardware" {
	local lines name
	printf '# a list\n%s\nusb:v1D6Bp0002d0500dc09dsc00dp01ic09isc00ip00in00\n' "$card" >list
	printf 'P: /devices/a\nE: DRIVER=x\nE: MODALIAS=%s\nE: SUBSYSTEM=pci\n\n' "$card" >udevadm
	printf 'P: /devices/a\nE: SUBSYSTEM=pci\nA: modalias=%s\\n\nL: driver=../../x\n\n' "$card" >umockdev
	{
		echo "00:19.0 Ethernet controller: x"
		echo "00: 86 80 d3 10 07 04 10 00 00 00 00 02 10 00 00 00"
		for lines in 10 20 30; do echo "$lines: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00"; done
	} >lspci
	cp machine snapshot
	for name in list udevadm umockdev lspci snapshot; do
		cut "$name" 0,1 scan --json --hardware "$name"
	done
}

@test "symbols of a kernel" {
	local kind file
	kmp_match symbols "${kernel[@]}" --save table
	equals 0 "$status"
	packed symvers
	packed table
	# A row that is cut is malformed, one that is not there only missing.
	cut symvers 0,1 symbols "${kernel[@]}"
	for kind in symvers table; do
		for file in "$kind".{gz,xz,zst}; do
			cut "$file" 1 symbols --kernel "./$file" --kernel-release 6.4.0-1-default
		done
	done
	cut table 1 symbols --kernel ./table
}

@test "kernel modules" {
	local file
	packed foo.ko
	for file in foo.ko foo.ko.{gz,xz,zst}; do
		cut "$file" 1 check "${kernel[@]}" "./$file"
	done
}

@test "RPMs" {
	local -a arguments
	"${here:?}/../lib/forge-packages" foo.ko forged >/dev/null
	mkdir packages
	cp forged/setuid/foo.rpm packages/foo.rpm
	mapfile -t arguments < <(staging --repo packages)
	cut packages/foo.rpm 1,3 "${arguments[@]}"
	[[ -e $STAGE/current ]]
	rm -r "$STAGE"
	mapfile -t arguments < <(staging --repo packages/foo.rpm)
	cut packages/foo.rpm 1,3 "${arguments[@]}"
	[[ -e $STAGE/current ]]
}

@test "metadata" {
	local file
	repository
	for file in repo/repodata/repomd.xml repo/repodata/*primary*; do
		cut "$file" 1 --dry-run "${kernel[@]}" --hardware machine --no-gpg-checks --repo repo
	done
}

@test "a .solv file" {
	command -v rpmmd2solv >/dev/null || skip "rpmmd2solv is not installed"
	repository
	zcat -f repo/repodata/*primary* | rpmmd2solv >repo.solv
	cut repo.solv 1 --dry-run "${kernel[@]}" --hardware machine --no-gpg-checks --repo repo.solv
}

@test "keys, and the signature of a repository" {
	local file
	command -v gpg >/dev/null || skip "gpg is not installed"
	mkdir keys trusted
	"${here:?}/../lib/make-key" keys good ed25519
	repository
	"${here:?}/../lib/sign" keys good repo/repodata/repomd.xml
	for file in good.asc good.gpg; do
		rm -f trusted/*
		cp "keys/$file" trusted
		cut "trusted/$file" 0,1,3 --dry-run "${kernel[@]}" --hardware machine --keys trusted --repo repo
	done
	cut repo/repodata/repomd.xml.asc 0,1,3 --dry-run "${kernel[@]}" --hardware machine --keys trusted --repo repo
}

@test "policies and files of repositories" {
	local file
	repository
	printf '[prefer]\npackage = foo*\n\n[block]\npackage = bar*\ndevice = pci:v0000*\n' >policy
	cut policy 0,1,2 --dry-run "${kernel[@]}" --hardware machine --no-gpg-checks --repo repo --policy policy
	mkdir -p "$ROOT/etc/zypp/repos.d"
	printf '[foo]\nname=Foo\nenabled=1\nbaseurl=dir:%s\npriority=90\n' "$PWD/repo" >"$ROOT/etc/zypp/repos.d/foo.repo"
	cut "$ROOT/etc/zypp/repos.d/foo.repo" 0,1 --dry-run "${kernel[@]}" --hardware machine --no-gpg-checks
}

@test "a database of packages" {
	local file
	command -v rpmdb >/dev/null || skip "rpmdb is not installed"
	repository
	make_kernel_base 6.4.0-1-default printk=1111
	file=$(find "$ROOT" -name rpmdb.sqlite)
	[[ -n $file ]] || skip "this rpm has no SQLite"
	leave_leaks
	cut "$file" 1 --dry-run --kernel 6.4.0-1-default --arch x86_64 --hardware machine --no-gpg-checks --repo repo
}
