#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Input that is made to take all memory, all time or all of the stack ends in a clear error.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
head='<?xml version="1.0"?><metadata xmlns="http://linux.duke.edu/metadata/common"
 xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="1">'
package='<package type="rpm"><name>foo-kmp-default</name><arch>x86_64</arch>
 <version epoch="0" ver="1" rel="1"/><summary>s</summary><location href="foo.rpm"/>
 <checksum type="sha256" pkgid="YES">e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</checksum>
 <format><rpm:supplements>'
tail='</rpm:supplements></format></package></metadata>'

setup() {
	command -v zstd >/dev/null || skip "zstd is not installed"
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
}

# primary <XML: make the repository ./repo of it, compressed.
primary() {
	mkdir -p repo/repodata
	zstd -q -1 -f -o repo/repodata/primary.xml.zst
	cat >repo/repodata/repomd.xml <<-TEXT
		<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">
		<checksum type="sha256">$(sha256sum <repo/repodata/primary.xml.zst | cut -d' ' -f1)</checksum>
		<location href="repodata/primary.xml.zst"/></data></repomd>
	TEXT
}

# repeated SIZE CHARACTER: so many bytes of it.
repeated() { head -c "$1" /dev/zero | tr '\0' "$2"; }

# bounded MIB ARGUMENT...: a plan that takes no more memory than that.
bounded() {
	local most=$1 program=$KMP_MATCH
	shift
	printf '#!/bin/sh\nexec "%s" peak.MiB "%s" "$@"\n' "${here:?}/../lib/peak" "$program" >run
	chmod +x run
	KMP_MATCH=$PWD/run
	plan "$@"
	KMP_MATCH=$program
	# A sanitizer takes a multiple, and for other reasons.
	[[ $program == */sanitize-* ]] || (($(<peak.MiB) <= most)) || equals "at most $most MiB" "$(<peak.MiB) MiB"
}

# refused MIB WORD...: ./repo is not read, for that reason.
refused() {
	local most=$1
	shift
	bounded "$most" --repo repo
	fails 1 repo "$@"
	equals 1 "$(json "a['result']['exit']")"
	equals 0 "$(json "a['sources'][0].get('packages', 0)")"
}

@test "an element of 1 GB is refused" {
	{ echo "$head<package><name>" && repeated 1000000000 a && echo "</name></package></metadata>"; } | primary
	refused 64 "the text of an element is over 1 MiB"
	{ echo "$head$package" && for ((i = 0; i < 3000; i++)); do repeated 1000 a && echo "<!-- -->"; done; } | primary
	refused 64 "the text of an element is over 1 MiB"
}

@test "a dependency of 100 MB is refused" {
	{ printf '%s' "$head$package<rpm:entry name=\"modalias(" && repeated 100000000 a && echo ")\"/>$tail"; } | primary
	refused 64 "an element of it is over 1 MiB"
}

@test "10 million hints of a package are refused" {
	{
		echo "$head$package"
		seq -f '<rpm:entry name="modalias(kernel-default:pci:v%.0fd*)"/>' 10000000 19999999
		echo "$tail"
	} | primary
	refused 128 "a package of it has too many dependencies and files"
}

@test "entities that multiply are refused, and any document type" {
	{
		echo '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "lol">'
		before=a
		for entity in b c d e f g h i j k l; do
			echo "<!ENTITY $entity '&$before;&$before;&$before;&$before;&$before;&$before;&$before;&$before;'>"
			before=$entity
		done
		echo "]>${head#*\?>}$package<rpm:entry name=\"&l;\"/>$tail"
	} | primary
	refused 64 "it has a document type"
}

@test "a dependency that is nested 100,000 deep is refused, plain or as references" {
	for parenthesis in '(' '&#40;' '&#x28;'; do
		{
			echo "$head$package<rpm:entry name=\""
			yes "$parenthesis" | head -n 100000 | tr -d '\n'
			echo "a or b)\"/>$tail"
		} | primary
		refused 64 "a dependency has too many parentheses"
	done
}

@test "elements that are nested without end are refused" {
	{ echo "$head" && yes '<a>' | head -n 10000000; } | primary
	refused 64 "its elements are nested too deeply"
}

@test "a bomb of zeros is refused at its first byte" {
	{ echo "$head" && head -c 8000000000 /dev/zero; } | primary
	refused 64 "it holds a NUL byte"
}

@test "an encoding that could hide something is refused" {
	for encoding in utf-16 utf-7 ebcdic-us; do
		echo "<?xml version=\"1.0\" encoding='$encoding'?>${head#*\?>}$package$tail" | primary
		refused 64 "it is in an encoding that is not known"
	done
	echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?>${head#*\?>}$package$tail" | primary
	plan --repo repo
	equals 0 "$status"
	equals 1 "$(json "a['sources'][0]['packages']")"
}

@test "the index of a repository is bounded like its metadata" {
	mkdir -p repo/repodata
	{ echo '<?xml version="1.0"?><repomd><data>' && repeated 3000000 a; } >repo/repodata/repomd.xml
	refused 64 "the text of an element is over 1 MiB"
	echo '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><repomd/>' >repo/repodata/repomd.xml
	refused 64 "it has a document type"
}

@test "a modalias of 100 MB is refused, and a list without a line end" {
	{ printf pci: && repeated 100000000 a; } >machine
	mkdir repo
	bounded 128 --repo repo
	fails 1 machine "larger than 32 MiB"
	{ printf pci: && repeated 20000000 a && printf '\n%s\n' "$card"; } >machine
	bounded 128 --repo repo
	equals 0 "$status"
	says "modalias"
	equals 1 "$(json "len(a['devices'])")"
}

@test "a library that needs more memory than there is ends the run in one sentence, and in JSON" {
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer takes memory without bound"
	{
		echo "$head"
		for ((i = 0; i < 30; i++)); do
			echo "${package/foo-/foo$i-}"
			seq -f '<rpm:entry name="modalias(kernel-default:pci:v%.0fd*)"/>' "${i}10000" "${i}39999"
			echo "${tail%</metadata>}"
		done
		echo '</metadata>'
	} | primary
	plan --repo repo
	equals 0 "$status"
	ulimit -Sd 60000
	plan --repo repo
	equals 1 "$status"
	equals 1 "$(grep -c '^kmp-match: cannot ' <<<"${errors:?}")"
	[[ $errors == *memory* ]] || equals "memory" "$errors"
	equals 1 "$(json "a['result']['exit']")"
	valid
}
