#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-source: what a source of inst.kmp= means, and how it becomes a folder.
# shellcheck disable=SC2154 # kmp_match_state is set by lib.sh

# kmp_match_parse SOURCE: print "kind what path"; fails for what is no source.
kmp_match_parse() {
	case $1 in
	*[[:space:]]* | */../* | */..) return 1 ;;
	http://?* | https://?*) echo "net $1" ;;
	nfs:?* | nfs4:?*) echo "nfs $1" ;;
	file:///* | path:///*) echo "local ${1#*://}" ;;
	file:/* | path:/*) echo "local ${1#*:}" ;;
	/*) echo "local $1" ;;
	label://*/*) _rest=${1#label://} && kmp_match_disk "LABEL=${_rest%%/*}" "/${_rest#*/}" ;;
	label://*) kmp_match_disk "LABEL=${1#label://}" / ;;
	device://*/*) _rest=${1#device://} && kmp_match_disk "${_rest%%/*}" "/${_rest#*/}" ;;
	cd: | cdrom:) echo "disk $kmp_match_dev/cdrom /" ;;
	cd:/* | cdrom:/*) echo "disk $kmp_match_dev/cdrom ${1#*:}" ;;
	hd:*:/*) _rest=${1#hd:} && kmp_match_disk "${_rest%%:*}" "/${_rest#*:/}" ;;
	hd:*) kmp_match_disk "${1#hd:}" / ;;
	*) return 1 ;;
	esac
}

kmp_match_disk() { # WHAT PATH
	case $1 in
	'' | *[!A-Za-z0-9_.+@/=-]* | *=*/* | *= | *..*) return 1 ;;
	LABEL=*) echo "disk $kmp_match_dev/disk/by-label/${1#LABEL=} $2" ;;
	UUID=*) echo "disk $kmp_match_dev/disk/by-uuid/${1#UUID=} $2" ;;
	*=*) return 1 ;;
	*) echo "disk $kmp_match_dev/${1#/dev/} $2" ;;
	esac
}

# kmp_match_mount NUMBER DEVICE PATH: have drivers from PATH of the file system on DEVICE.
kmp_match_mount() {
	set -- "$kmp_match_state/media/$1" "$2" "$3"
	mkdir -p "$1"
	mount -o ro,nosuid,nodev,noexec "$2" "$1" || { kmp_match_miss "cannot mount $2"; return 1; }
	[ -e "$1$3" ] || { kmp_match_miss "there is no $3 on $2"; umount "$1"; return 1; }
	kmp_match_try "$1$3"
}
