#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-rule: udev's rules for disks that are waited for.
# shellcheck disable=SC2154 # variables of lib.sh

# kmp_match_rule NUMBER "disk DEVICE PATH": have udev tell as soon as it is there.
kmp_match_rule() {
	set -- "$1" "${2#disk "$kmp_match_dev/"}"
	mkdir -p "$kmp_match_etc/udev/rules.d"
	for _key in KERNEL SYMLINK; do
		printf '%s' "ACTION!=\"remove\", SUBSYSTEM==\"block\", $_key==\"${2%% *}\", "
		echo "RUN+=\"/sbin/initqueue --settled --onetime --unique --name kmp-match-$1 /usr/lib/kmp-match/disk.sh\""
	done >>"$kmp_match_etc/udev/rules.d/90-kmp-match.rules"
}
