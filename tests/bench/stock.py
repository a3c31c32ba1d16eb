# SPDX-License-Identifier: GPL-2.0-or-later
"""stock - repositories and machines to measure with, the same for the same parameters.

The drivers are those of a real kernel (tools/fetch-kernel) with their real aliases, each as KMPs for
several flavors and kernels; the kernels provide ksym(...), and packages without drivers fill up. A few
drivers, the core, are in every repository whatever its size, and all machines have devices of the core
only: the same machine finds the same packages in each. Made once, below build/bench.
"""
import collections
import fnmatch
import hashlib
import importlib.machinery
import importlib.util
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from xml.sax.saxutils import quoteattr

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "lib"))

import rpmheader  # noqa: E402

FOLDER = pathlib.Path(os.environ.get("BENCH", TOP / "build/bench"))
FLAVORS = ("default", "rt", "azure", "64kb")
KERNELS = ("6.4.0", "6.4.1")
BUILDS = (("1.0", 0), ("2.0", 0), ("3.0", 1))  # version of the driver, index of the kernel it is for
RELEASE = "%s-1-%s" % (KERNELS[0], FLAVORS[0])  # the target
SYMBOLS, NEEDED = 8000, 120  # that a kernel provides, and a KMP requires
CORE = 24  # drivers
DRIVERS_SHARE = 0.23  # of the packages, as far as there are drivers
INSTALLED = 300
BUSES = ("acpi", "bcma", "hid", "i2c", "mdio", "of", "pci", "pcmcia", "platform", "sdio", "spi", "usb", "virtio")
DEVICES_MAX = 1000
PREFIX = 14  # bytes of a modalias that patterns are looked up by
NAMESPACES = ('xmlns="http://linux.duke.edu/metadata/%s" '
              'xmlns:rpm="http://linux.duke.edu/metadata/rpm"')
# What stands for a '*' of an alias in a device, by what is before it.
FIELDS = (("sv", "00001AF4"), ("sd", "0000%04X"), ("bc", "FF"), ("sc", "00"), ("i", "00"), ("d", "0100"),
          ("dc", "00"), ("dsc", "00"), ("dp", "00"), ("ic", "FF"), ("isc", "FF"), ("ip", "FF"), ("in", "00"))


def load_tool(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOP / "tools" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


generator = load_tool("suse-supplements")


def stirred(words):
    """WORDS in an order that has nothing to do with their meaning, and is always the same."""
    return sorted(words, key=lambda word: hashlib.sha256(word.encode()).digest())


def alias_file():
    done = subprocess.run([TOP / "tools/fetch-kernel"], stdout=subprocess.PIPE, text=True, check=True)
    root, release, _ = done.stdout.split("\n")[:3]
    return TOP / root / "lib/modules" / release / "modules.alias"


def alias_digest():
    return hashlib.sha256(alias_file().read_bytes()).hexdigest()[:12]


def read_drivers(path):
    """{module: aliases} of hardware."""
    drivers = collections.defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        alias, _, module = rest.rpartition(" ")
        if word == "alias" and re.split("[:*]", alias)[0] in BUSES and ":" in alias:
            drivers[module.replace("_", "-")].add(alias)
    return {module: sorted(aliases) for module, aliases in sorted(drivers.items())}


def device_of(alias, number):
    """A device that ALIAS is for; NUMBER makes it another one where the alias lets it."""
    text = re.sub(r"\[(.)[^]]*\]", r"\1", alias)
    pieces = text.split("*")
    device = pieces[0]
    for piece in pieces[1:]:
        field = re.search("[a-z]+$", device)
        value = dict(FIELDS).get(field[0], "") if field and ":" in device else ""
        device += (value % (number % 65536) if "%" in value else value) + piece
    return device


def stranger(number):
    """A device that no driver is for."""
    return ("pci:v0000FFFEd%08Xsv0000FFFEsd%08Xbc%02Xsc00i00" % (number, number, 0xF0 + number % 15),
            "usb:vFFFEp%04Xd0100dcFEdsc00dp00icFEiscFEip00in00" % number,
            "acpi:BNCH%04X:" % number, "platform:bench-%d" % number)[number % 4]


class Machines:
    """Lists of devices, about two of three served by a driver of the core."""

    def __init__(self, drivers, core):
        self.drivers, self.core = drivers, core
        self.largest = self.devices(DEVICES_MAX)
        self.near = collections.defaultdict(list)
        for device in self.largest:
            self.near[device[:PREFIX]].append(device)
            self.near[device.partition(":")[0]].append(device)

    def devices(self, count):
        """COUNT devices, the more the more drivers they need."""
        served = self.core[:min(len(self.core), max(4, 3 + count // 4))]
        found = {}
        for number in range(10 * count):
            # Two of three numbers are for a driver, in turn.
            turn, rest = divmod(number - number // 3, len(served))
            aliases = self.drivers[served[rest]]
            device = device_of(aliases[turn % len(aliases)], number)
            found.setdefault(device if number % 3 else stranger(number), None)
            if len(found) == count:
                return list(found)
        raise ValueError("the drivers of the core are for fewer than %d devices" % count)

    def has(self, alias):
        """Does one of the machines have a device for ALIAS?"""
        literal = re.split(r"[*?[]", alias)[0]
        bus, colon, _ = literal.partition(":")
        near = self.near.get(literal[:PREFIX] if len(literal) >= PREFIX else bus, ()) if colon else self.largest
        return any(fnmatch.fnmatchcase(device, alias) for device in near)


def entry(name, version=""):
    if not version:
        return "<rpm:entry name=%s/>" % quoteattr(name)
    version, _, release = version.partition("-")
    release = ' rel="%s"' % release if release else ""
    return '<rpm:entry name=%s flags="EQ" epoch="0" ver="%s"%s/>' % (quoteattr(name), version, release)


def package(name, version, provides=(), requires=(), supplements=(), files=(), text="of the benchmark"):
    """One package's element; the dependencies are elements already."""
    nevra = "%s-%s-1.x86_64" % (name, version)
    provides = (entry(name, version + "-1"), *provides)
    lists = "".join("<rpm:%s>\n%s\n</rpm:%s>\n" % (kind, "\n".join(rows), kind)
                    for kind, rows in (("provides", provides), ("requires", requires), ("supplements", supplements))
                    if rows)
    return ('<package type="rpm">\n<name>%s</name>\n<arch>x86_64</arch>\n<version epoch="0" ver="%s" rel="1"/>\n'
            '<checksum type="sha256" pkgid="YES">%s</checksum>\n<summary>Package %s</summary>\n'
            '<description>It is %s.</description>\n<packager/>\n<url>https://example.com/%s</url>\n'
            '<time file="1700000000" build="1700000000"/>\n<size package="100000" installed="250000" archive="251000"/>\n'
            '<location href="x86_64/%s.rpm"/>\n<format>\n<rpm:license>GPL-2.0-only</rpm:license>\n'
            '<rpm:vendor>Example</rpm:vendor>\n<rpm:group>System/Kernel</rpm:group>\n'
            '<rpm:buildhost>localhost</rpm:buildhost>\n<rpm:sourcerpm>%s-%s-1.src.rpm</rpm:sourcerpm>\n'
            '<rpm:header-range start="4504" end="9000"/>\n%s%s</format>\n</package>\n') % (
                name, version, hashlib.sha256(nevra.encode()).hexdigest(), name, text, name, nevra, name, version,
                lists, "".join("<file>%s</file>\n" % path for path in files))


class Symbols:
    """Checksums of the symbols of each flavor and kernel, as (name, value) and as elements."""

    def __init__(self, count):
        rnd = random.Random("symbols")
        self.names = ["symbol_%05d" % number for number in range(count)]
        self.values = {(flavor, kernel): ["%08x" % rnd.getrandbits(32) for _ in self.names]
                       for flavor in FLAVORS for kernel in range(len(KERNELS))}
        self.elements = {(flavor, kernel): [entry("ksym(%s:%s)" % (flavor, name), value)
                                            for name, value in zip(self.names, values)]
                         for (flavor, kernel), values in self.values.items()}

    def kernel(self, flavor, kernel):
        """The package of a kernel, for rpmheader; its symbols are not in it."""
        version = KERNELS[kernel]
        return {"name": "kernel-" + flavor, "version": version, "release": "1", "arch": "x86_64",
                "provides": ["kernel-%s = %s-1" % (flavor, version), "kernel = %s-1" % version,
                             "kernel-uname-r = %s-1-%s" % (version, flavor), "multiversion(kernel)"]}

    def installed(self, flavor, kernel):
        found = self.kernel(flavor, kernel)
        found["provides"] += ["ksym(%s:%s) = %s" % (flavor, name, value)
                              for name, value in zip(self.names, self.values[flavor, kernel])]
        return found

    def offered(self, flavor, kernel):
        found = self.kernel(flavor, kernel)
        rows = [entry(*text.split(" = ")) for text in found["provides"][1:]]
        return package(found["name"], found["version"], rows + self.elements[flavor, kernel])


class Stock:
    """What can be made of one kernel's aliases."""

    def __init__(self):
        path = alias_file()
        self.source = hashlib.sha256(path.read_bytes() + pathlib.Path(__file__).read_bytes()).hexdigest()[:8]
        drivers = read_drivers(path)
        order = stirred(drivers)
        # Wildcards of a bus or a class are no driver's that the same machine meets once.
        self.core = [name for name in order if 5 <= len(drivers[name]) <= 80 and all(
            re.match("(pci:v0|usb:v[0-9A-F]|hid:b[0-9]+g.*v0|virtio:d0|acpi[*]:)", alias) for alias in drivers[name])][:CORE]
        self.machines = Machines(drivers, self.core)
        kept = ((name, [alias for alias in drivers[name] if not self.machines.has(alias)]) for name in order
                if name not in self.core)
        self.drivers = {**{name: drivers[name] for name in self.core},
                        **{name: aliases for name, aliases in kept if aliases}}

    def names(self, packages):
        """The drivers of a repository of so many packages."""
        count = int(packages * DRIVERS_SHARE) // (len(FLAVORS) * len(BUILDS))
        return list(self.drivers)[:max(CORE, count)]

    def kmps(self, name, symbols):
        aliases, rnd = self.drivers[name], random.Random(name)
        chosen = sorted(rnd.sample(range(len(symbols.names)), min(NEEDED, len(symbols.names))))
        needs = [entry(text) for text in ("/bin/sh", "coreutils", "grep", "suse-kernel-rpm-scriptlets")]
        # Some rest on another package, which has no hint of its own.
        if name in self.core[:6:3]:
            needs.append(entry("%s-firmware" % name))
            yield package("%s-firmware" % name, "20230101", files=["/lib/firmware/%s.bin" % name])
        for flavor in FLAVORS:
            hints = [entry(generator.hint(flavor, alias)) for alias in aliases]
            for version, kernel in BUILDS:
                full, elements = "%s_k%s_1" % (version, KERNELS[kernel]), symbols.elements[flavor, kernel]
                provides = [entry(name + "-kmp", full), entry("multiversion(kernel)"), entry("kmod(%s.ko)" % name)]
                yield package("%s-kmp-%s" % (name, flavor), full, provides,
                              needs + [elements[number] for number in chosen], hints,
                              ["/etc/modprobe.d/%s.conf" % name], "the driver %s" % name)

    @staticmethod
    def filler(number, count):
        rnd = random.Random(number)
        needs = [entry("libfiller%d.so.1()(64bit)" % rnd.randrange(count)) for _ in range(12)]
        return package("filler-%d" % number, "1.0", [entry("libfiller%d.so.1()(64bit)" % number)],
                       [entry("/bin/sh"), entry("libc.so.6(GLIBC_2.34)(64bit)"), *needs],
                       files=["/usr/bin/filler-%d" % number, "/etc/filler-%d.conf" % number],
                       text="one of many that have nothing to do with drivers")

    def packages(self, count, symbols):
        """(number of the family, element) of COUNT packages: all of a family belong into one repository."""
        table = Symbols(symbols)
        written = 0
        for flavor in FLAVORS:
            for kernel in range(len(KERNELS)):
                yield 0, table.offered(flavor, kernel)
                written += 1
        for number, name in enumerate(self.names(count)):
            for element in self.kmps(name, table):
                yield number, element
                written += 1
        for number in range(count - written):
            yield number, self.filler(number, count - written)


def write_repository(folder, elements, compression):
    repodata = folder / "repodata"
    repodata.mkdir(parents=True)
    text = "".join(elements)
    data = ('<?xml version="1.0" encoding="UTF-8"?>\n<metadata %s packages="%d">\n%s</metadata>\n' % (
        NAMESPACES % "common", len(elements), text)).encode()
    packed = pack(data, compression)
    name = "primary.xml." + compression
    (repodata / name).write_bytes(packed)
    checksums = [hashlib.sha256(part).hexdigest() for part in (packed, data)]
    (repodata / "repomd.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<repomd %s><revision>1</revision>\n'
        '<data type="primary"><checksum type="sha256">%s</checksum>\n'
        '<open-checksum type="sha256">%s</open-checksum>\n'
        '<location href="repodata/%s"/><timestamp>1700000000</timestamp>\n'
        '<size>%d</size><open-size>%d</open-size></data></repomd>\n' % (
            NAMESPACES % "repo", *checksums, name, len(packed), len(data)), encoding="utf-8")
    return len(data)


def pack(data, compression):
    if compression == "zst":
        return subprocess.run(["zstd", "-q", "-9", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def once(name, make):
    """The folder NAME below FOLDER, which MAKE fills if it is not there yet; older ones of it go."""
    folder = FOLDER / name
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        for old in FOLDER.glob(name.rpartition("-")[0] + "-????????"):
            shutil.rmtree(old)
        unfinished = pathlib.Path(tempfile.mkdtemp(dir=FOLDER))
        unfinished.chmod(0o755)
        make(unfinished)
        unfinished.rename(folder)
    return folder


def repositories(stock, packages, parts=1, compression="gz", symbols=SYMBOLS):
    """The folders of PARTS repositories that have so many packages together."""
    def make(folder):
        elements = [[] for _ in range(parts)]
        for family, element in stock.packages(packages, symbols):
            elements[family % parts].append(element)
        for number, part in enumerate(elements):
            write_repository(folder / str(number), part, compression)
    folder = once("repository-%d-%d-%s-%d-%s" % (packages, parts, compression, symbols, stock.source), make)
    return [folder / str(number) for number in range(parts)]


def metadata(repository):
    return next((repository / "repodata").glob("primary.xml.*"))


def machine(stock, devices):
    """The file that lists so many devices."""
    def make(folder):
        lines = stock.machines.devices(devices)
        (folder / "list").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return once("machine-%d-%s" % (devices, stock.source), make) / "list"


def strangers(devices):
    """The file that lists so many devices that nothing is for."""
    def make(folder):
        (folder / "list").write_text("".join(stranger(number) + "\n" for number in range(devices)), encoding="utf-8")
    return once("strangers-%d-%s" % (devices, "0" * 8), make) / "list"


def bare():
    """A root with nothing in it."""
    return once("bare-%s" % ("0" * 8), lambda folder: None)


def base(stock, symbols=SYMBOLS):
    """A root with an RPM database: the target kernel, and some packages."""
    def make(folder):
        names = ["coreutils", "grep", "suse-kernel-rpm-scriptlets", "bash"]
        names += ["installed-%d" % number for number in range(INSTALLED)]
        rows = [{"name": name, "version": "1", "release": "1", "arch": "x86_64", "provides": ["%s = 1-1" % name],
                 "files": ["/bin/sh"] if name == "bash" else ["/usr/bin/" + name]} for name in names]
        rpmheader.install(str(folder), rows + [Symbols(symbols).installed(FLAVORS[0], 0)])
    return once("base-%d-%s" % (symbols, stock.source), make)
