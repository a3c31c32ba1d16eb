#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-options: what the options of the kernel command line mean to kmp-match.
# shellcheck disable=SC2154 # kmp_match_state is set by lib.sh

# kmp_match_sources: print those of inst.kmp=, or else of rd.kmp=; "auto" for one without a value.
kmp_match_sources() {
	_values=$(getargs inst.kmp=) || ! getarg inst.kmp >/dev/null || _values=auto
	[ -n "$_values" ] || _values=$(getargs rd.kmp=) || ! getarg rd.kmp >/dev/null || _values=auto
	echo "$_values"
}

# kmp_match_labels: print the labels of file systems that are found without being named.
kmp_match_labels() {
	case $(kmp_match_option auto) in
	0 | no | off) ;;
	oemdrv | OEMDRV) echo KMPDRV OEMDRV ;;
	*) echo KMPDRV ;;
	esac
}

# kmp_match_arguments: print what kmp-match is called with, one argument a line.
kmp_match_arguments() {
	kmp_match_flag 1 gpgcheck || echo --no-gpg-checks
	! kmp_match_flag 0 debug || echo --verbose
	! _value=$(kmp_match_option flavor) || printf '%s\n' --flavor "$_value"
	! _value=$(kmp_match_option key) || printf '%s\n' --keys "$_value"
	kmp_match_policy >"$kmp_match_state/policy"
	[ ! -s "$kmp_match_state/policy" ] || printf '%s\n' --policy "$kmp_match_state/policy"
	_value=$(kmp_match_option fake_modalias) || return 0
	printf '%s\n' "$_value" | tr , '\n' >"$kmp_match_state/fake"
	printf '%s\n' --hardware /sys --hardware "$kmp_match_state/fake"
}

kmp_match_policy() {
	_value=$(kmp_match_option pkgs) && printf '%s\n' "$_value" | tr , '\n' | while read -r _name; do
		printf '[prefer]\npackage = %s\n' "$_name"
	done
	_value=$(kmp_match_option exclude) && printf '%s\n' "$_value" | tr , '\n' | while read -r _name; do
		printf '[block]\npackage = %s\nreason = excluded on the kernel command line\n' "$_name"
	done
}
