#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What metadata promises is held against the modules themselves, before anything is staged.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
hint="modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)"
release=6.4.0-1-default

setup() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	cd "$BATS_TEST_TMPDIR" || return
	mkdir repo
	make_symvers printk=1111 usb_add=2222=usbcore >symvers
	make_machine machine "$card"
}

# make_module NAME WORD...: NAME.ko as tests/lib/make-module makes it.
# shellcheck disable=SC2154 # $here: common.bash
make_module() { "$here/../lib/make-module" "$1.ko" "${@:2}"; }

# make_kmp NAME-VERSION FILE...: a KMP with these module files, whose metadata says what they are
# and that the card needs them, and nothing of symbols.
make_kmp() {
	local name=${1%-*}-kmp-default-${1##*-}-1 files=() file
	shift
	for file; do files+=("/lib/modules/$release/updates/$file=$file"); done
	{
		for file; do echo "Provides: kmod(${file%%.ko*}.ko)"; done
		echo "Supplements: $hint"
		# shellcheck disable=SC2154 # further lines of the preamble, if there are any
		printf '%s' "${preamble-}"
	} | "$here/../lib/make-rpm" "$name" repo "${files[@]}" >/dev/null
}

# make_tree FILE...: the kernel's own module tree below $ROOT.
make_tree() {
	local file tree=$ROOT/lib/modules/$release/kernel
	mkdir -p "$tree"
	for file; do cp "$file" "$tree/"; done
}

# prove: the plan with the kernel's tree, if there is one.
prove() {
	kernel=()
	[[ ! -d $ROOT/lib/modules ]] || kernel=(--kernel "$ROOT/lib/modules/$release")
	plan --no-gpg-checks --repo repo "${kernel[@]}"
}

# rejected NAME REASON CULPRIT: that is the verdict on its only build, by the plan and by staging.
rejected() {
	prove
	valid
	equals "rejected $2" "$(verdict "$1-kmp-default")"
	equals "$3" "$(json "[p['culprit'] for p in a['packages'] if p['name'] == '$1-kmp-default'][0]")"
	kmp_match --json --no-gpg-checks --kernel ./symvers "${kernel[@]}" --kernel-release "$release" \
		--arch x86_64 --hardware machine --repo repo --stage-dir stage
	equals 3 "$status" "staging"
	equals "rejected $2" "$(verdict "$1-kmp-default")"
	[[ ! -e stage/current ]]
}

# findings NAME: "MODULE FAULT SYMBOL WANTED/FOUND" of each.
findings() {
	json "'; '.join(' '.join([f['module'], f['fault'], str(f['symbol'])] +
		([f['wanted'] + '/' + f['found']] if 'found' in f else []))
		for p in a['packages'] if p['name'] == '$1-kmp-default' for f in p['kabi']['findings'])"
}

# diagnostic ID: the culprit of the package's diagnostic.
diagnostic() { json "[d['culprit'] for p in a['packages'] for d in p['diagnostics'] if d['id'] == '$1']"; }

@test "a package that says nothing of symbols is selected by proof" {
	make_module foo import=printk:1111
	make_kmp foo-1.0 foo.ko
	prove
	valid
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals "exact 1" "$(json "'%(status)s %(checked)d' % a['packages'][0]['kabi']")"
	equals "6.4.0-1-default SMP preempt mod_unload modversions " \
		"$(json "a['packages'][0]['modules'][0]['vermagic']")"
}

@test "a release that alone differs fits" {
	make_module foo import=printk:1111 "vermagic=6.4.0-9-default SMP preempt mod_unload modversions "
	make_kmp foo-1.0 foo.ko
	make_module own import=printk:1111
	make_tree own.ko
	prove
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals proven "$(json "a['packages'][0]['kabi']['status']")"
}

@test "vermagic-mismatch: a module for a kernel with other options" {
	make_module own import=printk:1111
	make_tree own.ko
	make_module foo import=printk:1111 "vermagic=6.4.0-1-default SMP mod_unload modversions "
	make_kmp foo-1.0 foo.ko
	rejected foo vermagic-mismatch "6.4.0-1-default SMP mod_unload modversions "
}

@test "vermagic-mismatch: without CRCs another release does not fit" {
	make_module foo no-versions "vermagic=6.4.0-9-default SMP preempt mod_unload "
	make_kmp foo-1.0 foo.ko
	rejected foo vermagic-mismatch "6.4.0-9-default SMP preempt mod_unload "
}

@test "a wrong CRC and a missing symbol are named, whatever the metadata says" {
	local preamble=$'Requires: ksym(default:printk) = 1111\n'
	make_module foo import=printk:9999 import=gone:1
	make_kmp foo-1.0 foo.ko
	rejected foo kabi-mismatch gone
	equals "foo missing-symbol gone; foo differing-symbol printk 0x00009999/0x00001111" "$(findings foo)"
	equals "[\"gone\"] [\"printk\"]" "$(json "__import__('json').dumps(a['packages'][0]['kabi']['missing'])") $(
		json "a['packages'][0]['kabi']['differing']")"
}

@test "an older build whose modules fit takes the place of a newer one" {
	make_module foo import=printk:9999
	make_kmp foo-2.0 foo.ko
	make_module foo import=printk:1111
	make_kmp foo-1.0 foo.ko
	prove
	equals $'selected selected\nrejected kabi-mismatch' "$(verdict foo-kmp-default)"
}

@test "a weak symbol may be missing" {
	make_module foo import=printk:1111 weak=gone:1
	make_kmp foo-1.0 foo.ko
	prove
	equals "selected selected" "$(verdict foo-kmp-default)"
}

@test "missing-module: the exporter of a symbol is not in the kernel's tree" {
	make_module own import=printk:1111
	make_tree own.ko
	make_module foo import=usb_add:2222
	make_kmp foo-1.0 foo.ko
	rejected foo missing-module usb_add
}

@test "gpl-only-symbol: a module that is not under the GPL" {
	printf '0x00003333\tsecret\tvmlinux\tEXPORT_SYMBOL_GPL\t\n' >>symvers
	make_module foo import=secret:3333 license=Proprietary
	make_kmp foo-1.0 foo.ko
	rejected foo gpl-only-symbol secret
}

@test "missing-namespace: a symbol of a namespace that is not imported" {
	printf '0x00003333\tsecret\tvmlinux\tEXPORT_SYMBOL\tVENDOR\n' >>symvers
	make_module foo import=secret:3333
	make_kmp foo-1.0 foo.ko
	rejected foo missing-namespace secret
	make_module foo import=secret:3333 import_ns=VENDOR
	make_kmp foo-1.0 foo.ko
	prove
	equals "selected selected" "$(verdict foo-kmp-default)"
}

@test "built-in-module: the kernel has it built in" {
	make_module own import=printk:1111
	make_tree own.ko
	echo kernel/drivers/foo-bar.ko >"$ROOT/lib/modules/$release/modules.builtin"
	make_module foo_bar import=printk:1111
	make_kmp foo-1.0 foo_bar.ko
	rejected foo built-in-module foo_bar
}

@test "duplicate-symbol: it exports what the kernel exports" {
	make_module foo import=printk:1111 export=printk:1111
	make_kmp foo-1.0 foo.ko
	rejected foo duplicate-symbol printk
}

@test "dependency-cycle: its modules need each other" {
	make_module foo import=printk:1111 import=b:2 export=f:1
	make_module bar import=printk:1111 import=f:1 export=b:2
	make_kmp foo-1.0 foo.ko bar.ko
	rejected foo dependency-cycle foo
}

@test "unreadable-module: a module file that is none" {
	make_module foo import=printk:1111
	head -c 100 foo.ko >cut.ko
	make_kmp foo-1.0 foo.ko cut.ko
	rejected foo unreadable-module cut
}

@test "unreadable-module: a file that is not called as its module is" {
	make_module foo import=printk:1111 name=other
	make_kmp foo-1.0 foo.ko
	rejected foo unreadable-module foo
	[[ $(json "a['packages'][0]['detail']") == *"it calls itself other" ]]
}

@test "kabi-unknown: nothing that the modules need could be compared" {
	make_module foo import=printk:1111
	make_kmp foo-1.0 foo.ko
	kmp_match --dry-run --json --no-gpg-checks --kernel-release "$release" --flavor default --kernel "$release" \
		--arch x86_64 --hardware machine --repo repo
	equals "rejected kabi-unknown" "$(verdict foo-kmp-default)"
}

@test "an unrelated broken module in the kernel's tree spoils nothing" {
	make_module own import=printk:9999 import=gone:1
	head -c 50 own.ko >cut.ko
	make_tree own.ko cut.ko
	make_module foo import=printk:1111
	make_kmp foo-1.0 foo.ko
	prove
	equals "selected selected" "$(verdict foo-kmp-default)"
}

@test "a package that exports what another one needs stands with it, three in a row too" {
	make_module a import=printk:1111 import=b:2
	make_module b import=printk:1111 import=c:3 export=b:2
	make_module c import=printk:1111 export=c:3
	make_kmp one-1.0 a.ko
	make_kmp two-1.0 b.ko
	make_kmp three-1.0 c.ko
	prove
	equals '["selected", "selected", "selected"]' "$(json "[p['reason'] for p in a['packages']]")"
	equals '["exact", "exact", "exact"]' "$(json "[p['kabi']['status'] for p in a['packages']]")"
	rm repo/three-*.rpm
	prove
	equals '["kabi-mismatch", "kabi-mismatch"]' "$(json "[p['reason'] for p in a['packages']]")"
}

@test "what needs a build that is replaced by an older one stays, whatever their names" {
	local name
	make_module b import=printk:1111 export=b:2
	cp b.ko whole.ko
	make_module b import=gone:1 export=b:2
	make_module top import=printk:1111 import=b:2
	make_kmp middle-1.0 top.ko
	for name in above nether; do
		make_kmp $name-2.0 b.ko
		cp b.ko broken.ko
		cp whole.ko b.ko
		make_kmp $name-1.0 b.ko
		cp broken.ko b.ko
		prove
		equals $'selected selected\nrejected kabi-mismatch' "$(verdict $name-kmp-default)"
		equals "selected selected" "$(verdict middle-kmp-default)"
		rm repo/$name-*
	done
}

@test "of two packages that break each other the better one stays" {
	make_module usbcore import=printk:1111 export=usb_add:2222
	make_tree usbcore.ko
	make_module foo import=printk:1111 import=usb_add:2222
	make_kmp foo-2.0 foo.ko
	make_module usbcore import=printk:1111 export=usb_add:7777
	make_kmp usb-1.0 usbcore.ko
	prove
	valid
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals "rejected conflict" "$(verdict usb-kmp-default)"
	equals foo-kmp-default-2.0-1.x86_64 "$(json "a['packages'][1]['culprit']")"
	# The other way round it is the newer one that breaks the older.
	rm repo/*.rpm
	make_kmp foo-1.0 foo.ko
	make_kmp usb-2.0 usbcore.ko
	prove
	equals "rejected conflict" "$(verdict foo-kmp-default)"
	equals usb-kmp-default-2.0-1.x86_64 \
		"$(json "[p['kabi']['findings'][0]['cause'] for p in a['packages'] if p['reason'] == 'conflict'][0]")"
}

@test "a module that takes the place of one of the kernel's is named" {
	make_module own import=printk:1111
	make_tree own.ko
	make_kmp foo-1.0 own.ko
	prove
	equals '["own"]' "$(diagnostic replaces-module)"
}

@test "a module that is blacklisted on the target is named" {
	mkdir -p "$ROOT/etc/modprobe.d"
	echo "blacklist foo-bar" >"$ROOT/etc/modprobe.d/local.conf"
	make_module foo_bar import=printk:1111
	make_kmp foo-1.0 foo_bar.ko
	prove
	equals '["foo_bar"]' "$(diagnostic blacklisted-module)"
}

@test "xz that the kernel itself cannot check is named, and so is gzip that kmod cannot read" {
	make_module own import=printk:1111
	make_tree own.ko
	mkdir -p "$ROOT/boot" "$ROOT/usr/lib64"
	printf 'CONFIG_MODULES=y\nCONFIG_MODULE_DECOMPRESS=y\nCONFIG_MODULE_COMPRESS_XZ=y\n' >"$ROOT/boot/config-$release"
	make_module foo import=printk:1111
	cp foo.ko bar.ko
	cp foo.ko zip.ko
	xz --check=crc64 foo.ko
	xz --check=crc32 bar.ko
	gzip zip.ko
	printf 'liblzma.so.5\0libzstd.so.1\0' >"$ROOT/usr/lib64/libkmod.so.2"
	make_kmp foo-1.0 foo.ko.xz bar.ko.xz zip.ko.gz
	prove
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals '["foo", "zip"]' "$(json "sorted(d['culprit'] for p in a['packages'] for d in p['diagnostics']
		if d['id'] == 'unreadable-compression')")"
}

# sign KEY FILE: append a signature as the kernel's sign-file does (CMS with the key's id).
sign() {
	[[ -f $1.pem ]] || openssl req -new -x509 -newkey rsa:2048 -nodes -batch -subj "/CN=Signer $1" \
		-keyout "$1.pem" -out "$1.crt" 2>/dev/null
	openssl cms -sign -binary -noattr -nocerts -nosmimecap -keyid -md sha256 -outform DER \
		-signer "$1.crt" -inkey "$1.pem" -in "$2" -out signature 2>/dev/null
	{
		cat signature
		/usr/bin/python3 -c "import struct, sys
sys.stdout.buffer.write(struct.pack('>BBBBB3xI', 0, 0, 2, 0, 0, $(stat -c %s signature)))"
		printf '~Module signature appended~\n'
	} >>"$2"
}

@test "a stripped signature and an unknown signer are named" {
	command -v openssl >/dev/null || skip "openssl is not installed"
	make_module own import=printk:1111
	sign vendor own.ko
	make_tree own.ko
	make_module plain import=printk:1111
	cp plain.ko known.ko
	cp plain.ko other.ko
	sign vendor known.ko
	sign stranger other.ko
	make_kmp foo-1.0 plain.ko known.ko other.ko
	prove
	valid
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals '["plain"]' "$(diagnostic unsigned-module)"
	equals "$(json "[[m['key'] for p in a['packages'] for m in p['modules'] if m['name'] == 'other'][0]]")" \
		"$(diagnostic unknown-signer)"
	equals '["known", "other"]' "$(json "[m['name'] for p in a['packages'] for m in p['modules'] if m['signed']]")"
}

@test "the order of packages, repositories and devices changes nothing" {
	make_module usbcore import=printk:1111 export=usb_add:2222
	make_tree usbcore.ko
	make_module a import=printk:1111 import=usb_add:2222
	make_module b import=printk:1111 import=c:3
	make_module c import=printk:1111 export=c:3
	make_module usbcore import=printk:1111 export=usb_add:7777
	make_kmp a-1.0 a.ko
	make_kmp b-1.0 b.ko
	make_kmp c-1.0 c.ko
	make_kmp usb-1.0 usbcore.ko
	make_kmp c-0.9 b.ko
	make_list list "$card" usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00 acpi:PNP0501:
	local round first=''
	for round in 1 2 3 4 5 6; do
		mkdir shuffled
		for file in $(find repo -name '*.rpm' | shuf --random-source=<(yes "$round")); do
			cp "$file" "shuffled/$RANDOM-${file##*/}"
		done
		shuf --random-source=<(yes "$round") list >"list.$round"
		kmp_match --dry-run --json --no-gpg-checks --kernel ./symvers --kernel "$ROOT/lib/modules/$release" \
			--arch x86_64 --hardware "./list.$round" --repo shuffled
		# File names of RPMs, which differ here, are all that may.
		# shellcheck disable=SC2001
		output=$(sed 's#shuffled/[0-9]*-##' <<<"$output")
		[[ -n $first ]] || first=$output
		equals "$first" "$output" "round $round"
		rm -r shuffled
	done
	equals "rejected conflict" "$(verdict usb-kmp-default)"
}
