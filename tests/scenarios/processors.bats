#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Several repositories are read at once: whoever is done first changes nothing.

load ../lib/common

# offer NUMBER: builds that others have too, in another version or the very same, and of all sizes.
offer() {
	local i
	cat <<-TEXT
		package nic-kmp-default-1.$1-1.x86_64
		requires helper-kmp-default
		requires nic-firmware
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package disk-kmp-default-3-1.x86_64
		requires either
		supplements modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		package helper-kmp-default-$(($1 % 3))-1.x86_64
		package one$1-firmware-1-1.noarch
		provides either
		package nic-firmware-$(($1 * 5 % 7))-1.noarch
		file /lib/firmware/nic.bin
	TEXT
	for ((i = 0; i < ($1 * 37) % 8 * 50; i++)); do
		printf 'package filler%d-1-1.x86_64\nprovides thing = %d\n' "$i" "$i"
	done
}

@test "eight repositories give the same answer on one processor and on several, twenty times" {
	command -v taskset >/dev/null || skip "taskset is not installed"
	local number run first="" repos=() processors
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p "$ROOT"
	make_symvers printk=1111 >symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00 \
		pci:v00001000d00000097sv00001028sd00001F45bc01sc07i00
	for number in {1..8}; do
		make_repo "repo$number" < <(offer "$number")
		repos+=(--repo "repo$number")
	done
	processors=$(taskset -pc $$ | sed 's/.*: //')
	for run in {1..20}; do
		for number in "${processors%%[-,]*}" "$processors"; do
			taskset -pc "$number" "$BASHPID" >/dev/null
			plan --no-gpg-checks "${repos[@]}"
			taskset -pc "$processors" "$BASHPID" >/dev/null
			equals 0 "$status" "exit status"
			first=${first:-$output}
			equals "$first" "$output" "run $run on processors $number"
		done
	done
	equals "selected selected" "$(verdict disk-kmp-default | grep '^selected')"
	equals 1 "$(verdict helper-kmp-default | grep -c '^selected')"
}
