#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""trials: write modules for a kernel to be tried with, real ones of several kernels and edited ones.

trials ROOT RELEASE FOLDER: the kernel RELEASE below ROOT is the one that is to try them. Each trial
is FOLDER/NUMBER/FILE.ko, and a line of FOLDER/list: NUMBER FILE NAME PATH:NAME..., the last of what
has to be there before, in the order of loading. FOLDER/kinds has NUMBER KIND, and what was changed.
"""
import functools
import hashlib
import pathlib
import random
import re
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "differential"))

import modfile  # noqa: E402

REAL = 60  # modules of each kernel
SIGNED = b"~Module signature appended~\n"
SMALL = 64 << 10  # bytes of a module that is edited
# Its init runs self-tests for minutes, takes the machine's time, console or memory, or ends it.
NOT_TRIED = {"tcrypt", "rcutorture", "rcuscale", "refscale", "locktorture", "torture", "scftorture",
             "kgdboe", "kgdbts", "mtd_test", "preemptirq_delay_test", "test_lockup", "notifier_error_inject"}


def module_name(path):
    return path.name.split(".")[0].replace("-", "_")


def digest(text):
    return hashlib.sha256(str(text).encode()).digest()


class Kernel:
    """The one that tries."""

    def __init__(self, root, release):
        self.root, self.release = root, release
        self.tree = root / "lib/modules" / release
        self.symvers = modfile.read_symvers(root / "usr/src" / ("linux-headers-" + release) / "Module.symvers")

    @functools.lru_cache(None)
    def chain(self, path):
        """The module at PATH and what modprobe loads before it, softdeps too."""
        done = subprocess.run(["modprobe", "-d", self.root, "-S", self.release, "--show-depends",
                               module_name(pathlib.Path(path))], stdout=subprocess.PIPE, text=True, check=True)
        return re.findall(r"^insmod .*/%s/(kernel/\S+)" % re.escape(self.release), done.stdout, re.M)

    def before(self, module):
        """What has to be loaded before MODULE; None if some of it is not in the tree."""
        found = []
        for name in sorted(module.imports):
            exporter = self.symvers.get(name, (0, "vmlinux"))[1]
            path = "kernel/%s.ko" % exporter
            if exporter == "vmlinux" or path in found:
                continue
            if not (self.tree / path).exists():
                return None
            found += [need for need in self.chain(path) if need not in found]
        return found


def section(module, wanted):
    return next(((at, length) for name, _, at, length, _ in module.sections if name == wanted), (0, 0))


def signature_size(data):
    """struct module_signature of the kernel's include/linux/module_signature.h"""
    if not data.endswith(SIGNED):
        return 0
    return len(SIGNED) + 12 + struct.unpack(">I", data[-len(SIGNED) - 4:-len(SIGNED)])[0]


def versions(module):
    """{name: where its row is}"""
    at, length = section(module, "__versions")
    return {module.text(place + 8): place for place in range(at, at + length, 64)}


class Editor:
    """The bytes of a module without its signature; each edit says what it changed, None if it cannot."""

    def __init__(self, module, kernel):
        self.module, self.kernel = module, kernel
        self.chance = random.Random(hashlib.sha256(module.data).hexdigest())
        self.data = bytearray(module.data)
        self.signed = signature_size(module.data)

    def unsigned(self):
        del self.data[len(self.data) - self.signed:]
        self.signed = 0
        return "signature"

    def replace(self, name, old, new):
        """Once, in the section NAME."""
        at, length = section(self.module, name)
        place = self.data.find(old, at, at + length)
        if place < 0 or len(old) != len(new):
            return None
        self.data[place:place + len(old)] = new
        return new.decode()

    def modinfo(self, old, new):
        return self.unsigned() and self.replace(".modinfo", old, new)

    def import_of(self, layout=False):
        rows = versions(self.module)
        names = sorted((name for name in rows if name in self.kernel.symvers and name not in self.module.weak
                        and (name == "module_layout") == layout))
        return (self.chance.choice(names), rows) if names else (None, rows)

    def crc(self, layout=False):
        name, rows = self.import_of(layout)
        if name:
            self.data[rows[name] + self.chance.randrange(4)] ^= 1 << self.chance.randrange(8)
        return self.unsigned() and name

    def layout(self):
        return self.crc(layout=True)

    def symbol(self):
        """Another first letter: names may share their ends."""
        name, rows = self.import_of()
        if not name:
            return None
        new = b"Q" + name.encode()[1:]
        self.data[rows[name] + 8] = new[0]
        old = b"\0" + name.encode() + b"\0"
        return self.replace(".strtab", old, b"\0" + new + b"\0") and self.unsigned() and new.decode()

    def row(self):
        """No CRC is recorded of a symbol: its row is that of another."""
        name, rows = self.import_of()
        if not name or name == "module_layout":
            return None
        place, other = rows[name], rows["module_layout"]
        self.data[place:place + 64] = self.data[other:other + 64]
        return self.unsigned() and name

    def no_versions(self):
        place = self.data.find(b"\0__versions\0")
        if place < 0:
            return None
        self.data[place + 1:place + 11] = b"__versionz"
        return self.unsigned() and "__versions"

    def licence(self):
        return self.modinfo(b"license=GPL", b"license=GPX") or self.modinfo(b"license=Dual", b"license=Duel")

    def namespace(self):
        at, length = section(self.module, ".modinfo")
        place = self.data.find(b"import_ns=", at, at + length)
        if place < 0:
            return None
        self.data[place + 10] = ord("_")
        return self.unsigned() and "import_ns"

    def options(self):
        return self.modinfo(b" mod_unload ", b" mod_unloan ")

    def release(self):
        return self.modinfo(b"vermagic=6.", b"vermagic=7.")

    def changed(self):
        """Under the signature, which stays."""
        return self.replace(".modinfo", b"author=", b"autho_=")

    def signature(self):
        """Its first byte: it is no PKCS #7 any more."""
        if not self.signed:
            return None
        self.data[len(self.data) - self.signed] ^= 0x80
        return "PKCS #7"

    def cut(self):
        del self.data[len(self.data) * 3 // 4:]
        return "end"


EDITS = {"unsigned": 15, "crc": 60, "layout": 10, "symbol": 40, "row": 10, "no_versions": 10, "licence": 12,
         "namespace": 10, "options": 10, "release": 15, "changed": 15, "signature": 10, "cut": 8}


def modules_of(folder, kernel):
    """(path, module, what it needs) of those below FOLDER that can be tried, in an order of chance."""
    for path in sorted(folder.rglob("*.ko"), key=lambda path: digest(path.relative_to(folder))):
        if module_name(path) not in NOT_TRIED and "test" not in path.name:
            module = modfile.Module(path)
            before = kernel.before(module)
            if before is not None:
                yield path, module, before


def first(count, rows):
    return [row for _, row in zip(range(count), rows)]


def edited(kernel, candidates):
    for kind, count in EDITS.items():
        made = 0
        for path, module, before in candidates:
            editor = Editor(module, kernel)
            if made < count and (what := getattr(editor, kind)()):
                made += 1
                yield path.name, bytes(editor.data), before, "%s %s" % (kind, what)


def trials(kernel, release):
    done = subprocess.run([HERE.parents[1] / "tools/fetch-kernels"], stdout=subprocess.PIPE, text=True, check=True)
    root, *releases = done.stdout.split()
    trees = {other: pathlib.Path(root) / "lib/modules" / other for other in releases if other != release}
    trees[release] = kernel.tree
    for other, tree in trees.items():
        for path, module, before in first(REAL, modules_of(tree / "kernel", kernel)):
            yield path.name, module.data, before, "of " + other
    small = (row for row in modules_of(kernel.tree / "kernel", kernel)
             if len(row[1].data) < SMALL and len(row[2]) < 3)
    yield from edited(kernel, first(700, small))


def main(root, release, folder):
    folder = pathlib.Path(folder)
    kernel = Kernel(pathlib.Path(root), release)
    # What another one needs comes before it, so that little has to be unloaded.
    rows = sorted(trials(kernel, release), key=lambda row: (len(row[2]), row[0]))
    with open(folder / "list", "w") as listed, open(folder / "kinds", "w") as kinds:
        for number, (name, data, before, kind) in enumerate(rows):
            (folder / str(number)).mkdir()
            (folder / str(number) / name).write_bytes(data)
            needs = ["%s:%s" % (path, module_name(pathlib.Path(path))) for path in before]
            print(number, name[:-len(".ko")], module_name(pathlib.Path(name)), *needs, file=listed)
            print(number, kind, file=kinds)


if __name__ == "__main__":
    main(*sys.argv[1:])
