#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Both kinds of answers: JSON follows its schema, text fits the terminal, and they say the same.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card" "pci:v00001000d000000E6sv00001028sd00001FD0bc01sc07i00=megaraid_sas" \
		usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		requires coreutils
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package foo-kmp-default-2.0_k6.5.0_1-1.1.x86_64
		epoch 2
		requires ksym(default:printk) = 2222
		requires ksym(default:another_symbol_with_a_name_that_is_long_enough_to_need_two_lines) = 3333
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package foo-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(rt:printk) = 1111
		supplements modalias(kernel-rt:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package sas-driver-with-a-very-long-name-that-goes-on-and-on-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		requires a-capability-that-nothing-provides-and-whose-name-is-longer-than-any-line-of-a-terminal(x86-64) >= 1.0-1
		supplements modalias(kernel-default:pci:v00001000d000000E6sv*sd*bc*sc*i*)
		package all-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(*)
		package usb-kmp-default-1.0_k6.3.0_1-1.1.x86_64
		requires ksym(default:printk) = 4444
		supplements modalias(kernel-default:usb:v1234p5678d*)
	TEXT
}

# text ARGUMENT...: the same as plan, for people.
text() {
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine "$@"
}

# on_terminal COLUMNS ARGUMENT...: what text prints on a terminal that is so wide.
on_terminal() {
	local columns=$1 command
	shift
	command -v script >/dev/null || skip "script is not installed"
	printf -v command '%q ' "$KMP_MATCH" --root "$ROOT" --dry-run --kernel ./symvers \
		--kernel-release 6.4.0-1-default --arch x86_64 --hardware machine "$@"
	status=0
	output=$(TERM=xterm-256color script --quiet --return --command \
		"stty cols $columns && $command 2>$BATS_TEST_TMPDIR/stderr" /dev/null </dev/null) || status=$?
	output=${output//$'\r'/}
}

# widest: columns of the longest line of $output, colors not counted.
widest() {
	/usr/bin/python3 -c 'import re, sys
text = re.sub(r"\x1b\[[0-9;]*m", "", sys.stdin.read())
print(max(len(line) for line in text.splitlines()))' <<<"$output"
}

@test "plans of every kind follow the schema" {
	plan --repo repo
	equals 3 "$status"
	valid
	plan --repo repo --verbose
	valid
	make_repo empty </dev/null
	plan --repo empty
	valid
	plan --repo repo --repo absent --repo https://example.invalid/
	equals 1 "$status"
	valid
	plan --repo absent
	equals 1 "$status"
	valid
	make_list list "$card"
	kmp_match --dry-run --json --hardware list --repo repo --kernel 6.4.0-1-default
	valid
	make_base <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		vendor
		package coreutils-9-1.x86_64
	TEXT
	plan --repo repo
	valid
}

@test "staging answers follow the schema, also when they refuse or fail" {
	kmp_match stage --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	equals 3 "$status"
	valid
	kmp_match stage --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage --no-gpg-checks
	equals 1 "$status"
	valid
}

@test "scans of every fixture machine follow the schema, and so do their failures" {
	for machine in "$FIXTURES"/machines/*/hardware.*; do
		kmp_match scan --json --hardware "$machine"
		equals 0 "$status" "$machine"
		valid
	done
	kmp_match scan --json --hardware absent
	equals 1 "$status"
	valid
}

@test "hostile names of packages, devices and capabilities make valid JSON and no escape codes" {
	make_machine machine $'pci:v00008086\e[31md"\\\x7fsv'
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		vendor <a "vendor" & \\ Söhne>
		requires "quoted" \\ back&slash
		supplements modalias(kernel-default:pci:v00008086*)
	TEXT
	plan --repo repo
	valid
	text --verbose --repo repo
	[[ $output != *$'\e'* && ${errors-} != *$'\e'* ]]
	kmp_match scan --hardware machine
	[[ $output != *$'\e'* && ${errors-} != *$'\e'* ]]
}

@test "text and JSON name the same packages" {
	plan --repo repo
	# Of a refused build the text has the name and the version, each in its place.
	json "'\n'.join([p['nevra'] for p in a['packages'] if p['verdict'] == 'selected'])" >selected
	json "'\n'.join(['%(name)s %(version)s-%(release)s %(reason)s' % p
		for p in a['packages'] if p['verdict'] == 'rejected'])" >refused
	equals "2 4" "$(json "'%(selected)d %(rejected)d' % a['result']")"
	text --repo repo
	equals 3 "$status"
	refusals=${output#*Refused:}
	while read -r nevra; do
		[[ ${output%%Refused:*} == *"$nevra"* ]] || equals "$nevra" "$output" "selected"
		[[ $refusals != *"  $nevra"$'\n'* ]]
	done <selected
	while read -r name version reason; do
		[[ $refusals == *"$name"*"$version"*"$reason"* ]] || equals "$name $version" "$refusals"
		[[ ${output%%Refused:*} != *"$name-$version"* ]]
	done <refused
	equals "2 selected
4 refused" "$(wc -l selected refused | sed 's/^ *//; /total/d')"
}

@test "the same run prints the same bytes, in JSON and in text" {
	plan --repo repo
	first=$output
	plan --repo repo
	equals "$first" "$output"
	text --repo repo
	first=$output
	text --repo repo
	equals "$first" "$output"
}

@test "without a terminal there are no colors and lines are not broken" {
	TERM=xterm-256color text --repo repo
	[[ $output != *$'\e'* ]]
	[[ $output == *"sas-driver-with-a-very-long-name-that-goes-on-and-on-kmp-default"* ]]
	TERM=xterm-256color plan --repo repo
	[[ $output != *$'\e'* ]]
}

@test "a terminal gets colors, and none with NO_COLOR or TERM=dumb" {
	on_terminal 80 --repo repo
	equals 3 "$status"
	[[ $output == *$'\e['* ]] || equals "colors" "$output"
	NO_COLOR=1 on_terminal 80 --repo repo
	[[ $output != *$'\e['* ]]
	NO_COLOR='' on_terminal 80 --repo repo
	[[ $output == *$'\e['* ]]
	on_terminal 80 --repo repo --json
	[[ $output != *$'\e['* ]]
	output=$(grep -v '^kmp-match: ' <<<"$output")
	valid
}

@test "every line fits the terminal, whatever its width" {
	local name=sas-driver-with-a-very-long-name-that-goes-on-and-on-kmp-default
	for columns in 80 60 132 40; do
		for option in "" --verbose; do
			# shellcheck disable=SC2086 # none or one word
			on_terminal "$columns" --repo repo $option
			equals 3 "$status"
			(($(widest) <= columns)) || equals "at most $columns" "$(widest)" "$option"
			[[ ${output//[[:space:]]/} == *"$name-1.0_k6.4.0_1-1.1"* ]] || equals "$name" "$output"
		done
	done
}

@test "lines of scan fit the terminal too" {
	command -v script >/dev/null || skip "script is not installed"
	for machine in "$FIXTURES"/machines/*/hardware.*; do
		printf -v command '%q ' "$KMP_MATCH" scan --hardware "$machine"
		output=$(TERM=dumb script --quiet --return --command "stty cols 80 && $command" /dev/null </dev/null)
		output=${output//$'\r'/}
		(($(widest) <= 80)) || equals "at most 80" "$(widest)" "$machine"
	done
}

@test "help fits 80 columns" {
	kmp_match --help
	(($(widest) <= 80))
}
