#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# One scenario for each reason of docs/reasons.md, and for the flaws of hints that are reported.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
fits="supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)"
bare="foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 kmalloc=2222 usb_register=3333=drivers/usb/core/usbcore >symvers
	make_machine machine "$card"
}

# judged NAME VERDICT REASON CULPRIT: of the only package of that name, which has a sentence too; the
# culprit None is null.
judged() {
	equals "$2 $3 $4" "$(json "'; '.join('%(verdict)s %(reason)s %(culprit)s' % p
		for p in a['packages'] if p['name'] == '$1')")" "$1"
	[[ $(json "[p['detail'] for p in a['packages'] if p['name'] == '$1'][0]") != "" ]]
}

# diagnosed NAME: ids and culprits of its diagnostics, but for what all packages without RPM have.
diagnosed() {
	json "' '.join('%(id)s %(culprit)s' % d for p in a['packages'] if p['name'] == '$1'
		for d in p['diagnostics'] if d['id'] != 'rpm-not-at-hand')"
}

# plan_text ARGUMENT...: the same plan for people.
plan_text() {
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo "$@"
}

@test "every reason of docs/reasons.md has a scenario here" {
	local id count=0
	while read -r id; do
		# Packages without a hint that fits are judged by explain alone.
		[[ $id != no-device ]] || continue
		count=$((count + 1))
		grep -q "^@test .$id: " "$BATS_TEST_DIRNAME"/{verdicts,proof,explain,load}.bats ||
			grep -q "|$id\"$" "$BATS_TEST_DIRNAME/trust.bats" || equals "a scenario" "none" "$id"
	done < <(sed -n '/^## Reasons/,/^## Kernel/s/^| .\([a-z-]\+\). | [sr].*/\1/p' \
		"$BATS_TEST_DIRNAME/../../docs/reasons.md")
	((count >= 17)) || equals "17 reasons or more" "$count"
}

@test "selected: a hint fits and all that it requires is there" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	equals metadata "$(json "a['packages'][0]['kabi']['status']")"
	equals "[\"$bare\"]" "$(json "a['devices'][0]['packages']")"
	equals "pci:v00008086d000010D3sv*sd*bc*sc*i* $card 0" \
		"$(json "'%(pattern)s %(modalias)s %(device)d' % a['packages'][0]['hints'][0]")"
}

@test "required: a selected package needs it" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:helper) = 7777
		$fits
		package helper-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		provides ksym(default:helper) = 7777
		requires ksym(default:printk) = 1111
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	judged helper-kmp-default selected required "$bare"
	equals "[\"$bare\"]" \
		"$(json "[p['required_by'] for p in a['packages'] if p['name'] == 'helper-kmp-default'][0]")"
}

@test "installed: this very build is there, and there is nothing to stage" {
	make_base <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected installed None
	kmp_match --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	equals 0 "$status" staging
	nothing_staged
}

@test "update: it replaces an older build that is installed" {
	make_base <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	make_repo repo <<-TEXT
		package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	equals "selected update" "$(verdict foo-kmp-default)"
	equals true "$(json "'$bare' in a['packages'][0]['detail']")"
}

@test "older: an installed build whose name has another kernel's version is no update" {
	make_base <<-TEXT
		package foo-k6.4.0_2-kmp-default-2.0-1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	make_repo repo <<-TEXT
		package foo-k6.4.0_1-kmp-default-1.0-1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	judged foo-k6.4.0_1-kmp-default rejected older foo-k6.4.0_2-kmp-default-2.0-1.x86_64
	make_repo newer <<-TEXT
		package foo-k6.4.0_3-kmp-default-3.0-1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo --repo newer
	equals "selected update" "$(verdict foo-k6.4.0_3-kmp-default)"
}

@test "other-flavor: made for another flavor, which its hint names" {
	make_repo repo <<-TEXT
		package foo-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(rt:printk) = 1111
		supplements modalias(kernel-rt:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-rt rejected other-flavor kernel-rt
	plan --repo repo --flavor rt
	equals 0 "$status" "with that flavor"
}

@test "other-flavor: a hint for this kernel and symbols of another one" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(rt:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	equals "rejected other-flavor" "$(verdict foo-kmp-default)"
}

@test "other-arch: made for another architecture" {
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.aarch64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected other-arch aarch64
}

@test "other-kernel: it asks for another release by name" {
	make_repo repo <<-TEXT
		package $bare
		requires kernel-uname-r = 6.4.0-2-default
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected other-kernel "kernel-uname-r = 6.4.0-2-default"
}

@test "kabi-mismatch: a symbol with another CRC, and one that is missing" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 9999
		requires ksym(default:kmalloc) = 2222
		requires ksym(default:gone) = 5555
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
	equals 'mismatch 3 ["printk"] ["gone"]' "$(json "' '.join([a['packages'][0]['kabi']['status'],
		str(a['packages'][0]['kabi']['checked']), json.dumps(a['packages'][0]['kabi']['differing']),
		json.dumps(a['packages'][0]['kabi']['missing'])])")"
	equals true "$(json "a['packages'][0]['culprit'] in ('printk', 'gone')")"
	plan_text --quiet
	[[ $output == *kabi-mismatch*gone* ]]
	plan_text --verbose
	[[ $output == *"missing: gone"*"other CRC: printk"* ]]
}

@test "kabi-mismatch: CRCs are numbers, however they are spelled" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 0x00001111
		requires ksym(default:kmalloc) = 00002222
		$fits
	TEXT
	plan --repo repo
	judged foo-kmp-default selected selected None
}

@test "missing-module: a symbol of a module that the kernel's tree does not have" {
	mkdir -p "$ROOT/lib/modules/6.4.0-1-default/kernel"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$ROOT/lib/modules/6.4.0-1-default/kernel/other.ko"
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:usb_register) = 3333
		$fits
	TEXT
	plan --repo repo --kernel "$ROOT/lib/modules/6.4.0-1-default"
	equals 3 "$status"
	judged foo-kmp-default rejected missing-module usb_register
	equals "it needs usb_register of the kernel's module usbcore, which its tree does not have" \
		"$(json "[p['detail'] for p in a['packages']][0]")"
}

@test "missing-dependency: it requires a driver package or a capability that nothing provides" {
	make_repo repo <<-TEXT
		package $bare
		requires kmod(helper.ko)
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected missing-dependency "kmod(helper.ko)"
	make_base <<-TEXT
		package filesystem-1-1.x86_64
	TEXT
	make_repo repo <<-TEXT
		package $bare
		requires /usr/bin/helper
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status" "with a real base"
	judged foo-kmp-default rejected missing-dependency /usr/bin/helper
}

@test "what a bare base cannot know is assumed, and listed" {
	make_repo repo <<-TEXT
		package $bare
		requires /bin/sh
		requires coreutils >= 9
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	judged foo-kmp-default selected selected None
	equals '["/bin/sh", "coreutils >= 9"]' "$(json "sorted(a['packages'][0]['assumed'])")"
}

@test "what a bare base has in any version it has in every one, whoever asks first" {
	local first second
	for first in coreutils "coreutils >= 9"; do
		second="coreutils >= 9"
		[[ $first == coreutils ]] || second=coreutils
		make_repo "repo-${first// /}" <<-TEXT
			package $bare
			requires $first
			requires ksym(default:printk) = 1111
			$fits
			package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
			requires $second
			requires ksym(default:printk) = 1111
			$fits
		TEXT
		plan --repo "repo-${first// /}"
		judged foo-kmp-default selected selected None
		judged bar-kmp-default selected selected None
	done
}

@test "outranked: the same family from a repository of higher priority" {
	make_repo repo <<-TEXT
		package $bare
		$fits
	TEXT
	make_repo newer <<-TEXT
		package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		$fits
	TEXT
	plan --repo repo --repo newer
	equals 0 "$status"
	equals "selected selected
rejected outranked" "$(verdict foo-kmp-default)"
	equals "$bare" "$(json "a['packages'][1]['culprit']")"
}

@test "outranked: another family ships the same module and has the better hint" {
	make_repo repo <<-TEXT
		package wide-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		provides kmod(e1000e.ko)
		supplements modalias(kernel-default:pci:v00008086d*sv*sd*bc02sc*i*)
		package $bare
		provides kmod(e1000e.ko)
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	judged wide-kmp-default rejected outranked "$bare"
	equals true "$(json "'e1000e' in a['packages'][1]['detail']")"
}

@test "older: a newer build of the same family fits too" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
		package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals "selected selected
rejected older" "$(verdict foo-kmp-default)"
	equals "foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64" "$(json "a['packages'][1]['culprit']")"
}

@test "older does not apply where the newer build does not fit" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
		package foo-kmp-default-2.0_k6.5.0_1-1.1.x86_64
		requires ksym(default:printk) = 9999
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	equals "selected selected
rejected kabi-mismatch" "$(verdict foo-kmp-default)"
}

@test "conflict: with a package that is selected, or one that is installed" {
	make_repo repo <<-TEXT
		package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		conflicts foo-kmp-default
		supplements modalias(kernel-default:pci:v00008086d*)
		package $bare
		$fits
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	equals "rejected conflict" "$(verdict bar-kmp-default)"
	make_base <<-TEXT
		package bar-tools-1.0-1.x86_64
	TEXT
	make_repo repo <<-TEXT
		package $bare
		conflicts bar-tools
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	equals "rejected conflict" "$(verdict foo-kmp-default)"
	equals true "$(json "'bar-tools' in a['packages'][0]['culprit']")"
}

@test "other-vendor: no update takes the place of another vendor's build" {
	make_base <<-TEXT
		package $bare
		vendor one
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	for vendor in one two; do
		make_repo repo <<-TEXT
			package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
			vendor $vendor
			requires ksym(default:printk) = 1111
			$fits
		TEXT
		plan --repo repo
		equals 0 "$status"
		[[ $vendor == one ]] || break
		equals "selected update" "$(verdict foo-kmp-default)"
	done
	equals "selected installed
rejected other-vendor" "$(verdict foo-kmp-default | sort -r)"
	equals "$bare" "$(json "[p['culprit'] for p in a['packages'] if p['verdict'] == 'rejected'][0]")"
	valid
}

@test "locked: a lock of zypp is on it" {
	make_base <<-TEXT
		package filesystem-1-1.x86_64
	TEXT
	mkdir -p "$ROOT/etc/zypp"
	printf '\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: foo-*\n\n' \
		>"$ROOT/etc/zypp/locks"
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected locked "foo-*"
	valid
}

@test "blocked-by-policy: a rule of the policy file is against it" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	printf '\n[block]\npackage = foo-*\n' >policy
	plan --repo repo --policy policy
	equals 3 "$status"
	judged foo-kmp-default rejected blocked-by-policy policy:2
	valid
}

@test "corrupt: the RPM is not the one that the metadata describes" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	head -c 1000 /dev/urandom >"repo/$bare.rpm"
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected corrupt "$bare.rpm"
	says "$bare.rpm"
}

@test "untrusted: its RPM is not at hand, so that nobody could check its signature" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	kmp_match --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	equals 3 "$status"
	judged foo-kmp-default rejected untrusted None
	nothing_staged
}

@test "kabi-unknown: nothing says which symbols the kernel has, so staging refuses" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	kmp_match --json --kernel 6.4.0-1-default --arch x86_64 --hardware machine --repo repo \
		--stage-dir stage --no-gpg-checks
	equals 3 "$status"
	judged foo-kmp-default rejected kabi-unknown 6.4.0-1-default
	nothing_staged
}

@test "match-all-hint: a hint that fits every machine selects nothing, and is reported" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		supplements modalias(*)
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default rejected match-all-hint "*"
	equals "match-all-hint *" "$(diagnosed foo-kmp-default)"
	plan_text --quiet
	[[ $output == *match-all-hint* ]]
}

@test "a package with a match-all hint and one that fits is selected, and the former reported" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		supplements modalias(*)
		$fits
	TEXT
	plan --repo repo
	judged foo-kmp-default selected selected None
	equals "match-all-hint *" "$(diagnosed foo-kmp-default)"
	equals 1 "$(json "len(a['packages'][0]['hints'])")"
}

@test "merged-escape: a class inside an escape is read as it was meant, and reported" {
	make_machine machine of:NethernetT-Cacme-x
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:of:N*T*Cacme%2[CD]x)
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	equals "merged-escape of:N*T*Cacme%2[CD]x" "$(diagnosed foo-kmp-default)"
	equals "of:N*T*Cacme-x" "$(json "a['packages'][0]['hints'][0]['pattern']")"
	plan_text --quiet
	[[ $output == *Notes*"$bare"*escape* ]]
	make_machine machine of:NethernetT-Cacme,x
	plan --repo repo
	judged foo-kmp-default selected selected None
	make_machine machine of:NethernetT-Cacme.x
	plan --repo repo
	equals "[]" "$(json "a['packages']")"
}

@test "unprefixed-hint: two colons without a prefix are read whole, and reported" {
	make_machine machine acpi:ABC0001:PNP0501:
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		supplements modalias(acpi:ABC0001:*)
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	equals "unprefixed-hint acpi:ABC0001:*" "$(diagnosed foo-kmp-default)"
	plan_text --quiet
	[[ $output == *Notes*"$bare"*prefix* ]]
}

@test "lower-case-hint: ids in lower case are read in upper case too, and reported" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010d3sv*sd*bc*sc*i*)
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	equals "lower-case-hint pci:v00008086d000010d3sv*sd*bc*sc*i*" "$(diagnosed foo-kmp-default)"
	equals "pci:v00008086d000010D3sv*sd*bc*sc*i*" "$(json "a['packages'][0]['hints'][0]['pattern']")"
	plan_text --quiet
	[[ $output == *Notes*"$bare"*"upper case"* ]]
	make_machine machine of:NethernetT-CACME
	make_repo repo <<-TEXT
		package $bare
		supplements modalias(kernel-default:of:N*T*Cacme)
	TEXT
	plan --repo repo
	equals "[]" "$(json "a['packages']")" "another bus"
}

# libsolv reads up to 1,023 bytes, "modalias(" and ")" included.
@test "long-hint: 1,024 bytes and more are read all the same, and reported" {
	local head="modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*" length filler
	for length in 1023 1024 1025 5000; do
		printf -v filler '%*s' $((length - ${#head} - 1)) ''
		make_repo repo <<-TEXT
			package $bare
			requires ksym(default:printk) = 1111
			supplements $head${filler// /*})
		TEXT
		plan --repo repo
		equals 0 "$status"
		judged foo-kmp-default selected selected None
		equals "$((length >= 1024))" "$(json "sum(d['id'] == 'long-hint' for d in a['packages'][0]['diagnostics'])")" \
			"$length bytes"
	done
	plan_text --quiet
	[[ $output == *Notes*"$bare"*"1,024 bytes"* ]]
}

@test "oversized-hint: over 65,536 bytes nothing is read, which is said of the repository" {
	local where length
	for where in supplements provides; do
		for length in 65536 65537; do
			make_repo repo <<-TEXT
				package $bare
				requires ksym(default:printk) = 1111
				$where modalias(kernel-default:$(printf "%-*s" $((length - 25)) "pci:v00008086d000010D3sv" | tr ' ' '*'))
			TEXT
			plan --repo repo
			equals "$((length > 65536))" "$(json "sum(d['id'] == 'oversized-hint' and d['culprit'] == '$bare'
				for d in a['sources'][0]['diagnostics'])")" "$where $length"
			equals "$((length <= 65536))" "$(json "len(a['packages'])")" "$where $length"
		done
	done
	says "$bare has more than 65536 bytes"
}

@test "long-hint: the prefix of a long hint counts" {
	local filler
	printf -v filler '%1000s' ''
	make_repo repo <<-TEXT
		package foo-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(kernel-rt:pci:v00008086d000010D3sv*${filler// /*})
	TEXT
	plan --repo repo
	equals 3 "$status"
	judged foo-kmp-rt rejected other-flavor kernel-rt
}

@test "provided-hint: a package that provides its hints is selected by them, and reported" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		provides modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		provides modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		supplements modalias(kernel-default:pci:v0000FFFFd*)
		package rt-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
		provides modalias(kernel-rt:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	plan --repo repo
	equals 0 "$status"
	judged foo-kmp-default selected selected None
	judged rt-kmp-rt rejected other-flavor kernel-rt
	equals "provided-hint pci:v00008086d000010D3sv*sd*bc*sc*i*" "$(diagnosed foo-kmp-default)"
	equals "" "$(verdict bar-kmp-default)" "one that supplements something"
	plan_text --quiet
	[[ $output == *Notes*"$bare"*"Supplements: modalias("* ]]
}

@test "kabi-unproven: a package that does not say which symbols it needs is planned and reported" {
	make_repo repo <<-TEXT
		package $bare
		$fits
	TEXT
	plan --repo repo
	judged foo-kmp-default selected selected None
	equals unproven "$(json "a['packages'][0]['kabi']['status']")"
	equals "kabi-unproven None" "$(diagnosed foo-kmp-default)"
}

@test "a package whose hints fit nothing here is no candidate, and only counted" {
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(kernel-default:pci:v0000FFFFd*)
		package tool-1-1.x86_64
	TEXT
	plan --repo repo
	equals 0 "$status"
	equals "[]" "$(json "a['packages']")"
	equals "2 1" "$(json "'%(packages)d %(drivers)d' % a['sources'][0]")"
}

@test "a kernel on offer is never pulled in" {
	make_base <<-TEXT
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = 6.4.0-1-default
		ksyms default printk=1111
	TEXT
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 9999
		$fits
		package kernel-default-6.5.0-1.x86_64
		provides kernel-uname-r = 6.5.0-1-default
		ksyms default printk=9999
	TEXT
	kmp_match --dry-run --json --kernel 6.4.0-1-default --hardware machine --repo repo
	equals 3 "$status"
	judged foo-kmp-default rejected kabi-mismatch printk
	equals 1 "$(json "len(a['packages'])")"
}

@test "firmware and tools that a driver requires come along with their role" {
	make_base <<-TEXT
		package filesystem-1-1.x86_64
	TEXT
	make_repo repo <<-TEXT
		package $bare
		requires foo-firmware
		requires foo-tools
		$fits
		package foo-firmware-1.0-1.x86_64
		package foo-tools-1.0-1.x86_64
	TEXT
	plan --repo repo
	equals 0 "$status"
	equals "firmware foo-firmware required
driver foo-kmp-default selected
userspace foo-tools required" "$(json "'\n'.join('%(role)s %(name)s %(reason)s' % p for p in a['packages'])")"
}

# Vendors' repositories keep every build that they ever made; judging one must not weigh all the others.
@test "hundreds of builds of one driver are judged within seconds" {
	for build in {1..400}; do
		printf '%s\n' "package foo-kmp-default-1.${build}_k6.4.0_1-1.1.x86_64" \
			"requires ksym(default:printk) = 1111" "$fits"
	done | make_repo repo
	local start=$SECONDS
	plan --repo repo
	equals 0 "$status"
	((SECONDS - start < 6)) || equals "6 s at most" "$((SECONDS - start)) s"
	equals 399 "$(json "sum(p['reason'] == 'older' for p in a['packages'])")"
}
