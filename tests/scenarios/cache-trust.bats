#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is kept of a repository vouches for nothing, whoever wrote it.

load ../lib/common

release=6.4.0-1-default
card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	command -v createrepo_c >/dev/null || skip "createrepo_c is not installed"
	local make=$BATS_TEST_DIRNAME/../lib name
	mkdir "$BATS_FILE_TMPDIR/keys" "$BATS_FILE_TMPDIR/repo" "$BATS_FILE_TMPDIR/evil"
	cd "$BATS_FILE_TMPDIR" || return
	"$make/make-key" keys ed25519 ed25519
	for name in repo evil; do
		"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*" "description=$name"
		"$make/make-rpm" foo-kmp-default-1.0-1 "$name" "/lib/modules/$release/updates/foo.ko=foo.ko" <<-TEXT
			Requires: ksym(default:printk) = 1111
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	done
	createrepo_c --quiet --no-database repo
	"$make/sign" keys ed25519 repo/repodata/repomd.xml
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$BATS_FILE_TMPDIR"/{repo,evil,symvers,machine} .
	mkdir trusted
	cp "$BATS_FILE_TMPDIR/keys/ed25519.asc" trusted
}

# stage: with a cache; nobody signed the package, only the repository.
stage() {
	rm -rf stage
	kmp_match stage --json --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--stage-dir stage --keys trusted --repo repo --cache-dir cache
}

@test "an unsigned package of a signed repository is trusted from the cache as without it" {
	local round
	for round in 1 2; do
		stage
		equals 0 "$status" "run $round"
		equals "selected selected" "$(verdict foo-kmp-default)" "run $round"
		equals "good repomd" "$(json "' '.join([a['packages'][0]['trust'][key] for key in ('status', 'way')])")"
	done
	[[ -n $(find cache/metadata -type f) ]]
}

@test "a cache that was made to name another RPM makes nobody trust that" {
	local file old new
	stage
	equals "selected selected" "$(verdict foo-kmp-default)"
	file=$(find cache/metadata -type f)
	old=$(sha256sum <repo/*.rpm | cut -d' ' -f1)
	new=$(sha256sum <evil/*.rpm | cut -d' ' -f1)
	[[ $old != "$new" ]]
	"${here:?}/../lib/forge-cache" "$file" "$old" "$new"
	cp evil/*.rpm repo/
	stage
	equals 3 "$status"
	equals "rejected unsigned" "$(verdict foo-kmp-default)"
	[[ ! -e stage/current ]]
}
