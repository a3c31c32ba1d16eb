#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# primary.xml from everywhere, read by libsolv and by us: unit/test-primary-oracle compares.

load ../lib/common

setup() {
	oracle=${BUILD:-$here/../../build/release-cc}/tests/unit/test-primary-oracle
	[[ -x $oracle ]] || skip "$oracle is not built"
	cd "$BATS_TEST_TMPDIR" || return
}

@test "metadata of real KMPs and kernels is read as libsolv reads it" {
	needs_data
	python3 - "$here" "$KMP_DATA/kmp" <<-'PYTHON'
		import json, sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1] + "/../lib")
		import rpmmd
		rpmmd.KINDS += "recommends", "suggests"
		for name in "kmps", "kernels":
		    packages = [json.loads(line) for line in open("%s/%s.jsonl" % (sys.argv[2], name))]
		    packages = [{key: value for key, value in package.items() if value} for package in packages]
		    for package in packages:
		        package["epoch"] = int(package.get("epoch", 0))
		    with open(name + ".xml", "wb") as out:
		        out.write(rpmmd.primary_xml(packages))
	PYTHON
	[[ $(grep -o '<package ' kmps.xml | wc -l) -gt 1000 ]]
	"$oracle" kmps.xml kernels.xml
}

@test "what createrepo_c writes is read as libsolv reads it" {
	command -v createrepo_c >/dev/null || skip "createrepo_c is not installed"
	local name
	for name in foo-kmp-default-1.0_k6.4.0_1-1.1 bar-2-3; do
		"$here/../lib/make-rpm" "$name" . <<-'TEXT'
			Requires: ksym(default:printk) = 1111
			Requires(post): coreutils >= 8:1.0-2
			Requires: (foo >= 1 if (bar and baz))
			Conflicts: old < 3
			Obsoletes: older <= 2
			Recommends: that
			Suggests: this
			Enhances: kernel-default
			Supplements: modalias(kernel-default:pci:v00008086d000010D3sv*sd*bc*sc*i*)
		TEXT
	done
	createrepo_c --quiet --general-compress-type gz .
	gunzip -c repodata/*primary.xml.gz >primary.xml
	grep -q 'pre="1"' primary.xml
	"$oracle" primary.xml
}

@test "the repositories that are compared with zypper are read as libsolv reads them" {
	local world
	[[ -d $KMP_DATA/kmp ]] || skip "no metadata of KMPs in $KMP_DATA"
	for world in 1 2 25; do
		PYTHONDONTWRITEBYTECODE=1 python3 - "$here/../differential" "$world" <<-'PYTHON'
			import sys
			sys.path[:0] = [sys.argv[1], sys.argv[1] + "/../lib"]
			import answers, rpmmd, world
			made = world.make(int(sys.argv[2]), answers.machines())
			for number in range(made.repositories):
			    with open("world-%s-%d.xml" % (sys.argv[2], number), "wb") as out:
			        out.write(rpmmd.primary_xml(made.offer(number)))
		PYTHON
	done
	"$oracle" world-*.xml
}
