#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What module-setup.sh asks of dracut 059 and of dracut-ng, whose own modules have other numbers and
# parts, with a stub of dracut's functions.
# shellcheck disable=SC2034,SC2317 # for module-setup.sh

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	moddir=$BATS_TEST_DIRNAME/../../dracut/55kmp-match
	initdir=$PWD/initrd dracutbasedir=$PWD/dracut srcmods=$PWD/root/lib/modules/6.1.0 kernel=6.1.0
	dracutsysrootdir=$PWD/root
	mkdir -p initrd "$dracutbasedir/modules.d" root/usr/bin root/etc/kmp-match/keys root/usr/share/kmp-match/keys
	echo key >root/etc/kmp-match/keys/mine.asc
	echo key >root/usr/share/kmp-match/keys/vendor.asc
	printf '#!/bin/sh\necho "$@" >"%s"\n' "$PWD/symbols" >root/usr/bin/kmp-match
	chmod +x root/usr/bin/kmp-match
	: >asked
	# shellcheck source=/dev/null
	. "$moddir/module-setup.sh"
}

require_binaries() { echo "require_binaries $*" >>asked; }
find_binary() { echo "/usr/bin/$1"; }
inst() { echo "inst $*" >>asked; }
inst_simple() { echo "inst_simple ${*##*/55kmp-match/}" >>asked; }
inst_multiple() { echo "inst_multiple $*" >>asked; }
inst_hook() { echo "inst_hook $1 $2 ${3##*/}" >>asked; }
instmods() { echo "instmods $*" >>asked; }
inst_libdir_file() { echo "inst_libdir_file $*" >>asked; }
strip() { echo "strip $*" >>asked; }
dracut_need_initqueue() { echo need-initqueue >>asked; }
dwarn() { echo "warning $*" >>asked; }

asked() { grep -qxF -- "$1" asked || { echo "not asked: $1" >&2 && cat asked >&2 && return 1; }; }

# modules NAME...: these are dracut's own.
modules() { for name; do mkdir -p "$dracutbasedir/modules.d/$name"; done; }

@test "it goes in only where it is asked for" {
	local said=0
	check || said=$?
	((said == 255))
}

@test "it stays out where something that it needs is missing" {
	require_binaries() { return 1; }
	local said=0
	check || said=$?
	((said == 1))
}

@test "the program is stripped of all names where dracut strips" {
	do_strip=no install
	! grep strip asked >&2 || return 1
	do_strip=yes install
	asked "strip --strip-all $initdir/usr/bin/kmp-match"
}

@test "it depends on what this dracut has, whatever the numbers" {
	modules 99base 95udev-rules
	[[ $(depends | xargs) == "base udev-rules" ]]
	kmp_match_network=yes
	[[ $(depends | xargs) == "base udev-rules" ]]
	modules 40network 45url-lib 95nfs
	[[ $(depends | xargs) == "base udev-rules url-lib network nfs" ]]
	modules 77initqueue 45net-lib
	[[ $(depends | xargs) == "base udev-rules initqueue net-lib url-lib network nfs" ]]
	kmp_match_network=
	[[ $(depends | xargs) == "base udev-rules initqueue" ]]
}

@test "program, keys, symbols and every hook are installed" {
	local name
	install
	asked "inst /usr/bin/kmp-match /usr/bin/kmp-match"
	asked "inst_simple /etc/kmp-match/keys/mine.asc"
	asked "inst_simple /usr/share/kmp-match/keys/vendor.asc"
	asked need-initqueue
	[[ $(<symbols) == "symbols --quiet --root $PWD/root/ --kernel 6.1.0 --save $initdir/usr/lib/kmp-match/symbols-6.1.0" ]]
	for name in "$moddir"/kmp-match-*.sh; do
		grep -qF -- "${name##*/}" asked || { echo "not installed: $name" >&2 && return 1; }
	done
}

@test "a kernel without symbols is warned of, and the rest goes on" {
	printf '#!/bin/sh\nexit 1\n' >root/usr/bin/kmp-match
	install
	asked "warning kmp-match: symbols of 6.1.0 are unknown, drivers for it will be refused"
	asked need-initqueue
}

@test "a repository is baked in, and curl, with names and certificates, comes only with the network" {
	mkdir repo initrd/usr initrd/usr/lib initrd/usr/lib/kmp-match
	echo rpm >repo/foo.rpm
	kmp_match_repo=$PWD/repo
	install
	[[ $(<initrd/usr/lib/kmp-match/repo/foo.rpm) == rpm ]]
	! grep -e curl -e nss -e ca- asked >&2 || return 1
	kmp_match_network=yes
	install
	asked "inst_multiple curl"
	asked "inst_libdir_file libnss_dns.so* libnss_files.so*"
	grep -q "^inst_multiple -o .*/etc/nsswitch.conf .*/etc/ssl/certs/ca-certificates.crt .*/etc/pki/tls/certs/ca-bundle.crt .*/var/lib/ca-certificates/ca-bundle.pem" asked
}
