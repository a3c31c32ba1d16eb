#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Why a package is picked or refused, asked about devices, packages and modules; every answer is
# given as text and as JSON, which have to say the same.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
dongle=usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
fits="supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)"
bare="foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"

# module NAME [ALIAS]: a module that needs printk.
module() {
	"$BATS_TEST_DIRNAME/../lib/make-module" "modules/$1.ko" import=printk:1111 \
		"alias=${2:-pci:v00008086d000010D3sv*sd*bc*sc*i*}"
}

# kmp NAME [OPTION]...: a real package of the module of that name.
kmp() {
	local name=$1
	shift
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" "$@" "$name" 6.4.0-1-default rpms "modules/$name.ko" >>log
}

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local name
	cd "$BATS_FILE_TMPDIR" || return
	mkdir modules rpms wide
	for name in foo strict needy later hostile; do module "$name"; done
	module realtime
	module dongle "usb:v4321p*d*dc*dsc*dp*ic*isc*ip*in*"
	kmp foo
	kmp foo -v 2.0
	kmp strict -c printk=9999
	kmp realtime -f rt
	kmp needy -x "Requires: kmod(helper.ko)"
	kmp later -x "Requires: kernel-uname-r = 6.5.0"
	kmp hostile -x "Conflicts: foo-kmp-default"
	kmp dongle
	module foo "pci:v00008086d*sv*sd*bc02sc*i*"
	mv modules/foo.ko modules/wide.ko
	cp modules/wide.ko wide/foo.ko
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" wide 6.4.0-1-default rpms wide/foo.ko >>log
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 kmalloc=2222 usb_register=3333=drivers/usb/core/usbcore >symvers
	make_snapshot "/devices/pci0000:00/0000:00:1c.0/0000:3b:00.0=$card" \
		"/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0=$dongle" >machine
	rpms=$BATS_FILE_TMPDIR/rpms
}

# make_snapshot PATH=ALIAS...: print a snapshot of devices without a driver.
make_snapshot() {
	/usr/bin/python3 - "$@" <<-'SCRIPT'
		import json, sys
		devices = [{"path": path, "bus": alias.split(":")[0], "modaliases": [alias], "driver": None}
		           for path, _, alias in (text.partition("=") for text in sys.argv[1:])]
		json.dump({"format": 1, "tool": "kmp-match 0.1.0", "arch": "x86_64", "devices": devices}, sys.stdout)
	SCRIPT
}

# asked ARGUMENT...: explain for kernel 6.4.0-1-default, without a format.
asked() {
	kmp_match explain --no-gpg-checks --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine "$@"
}

# explain ARGUMENT...: $output is the JSON, $text the text; both say the same, up to blanks.
explain() {
	asked "$@"
	equals 0 "$status"
	text=$output
	asked --json "$@"
	equals 0 "$status"
	valid
	equals '[]' "$(TEXT=$text json "[said for said in
		[a['subject']['detail'], a['kernel']['release'], a['kernel']['flavor']] +
		[s['location'] for s in a['sources']] +
		[m for d in a['devices'] for m in d['modaliases']] + [d['path'] for d in a['devices'] if d['path']] +
		[said for p in a['packages'] for said in [p['nevra'], p['reason'], p['remedy'], p['detail']] +
			[word for step in p['steps'] for word in (step['rule'], step['detail'])] +
			[d['text'] for d in p['diagnostics']]]
		if said and ' '.join(said.split()) not in ' '.join(__import__('os').environ['TEXT'].split())]")" \
		"what the JSON says, and the text does not"
	equals '[]' "$(json "[p['nevra'] for p in a['packages'] if
		[s['passed'] for s in p['steps'][:-1]].count(False) or
		p['steps'][-1]['passed'] != (p['verdict'] == 'selected')]")" "where it ends"
}

# failed NAME...: the rule that the first package of each name failed, and what would change that.
failed() {
	local name
	for name; do
		json "[(p['reason'] + ' at ' + p['steps'][-1]['rule'] + ': ' + p['remedy']) for p in a['packages']
			if p['name'] == '$name-kmp-default' and p['verdict'] == 'rejected'][0]"
	done
}

# kind: what the subject was taken for, and how many devices and packages are in the answer.
kind() { json "'%s %d %d' % (a['subject']['kind'], len(a['devices']), len(a['packages']))"; }

# page REASON: what docs/reasons.md says would change it.
page() {
	sed -n "s/^| .$1. | rejected | .* | \(.*\) |\$/\1/p" "$BATS_TEST_DIRNAME/../../docs/reasons.md" |
		tr -d '`'
}

@test "every reason of docs/reasons.md has a scenario here" {
	local id count=0
	while read -r id; do
		count=$((count + 1))
		grep -qw -e "$id" "$BATS_TEST_FILENAME" || equals "a scenario" "none" "$id"
	done < <(sed -n '/^## Reasons/,/^## Kernel/s/^| .\([a-z-]\+\). | [sr].*/\1/p' \
		"$BATS_TEST_DIRNAME/../../docs/reasons.md")
	((count >= 26)) || equals "26 reasons or more" "$count"
}

@test "a build that load tried and took back is left out, with what load said of it" {
	mkdir -p "$ROOT/proc/sys/kernel/random" stage
	echo 0a0b0c0d-1111-2222-3333-444455556666 >"$ROOT/proc/sys/kernel/random/boot_id"
	cat >stage/state.json <<-JSON
		{ "format": 1, "boot_id": "0a0b0c0d-1111-2222-3333-444455556666",
		  "kernel": { "release": "6.4.0-1-default" }, "replaced": [],
		  "undone": [ { "nevra": "foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64",
		                "detail": "0000:3b:00.0 stayed without a driver" } ] }
	JSON
	explain --stage-dir stage --repo "$rpms" foo-kmp-default
	[[ $(failed foo) == "did-not-bind at "*": $(page did-not-bind)" ]] || equals "$(page did-not-bind)" "$(failed foo)"
	[[ $text == *"0000:3b:00.0 stayed without a driver"* ]] || equals "load's words" "$text"
	echo 99999999-1111-2222-3333-444455556666 >"$ROOT/proc/sys/kernel/random/boot_id"
	explain --stage-dir stage --repo "$rpms" foo-kmp-default
	equals older "$(json "[p['reason'] for p in a['packages'] if p['verdict'] == 'rejected'][0]")" "in another boot"
}

@test "a reason is shown for a hardware-triggered package" {
	explain --repo "$rpms" 3b:00.0
	equals "pci-slot 1 8" "$(kind)"
	equals "foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64 selected" \
		"$(json "a['packages'][0]['nevra'] + ' ' + a['packages'][0]['reason']")"
	equals "hint package arch flavor kabi loading policy dependencies trust rank" \
		"$(json "' '.join(s['rule'] for s in a['packages'][0]['steps'])")"
	[[ $(json "a['packages'][0]['steps'][0]['detail']") == \
		"pci:v00008086d000010D3sv*sd*bc*sc*i* fits $card of 0000:3b:00.0, and names the device" ]]
	[[ $(json "a['packages'][0]['steps'][9]['detail']") == \
		"its version puts it before $bare and others (policy "* ]]
	[[ $text == *"1. foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64: selected"* ]]
}

@test "of several candidates the winner comes first, and every other one says what would change it" {
	local name
	explain --repo "$rpms"
	equals "machine 1 8" "$(kind)"
	equals "older at rank: $(page older)" "$(failed foo)"
	equals "kabi-mismatch at kabi: $(page kabi-mismatch)" "$(failed strict)"
	equals "missing-dependency at dependencies: $(page missing-dependency)" "$(failed needy)"
	equals "other-kernel at dependencies: $(page other-kernel)" "$(failed later)"
	equals "conflict at dependencies: $(page conflict)" "$(failed hostile)"
	equals "outranked at rank: $(page outranked)" "$(failed wide)"
	equals "other-flavor at flavor: $(page other-flavor)" \
		"$(json "[p['reason'] + ' at ' + p['steps'][-1]['rule'] + ': ' + p['remedy']
			for p in a['packages'] if p['name'] == 'realtime-kmp-rt'][0]")"
	equals "selected rejected" "$(json "' '.join(dict.fromkeys(p['verdict'] for p in a['packages']))")"
}

@test "what decided between two is named" {
	explain --repo "$rpms" 'wide*'
	[[ $(json "a['packages'][0]['steps'][-1]['detail']") == *"what decides is the specificity ("* ]]
	explain --repo "$rpms" "$bare"
	[[ $(json "a['packages'][0]['steps'][-1]['detail']") == *"what decides is the version ("* ]]
	mkdir first second
	cp "$rpms/$bare.rpm" first
	cp "$rpms"/foo-kmp-default-2.0* second
	explain --repo first --repo second 'foo*'
	equals "outranked at rank: $(page outranked)" "$(failed foo)"
	[[ $(json "a['packages'][1]['steps'][-1]['detail']") == *"what decides is the priority ("* ]]
}

@test "a package that is made for no device here is judged all the same" {
	explain --repo "$rpms" dongle-kmp-default
	equals "package 0 1" "$(kind)"
	equals "no-device at hint: $(page no-device)" "$(failed dongle)"
	kmp_match --dry-run --json --no-gpg-checks --kernel ./symvers --kernel-release 6.4.0-1-default \
		--arch x86_64 --hardware machine --repo "$rpms"
	equals '[]' "$(json "[p for p in a['packages'] if p['name'] == 'dongle-kmp-default']")" "in the plan"
}

@test "a device that is not here yet is asked about by its modalias" {
	explain --repo "$rpms" usb:v4321p0001d0100dc00dsc00dp00icFFiscFFip00in00
	equals "made-up 1 1" "$(kind)"
	equals "dongle-kmp-default selected" "$(json "a['packages'][0]['name'] + ' ' + a['packages'][0]['reason']")"
	equals null "$(json "a['devices'][0]['path']")"
	explain --repo "$rpms" acpi:NOTHING0:
	equals "made-up 1 0" "$(kind)"
	[[ $text == *"acpi:NOTHING0:"*"No package on offer has a hint for it."* ]]
}

@test "a device is named by path, slot, port, id or modalias" {
	local subject wanted
	while read -r subject wanted; do
		explain --repo "$rpms" "$subject"
		equals "$wanted" "$(json "a['subject']['kind'] + ' ' + ' '.join(d['bus'] for d in a['devices'])")" "$subject"
	done <<-TABLE
		/sys/devices/pci0000:00/0000:00:1c.0/0000:3b:00.0 path pci
		/devices/pci0000:00/0000:00:1c.0/0000:3b:00.0/net/eth0 path pci
		/sys/bus/pci/devices/0000:3b:00.0 path pci
		0000:3b:00.0 pci-slot pci
		3B:00 pci-slot pci
		1-4 usb-port usb
		1-4:1.0 usb-port usb
		8086:10d3 id pci
		1234:5678 id usb
		$card modalias pci
		pci:v00008086* modalias pci
	TABLE
}

@test "what is not here is an error that says what was looked for, and what is near" {
	local subject words
	while IFS='|' read -r subject words; do
		asked --repo "$rpms" "$subject"
		equals "" "$output" "$subject"
		fails 1 "cannot explain '$subject'" "$words"
	done <<-'TABLE'
		3b:00.1|written as a PCI slot
		1-5|written as a USB port
		8086:ffff|written as a vendor and device id
		/sys/devices/none|written as a path in sysfs
		scsi:*|written as a modalias
		fo-kmp-default|did you mean foo-kmp-default
		strict-kmp|did you mean strict-kmp-default
		nothing-like-it-anywhere|kmp-match scan lists the devices
		foo-kmp-default-1:9.0-1.x86_64|no package on offer or installed
	TABLE
	asked --json --repo "$rpms" nothing-like-it-anywhere
	equals "explain nothing-like-it-anywhere 1" \
		"$(json "'%s %s %d' % (a['error']['what'], a['error']['on'], a['result']['exit'])")"
	valid
	asked --repo "$rpms" one two
	fails 2 "one subject" two
}

@test "a module is asked about by name: who ships it, and whether the kernel has it" {
	explain --repo "$rpms" needy
	equals "module 1 1" "$(kind)"
	[[ $(json "a['subject']['detail']") == "a kernel module, shipped by 1 package; whether "*" is not known" ]]
	make_repo listed <<-TEXT
		package odd-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		file /lib/modules/6.4.0-1-default/updates/strange.ko.xz
	TEXT
	explain --repo listed strange
	equals "odd-kmp-default no-device" "$(json "a['packages'][0]['name'] + ' ' + a['packages'][0]['reason']")"
	mkdir -p "$ROOT/lib/modules/6.4.0-1-default/kernel"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$ROOT/lib/modules/6.4.0-1-default/kernel/foo.ko"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$ROOT/lib/modules/6.4.0-1-default/kernel/e-x.ko"
	echo kernel/fs/fat.ko >"$ROOT/lib/modules/6.4.0-1-default/modules.builtin"
	local name detail
	while IFS='|' read -r name detail; do
		explain --kernel "$ROOT/lib/modules/6.4.0-1-default" --repo "$rpms" "$name"
		equals "a kernel module, shipped by $detail" "$(json "a['subject']['detail']")"
	done <<-'TABLE'
		foo|3 packages; the kernel has it too
		needy.ko.zst|1 package; the kernel does not have it
		e_x|0 packages; the kernel has it too
		fat|0 packages; it is built into the kernel
	TABLE
}

@test "other-arch, missing-module, match-all-hint: told with what would change it" {
	mkdir -p "$ROOT/lib/modules/6.4.0-1-default/kernel"
	"$BATS_TEST_DIRNAME/../lib/make-module" "$ROOT/lib/modules/6.4.0-1-default/kernel/other.ko"
	make_repo repo <<-TEXT
		package arm-kmp-default-1.0_k6.4.0_1-1.1.aarch64
		$fits
		package usb-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:usb_register) = 3333
		$fits
		package all-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(*)
	TEXT
	explain --repo repo --kernel "$ROOT/lib/modules/6.4.0-1-default" 8086:10d3
	equals "other-arch at arch: $(page other-arch)" "$(failed arm)"
	equals "missing-module at kabi: $(page missing-module)" "$(failed usb)"
	equals "match-all-hint at hint: $(page match-all-hint)" "$(failed all)"
	[[ $text == *"For no device in particular"*all-kmp-default* ]]
}

@test "installed, update, required, locked: what is there already plays its part" {
	make_base <<-TEXT
		package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
		package lot-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
		package old-kmp-default-3.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	mkdir -p "$ROOT/etc/zypp"
	printf '\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: shut-*\n\n' \
		>"$ROOT/etc/zypp/locks"
	make_repo repo <<-TEXT
		package bar-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:helper) = 7777
		$fits
		package helper-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		provides ksym(default:helper) = 7777
		requires ksym(default:printk) = 1111
		package old-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
		package shut-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	explain --repo repo 3b:00.0
	equals "bar-kmp-default update
helper-kmp-default required
lot-kmp-default installed" "$(json "'\n'.join(sorted(p['name'] + ' ' + p['reason'] for p in a['packages']
		if p['verdict'] == 'selected' and p['name'] != 'old-kmp-default'))")"
	equals "older at rank: $(page older)" "$(failed old)"
	equals "locked at policy: $(page locked)" "$(failed shut)"
	[[ $text == *"no hint of it fits such a device; bar-kmp-default-2.0_k6.4.0_1-1.1.x86_64 needs it"* ]]
	explain --repo repo lot-kmp-default
	equals "package 1 1" "$(kind)"
	equals selected "$(json "a['packages'][0]['verdict']")"
}

@test "what the proof finds in modules is told, module by module" {
	local release=6.4.0-1-default name reason rule make=$BATS_TEST_DIRNAME/../lib
	local tree=$ROOT/lib/modules/$release files
	mkdir -p "$tree/kernel" repo
	printf '0x00003333\tsecret\tvmlinux\tEXPORT_SYMBOL_GPL\t\n0x00004444\tspaced\tvmlinux\tEXPORT_SYMBOL\tVENDOR\n' \
		>>symvers
	"$make/make-module" "$tree/kernel/own.ko" import=printk:1111
	echo kernel/drivers/built.ko >"$tree/modules.builtin"
	"$make/make-module" wrong.ko import=printk:9999
	"$make/make-module" closed.ko import=secret:3333 license=Proprietary
	"$make/make-module" foreign.ko import=spaced:4444
	"$make/make-module" built.ko import=printk:1111
	"$make/make-module" double.ko import=printk:1111 export=printk:1111
	"$make/make-module" magic.ko import=printk:1111 "vermagic=$release SMP mod_unload modversions "
	"$make/make-module" egg.ko import=hen:1 export=egg:1
	"$make/make-module" hen.ko import=egg:1 export=hen:1
	head -c 100 wrong.ko >cut.ko
	for name in wrong closed foreign built double magic egg cut; do
		files=("/lib/modules/$release/updates/$name.ko=$name.ko")
		[[ $name != egg ]] || files+=("/lib/modules/$release/updates/hen.ko=hen.ko")
		"$make/make-rpm" "$name-kmp-default-1-1" repo "${files[@]}" >>log <<-TEXT
			Provides: kmod($name.ko)
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	done
	explain --repo repo --kernel "$tree"
	while read -r name reason rule; do
		equals "$reason at $rule: $(page "$reason")" "$(failed "$name")"
	done <<-'TABLE'
		wrong kabi-mismatch kabi
		closed gpl-only-symbol kabi
		foreign missing-namespace kabi
		built built-in-module kabi
		double duplicate-symbol kabi
		magic vermagic-mismatch kabi
		egg dependency-cycle kabi
		cut unreadable-module package
	TABLE
	[[ $text == *"wrong: differing-symbol printk (wants 0x00009999, there is 0x00001111)"* ]]
	kmp_match explain --json --no-gpg-checks --kernel "$release" --flavor default --root "$BATS_TEST_TMPDIR/repo" \
		--arch x86_64 --hardware machine --repo repo wrong-kmp-default
	equals "kabi-unknown at kabi: $(page kabi-unknown)" "$(failed wrong)"
}

@test "other-vendor: no update changes the vendor on its own" {
	local build='requires ksym(default:printk) = 1111'
	make_base <<-TEXT
		package $bare
		vendor one
		$build
		$fits
	TEXT
	make_repo repo <<-TEXT
		package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		vendor two
		$build
		$fits
	TEXT
	explain --repo repo
	equals "other-vendor at policy: $(page other-vendor)" "$(failed foo)"
}

@test "blocked-by-policy: whose rule it is, and what a preference decided" {
	printf '[block]\npackage = foo-*\nversion = 2.0*\nreason = hangs here\n\n[prefer]\npackage = wide-*\n' >policy
	explain --repo "$rpms" --policy policy 3b:00.0
	equals "wide-kmp-default" "$(json "a['packages'][0]['name']")"
	equals "blocked-by-policy at policy: $(page blocked-by-policy)" \
		"$(json "[p['reason'] + ' at ' + p['steps'][-1]['rule'] + ': ' + p['remedy'] for p in a['packages']
			if p['nevra'].startswith('foo-kmp-default-2.0')][0]")"
	[[ $text == *"policy:1 blocks it: hangs here"* && $text == *"the policy prefers it by 1; no lock is on it"* ]]
	equals "outranked at rank: $(page outranked)" \
		"$(json "[p['reason'] + ' at ' + p['steps'][-1]['rule'] + ': ' + p['remedy'] for p in a['packages']
			if p['nevra'].startswith('foo-kmp-default-1.0')][0]")"
	[[ $text == *"what decides is the policy ("* ]]
}

@test "corrupt: a damaged RPM is an answer here, and not a failure" {
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	head -c 1000 /dev/urandom >"repo/$bare.rpm"
	explain --repo repo
	equals "corrupt at package: $(page corrupt)" "$(failed foo)"
}

@test "would-be-refused: what fits and the kernel would not take" {
	local make=$BATS_TEST_DIRNAME/../lib
	mkdir -p "$ROOT/boot" repo
	printf '#\nCONFIG_MODULES=y\nCONFIG_MODULE_SIG=y\nCONFIG_MODULE_SIG_FORCE=y\n' \
		>"$ROOT/boot/config-6.4.0-1-default"
	"$make/make-module" foo.ko import=printk:1111
	"$make/make-rpm" foo-kmp-default-1-1 repo "/lib/modules/6.4.0-1-default/updates/foo.ko=foo.ko" \
		>log <<-TEXT
			Provides: kmod(foo.ko)
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	explain --no-gpg-checks --repo repo
	equals "would-be-refused at loading: $(page would-be-refused)" "$(failed foo)"
}

# The others are in trust.bats: unknown-key, unsupported-signature, expired-key, weak-signature,
# revoked-key, bad-signature.
@test "unsigned, untrusted: what --no-gpg-checks takes, and only staging refuses, is said" {
	explain --repo "$rpms" 'foo*'
	[[ $text == *"it is not signed; taken because of --no-gpg-checks"* ]]
	kmp_match explain --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo "$rpms" 'foo*'
	equals "unsigned at trust: $(page unsigned)" "$(failed foo | head -n 1)"
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	kmp_match explain --kernel 6.4.0-1-default --arch x86_64 --hardware machine --repo repo
	equals 0 "$status"
	[[ $output == *"the symbols of the kernel are not known"*"staging refuses it"* ]]
}

@test "to be asked about packages changes no verdict" {
	local planned
	plan --no-gpg-checks --repo "$rpms"
	planned=$(json "sorted(p['nevra'] + ' ' + p['reason'] for p in a['packages'])")
	asked --json --repo "$rpms" '*'
	equals "$planned" "$(json "sorted(p['nevra'] + ' ' + p['reason'] for p in a['packages']
		if p['reason'] != 'no-device')")"
	equals 9 "$(json "len(a['packages'])")"
	asked --json --repo "$rpms"
	equals "$planned" "$(json "sorted(p['nevra'] + ' ' + p['reason'] for p in a['packages'])")"
}

@test "a source that cannot be read is said, and the answer from the others has status 1" {
	asked --repo "$rpms" --repo absent foo-kmp-default
	fails 1 absent
	[[ $output == *"foo-kmp-default-2.0"*"selected"* ]]
}

@test "nothing is staged, whatever the options" {
	asked --repo "$rpms" --no-gpg-checks --stage-dir stage
	equals 0 "$status"
	[[ ! -e stage ]]
}
