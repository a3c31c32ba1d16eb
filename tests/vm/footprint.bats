#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What kmp-match adds to an initrd, and what its hook costs there. No machine is booted.

load lib

setup_file() {
	vm_kernel amd64
	vm_start
	vm_initrd bare
	unpack bare
	vm_initrd sh
	unpack sh
	mkdir -p sh/usr/share/kmp-match/keys
	for key in vendor distribution; do
		"$vm_top/tests/lib/make-key" "$VM/keys" "$key" rsa4096
		cp "keys/$key.asc" sh/usr/share/kmp-match/keys/
	done
	vm_kmp vendor-nvme nvme-core,nvme "$VM/repo"
	vm_kmp intel-e1000e e1000e "$VM/repo"
}

setup() {
	vm_kernel amd64
	cd "$VM" || return
}

unpack() { mkdir "$1" && (cd "$1" && cpio -idm --quiet --no-absolute-filenames <"$initrd"); }

# own: print all that is kmp-match's, without its libraries: program, table, keys, and hooks in two places.
own() { (cd sh && find . -path '*kmp-match*' -type f); }

# compressed FILE...: their bytes, as an initrd holds them.
compressed() { tar -c --sort=name --mtime=@0 --owner=0 --group=0 -C sh "$@" | zstd -19 -T1 | wc -c; }

# below BAR BYTES WHAT
below() {
	echo "# counted: $3: $2, at most $1" >&3
	(($2 <= $1))
}

@test "program, symbol table, hooks and two keys take less than 0.5 MB" {
	local parts
	mapfile -t parts < <(own)
	for part in usr/bin/kmp-match "usr/lib/kmp-match/symbols-$release" usr/share/kmp-match/keys; do
		echo "# counted: alone: $part: $(compressed "$part")" >&3
	done
	[[ ${#parts[@]} -gt 12 ]]
	below 500000 "$(compressed "${parts[@]}")" "program, table, hooks and keys, compressed"
}

@test "with every library that they need they take less than 2.2 MB" {
	local parts libraries
	mapfile -t parts < <(own)
	mapfile -t libraries < <(cd sh && find . -name '*.so*' -type f | while read -r file; do [[ -e ../bare/$file ]] || echo "$file"; done)
	below 2200000 "$(compressed "${parts[@]}" "${libraries[@]}")" "with ${#libraries[@]} libraries"
}

@test "the hook's run takes less than 0.2 s of CPU" {
	local spent TIMEFORMAT="%U %S"
	mkdir -p stage
	cp -r "$vm_top/hwdata-fixtures/machines/qemu-q35-nvme" machine
	spent=$({ time "$KMP_MATCH" --root sh --kernel "$release" --hardware machine/hardware.json --repo repo \
		--no-gpg-checks --stage-dir stage --quiet >stdout 2>stderr; } 2>&1 | awk '{ printf "%d", ($1 + $2) * 1000 }')
	cat stdout stderr
	grep -q vendor-nvme-kmp stage/current/packages
	below 200 "$spent" "ms of CPU to stage what an NVMe machine needs"
}
