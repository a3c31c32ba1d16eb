# SPDX-License-Identifier: GPL-2.0-or-later
"""answers - what zypper and kmp-match would install on one base, repository and machine."""
import fcntl
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))

import aliases  # noqa: E402
import rpmheader  # noqa: E402
import rpmmd  # noqa: E402

ROOT = os.path.abspath(os.path.join(HERE, "../.."))
FOLDER = os.environ.get("DIFFERENTIAL", os.path.join(ROOT, "build/differential"))
PROGRAM = os.environ.get("KMP_MATCH", os.path.join(ROOT, "build/release-cc/kmp-match"))
DATA = os.environ.get("KMP_DATA", os.path.join(ROOT, "../shared/data"))

# What zypper says when it would change packages that are installed already is an installation too.
CHANGES = ("to-install", "to-upgrade", "to-downgrade", "to-upgrade-change-arch", "to-reinstall")


def machines():
    return aliases.machines(DATA)


def machine_list(name):
    return os.path.join(FOLDER, "machines", name + ".list")


def write_machine_lists():
    for name, lines in machines().items():
        write_list(machine_list(name), lines)


def write_list(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as out:
        out.writelines(line + "\n" for line in lines)


class Setup:
    """The files of one world below FOLDER: root/ with its RPM database, repo0/ and perhaps more."""

    def __init__(self, world):
        self.world = world
        self.root = os.path.join(FOLDER, world.name, "root")
        self.repositories = [os.path.join(FOLDER, world.name, "repo%d" % number)
                             for number in range(world.repositories)]
        self.cache_path = os.path.join(FOLDER, "cache", self.digest() + ".json")
        self.lock = self.take_lock()
        self.cache = self.read_cache()
        self.zypper_ready = False
        shutil.rmtree(os.path.dirname(self.root), ignore_errors=True)
        for number, directory in enumerate(self.repositories):
            rpmmd.write(directory, world.offer(number))
        rpmheader.install(self.root, world.base)

    def take_lock(self):
        """One run at a time in a world's folder; another one waits here."""
        os.makedirs(FOLDER, exist_ok=True)
        lock = open(os.path.join(FOLDER, self.world.name + ".lock"), "w", encoding="utf-8")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    def digest(self):
        """Of everything that zypper's answers depend on, but for the hardware."""
        version = subprocess.run(["zypper", "--version"], capture_output=True, check=True).stdout
        with open(os.path.abspath(__file__), "rb") as source:
            parts = [version, source.read()]
        parts += [rpmmd.primary_xml(self.world.offer(n)) for n in range(self.world.repositories)]
        parts += [rpmheader.header(package) for package in self.world.base]
        parts += [name.encode() for name in self.world.lock_names()]
        # The solver's version, by its file's name.
        parts += [os.path.basename(path).encode() for path in glob.glob("/usr/lib/*/libsolv.so.*")]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]

    def read_cache(self):
        try:
            with open(self.cache_path, encoding="utf-8") as lines:
                return json.load(lines)
        except (OSError, ValueError):
            return {}

    def save_cache(self):
        os.makedirs(os.path.dirname(self.cache_path), exist_ok=True)
        with open(self.cache_path + ".tmp", "w", encoding="utf-8") as out:
            json.dump(self.cache, out)
        os.replace(self.cache_path + ".tmp", self.cache_path)

    def zypper(self, *arguments, **variables):
        configuration = os.path.join(self.root, "etc/zypp/zypp.conf")
        environment = dict(os.environ, HOME=self.root, LC_ALL="C.UTF-8", ZYPP_CONF=configuration,
                           ZYPP_LOGFILE=os.path.join(self.root, "zypp.log"), **variables)
        command = ["zypper", "--root", self.root, "--non-interactive", "--no-gpg-checks"]
        return subprocess.run(command + list(arguments), env=environment, capture_output=True,
                              check=False, timeout=120)

    def prepare_zypper(self):
        """The repository added and read, the kernels locked; once a world, as it costs most."""
        write_list(os.path.join(self.root, "etc/zypp/zypp.conf"),
                   ["[main]", "multiversion = provides:multiversion(kernel)"])
        commands = [["addrepo", "-G", "-p", str(10 + number), "dir://" + path, "offer%d" % number]
                    for number, path in enumerate(self.repositories)]
        for arguments in commands + [["refresh"], ["addlock"] + self.world.lock_names()]:
            done = self.zypper(*arguments)
            if done.returncode:
                raise RuntimeError("zypper %s: %s" % (arguments[0], done.stderr.decode()))
        self.zypper_ready = True

    def ask_zypper(self, machine_list):
        """Sorted NEVRAs, remembered from an earlier run with the same input if there was one."""
        with open(machine_list, "rb") as lines:
            key = hashlib.sha256(lines.read()).hexdigest()[:24]
        if key not in self.cache:
            if not self.zypper_ready:
                self.prepare_zypper()
            self.cache[key] = self.zypper_answer(machine_list)
        return self.cache[key]

    def zypper_answer(self, machine_list):
        done = self.zypper("--xmlout", "--no-refresh", "install-new-recommends", "--no-recommends",
                           "--dry-run", ZYPP_MODALIAS_SYSFS=machine_list)
        if done.returncode:
            raise RuntimeError("zypper exit %d: %s" % (done.returncode, done.stdout.decode()[-500:]))
        stream = xml.etree.ElementTree.fromstring(done.stdout)
        return sorted("%s-%s.%s" % (found.get("name"), found.get("edition"), found.get("arch"))
                      for change in CHANGES for found in stream.iterfind(".//%s/solvable" % change)
                      if found.get("type") == "package")

    def kmp_match_command(self, machine_list):
        offers = [word for path in self.repositories for word in ("--repo", path)]
        return [PROGRAM, "--dry-run", "--json", "--root", self.root,
                "--kernel", self.world.release, "--hardware", machine_list] + offers

    def ask_kmp_match(self, machine_list):
        """The whole JSON answer."""
        command = self.kmp_match_command(machine_list)
        done = subprocess.run(command, capture_output=True, check=False, timeout=120)
        if done.returncode not in (0, 3):
            raise RuntimeError("%s\nexit %d: %s" % (" ".join(command), done.returncode,
                                                    done.stderr.decode(errors="replace")[-800:]))
        return json.loads(done.stdout)


def chosen(answer):
    return sorted(package["nevra"] for package in answer["packages"]
                  if package["verdict"] == "selected" and package["reason"] != "installed")
