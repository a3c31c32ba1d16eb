#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The man page: its examples print what it says.

load ../lib/common

page=$BATS_TEST_DIRNAME/../../docs/man/kmp-match.8.scd

# make_example_drivers: two signed builds of one driver, the second one for another kernel.
make_example_drivers() {
	local build lib=$BATS_TEST_DIRNAME/../lib
	mkdir drivers keys
	"$lib/make-key" "$PWD/made" Vendor
	cp made/Vendor.asc keys
	"$lib/make-module" mpt3sas.ko import=printk:1111 \
		import=scsi_host_alloc:2222 "alias=pci:v00001000d00000097sv*sd*bc*sc*i*"
	for build in 48.00_k6.4.0_150600.21=2222 49.00_k6.4.0_150700.51=3333; do
		"$lib/make-rpm" "mpt3sas-kmp-default-${build%=*}-1.1" drivers \
			/lib/modules/6.4.0-150600.21-default/updates/mpt3sas.ko=mpt3sas.ko <<-TEXT
				Requires: ksym(default:printk) = 1111
				Requires: ksym(default:scsi_host_alloc) = ${build#*=}
				Provides: kmod(mpt3sas.ko)
				Supplements: modalias(kernel-default:pci:v00001000d00000097sv*sd*bc*sc*i*)
			TEXT
		"$lib/sign" "$PWD/made" Vendor "drivers/mpt3sas-kmp-default-${build%=*}-1.1.x86_64.rpm"
	done
}

# examples: the literal blocks of the page, without scdoc's escapes.
# shellcheck disable=SC2016 # the backticks are scdoc's
examples() { sed -n '/^```$/,/^```$/p' "$page" | sed 's/\\\\$/\\/'; }

# run_examples: the same blocks, with what the commands print now.
run_examples() {
	local line command=''
	while IFS= read -r line; do
		if [[ -n $command || $line == "\$ "* ]]; then
			printf '%s\n' "$line"
			command+=${line#"\$ "}$'\n'
			[[ $line != *\\ ]] || continue
			# Some of them end with 3; what counts is what they print.
			bash -c "${command}exit 0" 2>>stderr
			command=''
		elif [[ $line == '```' ]]; then
			echo "$line"
		fi
	done < <(examples)
}

@test "the examples of the man page print what it says" {
	command -v rpmbuild >/dev/null || skip "rpmbuild is not installed"
	cd "$BATS_TEST_TMPDIR"
	mkdir bin
	printf '#!/bin/sh\nexec "%s" --root "%s" "$@"\n' "$KMP_MATCH" "$ROOT" >bin/kmp-match
	chmod +x bin/kmp-match
	PATH=$PWD/bin:$PATH
	make_example_drivers
	make_symvers printk=1111 scsi_host_alloc=2222 >Module.symvers
	cat >server.json <<-'JSON'
		{ "format": 1, "tool": "kmp-match 0.1.0", "arch": "x86_64", "devices": [
		  { "path": "/devices/pci0000:00/0000:00:1c.0/0000:04:00.0", "bus": "pci", "driver": "tg3",
		    "name": "Broadcom NetXtreme BCM5720 Gigabit Ethernet PCIe",
		    "modaliases": ["pci:v000014E4d0000165Fsv00001028sd000008FDbc02sc00i00"] },
		  { "path": "/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0", "bus": "pci", "driver": null,
		    "name": "Broadcom / LSI SAS3008 PCI-Express Fusion-MPT SAS-3",
		    "modaliases": ["pci:v00001000d00000097sv00001028sd00001F45bc01sc07i00"] } ] }
	JSON
	examples >wanted
	run_examples | sed -E 's/\(key [0-9a-f]{16}\)/(key 0123456789abcdef)/' >got
	diff -u wanted got >&2
	equals 6 "$(grep -c '^[$] ' got)" "commands"
	equals "" "$(grep -e Sanitizer: -e 'runtime error:' stderr)" "sanitizers' reports"
}
