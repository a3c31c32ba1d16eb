#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Which kernels would take which driver packages: those named, and those installed.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
old=6.4.0-1-default
new=6.4.0-2-default

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	kernel "$old" printk=1111 kmalloc=2222
	kernel "$new" printk=1111 kmalloc=3333
}

# kernel RELEASE SYMBOL=CRC...: its symvers file below $ROOT.
kernel() {
	mkdir -p "$ROOT/boot"
	make_symvers "${@:2}" | gzip >"$ROOT/boot/symvers-$1.gz"
}

# module FILE WORD...: a module that was built for the old kernel.
module() {
	"$BATS_TEST_DIRNAME/../lib/make-module" "$1" license=GPL \
		"vermagic=$old SMP mod_unload modversions " "${@:2}"
}

# kmp NAME VERSION MODULE...: the RPM of such a package, in ./rpms.
kmp() {
	local file pairs=()
	mkdir -p rpms
	for file in "${@:3}"; do pairs+=("/lib/modules/$old/updates/$file=$file"); done
	"$BATS_TEST_DIRNAME/../lib/make-rpm" "$1-$2-1" rpms "${pairs[@]}" <<-TEXT >/dev/null
		Provides: kmod($1.ko)
	TEXT
}

# promising NAME FILE [LINE]...: an RPM in ./rpms that holds FILE, with such lines in its metadata.
promising() {
	mkdir -p rpms
	printf '%s\n' "Provides: kmod($2)" "${@:3}" |
		"$BATS_TEST_DIRNAME/../lib/make-rpm" "$1-1.0-1" rpms "/lib/modules/$old/updates/$2=$2" >/dev/null
}

# installed NAME MODULE [LINE]...: say that such a package is installed, and put its module there.
installed() {
	local file=/lib/modules/$old/updates/${2##*/}
	mkdir -p "$ROOT/${file%/*}"
	[[ ! -e $2 ]] || cp "$2" "$ROOT/$file"
	printf '%s\n' "package $1-1.0-1.x86_64" "provides kmod(${2##*/})" "file $file" "${@:3}"
}

check() { kmp_match check --json "$@"; }

# verdicts: "fits fits-not" and the like, a line for each kernel.
verdicts() {
	json "'\n'.join(' '.join(p['verdict'] for p in k['packages']) for k in a['kernels'])"
}

# gave STATUS LINE...: the exit status, and the verdicts kernel by kernel, of a valid answer.
gave() {
	equals "$1" "$status" "exit status"
	equals "$(printf '%s\n' "${@:2}")" "$(verdicts)" verdicts
	equals "$1" "$(json "a['result']['exit']")" "exit in the answer"
	valid
}

@test "an update to a kernel with another CRC is foretold for a bare module" {
	module foo.ko import=printk:1111 import=kmalloc:2222
	gzip -k foo.ko
	xz -k foo.ko
	zstd -q foo.ko
	for file in foo.ko foo.ko.gz foo.ko.xz foo.ko.zst; do
		check -k "$old" -k "$new" "$file"
		gave 3 fits fits-not
		equals "kmalloc" "$(json "a['kernels'][1]['packages'][0]['kabi']['differing'][0]")"
		equals "$file" "$(json "a['kernels'][1]['packages'][0]['path']")"
		equals "kabi-mismatch None" "$(json "'%s %s' % tuple(k['packages'][0]['reason'] for k in a['kernels'][::-1])")"
	done
}

@test "a driver whose vermagic differs in the release alone fits" {
	module foo.ko import=printk:1111
	check -k "$old" -k "$new" foo.ko
	gave 0 fits fits
	equals "exact proven" "$(json "' '.join(k['packages'][0]['kabi']['status'] for k in a['kernels'])")"
}

@test "packages are named by their RPM, by name and by NEVRA" {
	module foo.ko import=kmalloc:2222
	kmp foo-kmp-default 1.0 foo.ko
	for text in rpms/foo-kmp-default-1.0-1.x86_64.rpm foo-kmp-default foo-kmp-default-1.0-1.x86_64 'foo-*'; do
		check --repo rpms -k "$old" "$text"
		gave 0 fits
		equals foo-kmp-default-1.0-1.x86_64 "$(json "a['kernels'][0]['packages'][0]['nevra']")" "$text"
	done
}

@test "of a name with several builds one has to fit" {
	module foo.ko import=kmalloc:2222
	kmp foo-kmp-default 1.0 foo.ko
	module foo.ko import=kmalloc:3333
	kmp foo-kmp-default 2.0 foo.ko
	check --repo rpms -k "$old" -k "$new" foo-kmp-default
	gave 0 "fits fits-not" "fits-not fits"
	kernel 6.4.0-3-default printk=1111
	check --repo rpms -k "$old" -k 6.4.0-3-default foo-kmp-default
	gave 3 "fits fits-not" "fits-not fits-not"
}

@test "a package may need what another one exports" {
	module foo.ko import=bar_add:5555
	module bar.ko import=printk:1111 export=bar_add:5555
	check -k "$old" foo.ko
	gave 3 fits-not
	equals bar_add "$(json "a['kernels'][0]['packages'][0]['kabi']['missing'][0]")"
	check -k "$old" foo.ko bar.ko
	gave 0 "fits fits"
}

@test "what leans on a package that does not fit does not fit either" {
	module bar.ko import=gone:1 export=bar_add:5555
	module foo.ko import=bar_add:5555 export=foo_add:6666
	module far.ko import=foo_add:6666
	check -k "$old" far.ko foo.ko bar.ko
	gave 3 "fits-not fits-not fits-not"
	equals "foo_add bar_add gone" \
		"$(json "' '.join(p['kabi']['missing'][0] for p in a['kernels'][0]['packages'])")"
}

@test "a package may need what any one of several builds exports" {
	local crc
	for crc in 5555 6666; do
		module "bar.ko" import=printk:1111 "export=bar_add:$crc"
		kmp bar-kmp-default "$crc" bar.ko
	done
	for crc in 5555 6666; do
		module foo.ko "import=bar_add:$crc"
		check --repo rpms -k "$old" ./foo.ko bar-kmp-default
		gave 0 "fits fits fits"
	done
}

@test "two modules that export the same are told of each other" {
	module foo.ko import=printk:1111 export=add:1
	module bar.ko import=printk:1111 export=add:1
	check -k "$old" foo.ko bar.ko
	gave 3 "fits-not fits-not"
	equals "its module foo exports add, which bar.ko exports too" \
		"$(json "a['kernels'][0]['packages'][0]['detail']")"
}

@test "a tree and a symvers file of one release are one kernel" {
	module foo.ko import=printk:1111
	mkdir -p "tree/lib/modules/$old/kernel"
	cp foo.ko "tree/lib/modules/$old/kernel/other.ko"
	cp "$ROOT/boot/symvers-$old.gz" .
	check -k "./symvers-$old.gz" -k "$new" -k "./tree/lib/modules/$old" foo.ko
	gave 0 fits fits
	equals "$old $new" "$(json "' '.join(k['release'] for k in a['kernels'])")"
}

@test "which release a path is of may be told by its content" {
	mkdir -p headers/include/generated
	zcat "$ROOT/boot/symvers-$old.gz" >headers/Module.symvers
	printf '#define UTS_RELEASE "%s"\n' "$old" >headers/include/generated/utsrelease.h
	module foo.ko import=printk:1111
	check -k "$old" -k ./headers -k "$new" foo.ko
	gave 0 fits fits
	equals "$old $new" "$(json "' '.join(k['release'] for k in a['kernels'])")"
}

@test "a driver in use that would fit none of the kernels is told by the exit status" {
	module foo.ko import=kmalloc:2222 "alias=$card"
	installed foo-kmp-default foo.ko "supplements modalias($card)" | make_base
	make_machine bound "$card=foo"
	make_machine unbound "$card"
	make_machine other pci:v00001000d00000001sv00000000sd00000000bc01sc07i00
	for row in bound:3 unbound:3 other:0; do
		check -k "$new" --hardware "${row%:*}"
		gave "${row#*:}" fits-not
		equals "$([[ $row == other* ]] && echo false || echo true)" \
			"$(json "a['kernels'][0]['packages'][0]['in_use']")" "$row"
		check -k "$new" -k "$old" --hardware "${row%:*}"
		gave 0 fits-not fits
	done
}

@test "a driver is in use when its module drives a device, whatever its hints say" {
	module foo_bar.ko import=kmalloc:2222
	installed foo-kmp-default foo_bar.ko | make_base
	make_machine machine "$card=foo-bar"
	check -k "$new" --hardware machine
	gave 3 fits-not
}

@test "an installed package without its module does not keep others from being checked" {
	module foo.ko import=printk:1111
	{
		installed foo-kmp-default foo.ko
		installed gone-kmp-default gone.ko
	} | make_base
	make_machine machine "$card"
	check -k "$new" --hardware machine
	gave 0 "fits fits-not"
	equals corrupt "$(json "a['kernels'][0]['packages'][1]['reason']")"
	[[ $(json "a['kernels'][0]['packages'][1]['detail']") == *gone.ko* ]]
}

@test "a system without driver packages has nothing to check" {
	make_base <<<"package filesystem-1-1.x86_64"
	make_machine machine "$card"
	check -k "$new" --hardware machine
	gave 0 ""
	kmp_match check -k "$new" --hardware machine
	equals "0 No driver package is installed: nothing to check." "$status $(tail -n 1 <<<"$output")"
}

@test "the table fits 80 columns, and the first ten symbols of what does not fit are named" {
	local kernels=() words=() i
	for i in {1..9}; do
		kernel "6.4.0-15060$i.$i.1-default" printk=1111
		kernels+=(-k "6.4.0-15060$i.$i.1-default")
	done
	for i in {10..22}; do words+=("import=symbol_$i:$i"); done
	module foo.ko "${words[@]}"
	kmp a-driver-with-quite-a-long-name-kmp-default 1.0_k6.4.0_150600.21 foo.ko
	kmp_match -q check "${kernels[@]}" rpms/*.rpm
	equals 3 "$status" "exit status"
	equals "" "$(sed -n '/^Kernel/d; /^What/q; /.\{81\}/p' <<<"$output")" "lines that are too long"
	equals 9 "$(grep -c '^Kernel' <<<"$output")" kernels
	[[ $output == *"kernels 1, 2, 3, 4, 5, 6, 7, 8, 9: 13 of the 13 kernel symbols that it needs are missing [kabi-mismatch]"* ]]
	[[ $output == *"missing: symbol_10, "*", symbol_19 and 3 more"* ]]
	kmp_match -q -v check "${kernels[@]}" rpms/*.rpm
	[[ $output == *"missing: symbol_10, "*", symbol_21, symbol_22"* ]]
}

@test "symbols that nothing is known about do not fit, and are named" {
	mkdir -p "$ROOT/lib/modules/$old/kernel"
	rm "$ROOT/boot/symvers-$old.gz"
	module "$ROOT/lib/modules/$old/kernel/other.ko" import=printk:1111
	module foo.ko import=printk:1111 import=kmalloc:2222
	check -k "$old" foo.ko
	gave 3 fits-not
	equals "kabi-unknown ['kmalloc']" "$(json "'%(reason)s %%s' % a['kernels'][0]['packages'][0] % a['kernels'][0]['packages'][0]['kabi']['unverified']")"
}

@test "a damaged module in a package is a fault of that package alone" {
	module foo.ko import=printk:1111
	echo damaged >bar.ko
	kmp foo-kmp-default 1.0 foo.ko
	kmp bar-kmp-default 1.0 bar.ko
	check -k "$old" rpms/bar-*.rpm rpms/foo-*.rpm
	gave 3 "fits-not fits"
	equals "unreadable-module bar" "$(json "'%(reason)s %(culprit)s' % a['kernels'][0]['packages'][0]")"
}

@test "of a package with builds for two kernels the one that would be loaded counts" {
	module old.ko import=kmalloc:2222
	module new.ko import=kmalloc:3333
	"$BATS_TEST_DIRNAME/../lib/make-rpm" foo-kmp-default-1.0-1 . "/lib/modules/$old/updates/foo.ko=old.ko" \
		"/lib/modules/$new/updates/foo.ko=new.ko" <<<"Provides: kmod(foo.ko)" >/dev/null
	check -k "$old" -k "$new" ./foo-*.rpm
	gave 0 fits fits
}

@test "without --kernel nothing is checked" {
	module foo.ko
	kmp_match check foo.ko
	fails 2 --kernel
	check foo.ko
	equals "2 2" "$status $(json "a['result']['exit']")"
}

@test "what is no driver package is named, with what is near to it" {
	module foo.ko import=printk:1111
	kmp foo-kmp-default 1.0 foo.ko
	echo nothing >text
	cp text text.ko
	while read -r argument word; do
		kmp_match check --repo rpms -k "$old" "$argument"
		fails 1 "$word"
	done <<-'ROWS'
		./absent.ko ./absent.ko
		./text text
		text.ko text.ko
		foo-kmp-defualt foo-kmp-default
		nothing-of-this-name nothing-of-this-name
	ROWS
}

@test "of a package that is not at hand the RPM is asked for" {
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0-1.x86_64
		requires ksym(default:printk) = 1111
	TEXT
	kmp_match check --repo repo -k "$old" foo-kmp-default
	fails 1 foo-kmp-default-1.0-1.x86_64 RPM
}

# refused REASON CULPRIT [INDEX]: of package INDEX by the first kernel.
refused() {
	equals "$1 $2" "$(json "'%(reason)s %(culprit)s' % a['kernels'][0]['packages'][${3:-0}]")"
}

@test "what its metadata requires of another flavor is refused, whatever its modules say" {
	module foo.ko import=printk:1111
	promising nic-kmp-rt foo.ko "Requires: ksym(rt:printk) = 1111" "Requires: ksym(rt:kmalloc) = 2222"
	check -k "$old" rpms/nic-*.rpm
	gave 3 fits-not
	refused other-flavor kmalloc
	check --repo rpms -k "$old" -k "$new" nic-kmp-rt
	gave 3 fits-not fits-not
	check --flavor rt -k "$old" rpms/nic-*.rpm
	gave 0 fits
	kmp_match check -k "$old" rpms/nic-*.rpm
	[[ $output == *"it needs symbols of kernel-rt, the kernel is kernel-default [other-flavor]"* ]]
}

@test "what its metadata requires with another CRC is refused, whatever its modules say" {
	module foo.ko import=printk:1111
	promising nic-kmp-default foo.ko "Requires: ksym(default:printk) = 1111" \
		"Requires: ksym(default:kmalloc) = 2222"
	check -k "$new" -k "$old" rpms/nic-*.rpm
	gave 3 fits-not fits
	refused kabi-mismatch kmalloc
	equals "mismatch ['kmalloc']" "$(json "'%(status)s %(differing)s' % a['kernels'][0]['packages'][0]['kabi']")"
	promising net-kmp-default foo.ko "Requires: ksym(default:no_such_symbol) = 1111"
	check -k "$old" rpms/net-*.rpm
	gave 3 fits-not
	refused kabi-mismatch no_such_symbol
}

@test "an installed package is held to its metadata too" {
	module foo.ko import=printk:1111
	installed foo-kmp-default foo.ko "supplements modalias($card)" \
		"requires ksym(default:kmalloc) = 2222" | make_base
	make_machine machine "$card=foo"
	check -k "$new" --hardware machine
	gave 3 fits-not
	refused kabi-mismatch kmalloc
	check -k "$new" -k "$old" --hardware machine
	gave 0 fits-not fits
}

@test "a symbol that another given package provides counts with the same CRC alone" {
	module foo.ko import=bar_add:5555
	module bar.ko import=printk:1111 export=bar_add:5555
	promising foo-kmp-default foo.ko "Requires: ksym(default:bar_add) = 5555"
	promising bar-kmp-default bar.ko "Provides: ksym(default:bar_add) = 5555"
	promising old-kmp-default bar.ko "Provides: ksym(default:bar_add) = 6666"
	promising rt-kmp-default bar.ko "Provides: ksym(rt:bar_add) = 5555"
	check -k "$old" rpms/foo-*.rpm
	gave 3 fits-not
	check -k "$old" rpms/foo-*.rpm rpms/bar-*.rpm
	gave 0 "fits fits"
	for other in old rt; do
		check -k "$old" rpms/foo-*.rpm "rpms/$other-kmp-default-1.0-1.x86_64.rpm"
		gave 3 "fits-not fits"
		refused kabi-mismatch bar_add
	done
}

@test "a symbol that an installed package provides counts, unless that is replaced" {
	module foo.ko import=bar_add:5555 import=printk:1111
	module bar.ko import=printk:1111
	installed bar-kmp-default bar.ko "provides ksym(default:bar_add) = 5555" | make_base
	promising foo-kmp-default foo.ko "Requires: ksym(default:bar_add) = 5555"
	promising net-kmp-default foo.ko "Requires: ksym(default:bar_add) = 6666"
	promising bar-kmp-default bar.ko
	check -k "$old" rpms/foo-*.rpm
	gave 0 fits
	check -k "$old" rpms/net-*.rpm
	gave 3 fits-not
	check -k "$old" rpms/foo-*.rpm rpms/bar-*.rpm
	gave 3 "fits-not fits"
	refused kabi-mismatch bar_add
}

@test "what is good to know of a module is told for each kernel" {
	mkdir -p "$ROOT/lib/modules/$old/kernel"
	module "$ROOT/lib/modules/$old/kernel/foo.ko" import=printk:1111
	module foo.ko import=printk:1111
	check -k "$old" -k "$new" foo.ko
	gave 0 fits fits
	equals "['replaces-module'] []" \
		"$(json "' '.join(str([d['id'] for d in k['packages'][0]['diagnostics']]) for k in a['kernels'])")"
	kmp_match check -k "$old" -k "$new" foo.ko
	[[ $output == *"foo.ko, kernel 1: the module foo takes the place of the kernel's own"* ]]
	mkdir -p "$ROOT/etc/modprobe.d"
	echo "blacklist foo" >"$ROOT/etc/modprobe.d/local.conf"
	check -k "$old" foo.ko
	equals "blacklisted-module replaces-module" \
		"$(json "' '.join(sorted(d['id'] for d in a['kernels'][0]['packages'][0]['diagnostics']))")"
	kmp_match check -v -k "$old" foo.ko
	[[ $output == *"foo.ko: "*"[blacklisted-module]"* ]]
	module foo.ko import=kmalloc:7777
	kmp_match check -k "$old" foo.ko
	[[ $output != *blacklisted* ]]
	kmp_match check -v -k "$old" foo.ko
	[[ $output == *"[blacklisted-module]"* ]]
}

@test "a package that its metadata keeps out lends nothing to others" {
	module foo.ko import=bar_add:5555 import=printk:1111
	module bar.ko import=printk:1111 export=bar_add:5555
	promising foo-kmp-default foo.ko "Requires: ksym(default:bar_add) = 5555"
	promising bar-kmp-default bar.ko "Provides: ksym(default:bar_add) = 5555" \
		"Requires: ksym(default:no_such_symbol) = 1"
	check -k "$old" rpms/foo-*.rpm rpms/bar-*.rpm
	gave 3 "fits-not fits-not"
	refused kabi-mismatch bar_add 0
	refused kabi-mismatch no_such_symbol 1
}

# trust_of NAME: "good by package" and the like, as the first kernel's list has it.
trust_of() {
	json "' '.join('%s by %s' % (p['trust']['status'], p['trust']['way']) for p in a['kernels'][0]['packages']
		if p['nevra'] and p['nevra'].startswith('$1-'))"
}

@test "of RPMs it is told who vouches for them, and it refuses none for that" {
	local make=$BATS_TEST_DIRNAME/../lib
	"$make/make-key" keys vendor ed25519
	mkdir trusted
	cp keys/vendor.asc trusted
	module foo.ko import=printk:1111
	kmp foo-kmp-default 1.0 foo.ko
	kmp bar-kmp-default 1.0 foo.ko
	kmp bad-kmp-default 1.0 foo.ko
	"$make/sign" keys vendor rpms/foo-kmp-default-1.0-1.x86_64.rpm
	"$make/sign" keys vendor rpms/bad-kmp-default-1.0-1.x86_64.rpm
	"$make/tamper" rpms/bad-kmp-default-1.0-1.x86_64.rpm header
	check -k "$old" --keys trusted foo.ko rpms/*.rpm
	gave 0 "fits fits fits fits"
	equals "good by package" "$(trust_of foo)"
	equals "unsigned by package" "$(trust_of bar)"
	equals "bad by package" "$(trust_of bad)"
	equals false "$(json "'trust' in a['kernels'][0]['packages'][0]")" "a bare module"
	check -k "$old" rpms/foo-*.rpm
	equals "unknown-key by package" "$(trust_of foo)" "without --keys"
	kmp_match check -k "$old" --keys trusted rpms/*.rpm
	[[ $output == *"foo-kmp-default-1.0-1.x86_64: it is signed by vendor <vendor@example.com> (key "* ]]
	[[ $output == *"bar-kmp-default-1.0-1.x86_64: not trusted: it is not signed"* ]]
	rm rpms/bad-*
	createrepo_c --quiet rpms
	"$make/sign" keys vendor rpms/repodata/repomd.xml
	check -k "$old" --keys trusted --repo rpms '*-kmp-default'
	gave 0 "fits fits"
	equals "good by package" "$(trust_of foo)"
	equals "good by repomd" "$(trust_of bar)"
}

@test "an RPM of a repository that has another checksum than its metadata says is not checked" {
	module foo.ko import=printk:1111
	kmp foo-kmp-default 1.0 foo.ko
	createrepo_c --quiet rpms
	cp -r rpms other
	module foo.ko import=printk:2222
	kmp foo-kmp-default 1.0 foo.ko
	mv rpms/*.rpm other
	kmp_match check -k "$old" --repo other foo-kmp-default
	fails 1 "another sha256 checksum than the metadata says"
}
