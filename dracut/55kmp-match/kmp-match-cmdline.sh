#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cmdline: read the options once. $kmp_match_state/todo gets a file for each source that has to appear:
# for how many seconds it is waited for, its kind, what it is.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"
. "$kmp_match_lib/options.sh"
. "$kmp_match_lib/rule.sh"
. "$kmp_match_lib/source.sh"

# Before 99, where dracut's network modules look for it.
kmp_match_neednet() {
	mkdir -p "$kmp_match_etc/cmdline.d"
	echo rd.neednet=1 >"$kmp_match_etc/cmdline.d/30-kmp-match.conf"
	getarg ip= >/dev/null || echo ip=dhcp >>"$kmp_match_etc/cmdline.d/30-kmp-match.conf"
}

kmp_match_want() { # NUMBER SECONDS SOURCE
	_what=$(kmp_match_parse "$3") || {
		kmp_match_miss "'$3' is no source: give hd:LABEL=NAME:/path, cd:/path, file:/path or http://..."
		return
	}
	case $_what in
	net* | nfs*) kmp_match_neednet ;;
	disk*) kmp_match_rule "$1" "$_what" ;;
	esac
	echo "$2 $_what" >"$kmp_match_state/todo/$1"
}

kmp_match_configure() {
	set -f
	_sources=$(kmp_match_sources) _number=10 _wait=0
	case " $(echo "$_sources" | tr '\n' ' ') " in *' 0 '* | *' off '* | *' no '*) return ;; esac
	mkdir -p "$kmp_match_state/todo" "$kmp_match_state/media"
	_timeout=$(kmp_match_seconds timeout 60)
	# For timeout(1), to which 0 is without end.
	[ "$_timeout" = 0 ] && echo 60 >"$kmp_match_state/timeout" || echo "$_timeout" >"$kmp_match_state/timeout"
	kmp_match_arguments >"$kmp_match_state/arguments"
	for _source in $_sources; do
		case $_source in
		auto | 1) _wait=5 ;;
		*) kmp_match_want "$((_number += 1))" "$_timeout" "$_source" ;;
		esac
	done
	_wait=$(kmp_match_seconds wait "$_wait")
	for _label in $(kmp_match_labels); do kmp_match_want "$((_number += 1))" "$_wait" "label://$_label"; done
}
kmp_match_is_on || kmp_match_configure
set +f
