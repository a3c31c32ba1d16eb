#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kmp-match-disk: what udev's rules have the initqueue run when a disk that is waited for has appeared.
# The hook does the same in each turn, so no disk is lost where the rules are.
# shellcheck disable=SC1090,SC1091,SC2154
type getarg >/dev/null 2>&1 || . /lib/dracut-lib.sh
for _hook in "$hookdir"/initqueue/settled/*kmp-match-settled.sh; do . "$_hook"; done
