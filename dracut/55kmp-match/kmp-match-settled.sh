#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# initqueue/settled: disks that have appeared, and devices that have. Called in each turn.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"
. "$kmp_match_lib/source.sh"
. "$kmp_match_lib/run.sh"

kmp_match_settled() {
	for _todo in "$kmp_match_state"/todo/*; do
		[ -e "$_todo" ] && read -r _ _kind _what _path <"$_todo" || continue
		[ "$_kind" = disk ] && [ -e "$_what" ] || continue
		rm -f "$_todo"
		kmp_match_mount "${_todo##*/}" "$_what" "$_path"
	done
	grep -q -x -e --repo "$kmp_match_state/arguments" || return
	read -r _known <"$kmp_match_state/devices" && [ "$_known" = "$(kmp_match_count)" ] || kmp_match_run
}
! kmp_match_is_on || kmp_match_settled
return 0
