#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A module that fits may still be refused by the kernel: for its signature, or for lack of support.

load ../lib/common

card=pci:v00008086d000010D3sv00008086sd0000A01Fbc02sc00i00
hint="modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)"
release=6.4.0-1-default
config="#
CONFIG_MODULES=y
CONFIG_MODULE_SIG=y
CONFIG_SECURITY_LOCKDOWN_LSM=y"

setup() {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	command -v openssl >/dev/null || skip "openssl is not installed"
	cd "$BATS_TEST_TMPDIR" || return
	mkdir -p repo keys "$ROOT/boot"
	make_symvers printk=1111 >symvers
	make_machine machine "$card"
}

# make_kmp NAME VERSION [KEY=VALUE]...: a KMP in ./NAME-VERSION.ko of that module; sign it before.
# shellcheck disable=SC2154 # $here: common.bash
make_kmp() {
	printf '%s\n' "Provides: kmod($1.ko)" "Supplements: $hint" |
		"$here/../lib/make-rpm" "$1-kmp-default-$2-1" repo \
			"/lib/modules/$release/updates/$1.ko=$1.ko" >/dev/null
}

make_module() { "$here/../lib/make-module" "$1.ko" import=printk:1111 "${@:2}"; }
sign_module() { "$here/../lib/sign-module" keys "$2" "$1.ko" "${@:3}"; }

# configure LINE...: the configuration of the target kernel.
configure() { printf '%s\n' "$config" "$@" >"$ROOT/boot/config-$release"; }

decide() {
	plan --no-gpg-checks --repo repo
	valid
}

# fact KEY: of the module of package n-kmp-default.
fact() { json "[p for p in a['packages'] if p['name'] == 'n-kmp-default'][0]['modules'][0].get('$1')"; }

# running WORD...: a plan for the kernel that runs, on a machine made of $ROOT: it shows our
# proc/keys, proc/cmdline and sys there.
running() {
	unshare -rm true 2>/dev/null || skip "namespaces may not be made here"
	mkdir -p "$ROOT"/{usr,proc,sys,etc,dev,job}
	touch "$ROOT/keys" "$ROOT/cmdline"
	for folder in bin sbin lib lib64; do
		[[ -L $ROOT/$folder ]] || [[ ! -L /$folder ]] || cp -a "/$folder" "$ROOT/$folder"
	done
	cp -a "$KMP_MATCH" repo symvers machine "$ROOT/job/"
	status=0
	# shellcheck disable=SC2016 # for the other shell
	output=$(unshare -rm bash -ec '
		mount --rbind /usr "$1/usr"
		mount --rbind /proc "$1/proc"
		mount --rbind /dev "$1/dev"
		mount --bind "$1/keys" "$1/proc/keys"
		mount --bind "$1/cmdline" "$1/proc/cmdline"
		cd "$1/job"
		exec chroot "$1" /bin/sh -c "cd /job && exec ./kmp-match \"\$@\"" sh "${@:2}"
	' bash "$ROOT" --dry-run --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" \
		--arch x86_64 --hardware machine --repo repo "$@" 2>"$BATS_TEST_TMPDIR/stderr") || status=$?
	# shellcheck disable=SC2034 # for common.bash
	errors=$(<"$BATS_TEST_TMPDIR/stderr")
	valid
}

# show_keys SKID...: what /proc/keys says to root of a kernel that has these keys.
show_keys() {
	local id
	printf '0a I------ 1 perm 1f0b0000 0 0 keyring   .builtin_trusted_keys: %d\n' "$#"
	for id; do printf '0b I------ 1 perm 1f030000 0 0 asymmetri Some key: %s: X509.rsa 11 []\n' "$id"; done
}

# key_id NAME: the identifier of that key, as /proc/keys shows it.
key_id() {
	openssl x509 -inform DER -in "keys/$1.crt" -noout -ext subjectKeyIdentifier |
		sed -n '2s/[ :]//gp' | tr '[:upper:]' '[:lower:]'
}

@test "an unsigned module is refused where the kernel is built to enforce signatures, and an older signed build taken" {
	configure CONFIG_MODULE_SIG_FORCE=y
	make_module n && sign_module n maker
	make_kmp n 1.0
	make_module n
	make_kmp n 2.0
	decide
	equals "selected selected
rejected would-be-refused" "$(verdict n-kmp-default)"
	equals "n" "$(json "[p['culprit'] for p in a['packages'] if p['version'] == '2.0'][0]")"
	equals true "$(json "a['kernel']['sig_enforce']")"
	kmp_match --json --no-gpg-checks --kernel ./symvers --kernel-release "$release" --arch x86_64 \
		--hardware machine --repo repo --stage-dir stage
	equals n-kmp-default-1.0-1.x86_64 "$(<stage/current/packages)" "what is staged"
}

@test "what cannot be told refuses nothing" {
	make_module n
	make_kmp n 1.0
	decide
	equals "selected selected" "$(verdict n-kmp-default)"
	equals none "$(fact signature)"
	configure
	decide
	equals "selected selected" "$(verdict n-kmp-default)"
}

@test "a key of which nothing is known is told of where signatures are enforced" {
	configure CONFIG_MODULE_SIG_FORCE=y
	make_module n && sign_module n maker
	make_kmp n 1.0
	decide
	equals "selected selected" "$(verdict n-kmp-default)"
	equals unverified "$(fact signature)"
	equals undetermined "$(fact key_standing)"
	equals true "$(json "'undetermined-signer' in [d['id'] for d in a['packages'][0]['diagnostics']]")"
}

@test "the key of the kernel's build proves a signature, and shows one that is false" {
	configure
	mkdir -p "$ROOT/lib/modules/$release/build/certs"
	make_module n && sign_module n maker
	cp keys/maker.crt "$ROOT/lib/modules/$release/build/certs/signing_key.x509"
	make_kmp n 1.0
	decide
	equals "selected selected" "$(verdict n-kmp-default)"
	equals "valid known Tests: maker" "$(fact signature) $(fact key_standing) $(fact signer)"
	# The same size, another license, and the signature of the first one.
	sed -i 's/license=GPL/license=GPl/' n.ko
	rm repo/*.rpm
	make_kmp n 1.0
	decide
	equals "rejected would-be-refused" "$(verdict n-kmp-default)"
	equals broken "$(fact signature)"
}

@test "a signature that no kernel reads refuses a module wherever signatures are looked at" {
	make_module n && sign_module n maker
	size=$(stat -c %s n.ko)
	# A byte of the trailer that has to be 0, and a size beyond the file.
	for edit in "$((size - 40)) \\1" "$((size - 32)) \\177"; do
		cp n.ko whole.ko
		# shellcheck disable=SC2059
		printf "${edit#* }" | dd of=n.ko bs=1 seek="${edit% *}" conv=notrunc status=none
		rm -f repo/*.rpm "$ROOT/boot/config-$release"
		make_kmp n 1.0
		decide
		equals "selected selected" "$(verdict n-kmp-default)" "a kernel of which nothing is known"
		equals true "$(json "'broken-signature' in [d['id'] for d in a['packages'][0]['diagnostics']]")"
		configure
		decide
		equals "rejected would-be-refused" "$(verdict n-kmp-default)"
		printf '#\nCONFIG_MODULES=y\n' >"$ROOT/boot/config-$release"
		decide
		equals "selected selected" "$(verdict n-kmp-default)" "a kernel that looks at no signature"
		mv whole.ko n.ko
	done
}

@test "the running kernel's own keys decide" {
	release=$(uname -r)
	make_module n "vermagic=$release SMP preempt mod_unload modversions " && sign_module n maker -keyid
	make_kmp n 1.0
	mkdir -p "$ROOT/sys/module/module/parameters"
	echo Y >"$ROOT/sys/module/module/parameters/sig_enforce"
	show_keys "$(key_id maker)" >"$ROOT/keys"
	running --flavor default
	equals "selected selected" "$(verdict n-kmp-default)"
	equals known "$(fact key_standing)"
	equals 1 "$(json "a['kernel']['keys']")"
	show_keys 0123456789abcdef >"$ROOT/keys"
	running --flavor default
	equals "rejected would-be-refused" "$(verdict n-kmp-default)"
	[[ $(json "a['packages'][0]['detail']") == *"$(key_id maker)"*mokutil* ]] ||
		equals "key and mokutil" "$(json "a['packages'][0]['detail']")"
	# Keyrings that are not shown tell nothing of what is in them.
	sed -i '/keyring/d' "$ROOT/keys"
	running --flavor default
	equals "selected selected" "$(verdict n-kmp-default)"
	equals undetermined "$(fact key_standing)"
}

@test "an unknown key only taints a running kernel that enforces nothing, lockdown refuses it" {
	release=$(uname -r)
	make_module n "vermagic=$release SMP preempt mod_unload modversions " && sign_module n maker -keyid
	make_kmp n 1.0
	mkdir -p "$ROOT/sys/module/module/parameters" "$ROOT/sys/kernel/security"
	echo N >"$ROOT/sys/module/module/parameters/sig_enforce"
	echo "[none] integrity confidentiality" >"$ROOT/sys/kernel/security/lockdown"
	show_keys 0123456789abcdef >"$ROOT/keys"
	running --flavor default
	equals "selected selected" "$(verdict n-kmp-default)"
	equals true "$(json "'unknown-signer' in [d['id'] for d in a['packages'][0]['diagnostics']]")"
	echo "none [integrity] confidentiality" >"$ROOT/sys/kernel/security/lockdown"
	running --flavor default
	equals "rejected would-be-refused" "$(verdict n-kmp-default)"
	equals integrity "$(json "a['kernel']['lockdown']")"
}

# enroll NAME: the list of keys that the machine's owner enrolled has that one (UEFI 2.10, 32.4.1:
# EFI_CERT_X509_GUID, sizes of the list, its header and each entry, then the entry, owner first).
enroll() {
	mkdir -p "$ROOT/sys/firmware/efi/mok-variables"
	/usr/bin/python3 - "keys/$1.crt" "$ROOT/sys/firmware/efi/mok-variables/MokListRT" <<-'SCRIPT'
		import struct, sys, uuid
		entry = b"\0" * 16 + open(sys.argv[1], "rb").read()
		kind = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
		with open(sys.argv[2], "wb") as file:
		    file.write(kind + struct.pack("<III", 28 + len(entry), 0, len(entry)) + entry)
	SCRIPT
}

@test "a key that the machine's owner enrolled is known where the kernel is told to take those" {
	local release
	release=$(uname -r)
	make_module n "vermagic=$release SMP preempt mod_unload modversions " && sign_module n maker
	make_kmp n 1.0
	mkdir -p "$ROOT/sys/module/module/parameters"
	echo Y >"$ROOT/sys/module/module/parameters/sig_enforce"
	running --flavor default
	equals "unverified undetermined" "$(fact signature) $(fact key_standing)" "nothing is enrolled"
	enroll maker
	running --flavor default
	equals "valid undetermined" "$(fact signature) $(fact key_standing)" "enrolled for other uses"
	touch "$ROOT/sys/firmware/efi/mok-variables/MokListTrustedRT"
	running --flavor default
	equals "valid known Tests: maker" "$(fact signature) $(fact key_standing) $(fact signer)"
	openssl req -new -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -keyout keys/other.key \
		-outform DER -out keys/other.crt 2>/dev/null
	enroll other
	running --flavor default
	equals "unverified undetermined" "$(fact signature) $(fact key_standing)" "another one is enrolled"
}

@test "a module of a real kernel keeps its signature, and a byte of it that is changed is seen" {
	local kernel module from size before
	command -v curl >/dev/null || command -v apt-get >/dev/null || skip "no kernel can be fetched here"
	cd "$here/../.." || return
	mapfile -t kernel < <(tools/fetch-kernel)
	kernel[0]=$(realpath "${kernel[0]}") kernel[2]=$(realpath "${kernel[2]}")
	cd "$BATS_TEST_TMPDIR" || return
	module=$(find "${kernel[0]%/}/lib/modules/${kernel[1]}" -name 'virtio_net.ko*' -print -quit)
	[[ $(tail -c 28 "$module") == "~Module signature appended~" ]] || skip "the modules of ${kernel[1]} are not signed"
	make_list machine virtio:d00000001v00001AF4
	size=$(stat -c %s "$module")
	# Behind the signature are its 12 bytes of trailer, its size the last four, and the marker.
	from=$((size - 40 - $(tail -c 32 "$module" | head -c 4 | od -An -tu1 | awk '{ print $3 * 256 + $4 }')))
	for change in none structure; do
		cp "$module" "${module##*/}"
		before=$(od -An -tx1 -j "$from" -N 1 "${module##*/}")
		equals " 30" "$before" "where the signature starts"
		[[ $change == none ]] || printf '\x31' | dd of="${module##*/}" bs=1 seek="$from" conv=notrunc status=none
		rm -f repo/*.rpm
		"$here/../../tools/make-kmp" -s "${kernel[2]}" real "${kernel[1]}" repo "${module##*/}" >/dev/null
		status=0
		output=$("$KMP_MATCH" --dry-run --json --no-gpg-checks --root "${kernel[0]}" --kernel "${kernel[1]}" \
			--hardware machine --repo repo) || status=$?
		valid
		if [[ $change == none ]]; then
			[[ $(json "a['packages'][0]['modules'][0]['signature']") == @(unverified|valid) ]]
			equals false "$(json "'broken-signature' in [d['id'] for d in a['packages'][0]['diagnostics']]")"
		else
			equals broken "$(json "a['packages'][0]['modules'][0]['signature']")"
			[[ $(json "[a['packages'][0]['reason']] + [d['id'] for d in a['packages'][0]['diagnostics']]") == @(*broken-signature*|*would-be-refused*) ]]
		fi
	done
}

@test "where the kernel's configuration is gone its own modules show that it knows of support" {
	local tree=$ROOT/lib/modules/6.4.0-1-default
	mkdir -p "$ROOT/lib/modprobe.d" "$tree/kernel"
	make_module n
	make_kmp n 1.0
	for own in none supported=yes; do
		for allow in 0 1; do
			echo "allow_unsupported_modules $allow" >"$ROOT/lib/modprobe.d/10-unsupported-modules.conf"
			if [[ $own == none ]]; then make_module own; else make_module own "$own"; fi
			mv own.ko "$tree/kernel/own.ko"
			plan --no-gpg-checks --kernel "$tree" --repo repo
			valid
			equals "$([[ $own$allow == supported=yes0 ]] && echo would-be-refused || echo selected)" \
				"$(verdict n-kmp-default | cut -d' ' -f2)" "$own $allow"
		done
	done
}

@test "support is asked for where SLE's kernel and modprobe ask for it" {
	mkdir -p "$ROOT/lib/modprobe.d" "$ROOT/etc/modprobe.d"
	file=modprobe.d/10-unsupported-modules.conf
	while read -r flag allow kernel want; do
		configure "$([[ $kernel != sle ]] || echo CONFIG_SUSE_KERNEL_SUPPORTED=y)"
		echo "allow_unsupported_modules 0" >"$ROOT/lib/$file"
		rm -f "$ROOT/etc/$file" repo/*.rpm
		[[ $allow == 0 ]] || echo "allow_unsupported_modules 1" >"$ROOT/etc/$file"
		if [[ $flag == none ]]; then make_module n; else make_module n "supported=$flag"; fi
		make_kmp n 1.0
		decide
		equals "$want" "$(verdict n-kmp-default | cut -d' ' -f2)" "$flag $allow $kernel"
		equals "$([[ $flag == none ]] && echo null || echo "$flag")" "$(fact supported)"
	done <<-ROWS
		none 0 sle would-be-refused
		no 0 sle would-be-refused
		yes 0 sle selected
		external 0 sle selected
		none 1 sle selected
		none 0 other selected
	ROWS
}

@test "explain says what is known of who signed a module" {
	configure CONFIG_MODULE_SIG_FORCE=y
	make_module n && sign_module n maker
	make_kmp n 1.0
	make_module m
	printf '%s\n' "Provides: kmod(m.ko)" "Supplements: $hint" |
		"$here/../lib/make-rpm" "m-kmp-default-1.0-1" repo \
			"/lib/modules/$release/updates/m.ko=m.ko" >/dev/null
	kmp_match explain --kernel ./symvers --kernel-release "$release" --arch x86_64 --no-gpg-checks \
		--hardware machine --repo repo
	text=$(tr -s ' \n' ' ' <<<"$output")
	[[ $text == *"signed by Tests: maker"* ]] || equals "the signer" "$text"
	[[ $text == *"m is not signed"* ]] || equals "why m is refused" "$text"
}
