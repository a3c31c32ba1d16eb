#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# module-setup: what it puts into the initrd. dracut.conf may set kmp_match_repo=FOLDER, a repository
# to bake in, kmp_match_network=yes, for sources in the network, and kmp_match_program=FILE.
# shellcheck disable=SC1091,SC2154

check() {
	require_binaries "${kmp_match_program:-kmp-match}" depmod modprobe timeout udevadm || return 1
	return 255 # only where it is asked for
}

# One unknown name would disable the module, and versions of dracut differ in names.
depends() {
	local name optional=initqueue
	[[ ${kmp_match_network-} != yes ]] || optional+=" net-lib url-lib network nfs"
	echo base udev-rules
	for name in $optional; do
		! compgen -G "$dracutbasedir/modules.d/[0-9][0-9]$name" >/dev/null || echo "$name"
	done
}

# Whatever medium a repository is on; overlay for a /usr that cannot be written.
installkernel() {
	hostonly='' instmods overlay loop isofs udf vfat nls_cp437 nls_iso8859-1 ext4 squashfs \
		sd_mod sr_mod cdrom usb-storage uas
}

install() {
	local root=${dracutsysrootdir-} table=/usr/lib/kmp-match/symbols-$kernel name program
	program=$(find_binary "${kmp_match_program:-kmp-match}")
	inst "$program" /usr/bin/kmp-match
	# What dracut strips by itself keeps the names of functions.
	[[ ${do_strip-} != yes ]] || strip --strip-all "$initdir/usr/bin/kmp-match" 2>/dev/null || :
	inst_multiple cat cp depmod grep mkdir modprobe mount mv rm timeout tr udevadm umount
	[[ ${kmp_match_network-} != yes ]] || . "$moddir/network-setup.sh"
	for name in disk lib options rule run source; do
		inst_simple "$moddir/kmp-match-$name.sh" "${table%/*}/$name.sh"
	done
	for name in "$root"/{etc,usr/share}/kmp-match/keys/* "$root"/{etc,usr/lib}/depmod.d/*; do
		[[ ! -f $name ]] || inst_simple "${name#"$root"}"
	done
	"$root$program" symbols --quiet --root "${srcmods%/lib/modules/*}/" --kernel "$kernel" --save "$initdir$table" ||
		dwarn "kmp-match: symbols of $kernel are unknown, drivers for it will be refused"
	[[ -z ${kmp_match_repo-} ]] || cp -rLT "$kmp_match_repo" "$initdir/usr/lib/kmp-match/repo"
	for name in cmdline pre-trigger initqueue/{settled,online,finished} pre-mount emergency pre-pivot; do
		inst_hook "$name" 30 "$moddir/kmp-match-${name#*/}.sh"
	done
	dracut_need_initqueue
}
