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

teardown() {
	[[ -z ${worst-} ]] || echo "# counted: at most $worst MiB of $bound: $BATS_TEST_DESCRIPTION" >&3
}

# repeated SIZE CHARACTER: so many bytes of it.
repeated() { head -c "$1" /dev/zero | tr '\0' "$2"; }

# bounded MIB FUNCTION ARGUMENT...: what it runs takes no more memory than that, nor half a minute.
bounded() {
	local most=$1 program=$KMP_MATCH
	shift
	printf '#!/bin/sh\nexec timeout 30 "%s" peak.MiB "%s" "$@"\n' "${here:?}/../lib/peak" "$program" >run
	chmod +x run
	KMP_MATCH=$PWD/run
	"$@"
	KMP_MATCH=$program
	# A sanitizer takes a multiple, and for other reasons.
	[[ $program == */sanitize-* ]] && return
	(($(<peak.MiB) <= most)) || equals "at most $most MiB" "$(<peak.MiB) MiB"
	(($(<peak.MiB) <= ${worst:-0})) || worst=$(<peak.MiB) bound=$most
}

# refused MIB WORD...: ./repo is not read, for that reason.
refused() {
	local most=$1
	shift
	bounded "$most" plan --repo repo
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
			printf '%s' "$head$package<rpm:entry name=\""
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
	bounded 128 plan --repo repo
	fails 1 machine "larger than 32 MiB"
	{ printf pci: && repeated 20000000 a && printf '\n%s\n' "$card"; } >machine
	bounded 128 plan --repo repo
	equals 0 "$status"
	says "modalias"
	equals 1 "$(json "len(a['devices'])")"
}

@test "a library that needs more memory than there is ends the run in one sentence, and in JSON" {
	[[ $KMP_MATCH != */sanitize-* ]] || skip "a sanitizer takes memory without bound"
	{
		echo "$head"
		for ((i = 0; i < 30; i++)); do
			echo "${package/foo-/foo$i-}<rpm:entry name=\"modalias(kernel-default:pci:*)\"/>"
			seq -f '<rpm:entry name="modalias(kernel-default:pci:v%.0fd*)"/>' "${i}1000" "${i}3999"
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

# bomb FORMAT FILE: 8 GB of zeros in FORMAT, 8 MB at most: an archive of 10 MB, 800 times.
bomb() {
	local kept=$BATS_FILE_TMPDIR/bomb.$1 part ten times
	if [[ ! -e $kept ]]; then
		head -c 10000000 /dev/zero >zeros
		case $1 in
		gz) gzip -c zeros >part ;;
		xz) xz -0 -T1 -c zeros >part ;;
		zst) zstd -q -1 -c zeros >part ;;
		bz2) bzip2 -c zeros >part ;;
		esac
		part=(part part part part part part part part part part)
		cat "${part[@]}" >ten
		ten=(ten ten ten ten ten ten ten ten ten ten)
		for ((times = 0; times < 8; times++)); do cat "${ten[@]}"; done >"$kept"
	fi
	cp "$kept" "$2"
}

@test "bombs in four formats are refused as metadata" {
	for format in gz xz zst bz2; do
		why="it holds a NUL byte"
		# Not decompressed at all.
		[[ $format != bz2 ]] || why="it is not valid UTF-8"
		mkdir -p repo/repodata
		bomb "$format" repo/repodata/primary.xml.x
		cat >repo/repodata/repomd.xml <<-TEXT
			<repomd><data type="primary"><location href="repodata/primary.xml.x"/><checksum
			type="sha256">$(sha256sum <repo/repodata/primary.xml.x | cut -d' ' -f1)</checksum></data></repomd>
		TEXT
		refused 64 "$why"
	done
}

@test "bombs in four formats are refused as kernel, module and list of symbols" {
	local -A most=([gz]=256 [xz]=256 [zst]=256 [bz2]=64)
	mkdir repo
	for format in gz xz zst bz2; do
		bomb "$format" symvers
		bounded "${most[$format]}" plan --repo repo
		fails 1 symvers
		[[ $errors == *"larger than"* || $errors == *"too large"* || $format == bz2 ]] ||
			equals "too large" "$errors"
		make_symvers printk=1111 >symvers
		bomb "$format" foo.ko.x
		bounded 800 kmp_match check --kernel ./symvers --kernel-release 6.4.0-1-default ./foo.ko.x
		fails 1 foo.ko
	done
}

@test "counts of a .solv file that are lies are refused" {
	command -v rpmmd2solv >/dev/null || skip "rpmmd2solv is not installed"
	echo "$head$package<rpm:entry name=\"modalias(pci:v1*)\"/>$tail" | rpmmd2solv >good.solv
	plan --repo good.solv
	equals 0 "$status"
	# Strings, dependencies, folders, packages, keys, schemas (libsolv: src/repo_solv.c).
	for at in 8 12 16 20 24 28; do
		cp good.solv bad.solv
		printf '\x7f\xff\xff\xf0' | dd of=bad.solv bs=1 seek="$at" conv=notrunc status=none
		bounded 64 plan --repo bad.solv
		fails 1 bad.solv
		equals 0 "$(json "len(a['packages'])")"
	done
}

@test "a payload that is a bomb is refused" {
	/usr/bin/python3 - "${here:?}/../lib" <<-'SCRIPT'
		import gzip, sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		from importlib.machinery import SourceFileLoader
		import types
		loader = SourceFileLoader("forge", sys.argv[1] + "/forge-packages")
		forge = types.ModuleType("forge")
		loader.exec_module(forge)
		evil = forge.File("/lib/firmware/evil", b"", size=4)
		# 9 GB: the entry that the header has with 4 bytes, and zeros behind it.
		part = gzip.compress(b"\0" * 100000000, mtime=0)
		entry = forge.cpio_entry(b"./lib/firmware/evil", forge.File(evil.path, b""), 1, b"")
		large = entry[:54] + b"%08x" % 0xfffffff0 + entry[62:]
		for name, head in (("larger", large), ("zeros", b"")):
		    with open(name + ".rpm", "wb") as file:
		        file.write(forge.forge([evil], payload=gzip.compress(head, mtime=0) + part * 90))
	SCRIPT
	for file in larger zeros; do
		bounded 128 kmp_match --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
			--hardware machine --no-gpg-checks --repo "$file.rpm" --stage-dir stage
		equals 3 "$status"
		[[ ! -e stage/current ]]
	done
}

@test "a database of packages that is garbage, or endless, is refused" {
	local folder=$ROOT/usr/lib/sysimage/rpm
	mkdir -p repo "$folder"
	for file in rpmdb.sqlite Packages.db Packages; do
		rm -f "$folder"/*
		head -c 3000000 /dev/urandom >"$folder/$file"
		bounded 128 plan --repo repo
		fails 1 "read the rpm database"
	done
	rm -f "$folder"/*
	printf 'SQLite format 3\0' >"$folder/rpmdb.sqlite"
	truncate -s 100G "$folder/rpmdb.sqlite"
	bounded 64 plan --repo repo
	fails 1 "read the rpm database" "too large"
}

@test "a snapshot that is nested without end is refused" {
	mkdir repo
	for opening in '[' '{"devices":'; do
		{ echo '{"format": 1, "devices": ' && yes "$opening" | head -n 1000000 | tr -d '\n'; } >machine
		bounded 128 plan --repo repo
		fails 1 machine "no valid JSON"
	done
}

@test "a policy and a list of keys without end are refused" {
	mkdir repo keys
	repeated 2000000 a >policy
	bounded 64 plan --repo repo --policy policy
	fails 1 policy
	repeated 8000000 a >keys/one.asc
	bounded 64 plan --repo repo --keys keys
	says one.asc
}
