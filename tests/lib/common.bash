# SPDX-License-Identifier: GPL-2.0-or-later
# common.bash - what scenarios share; in a scenario: load ../lib/common
#
# Each test has a folder of its own, $BATS_TEST_TMPDIR, and in it $ROOT, a root without packages.
# shellcheck shell=bash

here=${BATS_TEST_DIRNAME:?}
# shellcheck disable=SC2034 # for scenarios
FIXTURES=$here/../../hwdata-fixtures
KMP_MATCH=$(realpath "${KMP_MATCH:-$here/../../build/release-cc/kmp-match}")
KMP_DATA=${KMP_DATA:-$here/../../../shared/data}
ROOT=$BATS_TEST_TMPDIR/root
mkdir -p "$ROOT"

# make_repo DIRECTORY <TEXT: an rpm-md repository without RPMs; the text is that of make-packages.
make_repo() { "$here/../lib/make-packages" repo "$1"; }

# make_base <TEXT: say that these packages are installed below $ROOT.
make_base() { "$here/../lib/make-packages" base "$ROOT"; }

# make_kernel_base RELEASE SYMBOL=CRC...: a base with that kernel only; the flavor is the last word.
make_kernel_base() {
	local release=$1 flavor=${1##*-} version
	shift
	version=${release%-"$flavor"}
	make_base <<-TEXT
		package kernel-$flavor-${version/-*}-${version#*-}.x86_64
		provides kernel-uname-r = $release
		provides multiversion(kernel)
		ksyms $flavor $*
	TEXT
}

# make_list FILE ALIAS...: a plain hardware list.
make_list() {
	local file=$1
	shift
	printf '%s\n' "$@" >"$file"
}

# kmp_match ARGUMENT...: run it on $ROOT; $status is the exit status, $output what stdout got,
# $errors what stderr got.
kmp_match() {
	status=0
	# shellcheck disable=SC2034 # for scenarios
	output=$("$KMP_MATCH" --root "$ROOT" "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	errors=$(<"$BATS_TEST_TMPDIR/stderr")
	# What a sanitizer ends with 1 is not the failure that a scenario expects.
	[[ $errors != *"Sanitizer:"* && $errors != *"runtime error:"* ]] || equals "no report" "$errors"
}

# json EXPRESSION: of the answer in $output, as `a`; strings print bare, the rest as JSON.
json() {
	/usr/bin/python3 -c 'import json, sys
a = json.loads(sys.stdin.read())
value = eval(sys.argv[1])
print(value if isinstance(value, str) else json.dumps(value))' "$1" <<<"$output"
}

# verdict NAME: "selected required" and the like, a line for each package of that name.
verdict() {
	json "'\n'.join(p['verdict'] + ' ' + p['reason'] for p in a['packages'] if p['name'] == '$1')"
}

# valid: the answer in $output follows docs/report.schema.json.
valid() {
	local said=0
	"$here/../lib/validate-json" - <<<"$output" || said=$?
	((said != 77)) || skip "python3-jsonschema is not installed"
	return "$said"
}

# equals WANTED GOT [WHAT]: fail and show both if they differ.
equals() {
	[[ $1 == "$2" ]] && return
	printf '%s\n  wanted: %s\n  got:    %s\n  stderr: %s\n' "${3:-not equal}" "$1" "$2" "${errors-}" >&2
	return 1
}

# needs_data: skip where the folder of real hardware is absent.
needs_data() {
	[[ -d $KMP_DATA/hardware ]] || skip "no real hardware lists in $KMP_DATA"
}

# reasons: the lines of $errors that are neither warnings nor progress, which a busy machine may have.
reasons() { grep -v -e '^kmp-match: warning: ' -e '^kmp-match: [a-z]*ing ' <<<"$errors"; }

# fails STATUS WORD...: the run ended so and told why in one line, which has all of WORDs.
fails() {
	equals "$1" "$status" "exit status"
	shift
	equals 1 "$(reasons | wc -l)" "lines of reasons"
	says "$@"
}

# says WORD...: stderr has each of them.
says() {
	local word
	[[ $errors == "kmp-match: "* ]] || equals "kmp-match: ..." "$errors" "start of stderr"
	for word; do
		[[ $errors == *"$word"* ]] || equals "... $word ..." "$errors" "words on stderr"
	done
}

# make_symvers SYMBOL=CRC...: print a Module.symvers; SYMBOL=CRC=MODULE is exported by that module.
make_symvers() {
	local row crc module
	for row; do
		IFS='=' read -r row crc module <<<"$row"
		printf '0x%08x\t%s\t%s\tEXPORT_SYMBOL\t\n' "0x$crc" "$row" "${module:-vmlinux}"
	done
}

# make_machine FILE ALIAS=DRIVER...: a snapshot of x86_64 devices; without DRIVER none is bound.
make_machine() {
	/usr/bin/python3 - "$@" <<-'SCRIPT'
		import json, sys
		pairs = [text.partition("=") for text in sys.argv[2:]]
		devices = [{"path": "/devices/%03d" % number, "bus": alias.split(":")[0],
		            "modaliases": [alias], "driver": driver or None}
		           for number, (alias, _, driver) in enumerate(pairs)]
		with open(sys.argv[1], "w", encoding="utf-8") as file:
		    json.dump({"format": 1, "tool": "kmp-match 0.1.0", "arch": "x86_64",
		               "devices": devices}, file)
	SCRIPT
}

# plan ARGUMENT...: a dry run in JSON for kernel 6.4.0-1-default with ./symvers and ./machine.
plan() {
	kmp_match --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine "$@"
}

# as_nobody ARGUMENT...: like kmp_match, as a user without rights; skips where that cannot be.
as_nobody() {
	local as=()
	if ((EUID == 0)); then
		command -v setpriv >/dev/null || skip "setpriv is not installed"
		as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	fi
	# The way to the test's folder, and a program that others may run too.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
	cp "$KMP_MATCH" "$BATS_TEST_TMPDIR/program"
	status=0
	output=$("${as[@]}" "$BATS_TEST_TMPDIR/program" --root "$ROOT" "$@" 2>"$BATS_TEST_TMPDIR/stderr") ||
		status=$?
	errors=$(<"$BATS_TEST_TMPDIR/stderr")
}

# nothing_staged: the staging directory, ./stage, was not made, or is empty.
nothing_staged() {
	[[ ! -e stage ]] || equals "" "$(find stage -mindepth 1)" "staged"
}

# leave_leaks: libsolv and librpm leave a little behind of a database that is elsewhere, or damaged.
leave_leaks() {
	printf 'leak:%s\n' libsqlite3.so librpm.so librpmio.so libsolv.so libsolvext.so >"$BATS_TEST_TMPDIR/suppressions"
	export LSAN_OPTIONS=suppressions=$BATS_TEST_TMPDIR/suppressions:print_suppressions=0
}
