#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What users of driver packages have asked for, in their words: each test is one wish, from the
# machine to the answer.

load ../lib/common

raid=pci:v00001000d00000097sv00001000sd00003090bc01sc07i00
card=pci:v000010DEd00002204sv000010DEsd00001467bc03sc00i00
old=6.4.0-1-default
new=6.4.0-2-default

# module NAME WORD...: modules/NAME.ko.
module() { "$BATS_TEST_DIRNAME/../lib/make-module" "modules/$1.ko" "${@:2}"; }

# kmp FOLDER NAME RELEASE [OPTION]...: the package of modules/NAME.ko that was built for RELEASE.
kmp() {
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" "${@:4}" "$2" "$3" "$1" "modules/$2.ko" >>log
}

# A vendor's repository: of one driver a build for each of two kernels, whose symbols differ in
# scsi_add, one for another flavor and one that needs a helper; and the kernel that is to come.
setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	cd "$BATS_FILE_TMPDIR" || return
	mkdir modules vendor
	hint="alias=pci:v00001000d00000097sv*sd*bc*sc*i*"
	module raid import=printk:1111 import=scsi_add:2222 "$hint"
	kmp vendor raid "$old"
	cp modules/raid.ko installed.ko
	module raid import=printk:1111 import=scsi_add:3333 "$hint" \
		"vermagic=$new SMP preempt mod_unload modversions "
	kmp vendor raid "$new" -v 2.0
	module raid-rt import=printk:1111 "$hint"
	kmp vendor raid-rt 6.4.0-1-rt
	module needy import=printk:1111 "alias=usb:v1234p5678d*dc*dsc*dp*ic*isc*ip*in*"
	kmp vendor needy "$old" -v 2.0 -x "Requires: needy-helper"
	kmp vendor needy "$old"
	module other import=printk:1111 "alias=pci:v0000FFFFd0000FFFFsv*sd*bc*sc*i*"
	kmp vendor other "$old"
	"$BATS_TEST_DIRNAME/../lib/make-rpm" "kernel-default-6.4.0-2" . >>log <<-TEXT
		Provides: kernel-uname-r = ${new//-/\~}
		Provides: ksym(default:printk) = 1111
		Provides: ksym(default:scsi_add) = 3333
	TEXT
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	vendor=$BATS_FILE_TMPDIR/vendor
	coming=$BATS_FILE_TMPDIR/kernel-default-6.4.0-2.x86_64.rpm
	make_symvers printk=1111 scsi_add=2222 >symvers
	make_symvers printk=1111 scsi_add=3333 >symvers.new
	make_machine machine "$raid"
}

# install_raid: the first build of the vendor's driver is installed, files and all.
install_raid() {
	local file=/lib/modules/$old/updates/raid.ko
	mkdir -p "$ROOT${file%/*}"
	cp "$BATS_FILE_TMPDIR/installed.ko" "$ROOT$file"
	make_base <<-TEXT
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = $old
		ksyms default printk=1111 scsi_add=2222
		package coreutils-9-1.x86_64
		package grep-3-1.x86_64
		package raid-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		vendor kmp-match demonstration
		requires ksym(default:printk) = 1111
		requires ksym(default:scsi_add) = 2222
		supplements modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		file $file
	TEXT
}

# told ARGUMENT...: the plan for people, for the kernel of ./symvers.
told() {
	kmp_match --dry-run --no-gpg-checks --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware machine "$@"
}

# has WORD...: the answer has each of them.
has() {
	local word
	for word; do [[ $output == *"$word"* ]] || equals "... $word ..." "$output" "words of the answer"; done
}

# chosen: names and versions of what would be installed.
chosen() { json "' '.join(sorted(p['name'] + '-' + p['version'] for p in a['packages'] if p['verdict'] == 'selected'))"; }

# reasons: "NAME REASON CULPRIT" of what was refused.
reasons() {
	json "'\n'.join(sorted('%(name)s %(reason)s %(culprit)s' % p for p in a['packages'] if p['verdict'] == 'rejected'))"
}

@test "a kernel update that breaks a third-party driver is seen before the reboot" {
	install_raid
	make_machine machine "$raid=raid"
	kmp_match check --kernel "$coming" --hardware machine
	equals 3 "$status"
	has "raid-kmp-default-1.0_k6.4.0_1-1.1.x86_64, in use" "has another CRC [kabi-mismatch]" scsi_add
	kmp_match check --kernel "$old" --kernel "$coming" --hardware machine
	equals 0 "$status" "as long as the kernel of today stays"
}

@test "before a kernel update it is told which build would save the driver" {
	install_raid
	kmp_match --dry-run --no-gpg-checks --json --kernel "$coming" --hardware machine --repo "$vendor"
	equals 0 "$status"
	valid
	equals raid-kmp-default-2.0_k6.4.0_2 "$(chosen)"
	equals "selected update
rejected kabi-mismatch" "$(verdict raid-kmp-default)"
	kmp_match check --kernel "$coming" --repo "$vendor" raid-kmp-default
	equals 0 "$status"
	has "1.0_k6.4.0_1-1.1.x86_64      no" "2.0_k6.4.0_2-1.1.x86_64    fits"
}

@test "before the next service pack every driver is judged, and those in use decide" {
	install_raid
	make_machine machine pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00=virtio-pci
	kmp_match check --json --kernel "$coming" --hardware machine
	equals 0 "$status" "the card is not in this machine"
	equals "fits-not kabi-mismatch scsi_add False" "$(json "'%(verdict)s %(reason)s %(culprit)s %(in_use)s' % a['kernels'][0]['packages'][0]")"
	make_machine machine "$raid"
	kmp_match check --json --kernel "$coming" --hardware machine
	equals 3 "$status"
}

@test "what made zypper pull in a compiler is told" {
	make_base <<<"package filesystem-1-1.x86_64"
	make_repo repo <<-TEXT
		package tuner-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires tuner-tools
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		package tuner-tools-1.0-1.x86_64
		requires gcc
		package gcc-13-1.x86_64
	TEXT
	kmp_match explain --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware machine --repo repo gcc
	equals 0 "$status"
	has "gcc-13-1.x86_64: required" "tuner-tools-1.0-1.x86_64 needs it"
	kmp_match explain --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware machine --repo repo \
		tuner-kmp-default
	has "pci:v00001000d00000097sv*sd*bc*sc*i* fits $raid" "gcc-13-1.x86_64: required"
}

@test "a driver and tools of another version are not mixed" {
	make_base <<<"package filesystem-1-1.x86_64"
	for version in 1.0 2.0; do
		printf '%s\n' "package gpu-kmp-default-${version}_k6.4.0_1-1.1.x86_64" \
			"requires gpu-tools = $version" "requires ksym(default:printk) = 1111" \
			"supplements modalias(kernel-default:pci:v000010DEd*sv*sd*bc03sc*i*)"
	done >packages
	make_machine machine "$card"
	make_repo repo <<<"$(cat packages && echo package gpu-tools-1.0-1.x86_64)"
	plan --no-gpg-checks --repo repo
	equals 0 "$status"
	equals "gpu-kmp-default-1.0_k6.4.0_1 gpu-tools-1.0" "$(chosen)"
	equals "gpu-kmp-default missing-dependency gpu-tools = 2.0" "$(reasons)"
	make_repo repo <<<"$(cat packages && echo package gpu-tools-2.0-1.x86_64)"
	plan --no-gpg-checks --repo repo
	equals "gpu-kmp-default-2.0_k6.4.0_1 gpu-tools-2.0" "$(chosen)"
}

@test "an old card gets the driver that is made for it, a new card the newest" {
	make_repo repo <<-TEXT
		package gpu-G04-kmp-default-390.0_k6.4.0_1-1.1.x86_64
		provides kmod(gpu.ko)
		supplements modalias(kernel-default:pci:v000010DEd00000DE1sv*sd*bc03sc0*i00*)
		package gpu-G06-kmp-default-550.0_k6.4.0_1-1.1.x86_64
		provides kmod(gpu.ko)
		supplements modalias(kernel-default:pci:v000010DEd*sv*sd*bc03sc0[02]i00*)
	TEXT
	make_machine machine pci:v000010DEd00000DE1sv00001043sd000083A7bc03sc00i00
	plan --no-gpg-checks --repo repo
	equals gpu-G04-kmp-default-390.0_k6.4.0_1 "$(chosen)"
	equals "gpu-G06-kmp-default outranked gpu-G04-kmp-default-390.0_k6.4.0_1-1.1.x86_64" "$(reasons)"
	make_machine machine "$card"
	plan --no-gpg-checks --repo repo
	equals gpu-G06-kmp-default-550.0_k6.4.0_1 "$(chosen)"
	equals "" "$(reasons)"
}

@test "of nine drivers that fit a card one is installed, whatever their order" {
	local answer="" order
	make_machine machine "$card"
	for order in "1 2 3 4 5 6 7 8 9" "9 8 7 6 5 4 3 2 1" "5 9 1 7 3 8 2 6 4"; do
		for number in $order; do
			printf '%s\n' "package gpu-G0$number-kmp-default-${number}00.0_k6.4.0_1-1.1.x86_64" \
				"provides kmod(gpu.ko)" "requires ksym(default:printk) = 1111" \
				"supplements modalias(kernel-default:pci:v000010DEd*sv*sd*bc03sc0[02]i00*)"
		done | make_repo repo
		plan --no-gpg-checks --repo repo
		equals gpu-G09-kmp-default-900.0_k6.4.0_1 "$(chosen)" "$order"
		equals 8 "$(reasons | grep -c ' outranked gpu-G09-kmp-default-900.0_k6.4.0_1-1.1.x86_64$')" "$order"
		answer=${answer:-$(json "a['packages']")}
		equals "$answer" "$(json "a['packages']")" "$order"
	done
}

@test "a laptop with two graphics chips gets the drivers of both, and a driver of both once" {
	make_machine machine pci:v00008086d000046A6sv0000103Csd000089BEbc03sc00i00 "$card"
	for id in v00008086d000046A6 v000010DEd00002204; do
		printf '%s\n' "package gpu-$id-kmp-default-1.0_k6.4.0_1-1.1.x86_64" "provides kmod(gpu_$id.ko)" \
			"supplements modalias(kernel-default:pci:${id}sv*sd*bc*sc*i*)"
	done | make_repo repo
	plan --no-gpg-checks --repo repo
	equals "gpu-v000010DEd00002204-kmp-default-1.0_k6.4.0_1 gpu-v00008086d000046A6-kmp-default-1.0_k6.4.0_1" "$(chosen)"
	make_repo repo <<-TEXT
		package gpu-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(kernel-default:pci:v*d*sv*sd*bc03sc*i*)
	TEXT
	plan --no-gpg-checks --repo repo
	equals "gpu-kmp-default-1.0_k6.4.0_1 [0, 1]" "$(chosen) $(json "[h['device'] for h in a['packages'][0]['hints']]")"
}

@test "a flavor without its KMP is named, and no kernel is pulled in" {
	make_repo repo <<-TEXT
		package raid-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires kernel-default
		supplements modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		package kernel-default-6.4.0-1.x86_64
		provides kernel-uname-r = $old
	TEXT
	told --repo repo --kernel-release 6.4.0-1-rt
	equals 3 "$status"
	has "other-flavor: it is for kernel-default, the kernel is kernel-rt" "1 device needs a driver"
	[[ $output != *kernel-default-6.4.0-1.x86_64* ]] || equals "no kernel" "$output"
	told --repo "$vendor" --kernel-release 6.4.0-1-rt
	equals 0 "$status"
	has "Selected: 1 package" raid-rt-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
}

@test "a symbol of another flavor is told in a plain sentence" {
	make_repo repo <<-TEXT
		package raid-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(rt:printk) = 1111
		supplements modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
	TEXT
	told --repo repo
	equals 3 "$status"
	has "other-flavor: it needs symbols of kernel-rt, the kernel is kernel-default"
	kmp_match explain --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware machine --repo repo
	has "a build for this flavor, or --kernel and --flavor of the system that will run"
}

@test "on a medium without its dependency the build that needs nothing else is taken" {
	make_base <<<"package filesystem-1-1.x86_64
package coreutils-9-1.x86_64
package grep-3-1.x86_64"
	make_machine machine usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	plan --no-gpg-checks --repo "$vendor"
	equals 0 "$status"
	equals needy-kmp-default-1.0_k6.4.0_1 "$(chosen)"
	equals "needy-kmp-default missing-dependency needy-helper" "$(reasons)"
}

@test "each installed kernel gets the build that fits it, whichever of them runs" {
	mkdir -p "$ROOT/boot"
	gzip <symvers >"$ROOT/boot/symvers-$old.gz"
	gzip <symvers.new >"$ROOT/boot/symvers-$new.gz"
	while read -r release want refused; do
		kmp_match --dry-run --no-gpg-checks --json --kernel "$release" --arch x86_64 --hardware machine --repo "$vendor"
		equals "$want" "$(chosen)" "$release"
		equals "raid-kmp-default kabi-mismatch scsi_add" "$(reasons | grep ^raid-kmp-default)" "$release"
		equals "$refused" "$(json "[p['version'] for p in a['packages'] if p['reason'] == 'kabi-mismatch'][0]")"
	done <<-TABLE
		$old raid-kmp-default-1.0_k6.4.0_1 2.0_k6.4.0_2
		$new raid-kmp-default-2.0_k6.4.0_2 1.0_k6.4.0_1
	TABLE
}

@test "the kernel that a driver was built for need not be there, nor be the older one" {
	make_symvers printk=1111 scsi_add=3333 >symvers
	plan --no-gpg-checks --repo "$vendor"
	equals 0 "$status"
	equals raid-kmp-default-2.0_k6.4.0_2 "$(chosen)"
	equals proven "$(json "[p['kabi']['status'] for p in a['packages'] if p['verdict'] == 'selected'][0]")"
	plan --no-gpg-checks --repo "$vendor" --kernel-release "$new"
	equals exact "$(json "[p['kabi']['status'] for p in a['packages'] if p['verdict'] == 'selected'][0]")"
}

@test "a driver for other hardware or another kernel is not copied blindly" {
	make_symvers printk=9999 scsi_add=2222 >symvers
	kmp_match --json --no-gpg-checks --kernel ./symvers --kernel-release "$old" --arch x86_64 \
		--hardware machine --repo "$vendor" --stage-dir stage
	equals 3 "$status"
	valid
	equals "raid-kmp-default kabi-mismatch printk
raid-kmp-default kabi-mismatch printk
raid-rt-kmp-rt other-flavor kernel-rt" "$(reasons)"
	[[ ! -e stage/current ]]
}

@test "the same version in another build is an update" {
	install_raid
	cp "$BATS_FILE_TMPDIR/installed.ko" raid.ko
	for build in 1.1 1.2; do
		"$BATS_TEST_DIRNAME/../../tools/make-kmp" -r "$build" raid "$old" rebuilt raid.ko >log
	done
	kmp_match --dry-run --no-gpg-checks --json --kernel "$old" --hardware machine --repo rebuilt
	equals 0 "$status"
	equals "selected update
rejected older" "$(verdict raid-kmp-default)"
	equals 1.2 "$(json "a['packages'][0]['release']")"
}

@test "a driver is found by what a device is, not by what drives it now" {
	make_repo repo <<-TEXT
		package disk-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v*d*sv*sd*bc01sc06i01*)
	TEXT
	for driver in "" =ahci =vfio-pci; do
		make_machine machine "pci:v00008086d0000A352sv00008086sd00007270bc01sc06i01$driver"
		plan --no-gpg-checks --repo repo
		equals disk-kmp-default-1.0_k6.4.0_1 "$(chosen)" "$driver"
	done
}

@test "a device that says what it is in its uevent alone is found" {
	local folder=sys/devices/platform/mdio@1/mdio_bus/mdio@1:04
	mkdir -p "$folder"
	printf 'DEVTYPE=PHY\nMODALIAS=mdio:00000000001000100001011000100010\n' >"$folder/uevent"
	make_repo repo <<-TEXT
		package phy-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:mdio:0000000000100010000101100010%3F%3F%3F%3F)
	TEXT
	kmp_match --dry-run --no-gpg-checks --json --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware sys --repo repo
	equals phy-kmp-default-1.0_k6.4.0_1 "$(chosen)"
	equals /devices/platform/mdio@1/mdio_bus/mdio@1:04 "$(json "a['devices'][0]['path']")"
}

@test "a repository made for dnf, with modalias() in Provides, is of use" {
	mkdir repo
	cp "$BATS_FILE_TMPDIR/installed.ko" raid.ko
	"$BATS_TEST_DIRNAME/../lib/make-rpm" raid-kmp-default-1.0-1 repo \
		"/lib/modules/$old/updates/raid.ko=raid.ko" >log <<-TEXT
			Provides: kmod(raid.ko)
			Provides: modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		TEXT
	told --repo repo
	equals 0 "$status"
	has "raid-kmp-default-1.0-1.x86_64" "by hint pci:v00001000d00000097sv*" "Supplements: modalias("
}

@test "a module compressed in a way that the kernel cannot read is named" {
	mkdir -p "$ROOT/boot" "$ROOT/usr/lib64" repo good
	cp "$BATS_FILE_TMPDIR/installed.ko" raid.ko
	printf 'CONFIG_MODULES=y\nCONFIG_MODULE_DECOMPRESS=y\nCONFIG_MODULE_COMPRESS_XZ=y\n' >"$ROOT/boot/config-$old"
	printf 'x\0liblzma.so.5\0' >"$ROOT/usr/lib64/libkmod.so.2"
	xz --check=crc64 -k raid.ko
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" raid "$old" repo raid.ko.xz >log
	told --repo repo --verbose
	equals 0 "$status"
	has "Notes" "[unreadable-compression]" "raid"
	xz --check=crc32 -kf raid.ko
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" raid "$old" good raid.ko.xz >log
	told --repo good --verbose
	[[ $output != *unreadable-compression* ]] || equals "no note" "$output"
}

@test "what keeps a driver from loading is a symbol that the kernel can be asked about" {
	mkdir -p "$ROOT/boot"
	gzip <symvers.new >"$ROOT/boot/symvers-$old.gz"
	kmp_match check --json --kernel "$old" "$BATS_FILE_TMPDIR/installed.ko"
	equals 3 "$status"
	culprit=$(json "a['kernels'][0]['packages'][0]['culprit']")
	kmp_match symbols --kernel "$old" "$culprit"
	equals 0 "$status"
	has "scsi_add    0x00003333, exported by vmlinux, for any module"
}

@test "nothing to do is no error, and is said" {
	make_machine none pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00
	kmp_match --dry-run --no-gpg-checks --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware none --repo "$vendor"
	equals 0 "$status"
	has "No driver package on offer is made for this machine: nothing to do."
	install_raid
	mkdir repo
	cp "$vendor"/raid-kmp-default-1.0* repo
	for answer in --dry-run --no-gpg-checks; do
		kmp_match "$answer" --kernel "$old" --hardware machine --repo repo --stage-dir stage
		equals 0 "$status" "$answer"
		has "Every driver package that fits is installed: nothing to do."
	done
	nothing_staged
}

@test "what failed, what was asked wrongly and what was refused are told apart by the exit status" {
	local want arguments
	make_machine bound "$raid=megaraid"
	while IFS='|' read -r want arguments; do
		# shellcheck disable=SC2086 # words
		kmp_match --dry-run --no-gpg-checks --json --kernel-release "$old" --arch x86_64 $arguments
		equals "$want $want" "$status $(json "a['result']['exit']")" "$arguments"
		valid
	done <<-TABLE
		0|--kernel ./symvers --hardware machine --repo $vendor
		0|--kernel ./symvers --hardware bound --repo $vendor --flavor azure
		1|--kernel ./symvers --hardware machine --repo absent
		1|--kernel ./absent --hardware machine --repo $vendor
		2|--kernel ./symvers --hardware machine --repo $vendor --nonsense
		3|--kernel ./symvers --hardware machine --repo $vendor --flavor azure
	TABLE
}

@test "no build that is made for the machine is dropped silently" {
	plan --no-gpg-checks --repo "$vendor"
	equals "raid-kmp-default-1.0_k6.4.0_1-1.1.x86_64
raid-kmp-default-2.0_k6.4.0_2-1.1.x86_64
raid-rt-kmp-rt-1.0_k6.4.0_1-1.1.x86_64" "$(json "'\n'.join(sorted(p['nevra'] for p in a['packages']))")"
	equals 6 "$(json "a['sources'][0]['packages']")"
	while read -r reason; do
		grep -q "^| .$reason. |" "$BATS_TEST_DIRNAME/../../docs/reasons.md" || equals "a documented id" "$reason"
	done < <(json "'\n'.join(p['reason'] for p in a['packages'])")
	kmp_match explain --kernel ./symvers --kernel-release "$old" --arch x86_64 --hardware machine \
		--repo "$vendor" other-kmp-default
	has "other-kmp-default-1.0_k6.4.0_1-1.1.x86_64: no-device"
}

# One package for each row, NAME|WHAT THE ANSWER SAYS|HINT.
@test "every way in which hints are written selects as zypper does, or is mended and told" {
	local rows="
		plain|selected|modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
		class|selected|modalias(kernel-default:pci:v00001000d0000009[6789]sv*sd*bc*sc*i*)
		escaped|selected|modalias(kernel-default:acpi*:ABC%2D1:*)
		merged|selected merged-escape|modalias(kernel-default:acpi*:ABC%2[DE]1:*)
		bare|selected|modalias(pci:v00001000d00000097sv*sd*bc*sc*i*)
		maker|selected unprefixed-hint|modalias(dmi:bvn*:svnLENOVO*:pn*)
		makers|selected|modalias(kernel-default:dmi:bvn*:svnLENOVO*:pn*)
		star||modalias(kernel-default:*)
		stars|match-all-hint match-all-hint|modalias(kernel-default:*:*)
		rich|selected|(kernel-default and modalias(pci:v00001000d00000097sv*sd*bc*sc*i*))
		lower|selected lower-case-hint|modalias(kernel-default:pci:v00001000d00000097sv*sd*bc01sc07i0[0a]*)
		realtime|other-flavor|modalias(kernel-rt:pci:v00001000d00000097sv*sd*bc*sc*i*)"
	while IFS='|' read -r name _ hint; do
		[[ -z $name ]] || printf 'package %s-kmp-default-1.0_k6.4.0_1-1.1.x86_64\n' "$name"
		[[ -z $hint ]] || printf 'supplements %s\n' "$hint"
	done <<<"${rows//$'\t'/}" | make_repo repo
	make_machine machine "$raid" acpi:ABC-1:PNP0A01: dmi:bvnLENOVO:bvrN2:bd01/01/2020:svnLENOVO:pn20:
	plan --no-gpg-checks --repo repo
	equals "$(sed -n 's/^\([a-z]\+|[^|]*\)|.*/\1/p' <<<"${rows//$'\t'/}" | sort)" \
		"$({ echo "star|" && json "'\n'.join(p['name'][:-12] + '|' + ' '.join([p['reason']] +
			[d['id'] for d in p['diagnostics'] if d['id'] not in ('rpm-not-at-hand', 'kabi-unproven')])
			for p in a['packages'])"; } | sort)"
	plan --no-gpg-checks --repo repo --flavor rt
	equals "realtime-kmp-default-1.0_k6.4.0_1" "$(chosen | tr ' ' '\n' | grep realtime)" "with a kernel-rt"
}
