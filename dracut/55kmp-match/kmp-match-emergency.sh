#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# emergency: say where the search for drivers stands, for it may be why the boot failed.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"

kmp_match_emergency() {
	for _todo in "$kmp_match_state"/todo/*; do
		[ -f "$_todo" ] && read -r _seconds _ _what _ <"$_todo" && [ "$_seconds" -gt 0 ] || continue
		warn "kmp-match: $_what has not appeared"
	done
	for _file in missed result; do
		[ ! -s "$kmp_match_state/$_file" ] || while read -r _line; do warn "kmp-match: $_line"; done <"$kmp_match_state/$_file"
	done
}
! kmp_match_is_on || kmp_match_emergency
return 0
