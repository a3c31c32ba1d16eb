# SPDX-License-Identifier: GPL-2.0-or-later
"""asked - zypper and kmp-match, asked which packages a machine needs."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

import gauge
import stock

CHANGES = ("to-install", "to-upgrade", "to-downgrade", "to-upgrade-change-arch", "to-reinstall")


def dry_run(repositories, root, machine):
    words = [word for path in repositories for word in ("--repo", path)]
    return [gauge.KMP_MATCH, "--dry-run", "--no-gpg-checks", "--root", root, "--kernel", stock.RELEASE,
            "--hardware", machine, *words]


class Asked:
    """A copy of BASE, what is on offer for it, and the list of a machine's devices; a context."""

    def __init__(self, base, repositories, machine):
        self.folder = tempfile.TemporaryDirectory(dir=stock.FOLDER)
        os.chmod(self.folder.name, 0o755)
        self.root = pathlib.Path(self.folder.name, "root")
        self.bare = pathlib.Path(self.folder.name, "bare")
        self.cache = pathlib.Path(self.folder.name, "cache")
        self.answer = pathlib.Path(self.folder.name, "answer")
        self.repositories, self.machine = repositories, machine
        shutil.copytree(base, self.root)
        self.bare.mkdir()
        self.prepare_zypper()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def prepare_zypper(self):
        configuration = self.root / "etc/zypp/zypp.conf"
        configuration.parent.mkdir(parents=True)
        configuration.write_text("[main]\nmultiversion = provides:multiversion(kernel)\n", encoding="utf-8")
        for number, path in enumerate(self.repositories):
            self.zypper("addrepo", "-G", "dir://%s" % path, "offer%d" % number)
        self.zypper("addlock", *("kernel-" + flavor for flavor in stock.FLAVORS))

    def zypper(self, *words):
        variables = {"HOME": str(self.root), "LC_ALL": "C.UTF-8", "ZYPP_CONF": str(self.root / "etc/zypp/zypp.conf"),
                     "ZYPP_LOGFILE": str(self.root / "zypp.log"), "ZYPP_MODALIAS_SYSFS": str(self.machine)}
        return gauge.run(["zypper", "--root", self.root, "--non-interactive", "--no-gpg-checks", *words],
                         {**os.environ, **variables}, output=self.answer)

    def zypper_cached(self):
        """Its plan, with what it keeps of the metadata at hand."""
        return self.zypper("--xmlout", "--no-refresh", "install-new-recommends", "--no-recommends", "--dry-run")

    def zypper_cold(self):
        shutil.rmtree(self.root / "var/cache/zypp", ignore_errors=True)
        return gauge.together(self.zypper("refresh"), self.zypper_cached())

    def zypper_answer(self):
        """Of the last run, as sorted NEVRAs."""
        stream = xml.etree.ElementTree.fromstring(self.answer.read_bytes())
        return sorted("%s-%s.%s" % (found.get("name"), found.get("edition"), found.get("arch"))
                      for change in CHANGES for found in stream.iterfind(".//%s/solvable" % change)
                      if found.get("type") == "package")

    def command(self, *options, root=None):
        return [*dry_run(self.repositories, root or self.root, self.machine), *options]

    def kmp_match(self, *options, root=None):
        return gauge.run(self.command(*options, root=root), statuses=(0, 3), output=self.answer)

    def kmp_match_cold(self):
        return self.kmp_match("--no-cache")

    def kmp_match_bare(self):
        """As an initrd has it: no database of packages."""
        return self.kmp_match("--no-cache", root=self.bare)

    def kmp_match_cached(self):
        return self.kmp_match("--cache-dir", self.cache)

    def kmp_match_bare_cached(self):
        return self.kmp_match("--cache-dir", self.cache, root=self.bare)

    def kmp_match_answer(self, *options):
        """Sorted NEVRAs of what it would install."""
        done = subprocess.run(self.command("--json", *options), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False)
        return sorted(package["nevra"] for package in json.loads(done.stdout)["packages"]
                      if package["verdict"] == "selected" and package["reason"] != "installed")
