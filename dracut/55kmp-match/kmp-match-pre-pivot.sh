#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pre-pivot: the staging directory is in /run and stays; the media that it was filled from go.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"

kmp_match_pivot() {
	for _medium in "$kmp_match_state"/media/*; do
		[ ! -d "$_medium" ] || umount "$_medium" 2>/dev/null
	done
	[ ! -e "$kmp_match_stage/current/packages" ] || while read -r _line; do
		kmp_match_say "handed over: $_line"
	done <"$kmp_match_stage/current/packages"
}
! kmp_match_is_on || kmp_match_pivot
return 0
