#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# From a repository of real RPMs to the staging directory, and everything that must not get there.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
release=6.4.0-1-default
foo="foo-kmp-default-1.0_k6.4.0_1-1.1.x86_64"
bar="bar-kmp-default-1.0_k6.3.0_1-1.1.x86_64"

setup_file() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	local tools=$BATS_TEST_DIRNAME/../../tools make=$BATS_TEST_DIRNAME/../lib
	cd "$BATS_FILE_TMPDIR" || return
	mkdir modules rpms newer other
	"$make/make-module" modules/foo.ko import=printk:1111 "alias=pci:v00008086d000010D3sv*sd*bc*sc*i*"
	xz --keep --check=crc32 modules/foo.ko
	"$make/make-module" modules/bar-bus.ko import=printk:1111 "alias=usb:v1234p5678d*" \
		"description=$(head -c 60000 /dev/urandom | base64 -w 0)"
	"$tools/make-kmp" foo 6.4.0-1-default rpms modules/foo.ko.xz
	"$tools/make-kmp" -v 2.0 foo 6.4.0-1-default newer modules/foo.ko.xz
	echo "firmware bytes" >firmware
	printf '%s\n' "# of the vendor" "options bar_bus speed=1" "install bar_bus /bin/sh -c reboot" \
		"blacklist old_bar" "softdep bar_bus pre: \\" "  usbcore" "remove bar_bus /bin/false" >conf
	echo bar_bus >load
	"$make/make-rpm" bar-kmp-default-1.0_k6.3.0_1-1.1 rpms \
		/lib/modules/6.3.0-1-default/updates/bar-bus.ko=modules/bar-bus.ko \
		/lib/firmware/vendor/bar.bin=firmware /etc/modprobe.d/bar.conf=conf \
		/usr/lib/modules-load.d/bar.conf=load /usr/share/doc/bar/README=conf <<-TEXT
			Requires: ksym(default:printk) = 1111
			Provides: kmod(bar-bus.ko)
			Supplements: modalias(kernel-default:usb:v1234p5678d*)
		TEXT
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	rpms=$BATS_FILE_TMPDIR/rpms
	make_symvers printk=1111 >symvers
	make_machine machine "$card" usb:v1234p5678d0100dc00dsc00dp00icFFiscFFip00in00
	cp -r "$rpms" repo
}

stage() {
	kmp_match stage --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" \
		--arch x86_64 --hardware machine --repo repo --stage-dir stage "$@"
}

# picture [BELOW]: entries of the staging directory, with times and content. Left out are the lock
# and the time of the folders in which a run works: it removes again what it made there.
picture() {
	local below=stage${1:+/$1}
	find "$below" ! -name lock ! -path stage ! -path stage/generations -printf '%p %y %m %T@ %s %l\n' | sort
	[[ -n ${1-} ]] || ls -A stage stage/generations
	find "$below" -type f ! -name lock -exec sha256sum {} + | sort
}

# intact: whatever was there before is there, and nothing else.
intact() { equals "$before" "$(picture)" "the staging directory"; }

# nothing: nothing was staged, and no half-made generation is left.
nothing() {
	[[ ! -e stage/current && ! -L stage/current ]] || equals "no current" "$(ls -l stage)"
	equals "" "$(find stage -mindepth 2 2>/dev/null)" "left behind"
}

@test "a generation has modules, firmware, configuration, RPMs, packages and manifest" {
	umask 077 # its modes are promised all the same
	stage
	equals 0 "$status"
	equals 1 "$(json "a['result']['generation']")"
	equals generations/1 "$(readlink stage/current)"
	equals "config/$bar/modprobe.d/bar.conf
config/$bar/modules-load.d/bar.conf
firmware/$bar/vendor/bar.bin
manifest.json
modules/$release/$bar/updates/bar-bus.ko
modules/$release/$foo/updates/foo.ko.xz
packages
rpms/$bar.rpm
rpms/$foo.rpm" "$(cd stage/current/ && find . -type f -printf '%P\n' | sort)"
	equals "" "$(find stage/generations/1 ! -type f ! -type d)" "neither file nor directory"
	equals "700" "$(stat -c %a stage)"
	equals "" "$(find stage/generations/1 -type f ! -perm 644)" "modes"
}

@test "every file keeps its bytes, and configuration loses what would run programs" {
	stage
	local current=stage/generations/1
	cmp "$rpms/$foo.rpm" "$current/rpms/$foo.rpm"
	cmp "$rpms/$bar.rpm" "$current/rpms/$bar.rpm"
	cmp "$BATS_FILE_TMPDIR/modules/foo.ko.xz" "$current/modules/$release/$foo/updates/foo.ko.xz"
	cmp "$BATS_FILE_TMPDIR/modules/bar-bus.ko" "$current/modules/$release/$bar/updates/bar-bus.ko"
	cmp "$BATS_FILE_TMPDIR/firmware" "$current/firmware/$bar/vendor/bar.bin"
	cmp "$BATS_FILE_TMPDIR/load" "$current/config/$bar/modules-load.d/bar.conf"
	equals "# of the vendor
options bar_bus speed=1
blacklist old_bar
softdep bar_bus pre: \\
  usbcore" "$(<"$current/config/$bar/modprobe.d/bar.conf")"
	equals "config-line config-line" \
		"$(json "' '.join(d['id'] for p in a['packages'] for d in p['diagnostics'])")"
}

@test "the manifest is the answer, follows the schema, and knows every file" {
	stage
	valid
	equals "$output" "$(<stage/current/manifest.json)"
	equals "$bar
$foo" "$(sort stage/current/packages)"
	for number in 0 1; do
		rpm=$(json "a['packages'][$number]['rpm']")
		equals "$(sha256sum <"stage/current/$rpm" | cut -d' ' -f1)" \
			"$(json "a['packages'][$number]['rpm_sha256']")" "$rpm"
		module=modules/$release/$(json "a['packages'][$number]['nevra']")/$(
			json "a['packages'][$number]['modules'][0]['path']"
		)
		equals "$(sha256sum <"stage/current/$module" | cut -d' ' -f1)" \
			"$(json "a['packages'][$number]['modules'][0]['sha256']")" "$module"
	done
	equals '["vendor/bar.bin"]' "$(json "[f for p in a['packages'] for f in p['firmware']]")"
	equals '["bar_bus", "foo"]' "$(json "sorted(m['name'] for p in a['packages'] for m in p['modules'])")"
}

@test "the same input again makes no generation and changes no byte and no time" {
	stage
	first=$output before=$(picture)
	sleep 0.05
	stage
	equals 0 "$status"
	equals "$first" "$output"
	intact
}

@test "another input makes generation 2, and generation 1 stays as it was" {
	stage
	before=$(picture generations/1)
	cp "$BATS_FILE_TMPDIR"/newer/*.rpm repo
	stage
	equals 0 "$status"
	equals 2 "$(json "a['result']['generation']")"
	equals generations/2 "$(readlink stage/current)"
	equals "$before" "$(picture generations/1)"
	equals "$bar
foo-kmp-default-2.0_k6.4.0_1-1.1.x86_64" "$(sort stage/current/packages)"
	rm repo/foo-kmp-default-2.0*
	stage
	equals generations/3 "$(readlink stage/current)"
	equals "$before" "$(picture generations/1)"
}

@test "nothing needed leaves the staging directory as it is" {
	stage
	before=$(picture)
	make_machine machine "pci:v0000FFFFd0000FFFFsv00000000sd00000000bc00sc00i00"
	stage
	equals 0 "$status"
	equals null "$(json "a['result']['generation']")"
	intact
}

@test "without --no-gpg-checks what is unsigned is refused, 3, and nothing is staged" {
	kmp_match --json --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--repo repo --stage-dir stage
	equals 3 "$status"
	equals '["unsigned", "unsigned"]' "$(json "[p['reason'] for p in a['packages']]")"
	equals true "$(json "a['gpg_checks'] and 'not signed' in a['packages'][0]['detail']")"
	valid
	nothing_staged
	stage
	before=$(picture)
	kmp_match --json --kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
		--repo repo --stage-dir stage
	equals 3 "$status"
	intact
}

@test "with an unknown kernel nothing is staged" {
	kmp_match stage --json --no-gpg-checks --kernel "$release" --hardware machine --repo repo \
		--stage-dir stage
	equals 3 "$status"
	equals '["kabi-unknown", "kabi-unknown"]' "$(json "[p['reason'] for p in a['packages']]")"
	nothing
}

# spoiled STATUS: foo is damaged, and costs bar nothing: bar alone is staged, first as generation 1
# and then beside a generation that has both, which stays as it was.
spoiled() {
	cp -r repo spoiled
	stage
	leaves_out_foo "$1"
	rm -rf repo stage
	cp -r "$rpms" repo
	stage
	equals 0 "$status"
	before=$(picture generations/1)
	rm -r repo
	cp -r spoiled repo
	stage
	leaves_out_foo "$1"
	equals generations/2 "$(readlink stage/current)"
	equals "$before" "$(picture generations/1)" "generation 1"
	rm -rf repo spoiled stage
	cp -r "$rpms" repo
}

# leaves_out_foo STATUS: where its header can be read, it is known that a device waits for it.
leaves_out_foo() {
	equals "$1" "$status" "exit status"
	equals "$1" "$(json "a['result']['exit']")"
	says "$foo"
	equals "$bar" "$(<stage/current/packages)" "packages"
	equals "" "$(find stage/current/ -name '*foo*')" "of foo"
	((status == 0)) || equals "rejected corrupt" "$(verdict foo-kmp-default)"
}

# flip FILE OFFSET: change one bit there.
flip() {
	/usr/bin/python3 -c 'import sys
with open(sys.argv[1], "r+b") as file:
    file.seek(int(sys.argv[2]))
    byte = file.read(1)[0]
    file.seek(int(sys.argv[2]))
    file.write(bytes([byte ^ 1]))' "$@"
}

# The middle of the first half is room that rpmbuild leaves for signatures, so nothing covers it.
@test "a flipped bit in an RPM keeps it out, and costs the one beside it nothing" {
	size=$(stat -c %s "repo/$foo.rpm")
	for offset in 0 100 300 $((size - 1000)); do
		flip "repo/$foo.rpm" "$offset"
		spoiled 0
	done
	for offset in $((size - 300)) $((size - 1)); do
		flip "repo/$foo.rpm" "$offset"
		spoiled 3
	done
}

@test "an RPM that is cut anywhere is kept out, and costs the one beside it nothing" {
	size=$(stat -c %s "repo/$foo.rpm")
	for length in 0 50 200 $((size / 2)) $((size - 1)); do
		truncate -s "$length" "repo/$foo.rpm"
		spoiled 0
	done
}

@test "what the metadata describes otherwise is not staged: cut, changed, another package" {
	command -v createrepo_c >/dev/null || skip "createrepo_c is not installed"
	createrepo_c --quiet "$PWD/repo"
	mv repo described
	change() {
		rm -rf repo
		cp -r described repo
	}
	change && truncate -s -1 "repo/$foo.rpm"
	check_described
	change && flip "repo/$foo.rpm" $(($(stat -c %s "repo/$foo.rpm") - 40))
	check_described
	change && cp "$BATS_FILE_TMPDIR"/newer/*.rpm "repo/$foo.rpm"
	check_described
	change && cp "repo/$bar.rpm" "repo/$foo.rpm"
	check_described
	change && echo more >>"repo/$foo.rpm"
	check_described
	change && "$BATS_TEST_DIRNAME/../../tools/make-kmp" -x "Url: http://example.invalid" foo "$release" \
		repo "$BATS_FILE_TMPDIR/modules/foo.ko.xz" >/dev/null
	check_described
}

check_described() {
	rm -rf stage
	stage
	leaves_out_foo 3
	rm -rf stage
	cp -r described whole
	kmp_match --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo whole --stage-dir stage
	equals 0 "$status"
	before=$(picture generations/1)
	stage
	leaves_out_foo 3
	equals "$before" "$(picture generations/1)" "generation 1"
	rm -r whole
}

@test "a package whose RPM is missing is planned by its metadata and fails when staged" {
	make_repo repo <<-TEXT
		package baz-kmp-default-1.0_k6.4.0_1-1.1.x86_64
		requires ksym(default:printk) = 1111
		supplements modalias(kernel-default:$card)
	TEXT
	rm repo/*.rpm
	plan --repo repo
	equals 0 "$status"
	equals "selected selected" "$(verdict baz-kmp-default)"
	equals '["rpm-not-at-hand"]' "$(json "[d['id'] for p in a['packages'] for d in p['diagnostics']]")"
	stage
	fails 1 baz-kmp-default-1.0_k6.4.0_1-1.1.x86_64
	nothing
}

@test "a place that may not be written to is named, and nothing is made" {
	mkdir -m 555 closed
	chmod -R a+rX "$BATS_TEST_TMPDIR"
	as_nobody --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --hardware machine \
		--repo repo --stage-dir closed/stage
	fails 1 closed/stage --stage-dir
	((EUID != 0)) || says "Permission denied"
	equals "" "$(find closed -mindepth 1)"
	equals 1 "$(json "a['result']['exit']")"
}

@test "a directory of another user, or open to others, is not used" {
	mkdir -m 777 stage
	stage
	fails 1 stage others
	equals "" "$(find stage -mindepth 1)"
	((EUID == 0)) || skip "only root can give a directory away"
	chmod 755 stage
	chown 65534 stage
	stage
	fails 1 stage "another user"
	equals "" "$(find stage -mindepth 1)"
}

@test "a symbolic link is not used as staging directory" {
	mkdir real
	ln -s real stage
	for path in stage stage/; do
		stage --stage-dir "$path"
		fails 1 stage "symbolic link"
	done
	equals "" "$(find real -mindepth 1)"
	rm stage
	touch stage
	stage
	fails 1 stage
	equals 0 "$(stat -c %s stage)"
}

@test "a full disk stages nothing and keeps the earlier generation" {
	unshare --user --map-root-user --mount true 2>/dev/null || unshare --mount true 2>/dev/null ||
		skip "no mount namespace here"
	cat >inside <<-'TEXT'
		mount -t tmpfs -o size=$1,mode=700 none disk || exit 99
		shift
		status=0
		"$@" || status=$?
		echo "left: $(find disk -mindepth 2 | wc -l) $(readlink disk/stage/current)" >left
		exit "$status"
	TEXT
	mkdir disk
	own=(unshare --mount)
	"${own[@]}" true 2>/dev/null || own=(unshare --user --map-root-user --mount)
	for size in 64k 300k 1100k; do
		status=0
		output=$("${own[@]}" sh inside "$size" "$KMP_MATCH" --root "$ROOT" --json --no-gpg-checks \
			--kernel ./symvers --kernel-release "$release" --arch x86_64 --hardware machine \
			--repo repo --stage-dir disk/stage 2>stderr) || status=$?
		((status != 99)) || skip "no tmpfs can be mounted here"
		errors=$(grep -v warning: stderr)
		fails 1 disk/stage "free"
		[[ $(<left) =~ ^left:\ [0-2]\ $ ]] || equals "nothing" "$(<left)"
	done
}

@test "a lock that is held is not waited for, and its holder is named" {
	command -v flock >/dev/null || skip "flock is not installed"
	stage
	before=$(picture)
	cp "$BATS_FILE_TMPDIR"/newer/*.rpm repo
	echo 4711 >stage/lock
	exec {lock}<stage/lock
	flock "$lock"
	stage
	fails 1 stage "process 4711"
	intact
	exec {lock}<&-
	stage
	equals 0 "$status"
	equals generations/2 "$(readlink stage/current)"
}

@test "what an interrupted run left is cleared away, and current is as before" {
	stage
	before=$(picture)
	mkdir -p stage/generations/.new/rpms
	touch stage/generations/.new/rpms/half
	ln -s generations/9 stage/.current
	stage
	equals 0 "$status"
	equals generations/1 "$(readlink stage/current)"
	equals "$(find stage/generations -mindepth 1 -maxdepth 1)" stage/generations/1
	[[ ! -L stage/.current ]]
}

@test "two builds of one module in different families are one staged module" {
	"$BATS_TEST_DIRNAME/../../tools/make-kmp" twin "$release" repo \
		"$BATS_FILE_TMPDIR/modules/foo.ko.xz" >/dev/null
	stage
	equals 0 "$status"
	equals 1 "$(find stage/current/ -name 'foo.ko*' | wc -l)"
	equals 1 "$(json "sum(p['reason'] == 'outranked' for p in a['packages'])")"
}

@test "a device that is refused does not keep others from being staged" {
	make_symvers printk=2222 >symvers
	"$BATS_TEST_DIRNAME/../lib/make-rpm" baz-kmp-default-1.0-1 repo <<-TEXT >/dev/null
		Requires: ksym(default:printk) = 2222
		Supplements: modalias(kernel-default:scsi:t%2D0x00*)
	TEXT
	make_machine machine "$card" scsi:t-0x00
	stage
	equals 3 "$status"
	equals "baz-kmp-default-1.0-1.x86_64" "$(<stage/current/packages)"
	equals "rejected kabi-mismatch" "$(verdict foo-kmp-default)"
}

@test "text says where it was staged" {
	kmp_match --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	equals 0 "$status"
	[[ $output == *stage* && $output == *"$foo"* && $output == *"$bar"* ]]
	[[ $errors == *"signatures are not asked for"* ]]
}

@test "a lock that is no file is a failure, not wrong usage" {
	mkdir -m 700 stage
	mkfifo stage/lock
	stage
	fails 1 stage
}
