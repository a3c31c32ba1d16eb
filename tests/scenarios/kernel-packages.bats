#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the package of a kernel says of its symbols, on offer or installed, kept or read.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
release=6.4.0-1-default

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_machine machine "$card"
	mkdir -m 700 cache
}

kernel() {
	cat <<-TEXT
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = $release
		provides ksym(default:printk) = 1111
		provides ksym(default:kmalloc) = 2222
		provides kernel-default_x86_64 = 6.4.0-1
	TEXT
}

# A driver that requires each of the dependencies.
kmp() {
	printf 'package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64\n'
	printf 'requires %s\n' "$@"
	printf 'supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)\n'
}

try() {
	kmp_match --dry-run --json --no-gpg-checks --hardware machine --repo repo --kernel "$release" \
		--cache-dir cache
}

# gives VERDICT FROM: of the driver, and where the kernel's symbols are from; what is read and what
# was kept say the same.
gives() {
	local first
	try
	first=$output
	equals "$1" "$(verdict foo-kmp-default)"
	equals "$2" "$(json "a['kernel']['symbols_from']")"
	try
	equals "$first" "$output"
}

@test "symbols of a kernel on offer are found, and those that it does not have" {
	kernel | cat - <(kmp 'ksym(default:printk) = 1111' 'ksym(default:kmalloc) = 00002222') | make_repo repo
	gives "selected selected" "offered package kernel-default-6.4.0-1.x86_64"
	kernel | cat - <(kmp 'ksym(default:printk) = 1111' 'ksym(default:gone) = 3333') | make_repo repo
	gives "rejected kabi-mismatch" "offered package kernel-default-6.4.0-1.x86_64"
}

@test "symbols of an installed kernel are found, and those that it does not have" {
	make_kernel_base "$release" printk=1111 kmalloc=2222
	# What changed just now is not kept.
	sleep 4
	kmp 'ksym(default:printk) = 1111' 'ksym(default:kmalloc) = 2222' | make_repo repo
	gives "selected selected" "installed package kernel-default-6.4.0-1.x86_64"
	kmp 'ksym(default:printk) = 1111' 'ksym(default:kmalloc) = 3333' | make_repo repo
	gives "rejected kabi-mismatch" "installed package kernel-default-6.4.0-1.x86_64"
	ls cache/system/installed-*
}

@test "an installed kernel counts, whatever symbols one on offer has" {
	make_kernel_base "$release" printk=1111
	kernel | cat - <(kmp 'ksym(default:kmalloc) = 2222') | make_repo repo
	gives "rejected kabi-mismatch" "installed package kernel-default-6.4.0-1.x86_64"
}

@test "a CRC that is compared in another way than for equality is that of the kernel" {
	kernel | cat - <(kmp 'ksym(default:printk) >= 1' 'ksym(default:kmalloc) = 2222') | make_repo repo
	gives "selected selected" "offered package kernel-default-6.4.0-1.x86_64"
	make_kernel_base "$release" printk=1111 kmalloc=2222
	kmp 'ksym(default:printk) >= 1' 'ksym(default:kmalloc) = 2222' | make_repo repo
	gives "selected selected" "installed package kernel-default-6.4.0-1.x86_64"
}
