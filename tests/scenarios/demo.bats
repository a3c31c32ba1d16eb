#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The demo, its tools, and the promises it makes; the first run downloads a kernel.

load ../lib/common

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	PATH=$PATH:/usr/sbin:/sbin
}

@test "the demo shows both plans and stages nothing" {
	KMP_MATCH=$KMP_MATCH run tools/demo
	equals 0 "$status" "$output"
	[[ $output == *"one refused for its CRCs, one for its flavor"* ]]
	[[ $output == *"Nothing was staged"* ]]
}

@test "a second run makes nothing anew" {
	before=$(find build/kernel build/demo -newer build/demo/repo/.made-of | sort)
	tools/fetch-kernel
	mapfile -t kernel < <(tools/fetch-kernel)
	tools/make-demo-repo "${kernel[@]}" build/demo/repo
	equals "$before" "$(find build/kernel build/demo -newer build/demo/repo/.made-of | sort)"
}

@test "a KMP is built twice with the same bytes" {
	mapfile -t kernel < <(tools/fetch-kernel)
	module=$(find "${kernel[0]%/}/lib/modules/${kernel[1]}" -name 'virtio_net.ko*' -print -quit)
	first=$(tools/make-kmp -s "${kernel[2]}" same "${kernel[1]}" "$BATS_TEST_TMPDIR/1" "$module")
	sleep 1.1
	second=$(tools/make-kmp -s "${kernel[2]}" same "${kernel[1]}" "$BATS_TEST_TMPDIR/2" "$module")
	cmp "$first" "$second"
}

@test "hints are encoded and merged as SUSE's generator does, flaws included" {
	run tools/suse-supplements default <<-ALIASES
		pci:v00008086d000010D3sv*sd*bc*sc*i*
		pci:v00008086d000010D4sv*sd*bc*sc*i*
		of:N*T*Cacme,x
		of:N*T*Cacme-x
		usb:v1234p5678d01[0-9]*
		fs-ext4
	ALIASES
	equals "modalias(kernel-default:of:N*T*Cacme%2[CD]x)
modalias(kernel-default:pci:v00008086d000010D[34]sv*sd*bc*sc*i*)
modalias(kernel-default:usb:v1234p5678d01%5B0%2D9%5D*)" "$output"
}
