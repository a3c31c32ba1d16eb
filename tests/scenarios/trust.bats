#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whom a run trusts: keys of the rpm database, of --keys, of a repository's configuration; and what
# the signature of a repository is worth to it.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

# Keys are made once: they are the same to every test.
setup_file() {
	local kind
	export KEYS=$BATS_FILE_TMPDIR/keys
	mkdir "$KEYS"
	for kind in ed25519 rsa1024 expired revoked; do
		"$BATS_TEST_DIRNAME/../lib/make-key" "$KEYS" "$kind" "$kind"
	done
	"$BATS_TEST_DIRNAME/../lib/make-key" "$KEYS" stranger ed25519
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	mkdir trusted
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
	"$BATS_TEST_DIRNAME/../lib/sign" "$KEYS" "$key" "$repo/repodata/repomd.xml" "$@"
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
}

@test "what holds no key is told, and the other keys count" {
	cp "$KEYS/ed25519.gpg" trusted/binary
	echo text >trusted/README
	signed_repo repo ed25519
	plan --repo repo --keys trusted
	equals good "$(source_trust)"
	equals "unusable-key trusted/README" "$(json "' '.join(d['id'] + ' ' + d['culprit'] for d in a['diagnostics'])")"
}

@test "a folder of keys that is not there ends the run" {
	make_repo repo </dev/null
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 --hardware machine \
		--repo repo --keys nowhere
	fails 1 "keys" "nowhere" "--keys"
}
