#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Every form of --repo, whole and damaged: what is read, what is said, what is planned all the same.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

# A KMP for the card; without modules, for only metadata count here.
build_rpm() { # NAME FOLDER
	"$BATS_TEST_DIRNAME/../lib/make-rpm" "$1" "$2" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/rpms"
	build_rpm foo-kmp-default-1.0_k6.4.0_1-1.1 "$BATS_FILE_TMPDIR/rpms"
	build_rpm bar-kmp-default-1.0_k6.4.0_1-1.1 "$BATS_FILE_TMPDIR/rpms"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	foo=$BATS_FILE_TMPDIR/rpms/foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64.rpm
	bar=$BATS_FILE_TMPDIR/rpms/bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64.rpm
}

kmp() { # NAME[-VERSION]
	local version=${1#*-}
	[[ $version != "$1" ]] || version=1.0
	cat <<-TEXT
		package ${1%%-*}-kmp-default-${version}_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
}

selected() { json "sorted(p['name'] for p in a['packages'] if p['verdict'] == 'selected')"; }

# refused REPO WORD...: REPO cannot be read, which is said with WORDs; the plan has the other one,
# and nothing is staged.
refused() {
	local repo=$1
	shift
	[[ -d other ]] || kmp other | make_repo other
	plan --no-gpg-checks --repo "$repo" --repo other
	fails 1 "${repo##*/}" "$@"
	says "$(json "a['sources'][0]['error']['why']")"
	equals "1 None ['other-kmp-default']" "$(json "'%s %s %s' % (a['result']['exit'], a['sources'][1]['error'],
		[p['name'] for p in a['packages'] if p['verdict'] == 'selected'])")" "$repo"
	stage_from --repo "$repo" --repo other
	equals 1 "$status" "$repo: staging"
	[[ ${errors-} == *"nothing was staged"* ]]
	nothing_staged
}

stage_from() {
	kmp_match --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 --hardware machine \
		--stage-dir stage --no-gpg-checks "$@"
}

# repomd REPO FILE [TYPE]: say in repomd.xml that FILE is the primary metadata.
repomd() {
	cat >"$1/repodata/repomd.xml" <<-TEXT
		<?xml version="1.0" encoding="UTF-8"?>
		<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>
		<data type="${3:-primary}"><checksum type="sha256">$(sha256sum "$1/repodata/$2" | cut -d' ' -f1)</checksum>
		<location href="repodata/$2"/><timestamp>1</timestamp></data></repomd>
	TEXT
}

@test "metadata is read plain and in every compression, whatever its name" {
	kmp foo | make_repo plain
	plan --no-gpg-checks --repo plain
	equals '["foo-kmp-default"]' "$(selected)" plain
	for tool in gzip:gz xz:xz zstd:zst gzip:xml xz:zck zstd:gz; do
		rm -rf repo
		kmp foo | make_repo repo
		"${tool%:*}" -c <repo/repodata/primary.xml >"repo/repodata/it.${tool#*:}"
		rm repo/repodata/primary.xml
		repomd repo "it.${tool#*:}"
		plan --no-gpg-checks --repo repo
		equals 0 "$status" "$tool"
		equals '["foo-kmp-default"]' "$(selected)" "$tool"
		equals rpm-md "$(json "a['sources'][0]['kind']")"
	done
}

@test "what createrepo_c writes is read, in each of its compressions" {
	command -v createrepo_c >/dev/null || skip "createrepo_c is not installed"
	for compression in gz xz; do
		rm -rf repo
		mkdir repo
		cp "$foo" "$bar" repo
		createrepo_c --quiet --general-compress-type "$compression" repo
		plan --no-gpg-checks --repo repo
		equals 0 "$status" "$compression"
		equals '["bar-kmp-default", "foo-kmp-default"]' "$(selected)" "$compression"
		equals "[]" "$(json "[d['id'] for p in a['packages'] for d in p['diagnostics']]")"
	done
}

@test "a primary with another checksum is refused" {
	kmp foo | make_repo repo
	echo "<!-- one more line -->" >>repo/repodata/primary.xml
	refused repo repodata/primary.xml sha256 repomd.xml
}

@test "a repomd.xml that is a link to nowhere is refused, and is no empty repository" {
	mkdir -p repo/repodata
	for target in absent repomd.xml ../../absent /etc/passwd; do
		ln -sfn "$target" repo/repodata/repomd.xml
		refused repo repodata/repomd.xml
	done
}

@test "a primary that is cut is refused at every length, with and without its checksum" {
	kmp foo | make_repo whole
	size=$(stat -c %s whole/repodata/primary.xml)
	cp -r whole repo
	for length in 0 1 $((size / 2)) $((size - 1)); do
		head -c "$length" whole/repodata/primary.xml >repo/repodata/primary.xml
		cp whole/repodata/repomd.xml repo/repodata
		refused repo repodata/primary.xml
	done
	for length in 0 1 60 $((size / 2)) $((size - 12)); do
		head -c "$length" whole/repodata/primary.xml >repo/repodata/primary.xml
		repomd repo primary.xml
		refused repo repodata/primary.xml
	done
}

@test "a compressed primary that is cut or damaged is refused, although its checksum is right" {
	kmp foo | make_repo whole
	for tool in gzip xz zstd; do
		rm -rf repo
		mkdir -p repo/repodata
		"$tool" -c <whole/repodata/primary.xml >packed
		size=$(stat -c %s packed)
		for length in 3 10 $((size / 2)) $((size - 1)); do
			head -c "$length" packed >repo/repodata/primary.xml.$tool
			repomd repo "primary.xml.$tool"
			refused repo "primary.xml.$tool"
		done
	done
}

@test "a primary that is missing is named" {
	kmp foo | make_repo repo
	rm repo/repodata/primary.xml
	refused repo repodata/primary.xml "No such file"
}

@test "a repomd.xml without a primary, or without its checksum, is refused" {
	kmp foo | make_repo repo
	repomd repo primary.xml filelists
	refused repo repodata/repomd.xml primary
	repomd repo primary.xml
	sed -i 's|<checksum.*</checksum>||' repo/repodata/repomd.xml
	refused repo repodata/repomd.xml checksum
}

@test "a repomd.xml that is garbage, empty or cut is refused" {
	kmp foo | make_repo repo
	head -c 300 repo/repodata/repomd.xml >part
	printf '<html>not found</html>' >page
	: >empty
	head -c 500 /dev/zero >zeros
	for file in part page empty zeros; do
		cp "$file" repo/repodata/repomd.xml
		refused repo repodata/repomd.xml
	done
}

@test "an unknown checksum type is refused, since nothing was verified" {
	kmp foo | make_repo repo
	sed -i 's/type="sha256"/type="crc32"/g' repo/repodata/repomd.xml
	refused repo
}

@test "an empty repository is no error" {
	make_repo repo </dev/null
	mkdir folder
	for repo in repo folder; do
		plan --no-gpg-checks --repo "$repo"
		equals 0 "$status" "$repo"
		equals '["empty-source"]' "$(json "[d['id'] for d in a['sources'][0]['diagnostics']]")"
		equals null "$(json "a['sources'][0]['error']")"
	done
}

@test "a directory of RPMs, nested ones, and one RPM are repositories" {
	mkdir -p rpms nested/one/two
	cp "$foo" "$bar" rpms
	cp "$foo" nested/one/two
	cp "$bar" nested/one/anything
	for repo in rpms nested; do
		plan --no-gpg-checks --repo "$repo"
		equals 0 "$status" "$repo"
		equals '["bar-kmp-default", "foo-kmp-default"]' "$(selected)" "$repo"
		equals directory "$(json "a['sources'][0]['kind']")"
	done
	cp "$foo" without-suffix
	for repo in "$foo" ./without-suffix without-suffix; do
		plan --no-gpg-checks --repo "$repo"
		equals 0 "$status" "$repo"
		equals '["foo-kmp-default"]' "$(selected)" "$repo"
		equals rpm "$(json "a['sources'][0]['kind']")"
	done
}

@test "dir: and file: are paths" {
	mkdir rpms
	cp "$foo" rpms
	for repo in "dir:$PWD/rpms" "dir://$PWD/rpms" "file:$PWD/rpms" "file://$PWD/rpms"; do
		plan --no-gpg-checks --repo "$repo"
		equals 0 "$status" "$repo"
		equals '["foo-kmp-default"]' "$(selected)" "$repo"
	done
}

@test "an RPM that is cut at any length is told, and costs the others nothing" {
	mkdir rpms
	cp "$bar" rpms
	size=$(stat -c %s "$foo")
	for length in 0 1 95 96 112 500 $((size / 2)) $((size - 1)); do
		head -c "$length" "$foo" >rpms/foo.rpm
		plan --no-gpg-checks --repo rpms
		equals '["bar-kmp-default"]' "$(selected)" "$length"
		equals 0 "$status" "$length"
		says rpms/foo.rpm
		equals '["damaged-rpm"]' "$(json "[d['id'] for d in a['sources'][0]['diagnostics']]")"
	done
	stage_from --repo rpms
	equals 0 "$status"
	[[ -e stage/current ]]
	rm "rpms/${bar##*/}"
	plan --repo rpms
	fails 1 rpms "none of its RPMs can be read"
}

@test "one RPM that is cut is named" {
	head -c 700 "$foo" >cut.rpm
	refused cut.rpm
}

@test "the order of --repo is that of priority, and beats the version" {
	kmp foo-1.0 | make_repo old
	kmp foo-2.0 | make_repo new
	plan --no-gpg-checks --repo old --repo new
	equals '["1.0_k6.4.0_1"]' "$(json "[p['version'] for p in a['packages'] if p['verdict'] == 'selected']")"
	equals outranked "$(json "a['packages'][1]['reason']")"
	plan --no-gpg-checks --repo new --repo old
	equals '["2.0_k6.4.0_1"]' "$(json "[p['version'] for p in a['packages'] if p['verdict'] == 'selected']")"
	cat <(kmp foo-1.0) <(kmp foo-2.0) | make_repo both
	plan --no-gpg-checks --repo both
	equals '["2.0_k6.4.0_1"]' "$(json "[p['version'] for p in a['packages'] if p['verdict'] == 'selected']")"
	equals older "$(json "a['packages'][1]['reason']")"
}

@test "the same repository twice is one plan" {
	kmp foo | make_repo repo
	plan --no-gpg-checks --repo repo --repo repo
	equals 0 "$status"
	equals 1 "$(json "sum(p['verdict'] == 'selected' for p in a['packages'])")"
}

@test "what is no repository gets a sentence that names it" {
	echo "a letter" >letter
	mkfifo fifo
	ln -s nowhere dead
	: >empty
	ln -s loop loop
	refused letter "no RPM"
	refused empty "no RPM"
	refused absent "No such file"
	refused dead "No such file"
	refused loop
	refused /dev/null neither
	refused fifo neither
	refused /dev/zero neither
}

@test "a URL of another kind is not fetched, and that is said" {
	refused ftp://example.invalid/repo "not on this machine"
}

@test "a directory that may not be read is named" {
	kmp foo | make_repo repo
	chmod 0 repo
	as_nobody --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine \
		--repo repo
	chmod 755 repo
	fails 1 repo "Permission denied"
}

@test "files beside the RPMs, dead links and odd names do no harm" {
	mkdir -p "rpms/a b" rpms/.hidden
	cp "$foo" "rpms/a b/f o'o.rpm"
	echo text >rpms/README
	ln -s nowhere rpms/link
	ln -s . rpms/loop
	mkfifo rpms/fifo
	plan --no-gpg-checks --repo rpms
	equals 0 "$status"
	equals '["foo-kmp-default"]' "$(selected)"
	equals 1 "$(json "a['sources'][0]['packages']")"
}

@test "a directory with an *.rpm that is no RPM says so, and a dead link is an error that names it" {
	mkdir rpms
	cp "$bar" rpms
	echo "not an RPM" >rpms/letter.rpm
	plan --no-gpg-checks --repo rpms
	equals '["bar-kmp-default"]' "$(selected)"
	equals 0 "$status"
	says letter.rpm
	rm rpms/letter.rpm
	ln -s nowhere rpms/dead.rpm
	plan --no-gpg-checks --repo rpms
	equals '["bar-kmp-default"]' "$(selected)"
	fails 1 dead.rpm
}

@test "no location leads out of the repository" {
	kmp foo | make_repo inside/repo
	cp "$foo" inside/
	cp "$foo" outside.rpm
	ln -s ../../outside.rpm inside/repo/link.rpm
	for location in ../foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64.rpm "$PWD/outside.rpm" link.rpm \
		repodata/../../foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64.rpm; do
		sed -i "s|<location href=\"[^\"]*\"/>|<location href=\"$location\"/>|" \
			inside/repo/repodata/primary.xml
		repomd inside/repo primary.xml
		stage_from --repo inside/repo
		equals 1 "$status" "$location"
		[[ ! -e stage/current ]] || equals "nothing staged" "$location"
	done
}

@test "an xml:base that leads out of the repository is not followed" {
	kmp foo | make_repo inside/repo
	cp "$foo" inside/
	sed -i 's|<location href|<location xml:base="../" href|' inside/repo/repodata/primary.xml
	repomd inside/repo primary.xml
	stage_from --repo inside/repo
	equals 1 "$status"
	[[ ! -e stage/current ]]
}

@test "metadata that lies outside of the repository is not read" {
	kmp foo | make_repo inside/repo
	mv inside/repo/repodata/primary.xml inside/
	sum=$(sha256sum inside/primary.xml | cut -d' ' -f1)
	for location in ../primary.xml "$PWD/inside/primary.xml" repodata/../../primary.xml; do
		sed -i "s|<location href=\"[^\"]*\"/>|<location href=\"$location\"/>|
			s|<checksum type=\"sha256\">[^<]*|<checksum type=\"sha256\">$sum|" \
			inside/repo/repodata/repomd.xml
		refused inside/repo primary.xml
	done
}

@test "a package that rpm would not build is left out and named" {
	make_repo repo <<-TEXT
		package foo-kmp-default-1.0-1.x86_64
		supplements modalias(kernel-default:$card*)
		package bad/name-1.0-1.x86_64
		supplements modalias(kernel-default:$card*)
	TEXT
	plan --no-gpg-checks --repo repo
	equals "foo-kmp-default-1.0-1.x86_64" "$(json "'\n'.join(p['nevra'] for p in a['packages'])")"
	equals malformed-package "$(json "a['sources'][0]['diagnostics'][0]['id']")"
}

@test "a directory that is nested too deeply is named" {
	mkdir -p deep/1/2/3/4/5/6/7/8/9
	cp "$foo" deep/1/2/3/4/5/6/7/8
	cp "$bar" deep/1/2/3/4/5/6/7/8/9
	plan --no-gpg-checks --repo deep
	equals "foo-kmp-default" "$(json "' '.join(p['name'] for p in a['packages'])")"
	says "deep"
}

# solv REPO FILE: libsolv's cache of the metadata in REPO.
solv() {
	command -v rpmmd2solv >/dev/null || skip "rpmmd2solv (libsolv-tools) is not installed"
	rpmmd2solv <"$1/repodata/primary.xml" >"$2"
}

# change FILE OFFSET BYTE...: write these bytes, as numbers, there.
change() {
	/usr/bin/python3 -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    file.write(bytes(map(int, sys.argv[3:])))' "$@"
}

@test "a .solv cache is a repository without RPMs, whatever its name" {
	cat <(kmp foo-1.0) <(kmp bar-2.0) | make_repo repo
	for name in repo.solv anything letter.rpm; do
		solv repo "$name"
		plan --no-gpg-checks --repo "$name"
		equals 0 "$status" "$name"
		equals '["bar-kmp-default", "foo-kmp-default"]' "$(selected)" "$name"
		equals '{"kind": "solv", "packages": 2, "drivers": 2, "error": null}' \
			"$(json "{k: a['sources'][0][k] for k in ('kind', 'packages', 'drivers', 'error')}")"
		equals '[null, null]' "$(json "[p['rpm'] for p in a['packages']]")" "$name"
		valid
	done
	stage_from --repo anything
	fails 1 "not at hand"
	[[ ! -e stage/current ]]
}

@test "an RPM that lies beside a .solv cache is not taken for one of its own" {
	kmp foo | make_repo repo
	sed -i "s|<location href=\"[^\"]*\"/>|<location href=\"foo.rpm\"/>|" repo/repodata/primary.xml
	solv repo repo.solv
	cp "$foo" foo.rpm
	stage_from --repo repo.solv
	fails 1 "not at hand"
}

@test "a .solv cache gives the plan that its repository gives, odd hints and all" {
	make_repo repo <<-TEXT
		package rich-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements (kernel-default and modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*))
		package merged-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(kernel-default:pci:v0000808%5B5%2D[67]%5Dd000010D3*)
		package unprefixed-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		supplements modalias(acpi*:PNP0501:*)
		package needy-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires /usr/bin/tool
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package tool-1-1.noarch
		file /usr/bin/tool
	TEXT
	make_machine machine "$card" acpi:PNP0501:
	solv repo repo.solv
	local field="[(p['nevra'], p['reason'], [h['pattern'] for h in p['hints']], p['diagnostics'])
		for p in a['packages']]"
	plan --no-gpg-checks --repo repo
	wanted=$(json "$field")
	equals 4 "$(json "len([p for p in a['packages'] if p['reason'] == 'selected'])")"
	plan --no-gpg-checks --repo repo.solv
	equals "$wanted" "$(json "$field")"
}

@test "an empty .solv cache is no error" {
	make_repo repo </dev/null
	solv repo repo.solv
	plan --no-gpg-checks --repo repo.solv
	equals 0 "$status"
	equals '["empty-source"]' "$(json "[d['id'] for d in a['sources'][0]['diagnostics']]")"
}

@test "a .solv cache of another libsolv is refused with a sentence" {
	kmp foo-3.0 | make_repo repo
	solv repo whole.solv
	cp whole.solv repo.solv
	change repo.solv 7 10
	refused repo.solv "another version of libsolv" "give the repository"
	cp whole.solv repo.solv
	change repo.solv 35 44
	refused repo.solv "another version of libsolv"
	/usr/bin/python3 -c 'import sys
data = open("whole.solv", "rb").read()
assert data.count(b"1.2\0") == 1
open("repo.solv", "wb").write(data.replace(b"1.2\0", b"0.9\0"))'
	refused repo.solv "version 0.9 of libsolv"
}

@test "a .solv cache that is cut is refused, at every length" {
	kmp foo | make_repo repo
	solv repo whole.solv
	size=$(stat -c %s whole.solv)
	for length in 4 7 8 35 36 60 200 $((size / 2)) $((size - 40)) $((size - 1)); do
		head -c "$length" whole.solv >repo.solv
		refused repo.solv "damaged or cut"
	done
}

@test "counts in a .solv cache that cannot be are refused" {
	kmp foo | make_repo repo
	solv repo whole.solv
	# Strings, relations, directories, packages, keys, schemata; then the size of the strings.
	for offset in 8 12 16 20 24 28 36 40; do
		for bytes in "255 255 255 255" "127 255 255 255" "0 16 0 0"; do
			cp whole.solv repo.solv
			# shellcheck disable=SC2086 # several bytes
			change repo.solv "$offset" $bytes
			refused repo.solv "damaged or cut"
		done
	done
}

@test "a .solv cache with any byte changed is read or refused, and nothing worse" {
	cat <(kmp foo) <(kmp bar) | make_repo repo
	solv repo whole.solv
	size=$(stat -c %s whole.solv)
	for ((offset = 4; offset < size; offset += 23)); do
		cp whole.solv repo.solv
		change repo.solv "$offset" $((offset * 37 % 256))
		plan --no-gpg-checks --repo repo.solv
		[[ $status == [013] ]] || equals "0, 1 or 3" "$status" "byte $offset"
	done
}

@test "of two packages with one name and version and other content, the verdict names both" {
	make_machine machine "$card"
	for repo in first second; do
		kmp foo | make_repo "$repo"
	done
	sed -i 's|\(pkgid="YES">\)[0-9a-f]*|\1'"$(printf 'other' | sha256sum | cut -d' ' -f1)"'|' \
		second/repodata/primary.xml
	repomd second primary.xml
	plan --no-gpg-checks --repo first --repo second
	equals 0 "$status"
	equals '[["1", "selected"], ["2", "rejected"]]' \
		"$(json "sorted([p['source'], p['verdict']] for p in a['packages'])")"
	equals outranked "$(json "[p['reason'] for p in a['packages'] if p['verdict'] == 'rejected'][0]")"
}

@test "what stands under a right name is no primary, and that is said" {
	kmp foo | make_repo repo
	for content in '<html><body>not found</body></html>' '{"error": 404}' "SOLV" "$(head -c 4 "$foo" | base64)"; do
		printf '%s\n' "$content" >repo/repodata/primary.xml
		repomd repo primary.xml
		refused repo repodata/primary.xml
	done
	# Other metadata of the same repository, well formed.
	printf '<?xml version="1.0"?>\n<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="0"></filelists>\n' \
		>repo/repodata/primary.xml
	repomd repo primary.xml
	refused repo "repodata/primary.xml: it is no package metadata"
}

@test "a primary that lies about how many packages it has is read as it is" {
	for count in 0 1 3 99999999999999999999 -1 many; do
		rm -rf repo
		cat <(kmp foo) <(kmp bar) | make_repo repo
		sed -i "s/packages=\"2\"/packages=\"$count\"/" repo/repodata/primary.xml
		repomd repo primary.xml
		plan --no-gpg-checks --repo repo
		equals 0 "$status" "$count"
		equals 2 "$(json "a['sources'][0]['packages']")" "$count"
		equals '["bar-kmp-default", "foo-kmp-default"]' "$(selected)" "$count"
	done
}

@test "hints with unbalanced brackets are literal, and do no harm" {
	for hint in 'pci:v00008086d000010D[3sv*' 'pci:v00008086d000010D3]sv*' 'pci:v0000%5B8086d*' 'pci:v[[[[*' \
		'pci:v00008086d[!' 'pci:v00008086d[]*' '%5B%5B%5D' 'pci:v00008086d[[:alpha:*' 'pci:v%5B%2D%5D%2A'; do
		make_repo repo <<-TEXT
			package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
			requires ksym(default:printk) = 1111
			supplements modalias(kernel-default:$hint)
		TEXT
		plan --no-gpg-checks --repo repo
		equals 0 "$status" "$hint"
		equals '[]' "$(selected)" "$hint"
	done
	# An alias with a bracket of its own.
	make_machine machine "pci:v00008086d[x"
	plan --no-gpg-checks --repo repo
	equals 0 "$status"
}
