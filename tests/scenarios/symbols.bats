#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# symbols: what is known of the target kernel, and the table of it that --kernel reads.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
release=6.4.0-150600.23.7-default

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_machine machine "$card"
	{
		make_symvers printk=1111 usb_register=3333=drivers/usb/core/usbcore gone=4444=drivers/gone
		printf '0x%08x\t%s\t%s\t%s\t%s\n' 5 gpl_one vmlinux EXPORT_SYMBOL_GPL "" \
			6 spaced drivers/usb/core/usbcore EXPORT_SYMBOL_NS_GPL USB_STORAGE
	} >symvers
	make_repo repo <<-TEXT
		$(kmp fits 1.0 printk=1111)
		$(kmp module 1.0 usb_register=3333)
		$(kmp lacks 1.0 gone=4444)
		$(kmp other 1.0 printk=2222)
		$(kmp missing 1.0 nosuch=1)
	TEXT
}

kmp() { # NAME VERSION SYMBOL=CRC
	cat <<-TEXT
		package $1-kmp-default-$2_k6.4.0_1-1.1.x86_64
		requires ksym(default:${3%=*}) = ${3#*=}
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

# make_tree: a module tree of $release below $ROOT, with usbcore and a built-in module.
make_tree() {
	local tree=$ROOT/lib/modules/$release
	mkdir -p "$tree/kernel/drivers"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$tree/kernel/drivers/usbcore.ko" import=printk:1111
	printf 'kernel/lib/crc32-c.ko\n' >"$tree/modules.builtin"
}

symbols() { kmp_match symbols --json "$@"; }

# packages KERNEL...: what a dry run decides about all packages, as JSON.
packages() {
	kmp_match --dry-run --json --hardware machine --repo repo "$@"
	json "json.dumps(a['packages'], indent=1) + str(a['unmatched'])"
}

@test "the numbers of a symvers file, and what is not known without anything else" {
	symbols --kernel ./symvers --kernel-release "$release"
	equals 0 "$status"
	valid
	equals '5 true' "$(json "'%d %s' % (a['kernel']['symbols'], str(a['kernel']['symbols_complete']).lower())")"
	equals '[2, 3, 0, 0, 3, 2, 0]' "$(json "[a['survey'][k] for k in ('of_kernel', 'of_modules', 'of_unknown', 'absent', 'any', 'gpl_only', 'of_unknown_kind')]")"
	equals '["USB_STORAGE"]' "$(json "a['survey']['namespaces']")"
	equals "[]" "$(json "[k for k in ('vermagic', 'builtins', 'signers') if k in a['kernel']]")"
	equals "{}" "$(json "a['kernel']['decompressors']")"
}

@test "one symbol: its CRC, who exports it, and who may use it" {
	make_tree
	symbols --kernel "$ROOT/lib/modules/$release" --kernel ./symvers printk gpl_one spaced gone nosuch
	valid
	equals "exported exported exported absent not-exported" "$(json "' '.join(s['status'] for s in a['symbols'])")"
	equals "0x00001111 vmlinux False None" "$(json "'%(crc)s %(exporter)s %(gpl_only)s %(namespace)s' % a['symbols'][0]")"
	equals "0x00000006 usbcore True USB_STORAGE" "$(json "'%(crc)s %(exporter)s %(gpl_only)s %(namespace)s' % a['symbols'][2]")"
	equals "[]" "$(json "[k for k in a['symbols'][4] if k not in ('name', 'status')]")"
	kmp_match symbols --kernel "$ROOT/lib/modules/$release" --kernel ./symvers gone nosuch
	[[ $output == *"its tree lacks"*"nosuch"*"not exported" ]] || equals "both" "$output"
}

@test "a symbol is unknown, not absent, where not all symbols are known" {
	make_tree
	symbols --kernel "$release" printk nosuch
	equals "exported unknown" "$(json "' '.join(s['status'] for s in a['symbols'])")"
	equals "[]" "$(json "[k for k in ('exporter', 'gpl_only', 'namespace') if k in a['symbols'][0]]")"
	symbols --kernel 6.4.0-1-default printk
	valid
	equals unknown "$(json "a['symbols'][0]['status']")"
	equals false "$(json "'survey' in a")"
}

@test "of a kernel package nothing says for whom its symbols are" {
	make_kernel_base "$release" printk=1111
	symbols --kernel "$release" printk
	equals "exported 0x00001111 False" "$(json "'%s %s %s' % (a['symbols'][0]['status'], a['symbols'][0]['crc'], 'gpl_only' in a['symbols'][0])")"
	equals 1 "$(json "a['survey']['of_unknown_kind']")"
	equals false "$(json "'vermagic' in a['kernel']")"
}

@test "the installed package comes before a symvers file, which says what it does not" {
	make_kernel_base "$release" printk=1111 gpl_one=7777
	mkdir -p "$ROOT/boot"
	gzip <symvers >"$ROOT/boot/symvers-$release.gz"
	symbols --kernel "$release" printk gpl_one usb_register
	equals "installed package kernel-default-6.4.0-150600.23.7.x86_64, $ROOT/boot/symvers-$release.gz" \
		"$(json "a['kernel']['symbols_from']")"
	equals "vmlinux" "$(json "a['symbols'][0]['exporter']")"
	equals "0x00007777" "$(json "a['symbols'][1]['crc']")"
	equals "usbcore" "$(json "a['symbols'][2]['exporter']")"
	equals '["symbols-differ", "module-symbols-assumed"]' "$(json "[d['id'] for d in a['kernel']['diagnostics']]")"
}

@test "a saved table decides as the symvers file does" {
	want=$(packages --kernel ./symvers --kernel-release "$release")
	kmp_match symbols --kernel ./symvers --kernel-release "$release" --save table
	equals 0 "$status"
	equals "" "$output"
	equals "$want" "$(packages --kernel ./table)" "packages"
	for tool in gzip xz zstd; do
		"$tool" <table >"table.$tool"
		equals "$want" "$(packages --kernel "./table.$tool")" "$tool"
	done
}

@test "a saved table decides as the symvers file does beside a module tree" {
	make_tree
	tree=$ROOT/lib/modules/$release
	want=$(packages --kernel "$tree" --kernel ./symvers)
	[[ $want == *missing-module* ]]
	kmp_match symbols --kernel "$tree" --kernel ./symvers --save table
	equals "$want" "$(packages --kernel "$tree" --kernel ./table)"
}

@test "what a table says of the kernel is what was known when it was saved" {
	make_tree
	symbols --kernel "$ROOT/lib/modules/$release" --kernel ./symvers
	want=$(json "{k: v for k, v in a['kernel'].items() if k in ('release', 'flavor', 'arch', 'vermagic', 'builtins', 'signers')}")
	[[ $want == *crc32_c* ]]
	kmp_match symbols --kernel "$ROOT/lib/modules/$release" --kernel ./symvers --save table
	rm -r "${ROOT:?}/lib"
	symbols --kernel ./table
	equals "$want" "$(json "{k: v for k, v in a['kernel'].items() if k in ('release', 'flavor', 'arch', 'vermagic', 'builtins', 'signers')}")"
	symbols --kernel ./table --save again
	cmp table again
}

@test "an initrd keeps its table below usr/lib/kmp-match" {
	kmp_match symbols --kernel ./symvers --kernel-release "$release" --save table
	mkdir -p "$ROOT/usr/lib/kmp-match"
	zstd <table >"$ROOT/usr/lib/kmp-match/symbols-$release"
	symbols --kernel "$release" printk
	equals "$ROOT/usr/lib/kmp-match/symbols-$release" "$(json "a['kernel']['symbols_from']")"
	mv "$ROOT/usr/lib/kmp-match/symbols-"{"$release",6.4.0-1-default}
	symbols --kernel 6.4.0-1-default
	fails 1 "symbols-6.4.0-1-default" "another kernel, $release"
}

@test "a table that is damaged, cut or of another version is refused" {
	kmp_match symbols --kernel ./symvers --kernel-release "$release" --save table
	size=$(stat -c %s table)
	head -c $((size - 1)) table >part
	{ cat table && echo; } >long
	{ head -c 7 table && printf '\1' && tail -c +9 table; } >version
	{ head -c 60 table && printf '\377' && tail -c +62 table; } >damaged
	for file in part long version damaged; do
		symbols --kernel "./$file"
		fails 1 "symbol table" "./$file"
		valid
	done
	symbols --kernel ./table --kernel 6.4.0-1-default
	fails 2 "$release" 6.4.0-1-default
}

@test "a table is saved whole or not at all" {
	symbols --kernel 6.4.0-1-default --save table
	fails 1 6.4.0-1-default
	[[ ! -e table ]]
	symbols --kernel ./symvers --kernel-release "$release" --save absent/table
	fails 1 absent/table
	kmp_match symbols --kernel ./symvers --kernel-release "$release" --save /dev/stdout
	equals 0 "$status"
}

@test "what the system below the root says of the kernel" {
	make_tree
	mkdir -p "$ROOT/boot" "$ROOT/etc/modprobe.d" "$ROOT/usr/lib64"
	echo "blacklist snd-pcsp" >"$ROOT/etc/modprobe.d/a.conf"
	printf 'x\0liblzma.so.5\0libzstd.so.1\0' >"$ROOT/usr/lib64/libkmod.so.2"
	printf '#\nCONFIG_MODULES=y\nCONFIG_MODULE_DECOMPRESS=y\nCONFIG_MODULE_COMPRESS_XZ=y\n' \
		>"$ROOT/boot/config-$release"
	symbols --kernel "$release"
	valid
	equals '["snd_pcsp"]' "$(json "a['kernel']['blacklist']")"
	equals '["crc32_c"]' "$(json "a['kernel']['builtins']")"
	equals '{"kmod": ["xz", "zstd"], "kernel": ["xz"]}' "$(json "a['kernel']['decompressors']")"
	kmp_match symbols --kernel "$release"
	[[ $output == *"kmod: xz, zstd; kernel: xz"* ]] || equals "decompressors" "$output"
}

@test "a name that no symbol has is wrong usage" {
	symbols --kernel ./symvers --kernel-release "$release" "a b"
	fails 2 "a b"
	symbols --kernel ./symvers --kernel-release "$release" ""
	fails 2 symbol
}
