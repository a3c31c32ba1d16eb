#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages that no package builder would make: what of them is left in the RPM, and which are refused.

load ../lib/common

release=6.4.0-1-default
evil=foo-kmp-default-1.0-1.x86_64
good=bar-kmp-default-1.0-1.x86_64

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local make=$BATS_TEST_DIRNAME/../lib
	cd "$BATS_FILE_TMPDIR" || return
	mkdir good
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	"$make/make-module" bar.ko import=printk:1111 "alias=usb:v1234p5678d*"
	"$make/make-rpm" "${good%.x86_64}" good "/lib/modules/$release/updates/bar.ko=bar.ko" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:usb:v1234p5678d*)
	TEXT
	"$make/forge-packages" foo.ko forged >cases
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00 \
		usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	cp -r "$BATS_FILE_TMPDIR/forged" .
}

# stage CASE: a run that finds the forged package of that case beside the good one.
stage() {
	rm -rf repo stage
	mkdir repo
	cp "$BATS_FILE_TMPDIR"/good/*.rpm "forged/$1/foo.rpm" repo
	kmp_match stage --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	# Whatever it is, nothing of it gets out, and nothing but files and folders of ours is made.
	equals "" "$(find "$BATS_TEST_TMPDIR" /tmp -maxdepth 1 -name 'evil*')" "$1: outside"
	equals "" "$(find stage ! -type f ! -type d ! -path stage/current 2>/dev/null)" "$1: no file"
	equals "" "$(find stage/generations -mindepth 2 -type f ! -perm 644 2>/dev/null)" "$1: modes"
}

# each_case KIND: `case` and `wanted` of all that are meant to be LEFT-OUT or REFUSED, to check_KIND.
each_case() {
	local kind case wanted count=0
	while read -r case kind wanted; do
		[[ $kind == "$1" ]] || continue
		stage "$case"
		echo "$case: $status ${errors:-$output}"
		"check_${1//-/_}" "$case" "$wanted"
		count=$((count + 1))
	done <"$BATS_FILE_TMPDIR/cases"
	echo "# counted: $count packages $1" >&3
	((count > 10))
}

check_left_out() {
	equals 0 "$status" "$1: exit status"
	[[ " $(json "' '.join(d['id'] for p in a['packages'] for d in p['diagnostics'])") " == *" $2 "* ]]
	equals "$good $evil" "$(sort stage/current/packages | xargs)" "$1: packages"
	cmp "$BATS_FILE_TMPDIR/foo.ko" "stage/current/modules/$release/$evil/updates/foo.ko"
	equals "" "$(find stage/current/modules/ -name '*evil*')" "$1: modules"
	[[ -z $(find stage/current/ -type f -exec grep -l '^ *install' {} +) ]]
	valid
}

# Where even the header says nothing, it is left out of its repository, and nobody knows for which
# device it is; else it is a package with a verdict. The good one is staged all the same.
check_refused() {
	says "$2" foo
	equals "" "$(find stage -name '*foo*' 2>/dev/null)" "$1: staged"
	equals "$good" "$(<stage/current/packages)" "$1: packages"
	if [[ $errors == *"warning: cannot read the RPM"* ]]; then
		equals 0 "$status" "$1: exit status"
		equals '["damaged-rpm"]' "$(json "[d['id'] for d in a['sources'][0]['diagnostics']]")"
	else
		equals 3 "$status" "$1: exit status"
		equals "rejected corrupt" "$(verdict foo-kmp-default)" "$1: verdict"
	fi
	equals "$status" "$(json "a['result']['exit']")" "$1: exit status in JSON"
	valid
}

@test "what is evil in a package stays in its RPM, is told, and costs nothing else" {
	each_case left-out
}

@test "a package that contradicts itself is corrupt, says why, and costs the good one nothing" {
	each_case refused
}

@test "a dry run refuses what staging would refuse" {
	for case in entry-twice bomb-without-module endless-link; do
		kmp_match stage --dry-run --json --no-gpg-checks --kernel ./symvers --arch x86_64 \
			--kernel-release "$release" --hardware machine --repo "forged/$case"
		equals 3 "$status" "$case: exit status"
		says foo.rpm "$(sed -n "s/^$case refused //p" "$BATS_FILE_TMPDIR/cases")"
		equals "rejected corrupt" "$(verdict foo-kmp-default)" "$case: verdict"
	done
}

@test "permissions of a package are not taken over" {
	stage setuid
	equals 0 "$status"
	equals "644 644" "$(stat -c %a stage/current/modules/"$release"/*/updates/*.ko | xargs)"
}

@test "a package whose name is a path is left out of its repository" {
	stage climbing-name
	equals 0 "$status"
	says "without a proper name"
	equals "$good" "$(<stage/current/packages)"
}

@test "packages that are looked at together are judged as one after the other" {
	local number damaged=" 1 3 4 "
	mkdir repo
	for number in {0..6}; do
		head -c $((20000 + 70000 * number)) /dev/urandom >firmware
		"${here:?}/../lib/make-module" "m$number.ko" import=printk:1111 "alias=usb:v1234p5678d*"
		"$here/../lib/make-rpm" "m$number-kmp-default-1.0-1" repo "/lib/firmware/m$number=firmware" \
			"/lib/modules/$release/updates/m$number.ko=m$number.ko" <<-TEXT
				Requires: ksym(default:printk) = 1111
				Supplements: modalias(kernel-default:usb:v1234p5678d*)
			TEXT
		[[ $damaged != *" $number "* ]] ||
			"$here/../lib/tamper" "repo/m$number-kmp-default-1.0-1.x86_64.rpm" true-payload
	done
	plan --no-gpg-checks --repo repo
	equals 4 "$(json "a['result']['selected']")" "selected"
	equals 3 "$(json "len([p for p in a['packages'] if p['reason'] == 'corrupt'])")" "corrupt"
	together=$status$output$errors
	cat >one-processor <<-SCRIPT
		#!/usr/bin/python3
		import os, sys
		os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
		os.execv("$KMP_MATCH", ["$KMP_MATCH"] + sys.argv[1:])
	SCRIPT
	chmod a+x one-processor
	KMP_MATCH=$PWD/one-processor plan --no-gpg-checks --repo repo
	equals "$together" "$status$output$errors" "on one processor"
}
