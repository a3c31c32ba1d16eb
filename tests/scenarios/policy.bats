#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What the policy file decides, by wishes that users of such tools have.

load ../lib/common

old_gpu=pci:v000010DEd00000FC6sv00001043sd0000845Bbc03sc00i00
new_gpu=pci:v000010DEd00002204sv00001458sd0000403Ebc03sc00i00
disk=pci:v00001000d00000097sv00001028sd00001F45bc01sc07i00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$old_gpu"
}

# kmp NAME VERSION [PATTERN [MODULE [LINE...]]]: a build for kernel-default.
kmp() {
	printf '%s\n' "package $1-kmp-default-$2_k6.4.0_1-1.1.x86_64" "requires ksym(default:printk) = 1111" \
		"supplements modalias(kernel-default:${3:-pci:v000010DEd*sv*sd*bc03sc*i*})" \
		"provides kmod(${4:-$1}.ko)" "${@:5}"
}

# follow LINE...: the policy that the next plan follows.
follow() { printf '%s\n' "$@" >policy; }
# chosen: the exit status of a plan, and what it selects: NAME-VERSION without the rest.
chosen() {
	plan --repo repo --policy policy
	valid || return
	echo "$status" "$(json "' '.join(sorted(p['name'].replace('-kmp-default', '') + '-' + p['version'].split('_')[0]
		for p in a['packages'] if p['verdict'] == 'selected'))")"
}
# of NAME VERSION EXPRESSION: of that package, as `p`.
of() { json "[$3 for p in a['packages'] if p['name'] == '$1-kmp-default' and p['version'].startswith('$2_')][0]"; }

# C 4: geckolinux-project#477, nixos-hardware#1880.
@test "wish: an old card does not get the driver that has dropped it" {
	{ kmp nvidia-G05 470 "" nvidia; kmp nvidia-G06 550 "" nvidia; } | make_repo repo
	follow "[block]" "device = pci:v000010DEd00000FC6sv*" "package = nvidia-G06-kmp-*" "reason = Kepler ended with 470"
	equals "0 nvidia-G05-470" "$(chosen)"
	chosen >/dev/null
	equals "blocked-by-policy policy:1 policy:1 blocks it: Kepler ended with 470" \
		"$(of nvidia-G06 550 "p['reason'] + ' ' + p['culprit'] + ' ' + p['detail']")"
	make_machine machine "$new_gpu"
	equals "0 nvidia-G06-550" "$(chosen)"
}

# C 4: ubuntu-drivers-common#48.
@test "wish: a desktop does not get the driver for servers" {
	{ kmp gpu 2.0 "" gpu; kmp gpu-server 2.1 "" gpu; } | make_repo repo
	follow "[prefer]" "package = *-server-kmp-*" "weight = -1"
	equals "0 gpu-2.0" "$(chosen)"
	chosen >/dev/null
	equals "[-1, 0]" "$(json "[p['rank']['policy'] for n in ('gpu-server', 'gpu') for p in a['packages'] if p['name'] == n + '-kmp-default']")"
	follow "[prefer]" "package = *-server-kmp-*"
	equals "0 gpu-server-2.1" "$(chosen)"
}

# C 5: pop-os/distinst#320.
@test "wish: of nine drivers for one card one is installed, the one that I say" {
	for version in 340 390 418 430 440 450 470 535 550; do kmp "nvidia-$version" $version "" nvidia; done | make_repo repo
	: >policy
	equals "0 nvidia-550-550" "$(chosen)"
	follow "[prefer]" "package = nvidia-470-kmp-*"
	equals "0 nvidia-470-470" "$(chosen)"
	chosen >/dev/null
	equals 8 "$(json "sum(p['reason'] == 'outranked' for p in a['packages'])")"
}

# C 5: ubuntu-drivers-common#176.
@test "wish: the driver of the vendor that I have a contract with wins" {
	{ kmp fast 1.0 "" card "vendor Fast Cards, Inc."; kmp slow 9.0 "" card "vendor Slow Cards"; } | make_repo repo
	follow "[prefer]" "vendor = Fast Cards*"
	equals "0 fast-1.0" "$(chosen)"
	follow "[prefer]" "vendor = Slow*"
	equals "0 slow-9.0" "$(chosen)"
}

# C 6: bugzilla 326269.
@test "wish: no package of another flavor, however well it fits" {
	{
		kmp disk 1.0 "pci:v00001000d*sv*sd*bc01sc*i*" | sed s/k6.4.0/k6.3.0/
		printf '%s\n' "package disk-kmp-rt-2.0_k6.4.0_1-1.1.x86_64" "provides kmod(disk.ko)" \
			"requires ksym(default:printk) = 1111" "supplements modalias(kernel-default:pci:v00001000d00000097sv*)"
	} | make_repo repo
	make_machine machine "$disk"
	: >policy
	plan --repo repo --policy policy
	equals "selected selected" "$(verdict disk-kmp-rt)"
	follow "[block]" "flavor = rt"
	equals "0 disk-1.0" "$(chosen)"
	equals "rejected blocked-by-policy" "$(plan --repo repo --policy policy; verdict disk-kmp-rt)"
}

# C 6: where a build for the flavor is there, but not yet in the version that is approved.
@test "wish: stay with the version that is approved until I say otherwise" {
	{ kmp disk 47.00; kmp disk 48.00; kmp disk 49.00; kmp other 49.00; } | sed "s/v000010DEd\*sv\*sd\*bc03/v00001000d*sv*sd*bc01/" | make_repo repo
	make_machine machine "$disk"
	follow "[pin]" "package = disk-kmp-*" "version = 47.00*"
	equals "0 disk-47.00 other-49.00" "$(chosen)"
	chosen >/dev/null
	equals "policy:1 pins it to version 47.00*" "$(of disk 49.00 "p['detail']")"
	follow "[pin]" "package = disk-kmp-*" "version = 48.00_k6.4.0_1-1.1"
	equals "0 disk-48.00 other-49.00" "$(chosen)"
}

# C 15: exit statuses that a script can branch on.
@test "wish: the exit status tells a blocked driver, a wrong policy and success apart" {
	kmp gpu 1.0 | make_repo repo
	follow "[block]" "package = gpu-kmp-*"
	equals "3 " "$(chosen)"
	follow "[blok]" "package = gpu-kmp-*"
	equals 2 "$(plan --repo repo --policy policy; echo "$status")"
	follow "[block]" "package = cpu-kmp-*"
	equals "0 gpu-1.0" "$(chosen)"
}

@test "a preferred build wins over a newer one and over a better repository" {
	kmp gpu 3.0 | make_repo better
	{ kmp gpu 1.0; kmp gpu 2.0; } | make_repo repo
	follow "[prefer]" "version = 1.0_*"
	equals "0 gpu-1.0" "$(chosen)"
	plan --repo better --repo repo --policy policy
	equals "selected selected" "$(of gpu 1.0 "p['verdict'] + ' ' + p['reason']")"
	equals "outranked the policy prefers gpu-kmp-default-1.0_k6.4.0_1-1.1.x86_64" "$(of gpu 3.0 "p['reason'] + ' ' + p['detail']")"
	equals "$PWD/policy" "$(plan --repo better --policy "$PWD/policy"; json "a['policy']")"
}

@test "where the preferred build will not do the next best one is taken" {
	{
		kmp gpu 1.0 "" gpu "requires nobody-provides-this-kmp"
		kmp gpu 2.0 "" gpu "requires ksym(default:gone) = 2222"
		kmp gpu 3.0
		kmp gpu 4.0
	} | make_repo repo
	make_base <<<"package filesystem-1-1.x86_64"
	follow "[prefer]" "version = 1.0_*" "weight = 3" "[prefer]" "version = 2.0_*" "weight = 2" "[prefer]" "version = 3.0_*"
	equals "0 gpu-3.0" "$(chosen)"
	chosen >/dev/null
	equals "missing-dependency kabi-mismatch outranked" "$(of gpu 1.0 "p['reason']") $(of gpu 2.0 "p['reason']") $(of gpu 4.0 "p['reason']")"
}

@test "a preferred build that conflicts with another family ranks before it" {
	{ kmp disk 1.0 "" disk "conflicts gpu-kmp-default = 1.0_k6.4.0_1"; kmp gpu 1.0; kmp gpu 2.0; } | make_repo repo
	follow "[prefer]" "package = gpu-kmp-*" "version = 1.0_*"
	equals "0 gpu-1.0" "$(chosen)"
	follow "[prefer]" "package = gpu-kmp-*" "version = 1.0_*" "[prefer]" "package = disk-kmp-*" "weight = 2"
	equals "0 disk-1.0 gpu-2.0" "$(chosen)"
}

@test "what a chosen package requires is blocked too" {
	{
		kmp gpu 1.0 "" gpu "requires ksym(default:helper) = 2222"
		printf '%s\n' "package helper-kmp-default-1.0_k6.4.0_1-1.1.x86_64" "provides ksym(default:helper) = 2222" "provides kmod(helper.ko)"
	} | make_repo repo
	: >policy
	equals "0 gpu-1.0 helper-1.0" "$(chosen)"
	follow "[block]" "package = helper-kmp-*"
	equals "3 " "$(chosen)"
	chosen >/dev/null
	equals blocked-by-policy "$(of helper 1.0 "p['reason']")"
}

@test "what does not fit keeps the reason that says more, and what is installed stays" {
	{ kmp gpu 1.0 | sed s/1111/2222/; kmp gpu 2.0; } | make_repo repo
	follow "[block]" "package = gpu-*"
	equals "3 " "$(chosen)"
	chosen >/dev/null
	equals "kabi-mismatch blocked-by-policy" "$(of gpu 1.0 "p['reason']") $(of gpu 2.0 "p['reason']")"
	kmp gpu 1.5 | make_base
	equals "0 gpu-1.5" "$(chosen)"
}

@test "the policy below the root is followed unless another one is given" {
	kmp gpu 1.0 | make_repo repo
	mkdir -p "$ROOT/etc/kmp-match"
	printf '[block]\npackage = gpu-*\n' >"$ROOT/etc/kmp-match/policy.conf"
	plan --repo repo
	equals "3 blocked-by-policy /etc/kmp-match/policy.conf" "$status $(of gpu 1.0 "p['reason']") $(json "a['policy']")"
	: >policy
	equals "0 gpu-1.0" "$(chosen)"
	echo nonsense >"$ROOT/etc/kmp-match/policy.conf"
	plan --repo repo
	fails 1 "/etc/kmp-match/policy.conf" "line 1 is neither [section] nor key = value" "policy.md"
	rm "$ROOT/etc/kmp-match/policy.conf" && mkfifo "$ROOT/etc/kmp-match/policy.conf"
	plan --repo repo
	fails 1 "/etc/kmp-match/policy.conf" "no regular file"
	rm -r "$ROOT/etc/kmp-match"
	plan --repo repo
	equals "0 null" "$status $(json "a['policy']")"
	plan --repo repo --policy absent
	fails 1 absent "--policy"
}

@test "a line of the policy that means nothing is named, and nothing is chosen" {
	kmp gpu 1.0 | make_repo repo
	local text why
	while IFS='|' read -r text why; do
		printf '%b' "$text" >policy
		plan --repo repo --policy policy
		fails 2 "'policy': line $why" "policy.md"
		valid
	done <<-'TEXT'
		package = x|1 stands in no section
		# comment\n\n[]|3 begins a section other than
		[Block]\npackage = x|1 begins a section other than
		[block]|1 begins a rule that does not say
		[block]\n[prefer]\npackage = x|1 begins a rule that does not say
		[pin]\nversion = 1|1 begins a rule that does not say
		[pin]\npackage = x|1 begins a pin without a version
		[block]\npackage = x\nname = y|3 has a key that is not known
		[block]\npackage =|2 has no value
		[block]\npackage = x\npackage = y|3 says what was said before
		[block]\npackage = x\nweight = 2|3 gives a weight, which only
		[prefer]\npackage = x\nweight = much|3 gives a weight that is no such number
		[prefer]\npackage = x\nweight = 1000001|3 gives a weight that is no such number
		[block]\npackage = *\0x|2 holds a NUL
		[prefer]\npackage: x|2 is neither [section] nor key = value
	TEXT
	printf '[prefer]\npackage = %5000s' x | tr ' ' y >policy
	plan --repo repo --policy policy
	fails 2 "line 2 is"
	for ((i = 0; i < 1001; i++)); do printf '[block]\nflavor=x%d\n' "$i"; done >policy
	plan --repo repo --policy policy
	fails 2 "line 2001 is one rule too many"
	truncate -s 2M policy
	plan --repo repo --policy policy
	fails 1 "'policy'" "File too large"
}

@test "every part of the rank is shown" {
	{ kmp gpu 1.0; kmp gpu 2.0; } | make_repo repo
	follow "[prefer]" "version = 1.0_*" "weight = 7"
	kmp_match -v --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 --hardware machine \
		--repo repo --policy policy
	local rest="trust 0, closeness [0-3], specificity 2, priority 1"
	[[ $output =~ "rank       policy 7, "$rest && $output =~ "rank: policy 0, "$rest ]] ||
		equals "both ranks" "$output"
	plan --repo repo --policy policy
	equals '["policy", "trust", "closeness", "specificity", "priority"]' "$(of gpu 1.0 "list(p['rank'])")"
}
