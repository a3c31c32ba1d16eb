#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom a run trusts: keys of the rpm database, of --keys, of a repository's configuration; and what
# the signature of a repository is worth to it.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

release=6.4.0-1-default
foo="foo-kmp-default-1.0-1.x86_64"
bar="bar-kmp-default-1.0-1.x86_64"

# build NAME ALIAS: an unsigned RPM with one module for ALIAS.
build() {
	"$make/make-module" "$1.ko" import=printk:1111 "alias=$2"
	"$make/make-rpm" "$1-kmp-default-1.0-1" . "/lib/modules/$release/updates/$1.ko=$1.ko" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:$2)
	TEXT
}

# Keys and packages are made once: they are the same to every test.
setup_file() {
	local kind make=$BATS_TEST_DIRNAME/../lib
	export KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	cd "$BATS_FILE_TMPDIR" || return
	for kind in rsa2048 ed25519 rsa1024 nistp256 expired extended revoked revoked-subkey; do
		"$make/make-key" "$KEYS" "$kind" "$kind"
	done
	"$make/make-key" "$KEYS" stranger ed25519
	build foo "pci:v00008086d000010D3sv*sd*bc*sc*i*"
	build bar "usb:v1234p5678d*"
	"$make/sign" "$KEYS" rsa2048 "$bar.rpm"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make=$BATS_TEST_DIRNAME/../lib
	made=$BATS_FILE_TMPDIR
	make_symvers printk=1111 >symvers
	make_machine machine "$card" usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	mkdir trusted
}

trust_all() { cp "$KEYS"/{rsa2048,ed25519,rsa1024,nistp256,expired,extended,revoked,revoked-subkey}.asc trusted; }

# stage ARGUMENT...: from there, with the trusted keys.
stage() {
	rm -rf stage
	kmp_match stage --json --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --stage-dir stage --keys trusted "$@"
}

# package_trust NAME: "good by package" and the like.
package_trust() {
	json "' '.join('%s by %s' % (p['trust']['status'], p['trust'].get('way')) for p in a['packages']
		if p['name'] == '$1-kmp-default')"
}

# refused LABEL REASON: foo was, with that reason, and nothing of it was staged; bar was.
refused() {
	equals "rejected $2" "$(verdict foo-kmp-default)" "$1"
	equals "selected selected" "$(verdict bar-kmp-default)" "$1"
	equals "$bar" "$(<stage/current/packages)" "$1: staged"
	equals "" "$(find stage -name '*foo*')" "$1: staged"
	valid
	counted=$((counted + 1))
}

# tell_count WHAT: how many were counted, for whoever runs this, and for the sum at the end.
tell_count() {
	echo "# counted: $counted $1 refused" >&3
	echo "$counted" >>"$made/counts"
}

# signed_repo DIRECTORY KEY [GPG OPTION]...: a repository whose repomd.xml is signed.
signed_repo() {
	local repo=$1 key=$2
	shift 2
	make_repo "$repo" <<-TEXT
		package foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	"$make/sign" "$KEYS" "$key" "$repo/repodata/repomd.xml" "$@"
}

# source_trust: of each source, a word.
source_trust() { json "' '.join(s['trust'] for s in a['sources'])"; }

@test "the signature of a repository is worth what its key and its checksum are" {
	local label key options trust rows=(
		"good|ed25519||good"
		"stranger|stranger||unknown-key"
		"short key|rsa1024||weak"
		"SHA-1|ed25519|--digest-algo SHA1|weak"
		"expired|expired|--faked-system-time 20200105T000000!|expired"
		"revoked|revoked||revoked"
	)
	cp "$KEYS"/{ed25519,rsa1024,expired,revoked}.asc trusted
	for row in "${rows[@]}"; do
		IFS='|' read -r label key options trust <<<"$row"
		rm -rf repo
		# shellcheck disable=SC2086 # several words
		signed_repo repo "$key" $options
		plan --repo repo --keys trusted
		equals 0 "$status" "$label"
		equals "$trust" "$(source_trust)" "$label"
		valid
	done
}

@test "a repository that is not signed, or was changed after that, is told" {
	cp "$KEYS/ed25519.asc" trusted
	signed_repo repo ed25519
	echo "<!-- changed -->" >>repo/repodata/repomd.xml
	plan --repo repo --keys trusted
	equals bad "$(source_trust)"
	echo "no signature" >repo/repodata/repomd.xml.asc
	plan --repo repo --keys trusted
	equals bad "$(source_trust)"
	rm repo/repodata/repomd.xml.asc
	plan --repo repo --keys trusted
	equals unsigned "$(source_trust)"
}

@test "a key that lies beside the repository is not trusted" {
	signed_repo repo ed25519
	cp "$KEYS/ed25519.asc" repo/repodata/repomd.xml.key
	cp "$KEYS/ed25519.asc" repo/
	plan --repo repo
	equals unknown-key "$(source_trust)"
}

@test "keys of the rpm database are trusted" {
	signed_repo repo ed25519
	plan --repo repo
	equals unknown-key "$(source_trust)"
	mkdir -p "$ROOT/usr/lib/sysimage/rpm"
	HOME=$BATS_TEST_TMPDIR rpmkeys --dbpath "$ROOT/usr/lib/sysimage/rpm" --import "$KEYS/ed25519.asc"
	plan --repo repo
	equals good "$(source_trust)"
}

@test "keys that a newer rpm keeps in files beside its database are trusted" {
	local folder
	signed_repo repo ed25519
	for folder in usr/lib/sysimage/rpm var/lib/rpm; do
		mkdir -p "$ROOT/$folder/pubkeys"
		cp "$KEYS/ed25519.asc" "$ROOT/$folder/pubkeys/other-name"
		plan --repo repo
		equals unknown-key "$(source_trust)"
		mv "$ROOT/$folder/pubkeys/other-name" "$ROOT/$folder/pubkeys/gpg-pubkey-0123.key"
		plan --repo repo
		equals good "$(source_trust)" "$folder"
		rm -r "${ROOT:?}/$folder"
	done
	mkdir -p "$ROOT/var/lib/rpm/pubkeys"
	ln -s "$KEYS/ed25519.asc" "$ROOT/var/lib/rpm/pubkeys/a.key"
	plan --repo repo
	equals unknown-key "$(source_trust)" "a link out of the root"
}

@test "a key that a repository's configuration names is trusted for that one alone" {
	signed_repo "$ROOT/srv/one" ed25519
	signed_repo "$ROOT/srv/two" ed25519
	mkdir -p "$ROOT/etc/zypp/repos.d" "$ROOT/etc/pki/my keys"
	cp "$KEYS/ed25519.asc" "$ROOT/etc/pki/my keys/RPM-GPG-KEY"
	cat >"$ROOT/etc/zypp/repos.d/both.repo" <<-TEXT
		[one]
		baseurl=dir:///srv/one
		gpgkey=https://example.com/key.asc file:///etc/pki/my%20keys/RPM-GPG-KEY
		[two]
		baseurl=dir:///srv/two
	TEXT
	plan
	equals 0 "$status"
	equals "good unknown-key" "$(source_trust)"
	equals '[[], []]' "$(json "[s['diagnostics'] for s in a['sources']]")"
	sed -i 's/gpgkey=.*/gpgkey=https:\/\/me:secret@example.com\/key.asc?token/' "$ROOT/etc/zypp/repos.d/both.repo"
	plan
	equals "unknown-key unknown-key" "$(source_trust)"
	equals 'key-not-fetched https://example.com/key.asc' "$(json "' '.join(d['id'] + ' ' + d['culprit'] for d in a['sources'][0]['diagnostics'])")"
	says "warning: the key https://example.com/key.asc is not fetched" --keys
}

@test "what holds no key is told, and the other keys count" {
	cp "$KEYS/ed25519.gpg" trusted/binary
	echo text >trusted/README
	signed_repo repo ed25519
	plan --repo repo --keys trusted
	equals good "$(source_trust)"
	equals "unusable-key trusted/README" "$(json "' '.join(d['id'] + ' ' + d['culprit'] for d in a['diagnostics'])")"
}

@test "a folder of keys that everybody may write to is told" {
	cp "$KEYS/ed25519.gpg" trusted
	chmod o+w trusted
	signed_repo repo ed25519
	plan --repo repo --keys trusted
	equals good "$(source_trust)"
	equals "open-keys trusted" "$(json "' '.join(d['id'] + ' ' + d['culprit'] for d in a['diagnostics'])")"
}

@test "a folder of keys that is not there ends the run" {
	make_repo repo </dev/null
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 --hardware machine \
		--repo repo --keys nowhere
	fails 1 "keys" "nowhere" "--keys"
}

# sign_foo KEY [OPTION]...: ./foo.rpm is the package, signed with it.
sign_foo() {
	cp "$made/$foo.rpm" foo.rpm
	"$make/sign" "$KEYS" "$1" foo.rpm "${@:2}"
}

# sign_by_hand KEY [OPTION]...: the same for what rpmsign does not do; over the header of ./foo.rpm.
sign_by_hand() {
	"$make/tamper" foo.rpm print-header header
	"$make/sign" "$KEYS" "$1" header --no-armor "${@:2}"
	"$make/tamper" foo.rpm signature header.asc
}

# forge ACTION...: makes ./foo.rpm what the row says.
forge() {
	case $1 in
	unsigned) cp "$made/$foo.rpm" foo.rpm ;;
	sign) sign_foo "${@:2}" ;;
	# As it is done for old packages, whose header is silent about the payload.
	no-digest)
		cp "$made/$foo.rpm" foo.rpm
		"$make/tamper" foo.rpm no-digest
		sign_by_hand rsa2048
		;;
	by-hand) cp "$made/$foo.rpm" foo.rpm && sign_by_hand "${@:2}" ;;
	by-hand-text)
		cp "$made/$foo.rpm" foo.rpm
		echo text >header
		"$make/sign" "$KEYS" rsa2048 header --no-armor
		"$make/tamper" foo.rpm signature header.asc
		;;
	*) sign_foo rsa2048 && "$make/tamper" foo.rpm "$@" ;;
	esac
}

@test "a package that is not what somebody trusted signed is refused, the one beside it is staged" {
	local label action reason counted=0 rows=(
		"unsigned|unsigned|unsigned"
		"unknown key|sign stranger|unknown-key"
		"unknown key, over all|sign stranger --v3|unknown-key"
		"SHA-1|sign rsa2048 --digest-algo SHA1|weak-signature"
		"SHA-1 over all|sign rsa2048 --v3 --digest-algo SHA1|weak-signature"
		"MD5|sign rsa2048 --digest-algo MD5|weak-signature"
		"short key|sign rsa1024|weak-signature"
		"payload not covered|no-digest|weak-signature"
		"kind of signature that nobody knows|version|unsupported-signature"
		"ECDSA|by-hand nistp256|unsupported-signature"
		"signature with an end, which is past|by-hand extended --faked-system-time 20200105T000000! --default-sig-expire 1d|unsupported-signature"
		"signature with an end to come|by-hand rsa2048 --default-sig-expire 1d|unsupported-signature"
		"another key's by hand|by-hand stranger|unknown-key"
		"signature of a text|by-hand-text|bad-signature"
		"expired key|sign expired --faked-system-time 20200105T000000!|expired-key"
		"revoked key|sign revoked|revoked-key"
		"revoked subkey|sign revoked-subkey|revoked-key"
		"header|header|bad-signature"
		"payload|payload|bad-signature"
		"payload with checksums|true-payload|bad-signature"
		"signature of another package|steal $made/$bar.rpm|bad-signature"
		"damaged signature|noise|bad-signature"
	)
	trust_all
	for row in "${rows[@]}"; do
		IFS='|' read -r label action reason <<<"$row"
		rm -rf repo foo.rpm
		mkdir repo
		# shellcheck disable=SC2086 # several words
		forge $action
		cp "$made/$bar.rpm" repo
		mv foo.rpm repo
		createrepo_c --quiet repo
		stage --repo repo
		equals 3 "$status" "$label"
		refused "$label" "$reason"
		equals "good by package" "$(package_trust bar)"
		[[ $reason != @(bad|weak|revoked)-* ]] || {
			stage --repo repo --no-gpg-checks
			equals "rejected $reason" "$(verdict foo-kmp-default)" "$label, without checks"
		}
	done
	tell_count packages
}

@test "of a good package the report says who signed it, explain too, and the manifest" {
	trust_all
	sign_foo ed25519
	mkdir repo
	mv foo.rpm repo
	stage --repo repo
	equals 0 "$status"
	equals "$foo" "$(<stage/current/packages)"
	equals 'good package ed25519 <ed25519@example.com> sha256 null 1' "$(json "' '.join([
		*(p['trust'][k] for k in ('status', 'way', 'owner', 'hash')), json.dumps(p['trust']['detail']), str(p['rank']['trust'])]) \
		if (p := a['packages'][0]) else ''")"
	[[ $(json "a['packages'][0]['trust']['key']") =~ ^[0-9a-f]{16}$ ]]
	output=$(<stage/current/manifest.json)
	equals "good by package" "$(package_trust foo)"
	kmp_match --dry-run --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--keys trusted --repo repo
	[[ $output == *"trust"*"it is signed by ed25519 <ed25519@example.com> (key "* ]]
	kmp_match explain --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--keys trusted --repo repo 'foo*'
	[[ $output == *"trust "*"+ it is signed by ed25519"* ]]
}

@test "--no-gpg-checks is loud: on stderr, in text, JSON and manifest" {
	mkdir repo
	cp "$made/$foo.rpm" repo
	stage --repo repo --no-gpg-checks
	equals 0 "$status"
	says "warning: signatures are not asked for (--no-gpg-checks)"
	for output in "$output" "$(<stage/current/manifest.json)"; do
		equals '[false, ["no-gpg-checks"]]' "$(json "[a['gpg_checks'], [d['id'] for d in a['diagnostics']]]")"
		equals "unsigned by package" "$(package_trust foo)"
		valid
	done
	kmp_match stage --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--stage-dir stage --repo repo --no-gpg-checks
	[[ $output == *"not trusted: it is not signed"*"Signatures were not asked for (--no-gpg-checks)"* ]]
}

# make_chain [CREATEREPO OPTION]...: ./repo, whose signed repomd.xml leads to the unsigned foo.
make_chain() {
	rm -rf repo
	mkdir repo
	cp "$made/$foo.rpm" repo
	createrepo_c --quiet "$@" repo
	"$make/sign" "$KEYS" ed25519 repo/repodata/repomd.xml
}

# use_zstd: ./repo has its metadata compressed by zstd, as createrepo_c on SUSE does it.
use_zstd() {
	local repomd=repo/repodata/repomd.xml before
	before=$(basename repo/repodata/*-primary.xml.gz)
	zcat "repo/repodata/$before" | zstd --quiet >repo/repodata/primary.xml.zst
	sed -i -e "s/${before%%-*}/$(sha256sum <repo/repodata/primary.xml.zst | cut -d' ' -f1)/" \
		-e "s|repodata/[^\"]*-primary.xml.gz|repodata/primary.xml.zst|" "$repomd"
	rm "repo/repodata/$before"
	"$make/sign" "$KEYS" ed25519 "$repomd"
}

@test "an unsigned package is trusted that a signed repomd.xml leads to" {
	local options
	trust_all
	for options in "" "--checksum sha512" "--checksum sha384" "--xz" zst; do
		# shellcheck disable=SC2086 # several words
		make_chain ${options#zst}
		[[ $options != zst ]] || use_zstd
		stage --repo repo
		equals 0 "$status" "$options"
		equals "good by repomd" "$(package_trust foo)" "$options"
		equals "$foo" "$(<stage/current/packages)" "$options"
		equals "ed25519 <ed25519@example.com>" "$(json "a['packages'][0]['trust']['owner']")" "$options"
		valid
	done
}

# break_chain HOW: what leads from the signature to the package does not any more.
break_chain() {
	local repomd=repo/repodata/repomd.xml
	case $1 in
	unsigned) rm "$repomd.asc" ;;
	with-end) "$make/sign" "$KEYS" ed25519 "$repomd" --default-sig-expire 1d ;;
	stranger | rsa1024 | nistp256 | revoked) "$make/sign" "$KEYS" "$1" "$repomd" ;;
	expired) "$make/sign" "$KEYS" expired "$repomd" --faked-system-time "20200105T000000!" ;;
	SHA-1) "$make/sign" "$KEYS" ed25519 "$repomd" --digest-algo SHA1 ;;
	SHA-1-rpm) make_chain --checksum sha1 ;;
	MD5-rpm) make_chain --checksum md5 ;;
	empty) : >"$repomd.asc" ;;
	changed) echo "<!-- changed -->" >>"$repomd" ;;
	other-file)
		echo text >text
		"$make/sign" "$KEYS" ed25519 text
		mv text.asc "$repomd.asc"
		;;
	letter) echo "no signature" >"$repomd.asc" ;;
	key-beside)
		"$make/sign" "$KEYS" stranger "$repomd"
		cp "$KEYS/stranger.asc" "$repomd.key"
		;;
	longer | shorter | true-payload) "$make/tamper" "repo/$foo.rpm" "$1" ;;
	swapped)
		sign_foo stranger
		mv foo.rpm "repo/$foo.rpm"
		;;
	bad-rpm)
		forge payload
		mv foo.rpm "repo/$foo.rpm"
		createrepo_c --quiet repo
		"$make/sign" "$KEYS" ed25519 "$repomd"
		;;
	esac
}

@test "where the chain is broken the unsigned package is refused, the good one beside it is staged" {
	local row counted=0 rows=(
		unsigned=unsigned stranger=unsigned rsa1024=unsigned revoked=unsigned expired=unsigned
		nistp256=unsigned with-end=unsigned SHA-1=unsigned SHA-1-rpm=unsigned MD5-rpm=unsigned empty=unsigned key-beside=unsigned
		changed=bad-signature other-file=bad-signature letter=bad-signature bad-rpm=bad-signature
	)
	trust_all
	mkdir good
	cp "$made/$bar.rpm" good
	for row in "${rows[@]}"; do
		make_chain
		break_chain "${row%=*}"
		stage --repo repo --repo good
		equals 3 "$status" "$row"
		refused "$row" "${row#*=}"
	done
	tell_count repositories
}

@test "an RPM that is not the one of the metadata is corrupt, whoever signed what" {
	local row counted=0 rows=("longer sha256" "shorter sha256" "swapped sha256")
	# One byte is another one, and all that the RPM says of itself fits: only the metadata tells.
	for checksum in sha224 sha256 sha384 sha512 sha1 md5; do rows+=("true-payload $checksum"); done
	trust_all
	mkdir good
	cp "$made/$bar.rpm" good
	for row in "${rows[@]}"; do
		make_chain --checksum "${row#* }"
		break_chain "${row% *}"
		stage --repo repo --repo good
		equals 3 "$status" "$row"
		refused "$row" corrupt
	done
	tell_count "RPMs that are not their metadata's"
}

@test "a bad signature of the repository refuses what it only describes, too" {
	trust_all
	signed_repo repo ed25519
	plan --repo repo --keys trusted
	equals "selected selected" "$(verdict foo-kmp-default)"
	equals "unchecked by None" "$(package_trust foo)"
	echo "<!-- changed -->" >>repo/repodata/repomd.xml
	plan --repo repo --keys trusted
	equals "rejected bad-signature" "$(verdict foo-kmp-default)"
}

@test "metadata that is not what repomd.xml says ends the run, and nothing is staged" {
	trust_all
	mkdir good
	cp "$made/$bar.rpm" good
	make_chain
	printf ' ' >>repo/repodata/*-primary.xml.*
	stage --repo repo --repo good
	equals 1 "$status"
	says repomd.xml "nothing was staged"
	[[ ! -e stage/current ]]
}

@test "a cache vouches for nothing: the metadata itself has to list what only it vouches for" {
	local cache=(--repo repo --cache-dir "$PWD/cache")
	trust_all
	make_chain
	stage "${cache[@]}"
	equals 0 "$status"
	[[ -n $(find cache/metadata -type f) ]]
	stage "${cache[@]}"
	equals 0 "$status"
	equals "good by repomd" "$(package_trust foo)"
	mkdir away
	mv repo/repodata/*-primary.xml.* away
	stage "${cache[@]}"
	equals "rejected unsigned" "$(verdict foo-kmp-default)"
	mv away/* repo/repodata
	printf ' ' >>"$(echo repo/repodata/*-primary.xml.*)"
	stage "${cache[@]}"
	equals "rejected unsigned" "$(verdict foo-kmp-default)"
}

@test "a .solv file vouches for nothing" {
	command -v rpmmd2solv >/dev/null || skip "rpmmd2solv (libsolv-tools) is not installed"
	trust_all
	make_chain --compress-type gz
	zcat repo/repodata/*-primary.xml.gz | rpmmd2solv >repo/repo.solv
	stage --repo repo/repo.solv
	equals "rejected untrusted" "$(verdict foo-kmp-default)"
	plan --repo repo/repo.solv --keys trusted
	equals "unchecked" "$(source_trust)"
	equals "unchecked by None" "$(package_trust foo)"
}

@test "without any configuration of rpm signatures are checked as with it" {
	trust_all
	sign_foo rsa2048
	mkdir repo home
	mv foo.rpm repo
	sign_foo stranger
	before=$(find "$ROOT" home | sort)
	export RPM_CONFIGDIR=$PWD/nowhere HOME=$PWD/home
	stage --repo repo
	equals 0 "$status"
	equals "good by package" "$(package_trust foo)"
	mv foo.rpm repo
	stage --repo repo
	equals "rejected unknown-key" "$(verdict foo-kmp-default)"
	equals "$before" "$(find "$ROOT" home | sort)" "written"
}

@test "without rpm's own folder signatures are checked as with it" {
	local program=$KMP_MATCH
	unshare -rm mount -t tmpfs none /usr/lib/rpm 2>/dev/null || skip "nothing can be mounted over /usr/lib/rpm here"
	cat >hidden <<-TEXT
		#!/bin/sh
		exec unshare -rm sh -c 'mount -t tmpfs none /usr/lib/rpm && exec "\$@"' sh "$program" "\$@"
	TEXT
	chmod +x hidden
	trust_all
	mkdir repo
	for key in rsa2048 stranger; do
		sign_foo "$key"
		mv foo.rpm repo
		KMP_MATCH=$PWD/hidden stage --repo repo
		equals "$([[ $key == stranger ]] && echo rejected unknown-key || echo selected selected)" \
			"$(verdict foo-kmp-default)" "$key"
	done
}

@test "a package that a key of the rpm database signed is trusted, and nothing is written there" {
	local dbpath before
	sign_foo rsa2048
	mkdir repo
	mv foo.rpm repo
	# Debian's rpm has the database of the caller's home as default.
	for dbpath in usr/lib/sysimage/rpm var/lib/rpm; do
		rm -rf "$ROOT"
		mkdir -p "$ROOT/$dbpath" home
		HOME=$PWD/home rpmkeys --dbpath "$ROOT/$dbpath" --import "$KEYS/rsa2048.asc"
		before=$(find "$ROOT" home -printf '%p %s %T@\n' | sort)
		HOME=$PWD/home stage --repo repo
		equals 0 "$status" "$dbpath"
		equals "good by package" "$(package_trust foo)" "$dbpath"
		equals "$before" "$(find "$ROOT" home -printf '%p %s %T@\n' | sort)" "$dbpath: written"
	done
}

@test "a refused signature counts for the exit code as every other refusal does" {
	local hint="pci:v00008086d000010D3sv*sd*bc*sc*i*"
	mkdir repo
	cp "$made/foo-kmp-default-1.0-1.x86_64.rpm" repo
	cat >bound.json <<-JSON
		{ "format": 1, "tool": "by hand", "arch": "x86_64", "devices": [
		  { "path": "/devices/pci0000:00/0000:00:1c.0/0000:04:00.0", "bus": "pci",
		    "modaliases": [ "$card" ], "driver": "e1000e" } ] }
	JSON
	stage --repo repo --hardware machine
	equals 3 "$status" "no driver is known to be bound"
	kmp_match --dry-run --json --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware bound.json --keys trusted --repo repo
	equals 0 "$status" "a driver is bound"
	equals "rejected unsigned" "$(verdict foo-kmp-default)"

	"$make/make-module" foo.ko import=printk:1111 "alias=$hint"
	"$make/make-rpm" foo-kmp-default-0.9-1 repo "/lib/modules/$release/updates/foo.ko=foo.ko" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:$hint)
	TEXT
	trust_all
	"$make/sign" "$KEYS" rsa2048 repo/foo-kmp-default-0.9-1.x86_64.rpm
	stage --repo repo
	equals 0 "$status" "an older build is signed"
	equals foo-kmp-default-0.9-1.x86_64 "$(<stage/current/packages)"
}

@test "another build that nobody vouches for is not kept beside the chosen one" {
	trust_all
	mkdir repo
	cp "$made/foo-kmp-default-1.0-1.x86_64.rpm" repo
	"$make/sign" "$KEYS" rsa2048 "repo/$foo.rpm"
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	for version in 0.8 0.9; do
		"$make/make-rpm" "foo-kmp-default-$version-1" repo "/lib/modules/$release/updates/foo.ko=foo.ko" <<-TEXT
			Requires: ksym(default:printk) = 1111
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	done
	"$make/sign" "$KEYS" rsa2048 repo/foo-kmp-default-0.9-1.x86_64.rpm
	stage --repo repo
	equals 0 "$status"
	equals "$foo" "$(<stage/current/packages)"
	equals "foo-kmp-default-0.9-1.x86_64.rpm $foo.rpm" "$(cd stage/current/rpms && echo *)"
	equals "['foo-kmp-default-0.8-1.x86_64', True]" "$(json "repr([w for p in a['packages'] for d in p['diagnostics']
		if d['id'] == 'other-build-left-out'
		for w in (d['culprit'], 'its signature is not trusted (unsigned)' in d['text'])])")"
	stage --repo repo --no-gpg-checks
	equals 0 "$status" "nobody asks"
	[[ -e stage/current/rpms/foo-kmp-default-0.8-1.x86_64.rpm ]]
}

@test "of forty tampered packages and repositories and more none was staged, the good one beside each was" {
	local counts total
	[[ ! -e $made/counts ]] || counts=$(<"$made/counts")
	(($(wc -w <<<"$counts") == 3)) || skip "not all of the three tests that count were run, or one failed"
	total=$((${counts//$'\n'/+}))
	echo "# counted: $total tampered packages and repositories in all, each refused for the reason expected" >&3
	((total >= 40)) || equals "40 or more" "$total"
}
