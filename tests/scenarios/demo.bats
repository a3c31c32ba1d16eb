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

# words: of a page, whatever its width; of keys, which every checkout makes for itself, no id.
words() { sed -E 's/\(key [0-9a-f]{16}\)/(key ID)/' | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }

# shown OPTION-OR-VERB: the answer that README.md shows to it, without the lines of the command.
shown() {
	sed -n "/^    [$] kmp-match $1/,/^[^ ]/p" README.md |
		sed -e '/^    [$] /d' -e '/^          --/d' -e '/^[^ ]/d'
}

@test "README.md shows what the demo says" {
	mapfile -t kernel < <(tools/fetch-kernel)
	grep -q "^    Kernel   ${kernel[1]} " README.md || skip "README.md was written with another kernel than ${kernel[1]}"
	target=(--root "${kernel[0]}" --kernel "${kernel[1]}" --repo build/demo/repo --keys build/demo/repo-keys
		--hardware hwdata-fixtures/machines/dell-poweredge-r740-sas-fc/hardware.json)
	run "$KMP_MATCH" --dry-run "${target[@]}"
	equals "$(shown --dry-run | words)" "$(words <<<"$output")"
	run "$KMP_MATCH" explain "${target[@]}" 18:00.0
	told=$(words <<<"$output")
	mapfile -t parts < <(shown explain | words | sed 's/ \.\.\. /\n/g')
	equals 2 "${#parts[@]}"
	for part in "${parts[@]}"; do
		[[ $told == *"$part"* ]] || equals "$part" "$told"
	done
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
