#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every form of --kernel: which kernel it is, which symbols it has, and what cannot be used.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
release=6.4.0-150600.23.7-default
rt=6.4.0-150600.10.5-rt

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_machine machine "$card"
	make_symvers printk=1111 usb_register=3333=drivers/usb/core/usbcore >symvers
	{
		kmp default 1111
		kmp rt 5555
	} | make_repo repo
}

kmp() { # FLAVOR CRC
	cat <<-TEXT
		package foo-kmp-$1-1.0_k6.4.0_1-1.1.x86_64
		requires ksym($1:printk) = $2
		supplements modalias(kernel-$1:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

# make_tree RELEASE [SYMBOL=CRC]...: a module tree below $ROOT whose one module imports these.
make_tree() {
	local tree=$ROOT/lib/modules/$1
	shift
	mkdir -p "$tree/kernel/drivers"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$tree/kernel/drivers/usbcore.ko" "${@/#/import=}"
	printf 'kernel/lib/builtin.ko\n' >"$tree/modules.builtin"
}

try() { kmp_match --dry-run --json --hardware machine --repo repo "$@"; }

# is RELEASE FLAVOR FROM [PACKAGE]: the kernel of the answer, FROM the end of symbols_from, and the
# package selected for it.
is() {
	equals 0 "$status" "exit status"
	equals "$1 $2" "$(json "'%(release)s %(flavor)s' % a['kernel']")"
	from=$(json "a['kernel']['symbols_from']")
	[[ $from == *"$3" ]] || equals "...$3" "$from" "symbols_from"
	equals "['${4:-foo-kmp-$2}']" \
		"$(json "str([p['name'] for p in a['packages'] if p['verdict'] == 'selected'])")"
}

@test "a symvers file, plain and in every compression, with the release given" {
	for tool in cat gzip xz zstd; do
		"$tool" <symvers >"table.$tool"
		try --kernel "./table.$tool" --kernel-release "$release"
		is "$release" default "table.$tool"
		equals 2 "$(json "a['kernel']['symbols']")"
		equals true "$(json "a['kernel']['symbols_complete']")"
	done
}

@test "a symvers file whose path says the release" {
	mkdir -p boot "usr/lib/modules/$release" "usr/src/linux-headers-$release"
	gzip <symvers >"boot/symvers-$release.gz"
	xz <symvers >"usr/lib/modules/$release/symvers.xz"
	cp symvers "usr/src/linux-headers-$release/Module.symvers"
	for file in "boot/symvers-$release.gz" "usr/lib/modules/$release/symvers.xz" \
		"usr/src/linux-headers-$release/Module.symvers"; do
		try --kernel "./$file"
		is "$release" default "$file"
	done
}

@test "a symvers file that does not say its release is wrong usage without --kernel-release" {
	try --kernel ./symvers
	fails 2 ./symvers --kernel-release
}

@test "a headers directory" {
	mkdir -p headers/include/generated
	cp symvers headers/Module.symvers
	printf '#define UTS_RELEASE "%s"\n' "$release" >headers/include/generated/utsrelease.h
	try --kernel ./headers
	is "$release" default headers/Module.symvers
}

@test "a module tree, and a tree with the symvers file of the same kernel" {
	make_tree "$release" printk:1111
	try --kernel "$ROOT/lib/modules/$release"
	is "$release" default "lib/modules/$release"
	equals false "$(json "a['kernel']['symbols_complete']")"
	equals '["symbols-incomplete"]' "$(json "[d['id'] for d in a['kernel']['diagnostics']]")"
	try --kernel "$ROOT/lib/modules/$release" --kernel ./symvers
	is "$release" default symvers
	equals "[]" "$(json "a['kernel']['diagnostics']")"
}

@test "a tree and a symvers file of two kernels are wrong usage" {
	make_tree "$release" printk:1111
	mkdir boot
	gzip <symvers >"boot/symvers-$rt.gz"
	try --kernel "$ROOT/lib/modules/$release" --kernel "./boot/symvers-$rt.gz"
	fails 2 "$release" "$rt"
	try --kernel "$release" --kernel "$rt"
	fails 2 "$release" "$rt"
}

@test "a kernel RPM gives release, flavor and symbols" {
	"$BATS_TEST_DIRNAME/../lib/make-rpm" kernel-default-6.4.0-150600.23.7 . >/dev/null <<-TEXT
		Provides: ksym(default:printk) = 1111
		Provides: kernel-uname-r = ${release//-/\~}
	TEXT
	try --kernel ./kernel-default-6.4.0-150600.23.7.x86_64.rpm
	is "$release" default "package kernel-default-6.4.0-150600.23.7.x86_64"
	mv kernel-default-*.rpm anything
	try --kernel ./anything
	is "$release" default "package kernel-default-6.4.0-150600.23.7.x86_64"
}

@test "an RPM that is no kernel, or damaged, is refused and named" {
	"$BATS_TEST_DIRNAME/../lib/make-rpm" foo-1-1 . </dev/null >/dev/null
	try --kernel ./foo-1-1.x86_64.rpm
	fails 1 ./foo-1-1.x86_64.rpm "no kernel"
	equals 1 "$(json "a['result']['exit']")"
	head -c 400 foo-1-1.x86_64.rpm >part
	try --kernel ./part
	fails 1 ./part
}

@test "a release is looked up below the root in every place that distributions use" {
	for place in "boot/symvers-$release.gz" "usr/lib/modules/$release/symvers.gz" \
		"lib/modules/$release/symvers.gz" "lib/modules/$release/symvers.xz" \
		"usr/lib/modules/$release/symvers.zst" "lib/modules/$release/build/Module.symvers" \
		"usr/src/linux-headers-$release/Module.symvers"; do
		rm -rf "$ROOT"
		mkdir -p "$ROOT/${place%/*}"
		case $place in
		*.gz) gzip ;;
		*.xz) xz ;;
		*.zst) zstd ;;
		*) cat ;;
		esac <symvers >"$ROOT/$place"
		try --kernel "$release"
		is "$release" default "$place"
	done
}

@test "links below the root stay below it" {
	mkdir -p "$ROOT/lib/modules/$release" "$ROOT/usr/src/headers"
	cp symvers "$ROOT/usr/src/headers/Module.symvers"
	ln -s /usr/src/headers "$ROOT/lib/modules/$release/build"
	try --kernel "$release"
	is "$release" default build/Module.symvers
	rm "$ROOT/lib/modules/$release/build"
	ln -s "$BATS_TEST_TMPDIR" "$ROOT/lib/modules/$release/build"
	cp symvers Module.symvers
	try --kernel "$release"
	equals null "$(json "a['kernel']['symbols_from']")" "a link out of the root"
}

@test "a symvers file comes before the package, an installed package before one on offer" {
	make_kernel_base "$release" printk=1111
	{
		kmp default 1111
		cat <<-TEXT
			package kernel-default-6.4.0-150600.23.7.x86_64
			provides kernel-uname-r = $release
			ksyms default printk=2222
			package kernel-default-6.4.0-150600.99.1.x86_64
			provides kernel-uname-r = 6.4.0-150600.99.1-default
			ksyms default printk=1111
		TEXT
	} | make_repo repo
	try --kernel "$release"
	is "$release" default "installed package kernel-default-6.4.0-150600.23.7.x86_64"
	rm -r "${ROOT:?}/var"
	try --kernel "$release"
	equals 3 "$status" "the offered one of the very same release"
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
	[[ $(json "a['kernel']['symbols_from']") == *"offered package kernel-default-6.4.0-150600.23.7.x86_64" ]]
	mkdir -p "$ROOT/boot"
	gzip <symvers >"$ROOT/boot/symvers-$release.gz"
	try --kernel "$release"
	is "$release" default "symvers-$release.gz"
}

@test "a repository's kernel of another release lends no symbols" {
	{
		kmp default 1111
		cat <<-TEXT
			package kernel-default-6.4.0-150600.99.1.x86_64
			provides kernel-uname-r = 6.4.0-150600.99.1-default
			ksyms default printk=1111
		TEXT
	} | make_repo repo
	try --kernel "$release"
	is "$release" default null
	equals unknown "$(json "a['packages'][0]['kabi']['status']")"
}

@test "an unknown kernel is planned with a diagnostic, and staging refuses it" {
	try --kernel "$release"
	is "$release" default null
	equals unknown "$(json "a['packages'][0]['kabi']['status']")"
	equals true "$(json "'kabi-unknown' in [d['id'] for d in a['packages'][0]['diagnostics']]")"
	kmp_match --json --no-gpg-checks --stage-dir stage --hardware machine --repo repo --kernel "$release"
	equals 3 "$status"
	equals "rejected kabi-unknown" "$(verdict foo-kmp-default)"
	equals "$release" "$(json "[p for p in a['packages'] if p['reason'] == 'kabi-unknown'][0]['culprit']")"
	nothing_staged
}

@test "without --kernel the only installed kernel is taken, and the newest of a flavor" {
	make_tree "$release" printk:1111
	try
	is "$release" default "$release"
	make_tree 6.4.0-150600.9.1-default printk:2222
	make_tree 6.4.0-150600.23.30-default printk:1111
	try
	is 6.4.0-150600.23.30-default default 6.4.0-150600.23.30-default
}

@test "several flavors and none booted is wrong usage that lists them; --flavor decides" {
	make_tree "$release" printk:1111
	make_tree "$rt" printk:5555
	try
	fails 2 "$release" "$rt" --kernel
	equals 2 "$(json "a['result']['exit']")"
	try --flavor rt
	is "$rt" rt "$rt"
	try --flavor default
	is "$release" default "$release"
	try --flavor azure
	fails 1 flavor
}

@test "no kernel below the root is an error" {
	try
	fails 1 "$ROOT"
}

@test "the flavor is that of --flavor, else of the package, else of the release" {
	try --kernel ./symvers --kernel-release 6.1.0-56-rt-amd64
	equals rt-amd64 "$(json "a['kernel']['flavor']")"
	try --kernel ./symvers --kernel-release 6.12.0-160000.5-64kb
	equals 64kb "$(json "a['kernel']['flavor']")"
	try --kernel ./symvers --kernel-release 6.1.0-56-rt-amd64 --flavor amd64
	equals amd64 "$(json "a['kernel']['flavor']")"
	make_base <<-TEXT
		package kernel-rt-6.4.0-150600.10.5.x86_64
		provides kernel-uname-r = 6.4.0-150600.10.5-odd-rt
		ksyms rt printk=5555
	TEXT
	try --kernel 6.4.0-150600.10.5-odd-rt
	is 6.4.0-150600.10.5-odd-rt rt "kernel-rt-6.4.0-150600.10.5.x86_64"
	try --kernel 6.4.0-150600.10.5-odd-rt --flavor default
	equals default "$(json "a['kernel']['flavor']")"
}

@test "a release without a flavor asks for --flavor" {
	try --kernel ./symvers --kernel-release 6.4.0
	fails 2 6.4.0 --flavor
	try --kernel ./symvers --kernel-release 6.4.0 --flavor default
	is 6.4.0 default symvers
}

@test "the architecture is that of --arch, else of the kernel's modules, else of the snapshot" {
	sed 's/x86_64/aarch64/' machine >other
	try --kernel ./symvers --kernel-release "$release" --hardware other
	equals x86_64 "$(json "a['kernel']['arch']")" "the first snapshot"
	kmp_match --dry-run --json --hardware other --repo repo --kernel ./symvers --kernel-release "$release"
	equals aarch64 "$(json "a['kernel']['arch']")" "the snapshot"
	equals "rejected other-arch" "$(verdict foo-kmp-default)"
	make_tree "$release" printk:1111
	kmp_match --dry-run --json --hardware other --repo repo --kernel "$ROOT/lib/modules/$release"
	equals x86_64 "$(json "a['kernel']['arch']")" "the tree"
	kmp_match --dry-run --json --hardware other --repo repo --kernel "$ROOT/lib/modules/$release" \
		--arch ppc64le
	equals ppc64le "$(json "a['kernel']['arch']")" "--arch"
	make_list list "$card"
	kmp_match --dry-run --json --hardware list --repo repo --kernel ./symvers --kernel-release "$release"
	equals "$(uname -m)" "$(json "a['kernel']['arch']")" "this machine"
}

@test "a symbol of a module counts only if the tree has that module" {
	{
		kmp default 1111
		echo "requires ksym(default:usb_register) = 3333"
	} | make_repo repo
	make_tree "$release" printk:1111
	try --kernel "$ROOT/lib/modules/$release" --kernel ./symvers
	is "$release" default symvers
	mv "$ROOT/lib/modules/$release/kernel/drivers/"{usbcore,other}.ko
	try --kernel "$ROOT/lib/modules/$release" --kernel ./symvers
	equals 3 "$status"
	equals "rejected missing-module" "$(verdict foo-kmp-default)"
	equals true "$(json "'usb_register' in a['packages'][0]['culprit']")"
	try --kernel ./symvers --kernel-release "$release"
	is "$release" default symvers
	equals '["module-symbols-assumed"]' "$(json "[d['id'] for d in a['kernel']['diagnostics']]")"
}

@test "a symvers file with a bad line is refused, and the line is named" {
	{
		cat symvers
		echo "this is no row"
	} >bad
	try --kernel ./bad --kernel-release "$release"
	fails 1 ./bad "line 3"
	printf '0x1111\tprintk\n' >bad
	try --kernel ./bad --kernel-release "$release"
	fails 1 ./bad "line 1"
}

@test "what is no symvers file at all is refused" {
	: >empty
	head -c 2000 /dev/urandom >garbage
	gzip <symvers | head -c 40 >cut.gz
	mkdir folder
	mkfifo fifo
	for path in empty garbage cut.gz folder fifo absent; do
		try --kernel "./$path" --kernel-release "$release"
		[[ $status == [12] ]] || equals "1 or 2" "$status" "$path"
		fails "$status" "./$path"
		equals "$status" "$(json "a['result']['exit']")"
	done
}

@test "a release that is none is wrong usage" {
	for text in "" .. "a b" $'6.4.0\n-default'; do
		try --kernel "$text"
		equals 2 "$status" "'$text'"
		equals 1 "$(grep -cv warning: <<<"${errors-}")"
	done
}

@test "KMPs in the tree are no part of the kernel" {
	{
		kmp default 1111
		echo "requires ksym(default:vendor_symbol) = 7777"
	} | make_repo repo
	make_symvers printk=1111 vendor_symbol=7777=updates/vendor >symvers
	make_tree "$release" printk:1111
	mkdir "$ROOT/lib/modules/$release/updates"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$ROOT/lib/modules/$release/updates/vendor.ko" export=vendor_symbol:7777
	try --kernel "$ROOT/lib/modules/$release" --kernel ./symvers
	equals 3 "$status"
	equals "rejected missing-module" "$(verdict foo-kmp-default)"
}

# rpm's own folder is /var/lib/rpm, SUSE's and Fedora's /usr/lib/sysimage/rpm; /var may be elsewhere.
@test "the rpm database is read where the system below the root has it" {
	make_machine machine "$card"
	echo "package glibc-1-1.x86_64" | make_repo repo
	make_kernel_base 6.4.0-1-default printk=1111
	leave_leaks
	mkdir -p "$ROOT/usr/lib/sysimage"
	mv "$ROOT/var/lib/rpm" "$ROOT/usr/lib/sysimage/rpm"
	for link in /usr/lib/sysimage/rpm ../../usr/lib/sysimage/rpm; do
		ln -sfn "$link" "$ROOT/var/lib/rpm"
		kmp_match --dry-run --json --kernel 6.4.0-1-default --hardware machine --repo repo
		equals 0 "$status" "$link"
		equals "installed package kernel-default-6.4.0-1.x86_64" "$(json "a['kernel']['symbols_from']")"
	done
	rm "$ROOT/var/lib/rpm"
	kmp_match --dry-run --json --kernel 6.4.0-1-default --hardware machine --repo repo
	equals "installed package kernel-default-6.4.0-1.x86_64" "$(json "a['kernel']['symbols_from']")"
}

@test "an rpm database that is damaged takes one sentence, which names it" {
	make_machine machine "$card"
	echo "package glibc-1-1.x86_64" | make_repo repo
	mkdir -p "$ROOT/var/lib/rpm"
	leave_leaks
	for content in "" garbage; do
		printf '%s' "$content" >"$ROOT/var/lib/rpm/rpmdb.sqlite"
		kmp_match --dry-run --json --kernel 6.4.0-1-default --hardware machine --repo repo
		fails 1 /var/lib/rpm "rpm --rebuilddb"
		valid
	done
}
