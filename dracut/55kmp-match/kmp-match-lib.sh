#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-lib: what the hooks share.
# shellcheck disable=SC2034 # for those that source it
kmp_match_lib=${kmp_match_lib:-/usr/lib/kmp-match}
kmp_match_state=${kmp_match_state:-/run/initramfs/kmp-match}
kmp_match_stage=${kmp_match_stage:-/run/kmp-match}
kmp_match_proc=${kmp_match_proc:-/proc} kmp_match_sys=${kmp_match_sys:-/sys}
kmp_match_dev=${kmp_match_dev:-/dev} kmp_match_etc=${kmp_match_etc:-/etc}
kmp_match_kmsg=${kmp_match_kmsg:-/dev/kmsg}

# One open(2) a line: the kernel limits how much is written through one.
kmp_match_say() { printf '<5>kmp-match: %s\n' "$*" >>"$kmp_match_kmsg"; }

# kmp_match_miss SENTENCE: something that was asked for is missing, which matters to "required".
kmp_match_miss() {
	printf '%s\n' "$*" >>"$kmp_match_state/missed"
	if kmp_match_flag 0 required; then kmp_match_say "$*"; else kmp_match_say "$*, going on without it"; fi
}

# kmp_match_option NAME: print inst.kmp.NAME=, or else rd.kmp.NAME=.
kmp_match_option() { getarg "inst.kmp.$1=" || getarg "rd.kmp.$1="; }

# kmp_match_seconds NAME DEFAULT: print the option NAME if it is a number that every shell can count
# with, else DEFAULT. A leading zero means octal to some, and dash ends at what it takes for no number.
kmp_match_seconds() {
	_value=$(kmp_match_option "$1") || _value=$2
	while [ "${_value#0?}" != "$_value" ]; do _value=${_value#0}; done
	case $_value in
	'' | *[!0-9]* | ?????*)
		kmp_match_say "inst.kmp.$1= takes seconds, up to 9999, and not '$_value': it is $2"
		echo "$2"
		;;
	*) echo "$_value" ;;
	esac
}

# kmp_match_flag DEFAULT NAME: is inst.kmp.NAME, or else rd.kmp.NAME, or else DEFAULT, not 0?
kmp_match_flag() {
	if getargbool "$1" "rd.kmp.$2"; then getargbool 1 "inst.kmp.$2"; else getargbool 0 "inst.kmp.$2"; fi
}

kmp_match_is_on() { [ -e "$kmp_match_state/arguments" ]; }

# kmp_match_count: print how many devices there are; others may need other drivers.
kmp_match_count() { set -- "$kmp_match_sys"/bus/*/devices/* && echo $#; }
