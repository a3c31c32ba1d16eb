#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Repositories on a server: what is asked of it, and what it may do to us.

load ../lib/common

release=6.4.0-1-default
card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
old=foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64.rpm
new=foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64.rpm

setup_file() {
	local name tools=$BATS_TEST_DIRNAME/../../tools make=$BATS_TEST_DIRNAME/../lib
	for name in rpmbuild createrepo_c curl openssl; do
		command -v "$name" >/dev/null || skip "$name is not installed"
	done
	cd "$BATS_FILE_TMPDIR" || return
	mkdir repo
	# Over a megabyte, which does not compress: what is large is told of.
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	head -c 1200000 /dev/urandom >>foo.ko
	"$make/make-module" bar.ko import=printk:1111 "alias=usb:v1234p5678d*"
	"$tools/make-kmp" foo 6.4.0-1-default repo foo.ko
	"$tools/make-kmp" -v 2.0 foo 6.4.0-1-default repo foo.ko
	"$tools/make-kmp" bar 6.4.0-1-default repo bar.ko
	createrepo_c --quiet --no-database repo
	zcat repo/repodata/*primary.xml.gz >primary.xml
	rm repo/repodata/*
	openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 \
		-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY CURL_CA_BUNDLE
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	cp -r "$BATS_FILE_TMPDIR/repo" repo
	publish
	mkdir bin files
	servers=()
}

teardown() {
	local server
	for server in "${servers[@]}"; do kill "$server"; done
}

# publish [EXPRESSION [TOOL EXTENSION]]: the metadata of ./repo, changed by sed and compressed.
publish() {
	"${2:-gzip}" <<<"$(sed "${1-}" "$BATS_FILE_TMPDIR/primary.xml")" >"repo/repodata/primary.xml.${3:-gz}"
	cat >repo/repodata/repomd.xml <<-TEXT
		<?xml version="1.0"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="primary">
		<checksum type="sha256">$(sha256sum <"repo/repodata/primary.xml.${3:-gz}" | cut -d' ' -f1)</checksum>
		<location href="repodata/primary.xml.${3:-gz}"/>
		<size>$(stat -c %s "repo/repodata/primary.xml.${3:-gz}")</size></data></repomd>
	TEXT
}

# serve [ARGUMENT]...: ./repo from here on, at $url; see lib/serve. What is asked goes to ./log.
serve() {
	local tries=0
	rm -f port
	"$BATS_TEST_DIRNAME/../lib/serve" repo log "$@" >port 2>server-errors 3>&- &
	servers+=($!)
	until [[ -s port ]]; do
		((tries++ < 100)) || { cat server-errors >&2 && return 1; }
		sleep 0.1
	done
	: >log
	url=http://127.0.0.1:$(<port)
}

# fetching [ARGUMENT]...: a run in JSON that takes ./files for what it fetches.
fetching() {
	TMPDIR=$PWD/files kmp_match --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" \
		--arch x86_64 --hardware machine --repo "$url" --stage-dir stage "$@"
}

# asked: the paths that the server was asked for, in order.
asked() { cut -d' ' -f2 log | tr '\n' ' '; }

metadata="/repodata/repomd.xml /repodata/repomd.xml.asc /repodata/primary.xml.gz "

staged() { ls stage/generations/1/rpms 2>/dev/null; }

# clean: no file is left of what was fetched.
clean() { equals "" "$(ls -A files)$(find . -maxdepth 1 -name '.kmp-match*')" "files left"; }

# lost WORD...: the repository could not be read, which is said, and nothing is staged.
lost() {
	equals 1 "$status" "exit status"
	equals 1 "$(reasons | grep -cv '^kmp-match: nothing was staged')" "lines of reasons"
	says "$@"
	equals "" "$(staged)" "staged"
	clean
}

@test "a dry run fetches metadata alone, whatever its compression" {
	local tool
	for tool in gzip:gz xz:xz zstd:zst cat:xml; do
		rm -f repo/repodata/*
		publish "" "${tool%:*}" "${tool#*:}"
		serve
		fetching --dry-run
		equals 0 "$status" "exit status with $tool"
		equals "selected selected" "$(verdict foo-kmp-default | head -n 1)"
		equals metadata "$(json "a['packages'][0]['kabi']['status']")"
		equals "${metadata%gz *}${tool#*:} " "$(asked)"
		equals '["'"$url"'"]' "$(json "[s['location'] for s in a['sources']]")"
	done
	valid
	clean
}

@test "staging fetches the chosen RPM, and no other" {
	serve
	fetching -v
	equals 0 "$status" "exit status"
	equals exact "$(json "a['packages'][0]['kabi']['status']")"
	equals "$metadata/$new " "$(asked)"
	cmp "repo/$new" "stage/generations/1/rpms/$new"
	[[ ${errors-} == *"fetching $new: "*" MiB in "* ]] || equals "what was large" "$errors"
	equals "$new" "$(staged)"
	clean
}

@test "a folder that is not the root of the server, and a query, are kept" {
	mkdir -p up/down
	cp -r repo up/down/repo
	rm -r repo
	mv up repo
	serve
	url="$url/down/repo?token=secret"
	fetching
	equals 0 "$status" "exit status"
	equals "/down/repo/$new?token=secret" "$(asked | tr ' ' '\n' | tail -n 1)"
	[[ $output$errors != *secret* ]] || equals "no secret" "$output$errors"
}

@test "a signature of the repository is fetched, and leads to its packages" {
	command -v gpg >/dev/null || skip "gpg is not installed"
	mkdir keys signing
	"$BATS_TEST_DIRNAME/../lib/make-key" signing vendor
	cp signing/vendor.asc keys
	"$BATS_TEST_DIRNAME/../lib/sign" signing vendor repo/repodata/repomd.xml
	serve
	kmp_match --dry-run --json --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo "$url" --keys keys
	equals good "$(json "a['sources'][0]['trust']")"
	echo "<!-- -->" >>repo/repodata/repomd.xml
	kmp_match --dry-run --json --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo "$url" --keys keys
	equals bad "$(json "a['sources'][0]['trust']")"
}

@test "a server that denies what it does not have has no signature" {
	serve "*.asc=status:403"
	fetching --dry-run
	equals 0 "$status" "exit status"
	serve "*.asc=status:500"
	fetching --timeout 1 --dry-run
	lost repomd.xml.asc 500
}

@test "what is not there, denied or led nowhere is said with its URL" {
	local row rule words
	while IFS='|' read -r rule words; do
		serve "$rule"
		IFS=, read -ra row <<<"$words"
		fetching
		lost "$url/repodata/" "${row[@]}"
	done <<-TEXT
		*/repomd.xml=status:404|404,check the URL
		*/repomd.xml=status:403|403,denies
		*/repomd.xml=status:401|401,user and a password
		*/repomd.xml=status:418|418,refuses
		*/primary*=status:404|404,primary.xml.gz
		*/repomd.xml=to:/repodata/repomd.xml|leads on too often
		*/repomd.xml=to:file:///etc/passwd|neither http nor https
		*/repomd.xml=to:ftp://127.0.0.1/x|neither http nor https
	TEXT
}

@test "who is not there is tried again, and given up" {
	serve
	kill "${servers[0]}"
	wait "${servers[0]}" || status=$?
	equals 143 "$status" "the server ended by the signal"
	servers=()
	fetching
	lost "cannot be connected to" "check the network"
	url=http://kmp-match.invalid/
	fetching
	lost "is not found"
	url=http:///x
	fetching
	lost "no proper host"
}

@test "other repositories are shown if one cannot be read, and nothing is staged" {
	serve "*/repomd.xml=status:404"
	fetching --repo repo
	equals 1 "$status" "exit status"
	equals "selected selected" "$(verdict foo-kmp-default | head -n 1)"
	equals "" "$(staged)"
}

@test "a server that is busy is asked again" {
	serve "*/repomd.xml=busy:1"
	fetching
	equals 0 "$status" "exit status"
	equals "$new" "$(staged)"
}

@test "a transfer that breaks off goes on where it ended" {
	serve "*.rpm=cut:70000"
	fetching
	equals 0 "$status" "exit status"
	cmp "repo/$new" "stage/generations/1/rpms/$new"
	grep -q "^GET /$new bytes=70000-" log || equals "the rest alone" "$(<log)"
}

@test "or starts anew where the server knows no ranges" {
	serve "*.rpm=cut:70000" "*.rpm=no-range"
	fetching
	equals 0 "$status" "exit status"
	cmp "repo/$new" "stage/generations/1/rpms/$new"
}

@test "a server that says nothing, or next to nothing, is given up in time" {
	local rule
	for rule in silent drip; do
		serve "*/primary*=$rule"
		SECONDS=0
		fetching --timeout 2
		lost "too slow" --timeout
		((SECONDS < 20)) || equals "under 20 seconds" "$SECONDS"
	done
	serve "*.rpm=silent"
	fetching --timeout 1
	lost "too slow" "$new"
	kmp_match --timeout 0
	fails 2 "number of seconds"
	kmp_match --timeout 1x
	fails 2 "number of seconds"
}

@test "sizes that are a lie, and bodies without an end, are cut off" {
	local row rule words
	while IFS='|' read -r rule words; do
		serve "$rule"
		IFS=, read -ra row <<<"$words"
		fetching
		lost "${row[@]}"
	done <<-TEXT
		*/repomd.xml=endless|more than the 16777216 bytes
		*/repomd.xml=length:17000000|more than the 16777216 bytes
		*/primary*=endless|primary.xml.gz,more than the
		*/primary*=length:100000|primary.xml.gz,more than the
		*/primary*=length:100|primary.xml.gz,fewer bytes
		*.asc=endless|more than the 1048576 bytes
	TEXT
}

@test "metadata that is published anew while it is fetched is refused" {
	publish "" cat xml
	sed s/foo-kmp/FOO-kmp/ repo/repodata/primary.xml.xml >repo/published.xml
	serve "*/primary.xml.xml=cut:3000" "*/primary.xml.xml=next:/published.xml"
	fetching
	lost "primary.xml.xml" "repomd.xml says"
	grep -q "primary.xml.xml bytes=3000-" log || equals "the rest alone" "$(<log)"
	mv repo/published.xml repo/repodata/primary.xml.xml
	serve
	fetching
	lost "primary.xml.xml" "repomd.xml says"
}

@test "an RPM that is not what the metadata says is not staged, but the next best" {
	local way
	for way in swapped longer endless gone; do
		cp "$BATS_FILE_TMPDIR/repo/$new" repo
		case $way in
		swapped) cp "repo/$old" "repo/$new" && serve ;;
		longer) echo >>"repo/$new" && serve ;;
		endless) serve "*/foo*2.0*=endless" ;;
		gone) serve "*/foo*2.0*=status:404" ;;
		esac
		rm -rf stage
		fetching
		equals 0 "$status" "exit status, $way"
		equals "rejected corrupt" "$(verdict foo-kmp-default | grep corrupt)" "$way"
		equals "$old" "$(staged)" "staged, $way"
		clean
	done
}

@test "metadata names no file outside of the repository" {
	local location
	for location in ../../etc/passwd /etc/passwd //127.0.0.1/x.rpm file:///etc/passwd %2e%2e/x.rpm \
		'a/%252e%252e/x.rpm' 'a/..%2fx.rpm' 'a\\..\\x.rpm' ftp://127.0.0.1/x.rpm '%0d%0aX: y'; do
		publish "s|href=\"[^\"]*\"|href=\"$location\"|"
		serve
		rm -rf stage
		fetching
		equals "corrupt" "$(json "a['packages'][0]['reason']")" "$location"
		equals "$metadata" "$(asked)" "asked for $location"
		equals "" "$(staged)" "$location"
	done
	sed -i "s|href=\"repodata/primary[^\"]*\"|href=\"../x/primary.xml.gz\"|" repo/repodata/repomd.xml
	serve
	fetching
	lost "leads out of the repository"
}

@test "a package may lie at another URL, which gets neither user nor query" {
	serve
	publish "s|<location |<location xml:base=\"$url/\" |"
	mv repo/*.rpm .
	mkdir repo/away
	mv ./*.rpm repo/away
	publish "s|<location |<location xml:base=\"$url/away\" |"
	url="${url/http:\/\//http:\/\/user:secret@}/?query"
	fetching
	equals 0 "$status" "exit status"
	equals "GET /away/$new - -" "$(tail -n 1 log)"
	publish "s|<location |<location xml:base=\"file:///etc\" |"
	rm -rf stage
	fetching
	equals "" "$(staged)"
}

@test "a user and a password reach the server, and nobody else" {
	cat >bin/curl <<-'SCRIPT'
		#!/bin/sh
		tr '\0' ' ' </proc/$$/cmdline >>"${0%/*}/seen"
		exec /usr/bin/curl "$@"
	SCRIPT
	chmod a+x bin/curl "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
	: >bin/seen
	chmod a+rw bin/seen
	serve "*=auth:us er:p@ss\"word"
	local plain=$url
	url=${url/http:\/\//http:\/\/us%20er:p%40ss%22word@}
	PATH=$PWD/bin:$PATH fetching -v
	equals 0 "$status" "exit status"
	grep -q "curl -q " bin/seen
	cat stage/generations/1/manifest.json bin/seen >all
	printf '%s\n' "$output" "$errors" >>all
	equals "" "$(grep -e p%40 -e p@ss -e "us er" -e us%20 all)" "secrets"
	grep -q "\"$plain\"" all
	# What fails does not give it away either.
	rm -rf stage
	url=${url/word/wrong}
	fetching
	lost "$plain/repodata/repomd.xml" 401
	[[ $errors != *p%40ss* ]]
}

@test "a proxy of the environment is used, or not" {
	serve
	url=http://kmp-match.invalid/drivers
	mkdir repo/drivers
	mv repo/repodata repo/*.rpm repo/drivers
	http_proxy=http://127.0.0.1:$(<port) fetching
	equals 0 "$status" "exit status"
	equals "http://kmp-match.invalid/drivers/$new" "$(asked | tr ' ' '\n' | tail -n 1)"
	http_proxy=http://127.0.0.1:$(<port) no_proxy=kmp-match.invalid fetching --dry-run
	fails 1 "is not found"
}

@test "https is verified, and never left" {
	local plain
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR"
	serve --tls "$BATS_FILE_TMPDIR/certificate.pem" "$BATS_FILE_TMPDIR/key.pem"
	url=${url/http:/https:}
	fetching
	lost certificate clock
	export CURL_CA_BUNDLE=$BATS_FILE_TMPDIR/certificate.pem
	fetching
	equals 0 "$status" "exit status"
	equals "$new" "$(staged)"
	rm -rf stage
	serve
	plain=$url
	serve --tls "$BATS_FILE_TMPDIR/certificate.pem" "$BATS_FILE_TMPDIR/key.pem" "*.rpm=to:$plain/$new"
	url=${url/http:/https:}
	fetching
	equals "rejected corrupt" "$(verdict foo-kmp-default | grep corrupt | head -n 1)"
	[[ $output == *"less secure"* ]] || equals "why" "$output"
	# The other way is fine.
	plain=$url
	serve "*=to:$plain/repodata/repomd.xml"
	fetching --dry-run
	(($(grep -c "^GET /repodata/repomd.xml - -" log) >= 2)) || equals "asked here and there" "$(<log)"
}

@test "without curl it is said what to do" {
	serve
	PATH=/nowhere fetching
	lost "curl is not installed" "copy the repository"
}

@test "a run that is killed leaves no file and no process behind" {
	local signal run tries
	cat >bin/curl <<-'SCRIPT'
		#!/bin/sh
		echo $$ >"${0%/*}/pid"
		exec /usr/bin/curl "$@"
	SCRIPT
	chmod a+x bin/curl "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_TEST_TMPDIR"
	chmod a+rwx bin
	serve "*.rpm=silent"
	for signal in KILL TERM; do
		rm -f bin/pid
		: >log
		TMPDIR=$PWD/files PATH=$PWD/bin:$PATH "$KMP_MATCH" --root "$ROOT" --no-gpg-checks --kernel ./symvers \
			--kernel-release "$release" --arch x86_64 --hardware machine --repo "$url" \
			--stage-dir stage >/dev/null 2>&1 3>&- &
		run=$!
		tries=0
		until grep -q "$new" log; do ((tries++ < 200)) && sleep 0.1; done
		kill "-$signal" "$run"
		status=0
		wait "$run" || status=$?
		equals $((128 + $(kill -l "$signal"))) "$status" "ended by SIG$signal"
		tries=0
		while kill -0 "$(<bin/pid)" 2>/dev/null; do ((tries++ < 50)) && sleep 0.1; done
		clean
		equals "" "$(staged)"
	done
}
