#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# initqueue/online: sources in the network, once it is up; called for each interface, often again.
# shellcheck disable=SC1091,SC2015,SC2154
. "${kmp_match_lib:-/usr/lib/kmp-match}/lib.sh"
. "$kmp_match_lib/source.sh"
. "$kmp_match_lib/run.sh"

# By dracut's nfs-lib, where the nfs module is in the initrd.
kmp_match_nfs() { # NUMBER WHAT
	[ ! -e /lib/nfs-lib.sh ] || . /lib/nfs-lib.sh
	type mount_nfs >/dev/null 2>&1 || { kmp_match_miss "$2 needs the nfs module of dracut"; return; }
	mkdir -p "$kmp_match_state/media/$1"
	mount_nfs "$2" "$kmp_match_state/media/$1" || { kmp_match_miss "cannot mount $2"; return; }
	kmp_match_try "$kmp_match_state/media/$1"
}

kmp_match_online() {
	for _todo in "$kmp_match_state"/todo/*; do
		[ -e "$_todo" ] && read -r _ _kind _what _ <"$_todo" || continue
		case $_kind in net | nfs) ;; *) continue ;; esac
		# Whoever makes the folder has the source, and the others leave it alone.
		mkdir "$_todo.lock" 2>/dev/null || continue
		if [ "$_kind" = net ]; then kmp_match_try "$_what"; else kmp_match_nfs "${_todo##*/}" "$_what"; fi
		rm -f "$_todo"
	done
}
! kmp_match_is_on || kmp_match_online
return 0
