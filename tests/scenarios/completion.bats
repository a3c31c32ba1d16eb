#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of the command line: made of --help, tried in real shells on a terminal.

load ../lib/common

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make=$BATS_TEST_DIRNAME/../../tools/make-completion
	mkdir -p root/lib/modules/6.4.0-1-default root/usr/lib/modules/6.12.0-2-rt "staging dir" drivers
	mkdir -p one/lib/modules/5.14.21-default "hostile/lib/modules/7\$(touch pwned)"
	touch stage.txt default.txt Module.symvers
}

# after_tab SHELL FILE TYPED: what stands on the line when a Tab was typed too.
after_tab() {
	local line
	line=$("$BATS_TEST_DIRNAME/../lib/complete-line" "$@")
	echo "${line% }"
}

# completes SHELL: a table of what is typed before a Tab, and of what stands there after it.
completes() {
	local typed wanted
	command -v "$1" >/dev/null || skip "$1 is not installed"
	"$KMP_MATCH" --help | "$make" "$1" >completion
	"$1" -n completion
	while IFS='|' read -r typed wanted; do
		equals "kmp-match $wanted" "$(after_tab "$1" completion "kmp-match $typed")" "'$typed' in $1"
	done <<-'TABLE'
		sc|scan
		--dry|--dry-run
		-r drivers sc|-r drivers scan
		scan --no-g|scan --no-gpg-checks
		-- sc|-- scan
		-- --dr|-- --dr
		scan dri|scan dri
		check dri|check drivers/
		check --kernel Mod|check --kernel Module.symvers
		check --dr|check --dry-run
		--flavor de|--flavor de
		--repo dri|--repo drivers/
		-nr dri|-nr drivers/
		--hardware=def|--hardware=default.txt
		--stage-dir sta|--stage-dir staging\ dir/
		--kernel Mod|--kernel Module.symvers
		--root root --kernel 6.4|--root root --kernel 6.4.0-1-default
		-R root -k 6.1|-R root -k 6.12.0-2-rt
		--root=root --kernel-release=6.1|--root=root --kernel-release=6.12.0-2-rt
		-R one --kernel-release=|-R one --kernel-release=5.14.21-default
		-R hostile -k 7|-R hostile -k 7\$\(touch\ pwned\)
	TABLE
	[[ ! -e pwned ]]
}

@test "bash completes verbs, options, files and kernels" { completes bash; }

@test "zsh completes verbs, options, files and kernels" { completes zsh; }

@test "fish completes verbs, options, files and kernels" { completes fish; }

# options_of: the long options on stdin, one a line; those that --help has.
options_of() { grep -oE -e '--[a-z][a-z-]+' | sort -u; }

@test "every option and verb of the help is offered" {
	"$KMP_MATCH" --help >help
	grep -E '^  ' help | cut -c1-30 | options_of >options
	[[ -s options ]]
	for shell in bash zsh fish; do "$make" "$shell" <help >"of-$shell"; done
	# shellcheck disable=SC1091 # it has just been made
	source ./of-bash
	COMP_WORDS=(kmp-match --) COMP_CWORD=1
	_kmp_match
	equals "$(<options)" "$(printf '%s\n' "${COMPREPLY[@]}" | sort)" "in bash"
	COMP_WORDS=(kmp-match "")
	_kmp_match
	equals "stage scan explain load check symbols" "${COMPREPLY[*]}" "verbs in bash"
	if command -v fish >/dev/null; then
		fish --no-config -c 'source of-fish; complete -C "kmp-match --"' | cut -f1 | sort >offered
		equals "$(<options)" "$(<offered)" "in fish"
	fi
	equals "$(<options)" "$(sed -n '/^local -a options/,/^)/p' of-zsh | sed 's/\[.*//' | options_of)" "in zsh"
}

@test "help of which nobody knows what completes it makes no completion" {
	run "$make" bash <<<"  -x, --odd THING               something"
	equals 1 "$status"
	[[ $output == *"nothing says what completes THING" ]]
	run "$make" bash </dev/null
	equals 1 "$status"
	run "$make" tcsh </dev/null
	equals 2 "$status"
}

@test "quotes, brackets and colons in the help are no syntax" {
	printf '  %s\n' "do       it's a: thing" "-x, --odd FILE  it's [one]: odd" >help
	for shell in bash zsh fish; do
		command -v "$shell" >/dev/null || continue
		"$make" "$shell" <help >completion
		"$shell" -n completion
		equals "kmp-match --odd Module.symvers" "$(after_tab "$shell" completion "kmp-match --odd Mod")" "$shell"
	done
}
