#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# `scan` on the machines of hwdata-fixtures/, in every form that --hardware reads.

load ../lib/common

@test "each machine, saved and read again, is the same" {
	for machine in "$FIXTURES"/machines/*/hardware.*; do
		kmp_match --hardware "$machine" scan --json
		equals 0 "$status" "$machine"
		first=$output
		rm -f "$BATS_TEST_TMPDIR/saved"
		kmp_match --hardware "$machine" scan --save "$BATS_TEST_TMPDIR/saved"
		equals 0 "$status" "$machine"
		kmp_match --hardware "$BATS_TEST_TMPDIR/saved" scan --json
		equals "$first" "$output" "$machine"
	done
}

@test "a list comes from stdin and from a pipe as well as from a file" {
	make_list "$BATS_TEST_TMPDIR/list" "# two devices" "usb:v0BDAp8153" "scsi:t-0x00"
	kmp_match --hardware "$BATS_TEST_TMPDIR/list" scan --json
	equals '["scsi:t-0x00", "usb:v0BDAp8153"]' \
		"$(json "[d['modaliases'][0] for d in a['devices']]")"
	from_file=$output
	kmp_match --hardware - scan --json <"$BATS_TEST_TMPDIR/list"
	equals "$from_file" "$output"
	kmp_match --hardware <(sleep 0.1; cat "$BATS_TEST_TMPDIR/list") scan --json
	equals "$from_file" "$output"
}

@test "several sources make one list, whatever their order" {
	local one=$FIXTURES/machines/ibm-z15-lpar-dasd-fcp/hardware.json
	local two=$FIXTURES/machines/smsc-usb-only-board/hardware.modalias
	kmp_match --hardware "$one" --hardware "$two" scan --json
	both=$output
	kmp_match --hardware "$two" --hardware "$one" scan --json
	equals "$both" "$output"
	equals s390x "$(json "a['arch']")"
}

@test "a driver that nobody looked for is absent, one that is not bound is null" {
	kmp_match --hardware "$FIXTURES/machines/smsc-usb-only-board/hardware.modalias" scan --json
	equals false "$(json "any('driver' in d for d in a['devices'])")"
	kmp_match --hardware "$FIXTURES/machines/ibm-z15-lpar-dasd-fcp/hardware.json" scan --json
	equals true "$(json "all('driver' in d for d in a['devices'])")"
	equals 5 "$(json "sum(d['driver'] is None for d in a['devices'])")"
}

@test "a malformed line is said and the rest is read" {
	make_list "$BATS_TEST_TMPDIR/list" "usb:v0BDAp8153" "rubbish"
	kmp_match --hardware "$BATS_TEST_TMPDIR/list" scan --json
	equals 0 "$status"
	equals 1 "$(json "len(a['devices'])")"
	[[ ${errors-} == *"line 2"*"$BATS_TEST_TMPDIR/list"* ]]
}

@test "what holds no hardware is refused with one sentence that names it" {
	head -c 4096 /dev/urandom >"$BATS_TEST_TMPDIR/garbage"
	printf '{"format": 1, "devices": [' >"$BATS_TEST_TMPDIR/cut"
	echo "dear reader" >"$BATS_TEST_TMPDIR/letter"
	mkdir "$BATS_TEST_TMPDIR/folder"
	for source in garbage cut letter folder absent; do
		kmp_match --hardware "$BATS_TEST_TMPDIR/$source" scan
		equals 1 "$status" "$source"
		equals "" "$output" "$source"
		equals 1 "$(wc -l <<<"$errors")" "$source"
		[[ ${errors-} == *"$BATS_TEST_TMPDIR/$source"* ]]
	done
}

# make_snapshot TABLE FILE: a snapshot of the devices in a table of bound drivers.
make_snapshot() {
	/usr/bin/python3 - "$1" "$2" <<-'SCRIPT'
		import json, sys
		rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")
		        if not line.startswith("#")]
		devices = [{"path": row[1] or None, "modaliases": [row[2]], "driver": row[3] or None}
		           for row in rows if row[2]]
		with open(sys.argv[2], "w", encoding="utf-8") as file:
		    json.dump({"format": 1, "devices": devices}, file)
	SCRIPT
}

@test "the bound drivers of real machines are those that are known of them" {
	needs_data
	read=0
	for table in "$KMP_DATA"/hardware-extra/*.tsv; do
		make_snapshot "$table" "$BATS_TEST_TMPDIR/snapshot"
		kmp_match --hardware "$BATS_TEST_TMPDIR/snapshot" scan --json
		equals 0 "$status" "$table"
		equals "" "$errors" "$table"
		wanted=$(awk -F'\t' '!/^#/ && $3 && $4 && $2 { print $2, $4 }' "$table" | sort -u)
		equals "$wanted" "$(json "'\n'.join(sorted({d['path'] + ' ' + d['driver']
			for d in a['devices'] if d['path'] and d['driver']}))" | sort -u)" "$table"
		read=$((read + 1))
	done
	((read >= 100))
}
