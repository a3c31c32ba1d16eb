#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is installed below the root: its rpm database of every kind.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
fits="supplements modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)"
bare="foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"
database=var/lib/rpm

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
	make_repo repo <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
}

install_bare() {
	make_base <<-TEXT
		package $bare
		requires ksym(default:printk) = 1111
		$fits
		package filesystem-1-1.x86_64
	TEXT
}

# package_header NEVRA: that of such a package, as a database keeps it.
package_header() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$BATS_TEST_DIRNAME/../lib" /usr/bin/python3 -c 'import importlib.machinery, sys
import rpmheader
tool = importlib.machinery.SourceFileLoader("tool", sys.argv[1]).load_module()
sys.stdout.buffer.write(rpmheader.header(tool.parse(["package " + sys.argv[2]])[0])[8:])' \
		"$BATS_TEST_DIRNAME/../lib/make-packages" "$1"
}

# untouched: nothing below $ROOT was made or changed since ./before.
untouched() {
	equals "" "$(find "$ROOT" -newer before)" "what the run wrote below the root"
}

# mark: what is written from here on is newer than ./before.
mark() {
	find "$ROOT" -exec touch -h -d '1 hour ago' {} +
	touch -d '1 minute ago' before
}

@test "a run leaves no trace in an sqlite database, with and without its side files" {
	install_bare
	for files in all main; do
		[[ $files == all ]] || rm -f "$ROOT/$database"/rpmdb.sqlite-* "$ROOT/$database"/.rpm.lock
		mark
		plan --repo repo
		equals "0 selected installed" "$status $(verdict foo-kmp-default)" "$files"
		untouched
	done
}

@test "no copy of the database is left behind, whatever happens" {
	mkdir copies
	export TMPDIR=$PWD/copies
	install_bare
	plan --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
	equals "" "$(ls -A copies)"
	printf garbage >"$ROOT/$database/rpmdb.sqlite"
	plan --repo repo
	fails 1 "/$database" "rpm --rebuilddb"
	equals "" "$(ls -A copies)" "after a failure"
}

@test "an sqlite database is read where nobody may write" {
	install_bare
	rm -f "$ROOT/$database"/rpmdb.sqlite-* "$ROOT/$database"/.rpm.lock
	chmod -R a=rX "$ROOT" repo machine symvers
	as_nobody --dry-run --json --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
}

# A writer that was not closed, or is at work, leaves what it wrote in the log.
@test "what only the log of an sqlite database has counts" {
	make_base <<<"package filesystem-1-1.x86_64"
	package_header "$bare" >row
	mkdir copy
	/usr/bin/python3 - "$ROOT/$database" <<-'SCRIPT'
		import shutil, sqlite3, sys
		path = sys.argv[1] + "/rpmdb.sqlite"
		writer = sqlite3.connect(path)
		writer.execute("INSERT INTO Packages (blob) VALUES (?)", (open("row", "rb").read(),))
		writer.commit()
		for name in (path, path + "-wal"):
		    shutil.copy(name, "copy")
	SCRIPT
	rm "$ROOT/$database"/*
	cp copy/* "$ROOT/$database"
	[[ -s $ROOT/$database/rpmdb.sqlite-wal ]]
	mark
	plan --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
	untouched
}

@test "a Berkeley DB is read" {
	command -v db5.3_load >/dev/null || skip "db5.3-util is not installed"
	local count nevra
	{
		printf '%s\n' VERSION=3 format=bytevalue type=hash HEADER=END
		# Record 0 has the last number that was given out; keys are in this machine's byte order.
		printf ' %s\n' 00000000 02000000
		count=0
		for nevra in "$bare" filesystem-1-1.x86_64; do
			count=$((count + 1))
			printf ' 0%d000000\n %s\n' "$count" "$(package_header "$nevra" | od -An -v -tx1 | tr -d ' \n')"
		done
		echo DATA=END
	} >records
	for database in var/lib/rpm usr/lib/sysimage/rpm; do
		mkdir -p "$ROOT/$database"
		db5.3_load -f records "$ROOT/$database/Packages"
		mark
		plan --repo repo
		equals "0 selected installed" "$status $(verdict foo-kmp-default)" "$database"
		untouched
		head -c 2000 "$ROOT/$database/Packages" >short
		mv short "$ROOT/$database/Packages"
		plan --repo repo
		fails 1 "/$database" "rpm --rebuilddb"
		rm -r "${ROOT:?}/$database"
	done
}

@test "an ndb database is read, where librpm has that kind" {
	mkdir -p "$ROOT/usr/lib/sysimage/rpm"
	{ printf '\216\255\350\001\000\000\000\000' && package_header "$bare"; } >rows
	ndb=(rpmdb --define '_db_backend ndb' --dbpath "$ROOT/usr/lib/sysimage/rpm")
	HOME=$PWD "${ndb[@]}" --initdb 2>/dev/null
	[[ -e $ROOT/usr/lib/sysimage/rpm/Packages.db ]] || skip "the librpm of this machine has no ndb"
	HOME=$PWD "${ndb[@]}" --importdb <rows
	mark
	plan --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
	untouched
}

@test "an ndb database that cannot be read takes one sentence, and is no bare base" {
	mkdir -p "$ROOT/usr/lib/sysimage/rpm"
	for content in garbage RpmP; do
		{ printf '%s' "$content" && head -c 8192 /dev/zero; } >"$ROOT/usr/lib/sysimage/rpm/Packages.db"
		plan --repo repo
		fails 1 /usr/lib/sysimage/rpm "rpm --rebuilddb"
		valid
	done
}

# add_lock ARGUMENT...: have zypper lock it below $ROOT.
add_lock() {
	command -v zypper >/dev/null || skip "zypper is not installed"
	mkdir -p "$ROOT/etc/zypp"
	rm -f "$ROOT/etc/zypp/locks"
	zypper --non-interactive --root "$ROOT" addlock "$@" >/dev/null
}

@test "what zypper has locked is neither installed nor updated" {
	make_base <<-TEXT
		package filesystem-1-1.x86_64
	TEXT
	local lock wanted
	while read -r lock wanted; do
		add_lock "$lock"
		plan --repo repo
		equals "$wanted" "$(verdict foo-kmp-default)" "$lock"
		valid
	done <<-TEXT
		foo-* rejected locked
		foo-kmp-default rejected locked
		foo selected selected
		Foo-* selected selected
		foo-kmp-default>=1.0_k6.4.0_1 rejected locked
		foo-kmp-default>1.0_k6.4.0_1 selected selected
		foo-kmp-default=1.0_k6.4.0_1-1.1 rejected locked
		foo-kmp-default=1.0_k6.4.0_1-1.2 selected selected
	TEXT
	add_lock --type patch foo-kmp-default
	plan --repo repo
	equals "selected selected" "$(verdict foo-kmp-default)" "a patch of that name"
}

@test "an installed build that zypper has locked stays" {
	install_bare
	make_repo newer <<-TEXT
		package foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	plan --repo repo --repo newer
	equals 0 "$status"
	add_lock foo-kmp-default=1.0_k6.4.0_1-1.1
	plan --repo newer
	equals $'0 selected installed\nrejected locked' "$status $(verdict foo-kmp-default)"
	equals foo-kmp-default "$(json "a['packages'][1]['culprit']")"
	plan --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
}

@test "a lock that is not understood is said and ignored" {
	install_bare
	mkdir -p "$ROOT/etc/zypp"
	printf 'solvable_name: foo\ncomplex: x\n' >"$ROOT/etc/zypp/locks"
	plan --repo repo
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
	equals malformed-lock "$(json "' '.join(d['id'] for d in a['diagnostics'])")"
}

# make_other_repo CRC: of what fits, one build for another kernel, which needs printk with that CRC.
make_other_repo() {
	make_repo other <<-TEXT
		package foo-kmp-default-2.0_k6.5.0_1-1.1.x86_64
		requires ksym(default:printk) = $1
		$fits
	TEXT
}

@test "an installed driver that no repository offers serves its device" {
	install_bare
	make_other_repo 2222
	plan --repo other
	valid
	equals $'0 selected installed\nrejected kabi-mismatch' "$status $(verdict foo-kmp-default)"
	equals "[null, null, \"$bare\", [], 0]" "$(json "[a['packages'][0]['source'], a['packages'][0]['rpm'],
		a['devices'][0]['packages'][0], a['unmatched'], a['packages'][0]['hints'][0]['device']]")"
	kmp_match --dry-run --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo other
	[[ $output == *"Installed already"*"$bare"*"another build is installed"* && $output != *"Left without"* ]] ||
		equals "the installed build" "$output"
	kmp_match --no-gpg-checks --kernel ./symvers --kernel-release 6.4.0-1-default --arch x86_64 \
		--hardware machine --repo other --stage-dir stage
	equals 0 "$status"
	[[ $output == *"Nothing to stage, 1 build refused."* && ! -e stage/current ]] || equals "nothing" "$output"
}

@test "an installed driver that nothing else competes with is in the plan" {
	install_bare
	make_repo empty </dev/null
	plan --repo empty
	valid
	equals "0 selected installed" "$status $(verdict foo-kmp-default)"
}

@test "an installed driver that does not fit the kernel serves nothing" {
	install_bare
	make_other_repo 2222
	make_symvers printk=3333 >symvers
	plan --repo other
	valid
	equals "3 rejected kabi-mismatch" "$status $(verdict foo-kmp-default)"
	equals '[{"device": 0, "offer": "refused"}]' "$(json "a['unmatched']")"
}

@test "an installed driver of another flavor, or for absent hardware, is none of ours" {
	make_base <<-TEXT
		package foo-kmp-rt-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(rt:printk) = 1111
		supplements modalias(kernel-rt:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		package bar-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:pci:v0000AAAAd*sv*sd*bc*sc*i*)
	TEXT
	make_other_repo 2222
	plan --repo other
	equals "3 " "$status $(verdict foo-kmp-rt)$(verdict bar-kmp-default)"
}

@test "an installed driver that is updated is not in the plan beside its update" {
	install_bare
	make_other_repo 1111
	plan --repo other
	equals "0 selected update" "$status $(verdict foo-kmp-default)"
}

@test "of two installed builds the one that fits serves" {
	make_base <<-TEXT
		package foo-kmp-default-1.5_k6.5.0_1-1.1.x86_64
		requires ksym(default:printk) = 2222
		$fits
		package $bare
		requires ksym(default:printk) = 1111
		$fits
	TEXT
	make_other_repo 2222
	plan --repo other --repo repo
	equals $'0 rejected kabi-mismatch\nselected installed' "$status $(verdict foo-kmp-default | sort)"
}
