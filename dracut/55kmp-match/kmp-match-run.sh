#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-run: the one place that calls kmp-match.
# shellcheck disable=SC2154 # variables of lib.sh

# kmp_match_call VERB [ARGUMENT]...: with a deadline; what it says is kept.
kmp_match_call() {
	timeout -k 5 "$(cat "$kmp_match_state/timeout")" kmp-match "$@" >"$kmp_match_state/said" 2>&1 </dev/null
	set -- "$1" $?
	[ "$2" = 0 ] || echo "kmp-match $1 ended with $2" >>"$kmp_match_state/result"
	cat "$kmp_match_state/said" >>"$kmp_match_state/log"
}

# load tells the kernel log itself, but for what it fails with.
kmp_match_tell() { # VERB
	while read -r _line; do
		case $1:$_line in
		*:"kmp-match: "*) kmp_match_say "${_line#kmp-match: }" ;;
		stage:?*) kmp_match_say "$_line" ;;
		esac
	done <"$kmp_match_state/said"
}

# kmp_match_try PATH-OR-URL: read this source, too; left out again if it cannot be read, or none could.
kmp_match_try() {
	cp "$kmp_match_state/arguments" "$kmp_match_state/arguments.good"
	printf '%s\n' --repo "$1" >>"$kmp_match_state/arguments"
	kmp_match_run
	grep -q "stage ended with [12]" "$kmp_match_state/result" || return 0
	mv "$kmp_match_state/arguments.good" "$kmp_match_state/arguments"
	kmp_match_miss "no drivers from $1"
}

# kmp_match_run: stage from all sources that were reached so far and load; again while new devices
# lead to new drivers. $kmp_match_state/result is empty if all went well.
kmp_match_run() {
	set -- && : >"$kmp_match_state/result"
	while read -r _line; do set -- "$@" "$_line"; done <"$kmp_match_state/arguments"
	for _round in 1 2 3 4; do
		_before=$(cat "$kmp_match_stage/current/packages" 2>/dev/null)
		kmp_match_call stage --no-cache "$@"
		[ "$_round" != 1 ] || kmp_match_tell stage
		[ "$(cat "$kmp_match_stage/current/packages" 2>/dev/null)" != "$_before" ] || break
		[ "$(kmp_match_option load)" != stage-only ] || break
		kmp_match_call load
		kmp_match_tell load
	done
	kmp_match_count >"$kmp_match_state/devices"
}
