#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Without --repo: the repositories that zypp or dnf has configured below the root, local or cached.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	mkdir -p "$ROOT"/etc/zypp/repos.d "$ROOT"/etc/zypp/vars.d "$ROOT"/etc/yum.repos.d "$ROOT"/etc/dnf/vars
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

# repository ALIAS URL [LINE...]: one of zypp; dnf_repository the same for dnf.
repository() {
	local alias=$1 url=$2
	shift 2
	printf '%s\n' "[$alias]" "name=$alias" "baseurl=$url" gpgcheck=0 "$@" \
		>"$ROOT/etc/zypp/repos.d/${alias//\//_}.repo"
}

dnf_repository() {
	local alias=$1 url=$2
	shift 2
	printf '%s\n' "[$alias]" "name=$alias" "baseurl=$url" gpgcheck=0 "$@" \
		>"$ROOT/etc/yum.repos.d/$alias.repo"
}

zypper_refresh() {
	command -v zypper >/dev/null || skip "zypper is not installed"
	zypper --root "$ROOT" --non-interactive --no-gpg-checks refresh >zypper.log 2>&1 ||
		equals "refreshed" "$(<zypper.log)"
	# libsolv forgets two bytes of the empty RPM database that zypper makes; a sanitizer says so.
	rm -r "$ROOT/var/lib/rpm"
}

dnf_makecache() {
	command -v dnf >/dev/null || skip "dnf is not installed"
	dnf --installroot "$ROOT" --config "$ROOT/etc/dnf/dnf.conf" --setopt="reposdir=$ROOT/etc/yum.repos.d" \
		--setopt="varsdir=$ROOT/etc/dnf/vars" --setopt="cachedir=$ROOT/var/cache/dnf" --releasever 9 \
		-y makecache >dnf.log 2>&1 || equals "made" "$(<dnf.log)"
}

# sources EXPRESSION: of each source `s`, a line.
sources() { json "'\n'.join(str($1) for s in a['sources'])"; }
selected() { json "sorted(p['nevra'] for p in a['packages'] if p['verdict'] == 'selected')"; }

# same_as REPO: the answer selects and refuses what it does when REPO is given with --repo.
same_as() {
	local verdicts="sorted((p['nevra'], p['verdict'], p['reason'], p['hints']) for p in a['packages'])" got
	got=$(json "$verdicts")
	plan --repo "$1"
	equals "$(json "$verdicts")" "$got" "verdicts"
	[[ $got == *selected* ]]
}

@test "zypper's own cache gives the same plan as the repository" {
	{ kmp foo; kmp foo-2.0; kmp bar; } | make_repo repo
	repository "my repo/with:odd" "dir://$PWD/repo"
	zypper_refresh
	[[ -e "$ROOT/var/cache/zypp/raw/my repo_with:odd/repodata/repomd.xml" ]]
	plan
	equals 0 "$status"
	valid
	equals "my repo/with:odd True True solv 3 99 None" \
		"$(sources "'%s %s %s %s %s %s %s' % (s['alias'], s['system'], s['cached'], s['kind'], s['packages'], s['priority'], s['error'])")"
	same_as repo
}

@test "zypper's .solv file is read where its cookie names the metadata that is there" {
	{ kmp foo; kmp foo-2.0; } | make_repo repo
	repository a "dir://$PWD/repo"
	zypper_refresh
	mv repo elsewhere
	cp -r "$ROOT/var/cache/zypp" kept
	for change in none "other metadata" "other cookie" "no cookie" "cut file" "foreign file" "other URL"; do
		rm -rf "$ROOT/var/cache/zypp"
		cp -r kept "$ROOT/var/cache/zypp"
		solv=$ROOT/var/cache/zypp/solv/a wanted=rpm-md
		case $change in
		none) wanted=solv ;;
		"other metadata") echo >>"$ROOT/var/cache/zypp/raw/a/repodata/repomd.xml" ;;
		"other cookie") tr 0-9 1-90 <kept/solv/a/cookie >"$solv/cookie" ;;
		"no cookie") rm "$solv/cookie" ;;
		"cut file") truncate -s -9 "$solv/solv" ;;
		"foreign file") mkfifo fifo && mv fifo "$solv/solv" ;;
		"other URL") repository a "dir://$PWD/repo2" ;;
		esac
		plan
		equals "0 True $wanted 2 None" \
			"$status $(sources "'%s %s %s %s' % (s['cached'], s['kind'], s['packages'], s['error'])")" "$change"
		equals '["foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64"]' "$(selected)" "$change"
	done
}

@test "where zypper's .solv file is read the metadata beside it vouches for RPMs, if it is signed" {
	local make=$BATS_TEST_DIRNAME/../lib way wanted rpm="foo-kmp-default-1.0-1.x86_64"
	local cache=$ROOT/var/cache/zypp
	"$make/make-key" keys vendor ed25519
	mkdir trusted repo
	cp keys/vendor.asc trusted
	"$make/make-module" foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	"$make/make-rpm" "${rpm%.x86_64}" repo "/lib/modules/6.4.0-1-default/updates/foo.ko=foo.ko" <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	createrepo_c --quiet repo
	"$make/sign" keys vendor repo/repodata/repomd.xml
	repository a "dir://$PWD/repo"
	zypper_refresh
	mkdir -p "$cache/packages/a"
	mv repo/*.rpm "$cache/packages/a"
	[[ -e $cache/raw/a/repodata/repomd.xml.asc ]] || cp repo/repodata/repomd.xml.asc "$cache/raw/a/repodata"
	mv repo elsewhere
	cp -r "$cache" kept
	for way in none unsigned other-primary no-primary other-checksum; do
		rm -rf "$cache"
		cp -r kept "$cache"
		wanted="rejected unsigned"
		case $way in
		none) wanted="selected selected" ;;
		unsigned) rm "$cache/raw/a/repodata/repomd.xml.asc" ;;
		other-primary) printf ' ' >>"$(echo "$cache"/raw/a/repodata/*primary.xml*)" ;;
		no-primary) rm "$cache"/raw/a/repodata/*primary.xml* ;;
		other-checksum)
			"$make/tamper" "$cache/packages/a/$rpm.rpm" true-payload
			wanted="rejected corrupt"
			;;
		esac
		kmp_match --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
			--hardware machine --keys trusted
		equals solv "$(sources "s['kind']")" "$way"
		equals "$wanted" "$(verdict foo-kmp-default)" "$way"
		[[ $way != none ]] || equals "good repomd" "$(json "'%(status)s %(way)s' % a['packages'][0]['trust']")"
		valid
	done
}

@test "zypper's .solv file serves where the metadata that it was made of is gone" {
	{ kmp foo; kmp foo-2.0; kmp bar; } | make_repo repo
	repository drivers "dir://$PWD/repo"
	zypper_refresh
	rm -r "$ROOT/var/cache/zypp/raw"
	plan
	equals 0 "$status"
	valid
	equals "drivers True solv 3 None" \
		"$(sources "'%s %s %s %s %s' % (s['alias'], s['cached'], s['kind'], s['packages'], s['error'])")"
	same_as repo
}

@test "dnf's own cache gives the same plan as the repository" {
	{ kmp foo; kmp foo-2.0; kmp bar; } | make_repo repo
	: >"$ROOT/etc/dnf/dnf.conf"
	echo repo >"$ROOT/etc/dnf/vars/where"
	dnf_repository drivers "file://$PWD/\$where"
	dnf_makecache
	compgen -G "$ROOT/var/cache/dnf/drivers-*/repodata/repomd.xml" >/dev/null
	plan
	equals 0 "$status"
	valid
	equals "drivers True True []" "$(sources "'%s %s %s %s' % (s['alias'], s['system'], s['cached'], s['diagnostics'])")"
	same_as repo
}

@test "libdnf5's cache is read too" {
	kmp foo | make_repo repo
	dnf_repository drivers "https://h.invalid/repo"
	mkdir -p "$ROOT/var/cache/libdnf5"
	cp -r repo "$ROOT/var/cache/libdnf5/drivers-$(printf https://h.invalid/repo | sha256sum | cut -c1-16)"
	plan
	equals "True None []" "$(sources "'%s %s %s' % (s['cached'], s['error'], s['diagnostics'])")"
	same_as repo
}

@test "of dnf's caches of one id the newest serves where none is of this URL, which is said" {
	kmp old | make_repo "$ROOT/var/cache/dnf/drivers-0123456789abcdef"
	kmp new | make_repo "$ROOT/var/cache/dnf/drivers-fedcba9876543210"
	kmp foreign | make_repo "$ROOT/var/cache/dnf/drivers-extra-fedcba9876543210"
	touch -d "3 days ago" "$ROOT"/var/cache/dnf/drivers-0123456789abcdef/repodata/*
	touch -d "1 day ago" "$ROOT"/var/cache/dnf/drivers-fedcba9876543210/repodata/*
	dnf_repository drivers https://h.invalid/
	plan
	equals '["new-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
	equals other-cache "$(sources "s['diagnostics'][0]['id']")"
	says drivers-fedcba9876543210
}

@test "a repository that is neither local nor cached is named, and the others serve" {
	kmp foo | make_repo "$ROOT/srv/repo"
	repository here dir:///srv/repo
	repository gone https://user:secret@h.invalid/x?token
	plan
	equals 0 "$status"
	valid
	says "warning: cannot read the repository 'gone'" "not cached" "zypper refresh" "--repo"
	equals $'https://h.invalid/x True\ndir:///srv/repo False' \
		"$(sources "'%s %s' % (s['location'], s['error'] is not None)")"
	[[ $output${errors-} != *secret* && $output${errors-} != *token* ]]
	equals '["foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 --hardware machine
	equals 0 "$status"
	[[ $output == *"1 of the system's 2 repositories could not be read"* ]]
}

@test "without an enabled repository the sentence says what to give" {
	plan
	fails 1 "no repository was given" "none enabled" "--repo"
	repository off dir:///srv/repo enabled=0
	dnf_repository off file:///srv/repo enabled=0
	plan
	fails 1 "none enabled" "--repo"
	equals 1 "$(json "a['result']['exit']")"
}

@test "dnf's repositories count where zypp has none enabled, zypp's alone where it has" {
	kmp foo | make_repo "$ROOT/srv/foo"
	kmp bar | make_repo "$ROOT/srv/bar"
	dnf_repository bar file:///srv/bar
	repository foo dir:///srv/foo enabled=0
	plan
	equals bar "$(sources "s['alias']")"
	repository foo dir:///srv/foo enabled=1
	plan
	equals foo "$(sources "s['alias']")"
}

@test "a --repo is all that is read when one is given" {
	kmp foo | make_repo "$ROOT/srv/foo"
	kmp bar | make_repo given
	repository foo dir:///srv/foo
	plan --repo given
	equals "given False" "$(sources "'%s %s' % (s['location'], s['system'])")"
}

@test "priorities decide as zypp counts them, a version only among equals" {
	kmp foo-2.0 | make_repo "$ROOT/srv/new"
	kmp foo-1.0 | make_repo "$ROOT/srv/preferred"
	repository a-new dir:///srv/new
	repository preferred dir:///srv/preferred priority=98
	plan
	equals $'preferred 98\na-new 99' "$(sources "'%s %s' % (s['alias'], s['priority'])")"
	equals '["foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
	repository preferred dir:///srv/preferred priority=0
	plan
	equals $'a-new 99\npreferred 99' "$(sources "'%s %s' % (s['alias'], s['priority'])")"
	equals '["foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
}

@test "variables come from the product, the machine, and files of the admin" {
	mkdir -p "$ROOT/etc/products.d"
	printf '<product>\n  <name>SLES</name>\n  <version>15.6</version>\n</product>\n' >"$ROOT/etc/products.d/SLES.prod"
	ln -s SLES.prod "$ROOT/etc/products.d/baseproduct"
	printf '  drivers \nnot this line\n' >"$ROOT/etc/zypp/vars.d/what"
	kmp foo | make_repo "$ROOT/srv/15.6/15/6/x86_64/drivers/word"
	repository foo "dir:///srv/\$releasever/\${releasever_major}/\$releasever_minor/\$basearch/\$what/\${none:-word}"
	plan
	equals False "$(sources "s['cached']")"
	equals '["foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
	echo 16.0 >"$ROOT/etc/zypp/vars.d/releasever"
	plan
	equals "dir:///srv/16.0/16/0/x86_64/drivers/word" "$(sources "s['location']")"
}

@test "dnf takes the release from os-release" {
	printf 'NAME="X"\nVERSION_ID="9.4"\n' >"$ROOT/etc/os-release"
	kmp foo | make_repo "$ROOT/srv/9.4/i386"
	dnf_repository foo "file:///srv/\$releasever/\$basearch"
	kmp_match --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch i686 --hardware machine
	equals "file:///srv/9.4/i386 None" "$(sources "'%s %s' % (s['location'], s['error'])")"
}

@test "dnf takes the release from the package that stands for the distribution, if one is installed" {
	printf 'VERSION_ID="8.1"\n' >"$ROOT/etc/os-release"
	dnf_repository foo "file:///srv/\$releasever/\$releasever_major"
	local package wanted
	while IFS='|' read -r package wanted; do
		printf '%b\n' "package $package" "package filesystem-1-1.x86_64" | make_base
		kmp foo | make_repo "$ROOT/srv/$wanted"
		plan
		equals "file:///srv/$wanted None" "$(sources "'%s %s' % (s['location'], s['error'])")" "$package"
		rm -r "$ROOT/var/lib/rpm"
	done <<-'TEXT'
		centos-stream-release-9.4-1.noarch\nprovides system-release = 9.9|9.9/9
		centos-stream-release-9.4-1.noarch\nprovides system-release|9.4/9
		system-release-9.4-1.noarch\nprovides system-release = 9.9|9.4/9
		a-1-1.noarch\nprovides system-release = 9.3\nprovides system-release(releasever) = 9|9/9
		redhat-release-10-3.noarch\nprovides redhat-release = 10-3|10/10
		b-1-1.noarch\nprovides release|8.1/8
	TEXT
}

@test "repositories inside dnf.conf count, before those of the same id in a folder" {
	kmp foo | make_repo "$ROOT/srv/foo"
	kmp bar | make_repo "$ROOT/srv/bar"
	printf '%s\n' "[main]" gpgcheck=0 "[foo]" baseurl=file:///srv/foo "[off]" enabled=0 >"$ROOT/etc/dnf/dnf.conf"
	dnf_repository bar file:///srv/bar
	dnf_repository foo file:///srv/elsewhere
	plan
	equals $'bar None\nfoo None' "$(sources "'%s %s' % (s['alias'], s['error'])")"
	equals malformed-repository "$(json "' '.join(d['id'] for d in a['diagnostics'])")"
	cp "$ROOT/etc/dnf/dnf.conf" "$ROOT/etc/zypp/zypp.conf"
	repository zypps dir:///srv/bar
	plan
	equals zypps "$(sources "s['alias']")"
}

@test "RPMs of a cached repository are at hand if its package manager kept them" {
	rpm=foo-kmp-default-1.0_k6.4.0_1-1.1
	mkdir -p repo/x86_64
	"$BATS_TEST_DIRNAME/../lib/make-rpm" "$rpm" repo/x86_64 <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	createrepo_c -q repo
	path="a['packages'][0]['rpm']"
	repository drivers https://h.invalid/
	mkdir -p "$ROOT/var/cache/zypp/raw" "$ROOT/var/cache/zypp/packages/drivers/x86_64"
	cp -r repo "$ROOT/var/cache/zypp/raw/drivers"
	rm -r "$ROOT/var/cache/zypp/raw/drivers/x86_64"
	plan
	equals null "$(json "$path")"
	cp repo/x86_64/* "$ROOT/var/cache/zypp/packages/drivers/x86_64"
	plan
	equals "$ROOT/var/cache/zypp/packages/drivers/x86_64/$rpm.x86_64.rpm" "$(json "$path")"
	cmp "$(json "$path")" "repo/x86_64/$rpm.x86_64.rpm"

	rm "$ROOT/etc/zypp/repos.d/drivers.repo"
	dnf_repository drivers https://h.invalid/
	cache=$ROOT/var/cache/dnf/drivers-$(printf https://h.invalid/ | sha256sum | cut -c1-16)
	mkdir -p "$cache/packages"
	cp -r repo/repodata "$cache"
	cp repo/x86_64/* "$cache/packages"
	plan
	equals "$cache/packages/$rpm.x86_64.rpm" "$(json "$path")"
}

@test "a local repository is read in place, a mount point without its medium from the cache" {
	kmp new | make_repo "$ROOT/media/stick"
	kmp old | make_repo "$ROOT/var/cache/zypp/raw/stick"
	repository stick dir:///media/stick
	plan
	equals "False [\"new-kmp-default-1.0_k6.4.0_1-1.1.x86_64\"]" "$(sources "s['cached']") $(selected)"
	rm -r "$ROOT"/media/stick/*
	plan
	equals "True [\"old-kmp-default-1.0_k6.4.0_1-1.1.x86_64\"]" "$(sources "s['cached']") $(selected)"
	rm -r "$ROOT/var/cache/zypp"
	plan
	equals "directory 0 None" "$(sources "'%s %s %s' % (s['kind'], s['packages'], s['error'])")"
}

@test "a path below the URL counts for the repository and for its cache" {
	kmp foo | make_repo "$ROOT/srv/medium/Module/drivers"
	repository local dir:///srv/medium path=/Module/drivers
	kmp bar | make_repo "$ROOT/var/cache/zypp/raw/remote/Module/drivers"
	repository remote https://h.invalid/ path=/Module/drivers
	plan
	equals $'False 1\nTrue 1' "$(sources "'%s %s' % (s['cached'], s['packages'])")"
}

@test "the age of a cache is told from its eighth day on, and is in no manifest" {
	kmp foo | make_repo "$ROOT/var/cache/zypp/raw/foo"
	repository foo https://h.invalid/
	touch -d "2020-02-03 04:05:06 UTC" "$ROOT"/var/cache/zypp/raw/foo/repodata/*
	plan
	valid
	equals 2020-02-03T04:05:06Z "$(sources "s['refreshed']")"
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine
	[[ ${output//$'\n'/ } =~ "foo (https://h.invalid/): 1 package, 1 with drivers, its cache is "[0-9]{4,}" days old" ]] ||
		equals "the age" "$output"
	touch "$ROOT"/var/cache/zypp/raw/foo/repodata/primary.xml
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine
	[[ $output != *"days old"* ]]
}

@test "a cache that is found current once more makes no new generation" {
	rpm=foo-kmp-default-1.0_k6.4.0_1-1.1
	mkdir -p repo "$ROOT/var/cache/zypp/packages/foo" "$ROOT/var/cache/zypp/raw"
	"$BATS_TEST_DIRNAME/../lib/make-rpm" "$rpm" repo <<-TEXT
		Requires: ksym(default:printk) = 1111
		Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
	TEXT
	createrepo_c -q repo
	cp -r repo "$ROOT/var/cache/zypp/raw/foo"
	mv "$ROOT/var/cache/zypp/raw/foo/$rpm.x86_64.rpm" "$ROOT/var/cache/zypp/packages/foo"
	repository foo https://h.invalid/
	for day in 1 2; do
		touch -d "$day days ago" "$ROOT"/var/cache/zypp/raw/foo/repodata/*
		kmp_match --no-gpg-checks --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine --stage-dir stage
		equals 0 "$status" "$errors"
		equals generations/1 "$(readlink stage/current)"
	done
}

@test "what is no regular file or leads nowhere is said and left out, and nothing hangs" {
	kmp foo | make_repo "$ROOT/srv/foo"
	repository foo dir:///srv/foo
	mkfifo "$ROOT/etc/zypp/repos.d/fifo.repo" "$ROOT/etc/zypp/vars.d/fifo"
	mkdir "$ROOT/etc/zypp/repos.d/folder.repo" "$ROOT/etc/zypp/vars.d/folder"
	ln -s nowhere "$ROOT/etc/zypp/repos.d/dead.repo"
	ln -s self.repo "$ROOT/etc/zypp/repos.d/self.repo"
	ln -s ../../../../../../etc/passwd "$ROOT/etc/zypp/vars.d/out"
	truncate -s 2M "$ROOT/etc/zypp/repos.d/huge.repo" "$ROOT/etc/zypp/vars.d/huge"
	printf '[foo]\nbaseurl=dir:///elsewhere\n[..]\nname=n\nwhat is this\n' >"$ROOT/etc/zypp/repos.d/odd.repo"
	mkfifo "$ROOT/etc/zypp/zypp.conf"
	status=0
	plan
	equals 0 "$status"
	valid
	for name in fifo.repo fifo dead.repo folder.repo folder self.repo out huge.repo huge zypp.conf; do
		says "/$name': "
	done
	says "odd.repo: line 5 is no key=value" "repository 'foo' was defined before" "repository '..' has a name"
	equals foo "$(sources "s['alias']")"
	equals '["foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
	equals $'malformed-repository\nmalformed-repository-line\nunreadable-configuration' \
		"$(json "'\n'.join(sorted({d['id'] for d in a['diagnostics']}))")"
}

@test "a damaged cache is named, and the others serve" {
	kmp foo | make_repo "$ROOT/srv/foo"
	repository foo dir:///srv/foo
	for kind in empty fifo dead cut; do
		mkdir -p "$ROOT/var/cache/zypp/raw/$kind/repodata"
		repository "$kind" "https://h.invalid/$kind"
	done
	mkfifo "$ROOT/var/cache/zypp/raw/fifo/repodata/repomd.xml"
	ln -s nowhere "$ROOT/var/cache/zypp/raw/dead/repodata/repomd.xml"
	kmp bar | make_repo "$ROOT/var/cache/zypp/raw/cut"
	truncate -s 100 "$ROOT/var/cache/zypp/raw/cut/repodata/primary.xml"
	: >"$ROOT/var/cache/zypp/raw/file"
	repository file https://h.invalid/file
	plan
	equals 0 "$status"
	valid
	equals $'cut True\ndead True\nempty True\nfifo True\nfile True\nfoo False' \
		"$(sources "'%s %s' % (s['alias'], s['error'] is not None)" | sort)"
	equals 5 "$(grep -c '^kmp-match: warning: cannot read the repository' <<<"$errors")"
	says "raw/empty' has no repodata/repomd.xml"
	equals '["foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"]' "$(selected)"
}

@test "folders that may not be read are said, with what to do" {
	kmp foo | make_repo "$ROOT/srv/foo"
	repository foo dir:///srv/foo
	kmp bar | make_repo "$ROOT/var/cache/zypp/raw/bar"
	repository bar https://h.invalid/
	chmod 0 "$ROOT/var/cache/zypp/raw/bar"
	chmod 0 "$ROOT/etc/zypp/vars.d"
	chmod a+r symvers machine
	as_nobody --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine
	chmod 755 "$ROOT/var/cache/zypp/raw/bar" "$ROOT/etc/zypp/vars.d"
	equals 0 "$status"
	says "'/etc/zypp/vars.d': Permission denied" "'bar': " "Permission denied; run as root"
	chmod 0 "$ROOT/etc/zypp/repos.d"
	as_nobody --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --hardware machine
	chmod 755 "$ROOT/etc/zypp/repos.d"
	fails 1 "none enabled that can be read" "repos.d': Permission denied" "--repo"
}

@test "zypp.conf and dnf.conf say where configuration and caches are" {
	mkdir -p "$ROOT/opt/repos" "$ROOT/opt/vars"
	printf '[main]\ncachedir=/opt/cache\nreposdir = /opt/repos\nvarsdir = /opt/vars\n' |
		tee "$ROOT/etc/zypp/zypp.conf" >"$ROOT/etc/dnf/dnf.conf"
	echo drivers >"$ROOT/opt/vars/what"
	kmp foo | make_repo "$ROOT/opt/cache/raw/foo"
	repository foo "https://h.invalid/\$what"
	mv "$ROOT/etc/zypp/repos.d/foo.repo" "$ROOT/opt/repos"
	plan
	equals "foo https://h.invalid/drivers None" "$(sources "'%s %s %s' % (s['alias'], s['location'], s['error'])")"
	rm "$ROOT/etc/zypp/zypp.conf"
	kmp foo | make_repo "$ROOT/opt/cache/foo-$(printf https://h.invalid/drivers | sha256sum | cut -c1-16)"
	plan
	equals "foo https://h.invalid/drivers None" "$(sources "'%s %s %s' % (s['alias'], s['location'], s['error'])")"
}
