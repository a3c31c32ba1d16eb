#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# pre-trigger: what is in the initrd is staged before coldplug, so that no older driver is bound first.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"
. "$kmp_match_lib/run.sh"

# A quarter of the memory at most, and 256 MiB, so that no repository can fill it.
kmp_match_tmpfs() {
	[ ! -d "$kmp_match_stage" ] || return 0
	while read -r _key _size _; do [ "$_key" != MemTotal: ] || break; done <"$kmp_match_proc/meminfo"
	_size=$((_size / 4)) && [ "$_size" -lt 262144 ] || _size=262144
	mkdir -p "$kmp_match_stage"
	mount -t tmpfs -o "size=${_size}k,mode=0700,nosuid,nodev,noexec" kmp-match "$kmp_match_stage"
}

kmp_match_early() {
	kmp_match_is_on && mkdir "$kmp_match_state/early" 2>/dev/null || return 0
	kmp_match_tmpfs
	[ ! -d "$kmp_match_lib/repo" ] || kmp_match_try "$kmp_match_lib/repo"
	for _todo in "$kmp_match_state"/todo/*; do
		[ -f "$_todo" ] && read -r _ _kind _what <"$_todo" && [ "$_kind" = local ] || continue
		rm -f "$_todo"
		kmp_match_try "$_what"
	done
}
kmp_match_early
return 0
