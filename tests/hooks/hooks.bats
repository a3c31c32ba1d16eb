#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The hooks of dracut/55kmp-match in every shell that an initrd may have, with a stub of dracut's
# library and of the programs that they call.
# shellcheck disable=SC2016 # for the shells of others

shells=("dash" "bash" "bash --posix" "busybox ash")

setup() {
	here=$BATS_TEST_DIRNAME
	module=$here/../../dracut/55kmp-match
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	program kmp-match <<-'SH'
		printf '%s\n' "kmp-match${*:+ $*}" >>"$CALLS"
		echo "said by $1"
		[ "$1" != load ] || echo "kmp-match: load fails" >&2
		[ "$1" != stage ] || [ ! -e "$TOP/next" ] || { mkdir -p "$STAGE/current" && cp "$TOP/next" "$STAGE/current/packages"; }
		! [ "$1" = load ] || [ ! -e "$TOP/after-load" ] || mv "$TOP/after-load" "$TOP/next"
		exit "$(cat "$TOP/status-$1" 2>/dev/null || echo 0)"
	SH
	program mount <<-'SH'
		echo "mount $*" >>"$CALLS"
		for last; do :; done
		[ "$1" = -t ] || [ ! -e "$TOP/broken" ] || exit 32
		[ "$1" = -t ] || cp -r "$TOP/medium/." "$last"
	SH
	program umount <<<'echo "umount $*" >>"$CALLS"'
}

teardown() { [[ -n ${BATS_TEST_COMPLETED-} ]] || cat "$CALLS" "$SAID" >&2; }

program() { # NAME <TEXT
	{ echo '#!/bin/sh' && cat; } >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# fresh: the file system of an initrd that has just started.
fresh() {
	local name
	TOP=$BATS_TEST_TMPDIR/top
	rm -rf "$TOP"
	[[ ! -e $TOP ]]
	mkdir -p "$TOP"/{lib,proc,dev/disk/by-label,dev/disk/by-uuid,sys/bus/pci/devices/a,etc,medium/repo}
	for name in disk lib options rule run source; do cp "$module/kmp-match-$name.sh" "$TOP/lib/$name.sh"; done
	echo "MemTotal: 1000000 kB" >"$TOP/proc/meminfo"
	uptime 10
	export TOP CALLS=$TOP/calls SAID=$TOP/said STAGE=$TOP/stage
	: >"$CALLS"
	: >"$SAID"
}

uptime() { echo "$1.50 8.00" >"$TOP/proc/uptime"; }

# hook NAME: source it as dracut does, with $cmdline; what it returns is the status.
hook() {
	# shellcheck disable=SC2086 # the shell's own option
	CMDLINE=$cmdline PATH=$BATS_TEST_TMPDIR/bin:$PATH kmp_match_lib=$TOP/lib kmp_match_state=$TOP/state \
		kmp_match_stage=$STAGE kmp_match_kmsg=$SAID kmp_match_proc=$TOP/proc kmp_match_sys=$TOP/sys \
		kmp_match_dev=$TOP/dev kmp_match_etc=$TOP/etc $shell -c '. "$1" && . "$2"' hook "$here/stub.sh" "$module/kmp-match-$1.sh"
}

# in_each_shell FUNCTION: with a fresh file system.
in_each_shell() {
	for shell in "${shells[@]}"; do
		fresh
		cmdline=
		echo "in $shell" >&2
		"$1"
	done
}

# is WANTED FILE
is() { [[ $1 == "$(cat "$2")" ]] || { printf 'wanted: %s\ngot:    %s\n' "$1" "$(cat "$2")" >&2 && return 1; }; }
called() { is "$1" "$CALLS"; }
said() { grep -qF -- "$1" "$SAID" || { echo "not said: $1" >&2 && return 1; }; }
uncalled() { ! grep -- "$1" "$CALLS" >&2; }
silent() { ! grep -F -- "$1" "$SAID" >&2; }
todo() { (cd "$TOP/state/todo" && cat -- * 2>/dev/null | sed "s:$TOP::g"); }
waits() { ! hook finished; }

@test "without options nothing is called, nothing is waited for, every hook returns 0" {
	quiet() {
		local name
		for name in cmdline pre-trigger finished settled online finished pre-mount pre-pivot emergency; do
			hook "$name" || return 1
		done
		uncalled "kmp-match stage"
		is "" "$SAID"
		[[ ! -e $TOP/etc/cmdline.d ]]
	}
	in_each_shell quiet
}

@test "inst.kmp=0 switches off, whatever else is asked for" {
	off() {
		local word
		for word in 0 off no; do
			cmdline="inst.kmp=hd:LABEL=A:/repo inst.kmp=$word inst.kmp.required"
			hook cmdline && hook pre-trigger && hook finished && hook settled && hook pre-mount || return 1
			[[ ! -e $TOP/state ]] || return 1
		done
		called "" && is "" "$SAID"
	}
	in_each_shell off
}

@test "each form of a source means what it says" {
	forms() {
		local row rows=(
			"hd:LABEL=A:/repo|60 disk /dev/disk/by-label/A /repo"
			"hd:LABEL=A|60 disk /dev/disk/by-label/A /"
			"hd:UUID=12-ab:/a/b|60 disk /dev/disk/by-uuid/12-ab /a/b"
			"hd:sda1:/repo|60 disk /dev/sda1 /repo"
			"hd:/dev/sda1:/repo|60 disk /dev/sda1 /repo"
			"label://A/repo/x|60 disk /dev/disk/by-label/A /repo/x"
			"label://A|60 disk /dev/disk/by-label/A /"
			"device://sda1/repo|60 disk /dev/sda1 /repo"
			"cd:/repo|60 disk /dev/cdrom /repo"
			"cdrom:|60 disk /dev/cdrom /"
			"http://host/repo|60 net http://host/repo"
			"https://host:8080/a?b=c|60 net https://host:8080/a?b=c"
			"nfs:host:/repo|60 nfs nfs:host:/repo"
			"|5 disk /dev/disk/by-label/KMPDRV /"
			"auto|5 disk /dev/disk/by-label/KMPDRV /"
		)
		for row in "${rows[@]}"; do
			fresh
			cmdline="inst.kmp.auto=0 inst.kmp=${row%%|*}"
			[[ $row != *KMPDRV* ]] || cmdline="inst.kmp${row%%|*}"
			cmdline=${cmdline/kmpauto/kmp=auto}
			hook cmdline || return 1
			[[ $(todo) == "${row#*|}" ]] || { echo "$cmdline: $(todo)" >&2 && return 1; }
			is "" "$SAID" || return 1
		done
	}
	in_each_shell forms
}

@test "what is no source is told and left out" {
	bad() {
		local source
		for source in hd: hd:LABEL=:/x hd:LABEL=a/b:/x hd:FOO=x ftp://host/x nonsense /a/../b 'hd:..:/x' 'hd:a;b:/x'; do
			fresh
			cmdline="inst.kmp.auto=0 inst.kmp=$source"
			hook cmdline || return 1
			[[ -z $(todo) ]] || { echo "$source: $(todo)" >&2 && return 1; }
			said "'$source' is no source" || return 1
		done
	}
	in_each_shell bad
}

@test "a file in the initrd is read before coldplug; so is a repository that was baked in" {
	baked() {
		cmdline="inst.kmp=file:$TOP/mine"
		mkdir "$TOP/lib/repo"
		hook cmdline && hook pre-trigger
		hook finished && hook pre-trigger
		called "mount -t tmpfs -o size=250000k,mode=0700,nosuid,nodev,noexec kmp-match $STAGE
kmp-match stage --no-cache --repo $TOP/lib/repo
kmp-match stage --no-cache --repo $TOP/lib/repo --repo $TOP/mine"
	}
	in_each_shell baked
}

@test "the staging directory gets a quarter of the memory, and 256 MiB at most" {
	bounded() {
		cmdline=inst.kmp
		echo "MemTotal: 16000000 kB" >"$TOP/proc/meminfo"
		hook cmdline && hook pre-trigger
		called "mount -t tmpfs -o size=262144k,mode=0700,nosuid,nodev,noexec kmp-match $STAGE"
	}
	in_each_shell bounded
}

@test "options become arguments; inst. wins over rd." {
	options() {
		cmdline="rd.kmp=file:/r rd.kmp.gpgcheck=0 rd.kmp.flavor=rt rd.kmp.key=/k rd.kmp.debug=1"
		hook cmdline
		is $'--no-gpg-checks\n--verbose\n--flavor\nrt\n--keys\n/k' "$TOP/state/arguments" || return 1
		rm -r "$TOP/state"
		cmdline+=" inst.kmp=file:/i inst.kmp.gpgcheck=1 inst.kmp.flavor=default inst.kmp.key=/j inst.kmp.debug=0"
		hook cmdline
		is $'--flavor\ndefault\n--keys\n/j' "$TOP/state/arguments"
	}
	in_each_shell options
}

@test "packages are preferred and excluded by a policy; devices can be made up" {
	policy() {
		cmdline="inst.kmp=file:/r inst.kmp.pkgs=a,b* inst.kmp.exclude=c inst.kmp.fake_modalias=pci:v1,usb:v2"
		hook cmdline
		is "--policy
$TOP/state/policy
--hardware
/sys
--hardware
$TOP/state/fake" "$TOP/state/arguments" && is $'pci:v1\nusb:v2' "$TOP/state/fake" &&
			is $'[prefer]\npackage = a\n[prefer]\npackage = b*\n[block]\npackage = c\nreason = excluded on the kernel command line' \
				"$TOP/state/policy"
	}
	in_each_shell policy
}

@test "labels are found without being named: KMPDRV, OEMDRV on request, none with auto=0" {
	labels() {
		local row rows=("|0 KMPDRV" "inst.kmp.auto=oemdrv|0 KMPDRV 0 OEMDRV" "inst.kmp.auto=0|" "rd.kmp.wait=9|9 KMPDRV")
		for row in "${rows[@]}"; do
			fresh
			cmdline=${row%%|*}
			hook cmdline
			[[ $(todo | sed 's: disk /dev/disk/by-label/: :; s: /$::' | xargs) == "${row#*|}" ]] ||
				{ echo "$row: $(todo)" >&2 && return 1; }
		done
	}
	in_each_shell labels
}

@test "a disk is waited for, mounted read-only, staged from, loaded from" {
	disk() {
		cmdline="inst.kmp=hd:LABEL=A:/repo inst.kmp.auto=0"
		hook cmdline && hook pre-trigger
		waits && said "waiting up to 60 s for $TOP/dev/disk/by-label/A" && hook settled && waits || return 1
		: >"$TOP/dev/disk/by-label/A"
		echo foo-kmp-1 >"$TOP/next"
		hook settled
		hook finished
		grep -v tmpfs "$CALLS" >"$TOP/rest"
		is "mount -o ro,nosuid,nodev,noexec $TOP/dev/disk/by-label/A $TOP/state/media/11
kmp-match stage --no-cache --repo $TOP/state/media/11/repo
kmp-match load
kmp-match stage --no-cache --repo $TOP/state/media/11/repo" "$TOP/rest" || return 1
		said "kmp-match: said by stage" && said "kmp-match: load fails" && silent "said by load" && is "" "$TOP/state/result"
		hook pre-pivot && grep -qx "umount $TOP/state/media/11" "$CALLS"
	}
	in_each_shell disk
}

@test "udev queues the disks that are waited for, and whatever comes first has them" {
	queued() {
		local rules=$TOP/etc/udev/rules.d/90-kmp-match.rules job
		cmdline="inst.kmp=hd:LABEL=A:/repo inst.kmp=hd:sda1 inst.kmp=http://host/repo inst.kmp.auto=0"
		hook cmdline && hook pre-trigger
		grep -q '^ACTION!="remove", SUBSYSTEM=="block", SYMLINK=="disk/by-label/A", RUN+="/sbin/initqueue --settled --onetime --unique --name kmp-match-11 /usr/lib/kmp-match/disk.sh"$' "$rules"
		grep -q '^ACTION!="remove", SUBSYSTEM=="block", KERNEL=="sda1", RUN+="/sbin/initqueue .* kmp-match-12 ' "$rules"
		[[ $(grep -c . "$rules") == 4 ]]
		job=$TOP/hooks/initqueue/settled
		mkdir -p "$job" && cp "$module/kmp-match-settled.sh" "$job/30-kmp-match-settled.sh"
		hookdir=$TOP/hooks hook disk && uncalled "kmp-match stage" || return 1
		: >"$TOP/dev/disk/by-label/A"
		hookdir=$TOP/hooks hook disk && hook settled
		[[ $(grep -c "match stage --no-cache --repo $TOP/state/media/11/repo" "$CALLS") == 1 ]] || return 1
		fresh
		cmdline="inst.kmp=file:/r inst.kmp.auto=0"
		hook cmdline && [[ ! -e $rules ]]
	}
	in_each_shell queued
}

@test "a source that does not appear is given up after its time, and the boot goes on" {
	late() {
		cmdline="inst.kmp=hd:LABEL=A:/repo inst.kmp.timeout=20 inst.kmp.auto=0"
		hook cmdline && hook pre-trigger
		uptime 30
		waits
		uptime 49
		waits
		uptime 50
		hook finished && said "by-label/A did not appear within 20 s, going on without it"
		hook finished && hook pre-mount && silent emergency
		hook emergency && said "warn kmp-match: $TOP/dev/disk/by-label/A did not appear"
	}
	in_each_shell late
}

@test "what is no number of seconds is told and left out, and no shell ends" {
	numbers() {
		local row rows=("abc|60" "-1|60" "5m|60" "99999999999999999999|60" "|60" "08|8" "0009|9" "0|0" "9999|9999")
		for row in "${rows[@]}"; do
			fresh
			cmdline="inst.kmp=hd:sda1 inst.kmp=file:/r inst.kmp.auto=0 inst.kmp.timeout=${row%|*}"
			hook cmdline && hook pre-trigger && [[ $(cut -d' ' -f1 "$TOP/state/todo/11") == "${row#*|}" ]] ||
				{ echo "$row: $(todo)" >&2 && return 1; }
			[[ $row == *"|0" ]] || waits || return 1
			uptime 9999
			[[ $row == *9999 ]] || hook finished || return 1
			[[ ${row%|*} == *"${row#*|}" ]] || said "inst.kmp.timeout= takes seconds" || return 1
			[[ $row != "0|0" ]] || is 60 "$TOP/state/timeout" || return 1
			fresh
			cmdline="inst.kmp inst.kmp.wait=${row%|*}"
			hook cmdline && grep -q "^\(5\|${row#*|}\) disk" "$TOP/state/todo/11" || return 1
		done
	}
	in_each_shell numbers
}

@test "what is said is one line, whatever a shell's echo would make of it" {
	literal() {
		cmdline=inst.kmp=file:/r
		hook cmdline && hook pre-trigger && said 'a\nb\c\0101' && [[ $(grep -c . "$SAID") == 1 ]]
	}
	program kmp-match <<<"printf '%s\n' 'a\nb\c\0101'"
	in_each_shell literal
}

@test "the sentence of the emergency shell is not kept from the console" {
	console() {
		cmdline="inst.kmp=nonsense inst.kmp.required"
		hook cmdline && hook pre-trigger
		hook pre-mount 2>"$TOP/console" && is "$(grep ^emergency "$SAID")" "$TOP/console" && [[ -s $TOP/console ]]
	}
	in_each_shell console
}

@test "what cannot be mounted, or lacks the path, is told" {
	broken() {
		cmdline="inst.kmp=hd:LABEL=A:/elsewhere inst.kmp=hd:sda1:/repo inst.kmp.auto=0"
		hook cmdline && hook pre-trigger
		: >"$TOP/dev/disk/by-label/A"
		hook settled && said "there is no /elsewhere on $TOP/dev/disk/by-label/A"
		: >"$TOP/broken"
		: >"$TOP/dev/sda1"
		hook settled && said "cannot mount $TOP/dev/sda1" && hook finished
		uncalled "kmp-match stage"
	}
	in_each_shell broken
}

@test "a source that cannot be read takes no other with it" {
	unreadable() {
		cmdline="inst.kmp=file:/bad inst.kmp=file:/good"
		echo 1 >"$TOP/status-stage"
		hook cmdline && hook pre-trigger
		called "$(sed -n 1p "$CALLS")
kmp-match stage --no-cache --repo /bad
kmp-match stage --no-cache --repo /good"
		said "kmp-match: no drivers from /bad, going on without it"
	}
	in_each_shell unreadable
}

@test "with new devices it is asked again, and only then" {
	devices() {
		cmdline="inst.kmp=file:/r"
		hook cmdline && hook pre-trigger && hook settled && hook settled
		[[ $(grep -c "match stage" "$CALLS") == 1 ]] || return 1
		mkdir "$TOP/sys/bus/pci/devices/b"
		hook settled && hook settled
		[[ $(grep -c "match stage" "$CALLS") == 2 ]]
	}
	in_each_shell devices
}

@test "load brings devices whose drivers are staged and loaded in turn, within bounds" {
	rounds() {
		cmdline="inst.kmp=file:/r"
		echo foo-kmp-1 >"$TOP/next"
		echo bar-kmp-1 >"$TOP/after-load"
		hook cmdline && hook pre-trigger
		called "$(sed -n 1p "$CALLS")
kmp-match stage --no-cache --repo /r
kmp-match load
kmp-match stage --no-cache --repo /r
kmp-match load
kmp-match stage --no-cache --repo /r"
	}
	in_each_shell rounds
}

@test "load=stage-only loads nothing" {
	stage_only() {
		cmdline="inst.kmp=file:/r inst.kmp.load=stage-only"
		echo foo-kmp-1 >"$TOP/next"
		hook cmdline && hook pre-trigger
		grep -q "match stage" "$CALLS"
		uncalled "match load"
	}
	in_each_shell stage_only
}

@test "required leads to the emergency shell with one sentence, and only where something failed" {
	required() {
		local row rows=("stage|3|kmp-match stage ended with 3" "load|4|kmp-match load ended with 4" "stage|0|")
		for row in "${rows[@]}"; do
			fresh
			cmdline="inst.kmp=file:/r inst.kmp.required"
			IFS='|' read -r verb code sentence <<<"$row"
			echo "$code" >"$TOP/status-$verb"
			echo foo-kmp-1 >"$TOP/next"
			hook cmdline && hook pre-trigger && hook pre-mount || return 1
			[[ $(grep -c ^emergency "$SAID") == "${sentence:+1}${sentence:-0}" ]] ||
				[[ -n $sentence && $(grep -c ^emergency "$SAID") == 1 ]] || return 1
			[[ -z $sentence ]] || said "emergency kmp-match: inst.kmp.required is set and $sentence" || return 1
		done
		fresh
		cmdline="inst.kmp=hd:LABEL=A inst.kmp.timeout=1 inst.kmp.required=1"
		hook cmdline && hook pre-trigger && waits
		uptime 12
		hook finished && hook pre-mount && said "is set and $TOP/dev/disk/by-label/A did not appear within 1 s"
		silent "going on without it"
	}
	in_each_shell required
}

@test "the network comes up only for sources in it, with dhcp unless it is configured" {
	network() {
		local conf=$TOP/etc/cmdline.d/30-kmp-match.conf
		cmdline="inst.kmp=http://host/repo inst.kmp.auto=0"
		hook cmdline && is $'rd.neednet=1\nip=dhcp' "$conf" && hook pre-trigger && waits || return 1
		hook online && hook online && hook finished
		[[ $(grep -c "kmp-match stage --no-cache --repo http://host/repo" "$CALLS") == 1 ]] || return 1
		fresh
		cmdline+=" ip=eth0:dhcp"
		hook cmdline && is rd.neednet=1 "$conf"
	}
	in_each_shell network
}

@test "nfs needs dracut's nfs module" {
	nfs() {
		cmdline="inst.kmp=nfs:host:/repo inst.kmp.auto=0"
		hook cmdline && hook pre-trigger && hook online && hook finished
		said "nfs:host:/repo needs the nfs module of dracut, going on without it"
	}
	in_each_shell nfs
}

@test "what is handed over is told" {
	handed() {
		cmdline="inst.kmp=file:/r"
		hook cmdline && hook pre-trigger
		mkdir -p "$STAGE/current" && echo foo-kmp-1-1.x86_64 >"$STAGE/current/packages"
		hook pre-pivot && said "kmp-match: handed over: foo-kmp-1-1.x86_64"
	}
	in_each_shell handed
}
