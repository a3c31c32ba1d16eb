#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: verbs, options, exit statuses, where answers and reasons go.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	make_repo refused <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 2222
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

@test "without a repository it fails with 1 and says what to give" {
	kmp_match --dry-run --hardware machine
	fails 1 "no repository" "--repo"
	equals "" "$output"
	kmp_match
	fails 1 "no repository" "--repo"
}

@test "an unknown verb, an unknown option and a missing argument are wrong usage" {
	kmp_match frobnicate
	fails 2 frobnicate --help
	equals "" "$output"
	for option in --frobnicate --frobnicate=1 --json=1 --ker -nX; do
		kmp_match $option
		fails 2 option --help
		equals "" "$output"
	done
	kmp_match --dry-run --repo
	fails 2 -r argument --help
	kmp_match --dry-run --arch
	fails 2 --arch argument --help
	kmp_match scan machine
	fails 2 scan machine
	kmp_match --dry-run --repo repo stage more
	fails 2 stage more
}

@test "an error is JSON on stdout too, and the same sentence on stderr" {
	for arguments in "--dry-run" "scan --hardware absent" "scan more" frobnicate --frobnicate -X "scan --save" \
		"--dry-run --repo repo --hardware absent" "--dry-run --repo repo --kernel ./absent"; do
		# shellcheck disable=SC2086 # several words
		kmp_match --json $arguments
		[[ $status == [12] ]]
		equals "$status" "$(json "a['result']['exit']")" "$arguments"
		says "$(json "a['error']['why']")"
		says "$(json "a['error']['what']")"
		valid
	done
}

@test "help goes to stdout, names every verb and option, and ends with 0" {
	for option in --help -h "scan --help" "--repo repo --help"; do
		# shellcheck disable=SC2086 # several words
		kmp_match $option
		equals 0 "$status" "$option"
		equals "" "$errors"
		[[ $output == "Usage: kmp-match"* ]]
	done
	for word in stage scan --dry-run --repo --kernel --flavor --arch --kernel-release --root \
		--hardware --stage-dir --save --keys --json --no-gpg-checks --verbose --quiet --version; do
		[[ $output == *"$word"* ]] || equals "$word" "" "in --help"
	done
}

@test "the version is one line, the one that answers carry" {
	kmp_match --version
	equals 0 "$status"
	[[ $output =~ ^kmp-match\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	version=$output
	kmp_match scan --json --hardware machine
	equals "$version" "$(json "a['tool']")"
}

@test "options stand before or after the verb, long or short, and -- ends them" {
	plan --repo repo
	equals 0 "$status"
	wanted=$output
	plan --repo repo stage
	equals "$wanted" "$output" "before the verb"
	kmp_match stage -n -j -k ./symvers --kernel-release=6.4.0-1-default --arch x86_64 -H machine -r repo
	equals "$wanted" "$output" "after the verb"
	kmp_match -nj -k./symvers stage --kernel-release 6.4.0-1-default --arch=x86_64 --hardware=machine -r repo
	equals "$wanted" "$output" "on both sides"
	kmp_match -nj -k./symvers --kernel-release 6.4.0-1-default --arch=x86_64 -H machine -r repo -- stage
	equals "$wanted" "$output" "before --"
}

@test "scan prints text with every device, or JSON" {
	make_machine machine "$card=e1000e" usb:v0BDAp8153d3100dc00dsc00dp00icFFiscFFip00in00
	kmp_match scan --hardware machine
	equals 0 "$status"
	[[ $output == *e1000e* ]]
	kmp_match scan --verbose --hardware machine
	[[ $output == *"$card"* && $output == *usb:v0BDAp8153* ]]
	kmp_match scan --json --hardware machine
	equals 0 "$status"
	equals '["e1000e", null]' "$(json "[d['driver'] for d in a['devices']]")"
	valid
}

@test "scan --save writes a snapshot that gives the same answers, and prints nothing" {
	make_machine machine "$card=e1000e" usb:v0BDAp8153d3100dc00dsc00dp00icFFiscFFip00in00
	kmp_match scan --hardware machine --json
	wanted=$output
	kmp_match scan --hardware machine --save saved
	equals 0 "$status"
	equals "" "$output$errors"
	kmp_match scan --hardware saved --json
	equals "$wanted" "$output"
	equals "$wanted" "$(<saved)" "the snapshot"
	output=$(<saved)
	valid
	equals "" "$(find . -name 'saved?*')" "left behind"
}

@test "scan --save to where nothing can be written fails, and an older snapshot stays" {
	kmp_match scan --hardware machine --save absent/file
	fails 1 absent/file "No such file"
	mkdir folder
	kmp_match scan --hardware machine --save folder
	fails 1 folder
	equals "" "$(find . -name '*.new')" "left behind"
	echo precious >saved
	kmp_match scan --hardware absent --save saved
	fails 1 absent
	equals precious "$(<saved)"
}

@test "scan --save writes into a pipe, and does not replace it" {
	make_machine machine "$card=e1000e"
	mkfifo pipe
	cat pipe >copy &
	reader=$!
	kmp_match scan --hardware machine --save pipe
	equals 0 "$status"
	[[ -p pipe ]] || equals "a pipe" "$(stat -c %F pipe)"
	wait "$reader"
	kmp_match scan --hardware machine --json
	equals "$output" "$(<copy)" "the snapshot"
}

@test "scan --save writes to nothing that lies in its way beside the file" {
	make_machine machine "$card=e1000e"
	mkfifo saved.new
	run timeout 20 "$KMP_MATCH" scan --hardware machine --save saved
	equals 0 "$status" "$output"
	echo precious >other
	ln other again.new
	kmp_match scan --hardware machine --save again
	equals 0 "$status"
	equals precious "$(<other)"
	cmp saved again
}

@test "several --hardware make a union, and - is stdin" {
	make_list list "scsi:t-0x00" "$card"
	kmp_match scan --json --hardware machine --hardware list
	equals 0 "$status"
	equals "[\"$card\", \"scsi:t-0x00\"]" \
		"$(json "sorted({m for d in a['devices'] for m in d['modaliases']})")"
	union=$output
	kmp_match scan --json --hardware machine --hardware - <list
	equals "$union" "$output"
	kmp_match scan --json --hardware list --hardware - <machine
	equals "$union" "$output"
}

@test "nothing needed is 0, and the answer says so" {
	make_machine machine "pci:v0000FFFFd0000FFFFsv00000000sd00000000bc00sc00i00"
	plan --repo repo
	equals 0 "$status"
	equals "[]" "$(json "a['packages']")"
	kmp_match --repo repo --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine \
		--stage-dir stage
	equals 0 "$status"
	[[ $output == *[Nn]othing* ]]
	nothing_staged
}

@test "a device without a driver whose builds are all refused is 3" {
	plan --repo refused
	equals 3 "$status"
	equals 3 "$(json "a['result']['exit']")"
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
	equals '[{"device": 0, "offer": "refused"}]' "$(json "a['unmatched']")"
	plan --repo refused --repo repo
	equals 0 "$status" "with a build that fits"
}

@test "the same device with a bound driver is 0; with an unknown one, 3" {
	make_machine machine "$card=e1000e"
	plan --repo refused
	equals 0 "$status" bound
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
	equals "[]" "$(json "a['unmatched']")"
	make_list machine "$card"
	plan --repo refused
	equals 3 "$status" "a plain list"
}

@test "one device that is refused is 3 even if another one is served" {
	make_machine machine "$card" usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	make_repo both <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 2222
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:usb:v1234p5678d*)
	TEXT
	plan --repo both
	equals 3 "$status"
	equals "selected selected" "$(verdict bar-kmp-default)"
}

@test "an answer that cannot be written is 1" {
	[[ -c /dev/full ]] || skip "there is no /dev/full"
	for arguments in "" --json; do
		# shellcheck disable=SC2086 # none or one word
		plan --repo repo $arguments >/dev/full
		equals 0 "$status" "the answer goes to a pipe here"
		status=0
		"$KMP_MATCH" --root "$ROOT" --dry-run $arguments --repo repo --kernel ./symvers \
			--kernel-release 6.4.0-1-default --hardware machine >/dev/full 2>stderr || status=$?
		errors=$(grep -v warning: stderr)
		fails 1 output
	done
}

@test "so it is for scan, help and version" {
	[[ -c /dev/full ]] || skip "there is no /dev/full"
	for arguments in "scan --hardware machine" "scan --json --hardware machine" --help --version \
		"--json --dry-run"; do
		status=0
		# shellcheck disable=SC2086 # several words
		"$KMP_MATCH" $arguments >/dev/full 2>stderr || status=$?
		equals 1 "$status" "$arguments"
		[[ -s stderr ]] || equals "a sentence" "" "$arguments"
	done
}

@test "options that stop the reading leave it known that JSON was asked for" {
	for arguments in "--frobnicate --json" "scan -X -j" "--repo repo --arch= --frob --json stage"; do
		# shellcheck disable=SC2086 # several words
		kmp_match $arguments
		fails 2 option
		equals 2 "$(json "a['result']['exit']")"
		valid
	done
}

@test "a closed stdout is a failure, and nothing else is written to" {
	for arguments in "scan --hardware machine" "--dry-run --repo repo --kernel ./symvers \
		--kernel-release 6.4.0-1-default --hardware machine --json" --help; do
		status=0
		# shellcheck disable=SC2086 # several words
		"$KMP_MATCH" --root "$ROOT" $arguments >&- 2>stderr || status=$?
		errors=$(grep -v warning: stderr)
		fails 1 output
	done
}

@test "quiet leaves out warnings, and errors stay" {
	plan --no-gpg-checks --repo repo
	says "warning: signatures"
	plan --quiet --no-gpg-checks --repo repo
	equals 0 "$status"
	equals "" "$errors"
	plan --quiet --repo absent
	equals 1 "$status"
	says absent
}

@test "a root that is not there is named" {
	status=0
	"$KMP_MATCH" --root ./absent --dry-run --repo repo --hardware machine >stdout 2>stderr || status=$?
	errors=$(<stderr)
	fails 1 ./absent --root
	equals "" "$(<stdout)"
}

@test "a dry run writes nothing at all" {
	: >stderr
	before=$(find . ! -name stderr -printf '%p %T@ %s\n' | sort)
	plan --repo repo --stage-dir stage
	equals 0 "$status"
	equals "$before" "$(find . ! -name stderr -printf '%p %T@ %s\n' | sort)"
}

@test "an architecture that no machine has is wrong usage" {
	make_repo repo </dev/null
	local arch
	for arch in "" "../x" "x 86"; do
		kmp_match --dry-run --kernel 6.4.0-1-default --arch "$arch" --repo repo
		fails 2 "uname -m"
	done
}
