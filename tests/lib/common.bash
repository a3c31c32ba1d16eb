# SPDX-License-Identifier: GPL-2.0-or-later
# common.bash - what scenarios share; in a scenario: load ../lib/common
#
# Each test has a folder of its own, $BATS_TEST_TMPDIR, and in it $ROOT, a root without packages.
# shellcheck shell=bash

here=${BATS_TEST_DIRNAME:?}
# shellcheck disable=SC2034 # for scenarios
FIXTURES=$here/../../hwdata-fixtures
KMP_MATCH=${KMP_MATCH:-$here/../../build/release-cc/kmp-match}
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
	# shellcheck disable=SC2034 # for scenarios
	errors=$(<"$BATS_TEST_TMPDIR/stderr")
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
