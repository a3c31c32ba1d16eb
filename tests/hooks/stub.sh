#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stub: the part of dracut's library that the hooks use, with the kernel's command line in $CMDLINE.
# What they ask it for is written to $SAID.
# shellcheck disable=SC2015

# Or busybox would take its own.
mount() { "$TOP/../bin/mount" "$@"; }
umount() { "$TOP/../bin/umount" "$@"; }

# getarg NAME | NAME=: like dracut's: the last one counts; without a value it is empty, and NAME alone
# prints nothing where there is a "=".
getarg() {
	_found=1 _got=
	for _word in $CMDLINE; do
		case $1 in
		*=) [ "${_word%%=*}=" = "$1" ] && [ "$_word" != "${_word%%=*}" ] && _got=${_word#*=} && _found=0 ;;
		*) [ "${_word%%=*}" = "$1" ] && _got=${_word#"$1"} && _got=${_got#=} && _found=0 ;;
		esac
	done
	[ -z "$_got" ] || echo "$_got"
	return $_found
}

getargs() {
	_found=1
	for _word in $CMDLINE; do
		[ "${_word%%=*}=" = "$1" ] && [ "$_word" != "${_word%%=*}" ] || continue
		_found=0
		[ -z "${_word#*=}" ] || echo "${_word#*=}"
	done
	return $_found
}

getargbool() {
	_bool=$(getarg "$2") || _bool=$1
	case $_bool in 0 | no | off) return 1 ;; esac
	return 0
}

warn() { echo "warn $*" >>"$SAID"; }
emergency_shell() { echo "emergency $*" | tee -a "$SAID" >&2; }
die() { echo "die $*" >>"$SAID"; }
