#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pre-mount: with inst.kmp.required nothing goes on without the drivers.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"

kmp_match_demand() {
	_why=
	[ -e "$kmp_match_state/result" ] || _why="no source of drivers was reached"
	[ ! -s "$kmp_match_state/result" ] || read -r _why <"$kmp_match_state/result"
	[ ! -s "$kmp_match_state/missed" ] || read -r _why <"$kmp_match_state/missed"
	[ -z "$_why" ] || emergency_shell "kmp-match: inst.kmp.required is set and $_why; 'dmesg | grep kmp-match' says more."
}
if kmp_match_is_on && kmp_match_flag 0 required; then kmp_match_demand; fi
return 0
