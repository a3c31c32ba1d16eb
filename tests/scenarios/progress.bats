#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is said of a run that takes its time. A clock that runs fast makes each step take long.

load ../lib/common

release="6.4.0-1-default"
foo="foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"
steps=("reading the rpm database" "reading $BATS_FILE_TMPDIR/repo" "reading the kernel" "matching packages"
	"choosing packages" "checking packages" "staging packages")

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local make=$BATS_TEST_DIRNAME/../lib
	cd "$BATS_FILE_TMPDIR" || return
	cc -shared -fPIC -o hasty-clock.so "$make/hasty-clock.c"
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	mkdir repo
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" foo "$release" repo foo.ko
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
	printf 'package %s-1.0-1.x86_64\n' coreutils grep | make_base
	arguments=(stage --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64
		--hardware machine --repo "$BATS_FILE_TMPDIR/repo" --stage-dir stage)
}

# hastily MILLISECONDS COMMAND...: run it while so much time passes with each look at the clock.
hastily() {
	HASTY_CLOCK=$1 LD_PRELOAD=$BATS_FILE_TMPDIR/hasty-clock.so \
		ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 "${@:2}"
}

# on_terminal MILLISECONDS ARGUMENT...: $output is what a terminal got, of both streams.
on_terminal() {
	local command
	command -v script >/dev/null || skip "script is not installed"
	printf -v command '%q ' "$KMP_MATCH" --root "$ROOT" "${arguments[@]}" "${@:2}"
	status=0
	output=$(TERM=xterm hastily "$1" script --quiet --return --command \
		"stty cols 80 && $command" /dev/null </dev/null) || status=$?
	equals 0 "$status"
}

# lacks WHAT: it should have been on the terminal.
lacks() { equals "$1" "$output" "on the terminal"; }

# left: what of $output is on the screen when lines that were wiped out are gone.
left() {
	/usr/bin/python3 -c 'import re, sys
text = sys.stdin.buffer.read().decode().replace("\r\n", "\n")
print(re.sub("\r\x1b\\[K(?:[^\r\n]*(?=\r\x1b\\[K))?", "", text), end="")' <<<"$output"
}

@test "a terminal sees every step that takes over half a second, and none of it remains" {
	local step
	on_terminal 700
	for step in "${steps[@]}"; do
		[[ $output == *$'\r\e[K'"$step"* ]] || lacks "$step"
	done
	[[ $(left) == *"$foo"* ]]
	[[ $(left) != *$'\e[K'* && $(left) != *"checking packages"* ]] || lacks "only the plan"
}

@test "a terminal sees nothing of a short run, and nothing with -q" {
	on_terminal 0
	[[ $output != *$'\e[K'* ]] || lacks "only the plan"
	on_terminal 700 --quiet
	[[ $output != *$'\e[K'* ]] || lacks "only the plan"
}

@test "elsewhere a line is told every few seconds" {
	local all some
	hastily 6000 kmp_match "${arguments[@]}"
	equals 0 "$status"
	for step in "${steps[@]}"; do
		[[ $'\n'${errors-} == *$'\n'"kmp-match: $step"* ]] || equals "$step" "${errors-}"
	done
	[[ ${errors-} != *$'\r'* ]]
	all=$(wc -l <<<"${errors-}")
	hastily 1500 kmp_match "${arguments[@]}"
	some=$(wc -l <<<"${errors-}")
	((some > 0 && some < all)) || equals "fewer than $all lines" "${errors-}"
}

@test "elsewhere a short run says nothing, and a long one nothing with -q" {
	kmp_match "${arguments[@]}"
	equals 0 "$status"
	equals "" "$(grep -v '^kmp-match: warning: ' <<<"${errors-}")"
	hastily 6000 kmp_match "${arguments[@]}" --quiet
	equals 0 "$status"
	equals "" "${errors-}"
}

@test "of metadata it is told how much was read" {
	make_repo one <<<"package one-1.0-1.x86_64"
	make_repo two <<<"package two-1.0-1.x86_64"
	arguments=("${arguments[@]/#$BATS_FILE_TMPDIR*/one}")
	hastily 6000 kmp_match "${arguments[@]}" --dry-run
	[[ ${errors-} == *"kmp-match: reading one: 0.0 of 0.0 MiB (100%)"* ]] || equals "all of one" "${errors-}"
	hastily 6000 kmp_match "${arguments[@]}" --dry-run --repo two
	[[ ${errors-} == *"kmp-match: reading repositories: 0.0 of 0.0 MiB (100%)"* ]] || equals "all" "${errors-}"
}

@test "a check says how far it is too" {
	local step
	hastily 6000 kmp_match check --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		"$BATS_FILE_TMPDIR"/repo/*.rpm
	equals 0 "$status"
	for step in "reading the kernels" "reading packages: 1 of 1 (100%)" "checking kernels: 1 of 1 (100%)"; do
		[[ $'\n'${errors-} == *$'\n'"kmp-match: $step"* ]] || equals "$step" "${errors-}"
	done
}

@test "what the answer says does not depend on how long it took" {
	kmp_match "${arguments[@]}" --dry-run --json
	local before=$output
	hastily 6000 kmp_match "${arguments[@]}" --dry-run --json
	equals "$before" "$output"
}
