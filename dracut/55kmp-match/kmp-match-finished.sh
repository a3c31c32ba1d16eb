#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# initqueue/finished: is nothing waited for any more? Each source is given up when its time is over.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"

kmp_match_waits() {
	read -r _up _ <"$kmp_match_proc/uptime"
	# From the first time on: how long udev took before is no fault of the sources.
	[ -e "$kmp_match_state/start" ] || echo "${_up%%.*}" >"$kmp_match_state/start"
	read -r _start <"$kmp_match_state/start"
	_gone=$((${_up%%.*} - _start))
	set --
	for _todo in "$kmp_match_state"/todo/*; do
		[ -f "$_todo" ] && read -r _seconds _ _what _ <"$_todo" || continue
		[ "$_seconds" -gt 0 ] 2>/dev/null || continue
		if [ "$_gone" -lt "$_seconds" ]; then
			set -- "$@" "$_what" && _left=$((_seconds - _gone))
		else
			kmp_match_miss "$_what did not appear within $_seconds s"
			rm -f "$_todo"
		fi
	done
	[ $# -gt 0 ] || return 1
	[ "$*" = "$(cat "$kmp_match_state/waiting" 2>/dev/null)" ] || kmp_match_say "waiting up to $_left s for $*"
	echo "$*" >"$kmp_match_state/waiting"
}
if kmp_match_is_on && kmp_match_waits; then return 1; fi
return 0
