# SPDX-License-Identifier: GPL-2.0-or-later
"""world - a made-up base system and repository, the same for the same number.

Every package keeps in "features" what is special about it: the oracle test explains differences
from these, never from names. A strict world has only features on which zypper and kmp-match must
agree without exception; the others add those on which they may differ.
"""
import copy
import importlib.machinery
import importlib.util
import os
import random
import re

import aliases

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools")


def load_tool(name):
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), os.path.join(TOOLS, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


generator = load_tool("suse-supplements")

FLAVORS = ("default", "rt", "azure")
SYMBOLS = ["module_layout"] + ["symbol_%02d" % i for i in range(40)]
UPDATES = ("150600.21", "150600.23.7", "150600.23.25")
ARCH = "x86_64"
TARGET = 1  # index into UPDATES of the kernel that the base has


class Kernels:
    """Symbol tables of each flavor's updates: most CRCs stay, a few change, a few symbols appear."""

    def __init__(self, rnd):
        self.tables = {}
        for flavor in FLAVORS:
            table = {symbol: "%x" % rnd.getrandbits(32) for symbol in SYMBOLS}
            for update in range(len(UPDATES)):
                self.tables[flavor, update] = dict(table)
                for symbol in rnd.sample(SYMBOLS[1:], 4):
                    table[symbol] = "%x" % rnd.getrandbits(32)
                table["added_in_%d" % (update + 1)] = "%x" % rnd.getrandbits(32)

    def package(self, flavor, update):
        version, release = "6.4.0", UPDATES[update]
        provides = ["kernel-%s = %s-%s" % (flavor, version, release),
                    "kernel-uname-r = %s" % self.release(flavor, update),
                    "kernel = %s-%s" % (version, release), "multiversion(kernel)",
                    "kmod(loop.ko)", "kmod(usbcore.ko)"]
        provides += ["ksym(%s:%s) = %s" % (flavor, symbol, crc)
                     for symbol, crc in self.tables[flavor, update].items()]
        return package("kernel-" + flavor, version, release, provides, ["kernel"])

    def extra(self, flavor, update):
        provides = ["kernel-%s-extra = 6.4.0-%s" % (flavor, UPDATES[update]), "multiversion(kernel)",
                    "kmod(extra.ko)", "ksym(%s:extra_symbol) = e%x" % (flavor, update)]
        extra = package("kernel-%s-extra" % flavor, "6.4.0", UPDATES[update], provides, ["kernel"])
        extra["requires"] = ["kernel-uname-r = " + self.release(flavor, update)]
        return extra

    @staticmethod
    def release(flavor, update):
        return "6.4.0-%s-%s" % (UPDATES[update], flavor)


def package(name, version, release, provides=(), features=(), arch=ARCH, epoch=0):
    edition = ("%d:" % epoch if epoch else "") + "%s-%s" % (version, release)
    return {"name": name, "version": version, "release": release, "arch": arch, "epoch": epoch,
            "vendor": "SUSE LLC", "provides": ["%s = %s" % (name, edition)] + [
                text for text in provides if not text.startswith(name + " = ")],
            "requires": [], "conflicts": [], "obsoletes": [], "supplements": [], "enhances": [],
            "files": [], "features": list(features)}


def merged_in_escape(text):
    """Is a merged class of the generator inside an escape, or inside an escaped class?"""
    return bool(re.search(r"%[0-9A-F]?\[", text) or re.search(r"%5B((?!%5D).)*\[", text))


BASE = (("bash", ["/bin/sh"]), ("coreutils", []), ("grep", []), ("xorg-x11-server", []),
        ("libdrm2", []), ("toolbox", ["/usr/bin/toolbox"]), ("main-tools", []))

# Features by how often a family has them. Those of LOOSE may cause differences.
STRICT = {"other-arch": 6, "epoch": 6, "tilde": 6, "no-ksym": 5, "uname-requires": 6, "wrong-crc": 14,
          "needs-userspace": 10, "needs-missing": 8, "needs-file": 5, "needs-missing-file": 4,
          "needs-versioned": 5, "needs-rich": 4, "needs-extra": 6, "needs-other-kmp": 12,
          "packageand": 8, "rich": 6, "unprefixed": 10, "foreign-prefix": 6, "absent-prefix": 4,
          "firmware": 8, "obsoletes": 4, "random-alias": 8}
LOOSE = {"rich-modalias": 8, "match-all": 5, "merged-escape": 5, "unprefixed-colons": 6,
         "same-module": 8, "conflicts": 8, "installed": 10, "versioned-name": 8}
# Odd ways to write the hints.
HINT_FORMS = ("packageand", "rich", "rich-modalias", "match-all", "unprefixed", "unprefixed-colons",
              "foreign-prefix", "absent-prefix", "merged-escape")
# Those of FlawedWorld; the others' random numbers stay what they were before these came.
FLAWED_WORLDS = (25, 27, 29)
FLAWED = {"long-hint": 20, "provided-hint": 20, "lower-case-hint": 25}


class World:
    EVERY = 1  # one machine in so many is asked about

    def __init__(self, number, machines, repositories=None):
        self.name = "world-%02d" % number
        self.rnd = random.Random(self.name)
        self.strict = number % 2 == 0
        self.repositories = repositories or (2 if number % 5 >= 3 else 1)
        self.machines = machines
        self.machine_names = sorted(machines)
        self.kernels = Kernels(self.rnd)
        self.flavor = FLAVORS[number % 3]
        self.release = self.kernels.release(self.flavor, TARGET)
        self.families = []
        self.repository, self.base = [], []
        self.fill_base()
        self.fill_repository()

    def fill_base(self):
        self.base = [package(name, "1.%d" % i, "1") for i, (name, _) in enumerate(BASE)]
        for installed, (_, files) in zip(self.base, BASE):
            installed["files"] = files
        scripts = package("suse-module-tools", "15.6", "1", ["suse-kernel-rpm-scriptlets"])
        self.base += [scripts, self.kernels.package(self.flavor, TARGET)]
        if self.rnd.random() < 0.5:
            self.base.append(self.kernels.extra(self.flavor, TARGET))
        if self.rnd.random() < 0.5:
            self.base.append(package("old-firmware", "2", "1"))

    def fill_repository(self):
        for flavor in FLAVORS:
            for update in (TARGET, TARGET + 1):
                self.repository.append(self.kernels.package(flavor, update))
                self.repository.append(self.kernels.extra(flavor, update))
        self.repository.append(package("userspace-tools", "2.0", "3", ["libhelper.so.1()(64bit)"]))
        self.repository.append(package("versioned-tools", "2.5", "1"))
        for number in range(self.rnd.randrange(25, 45)):
            self.add_family(number)

    def offer(self, number):
        """The packages of one of the repositories; a smaller number has the better priority."""
        return [package for package in self.repository if package.get("repository", 0) == number]

    def lock_names(self):
        return sorted("kernel-%s%s" % (flavor, part) for flavor in FLAVORS for part in ("", "-extra"))

    def drawn_features(self):
        chances = dict(STRICT) if self.strict else {**STRICT, **LOOSE}
        drawn = {name for name, percent in chances.items() if self.rnd.randrange(100) < percent}
        # One odd way to write the hints is enough.
        forms = [name for name in HINT_FORMS if name in drawn]
        drawn -= set(forms[1:])
        # Nothing would tie such a package to its flavor: two flavors' builds become rivals.
        if self.strict and drawn & {"unprefixed", "foreign-prefix"}:
            drawn -= {"no-ksym"}
        return drawn

    def some_alias(self, features):
        while True:
            machine = self.machines[self.rnd.choice(self.machine_names)]
            alias = self.rnd.choice(machine)
            if "unprefixed-colons" in features and not re.match(r"(acpi|dmi|mei|cpu):.*:.", alias):
                alias = "acpi:PNP0C0C:"
            if "unprefixed" in features and alias.count(":") != 1:
                continue
            if aliases.literal(alias) and len(alias) < 200 and ":" in alias:
                return alias

    def draw_aliases(self, features):
        drawn = []
        for _ in range(self.rnd.randrange(1, 6)):
            pattern = aliases.pattern_for(self.rnd, self.some_alias(features))
            drawn += aliases.neighbours(self.rnd, pattern)
        if "random-alias" in features:
            drawn.append("pci:v0000DEADd0000%04Xsv*sd*bc*sc*i*" % self.rnd.randrange(65536))
        return drawn

    def hints(self, flavor, name, drawn, features):
        prefix = {"foreign-prefix": "xorg-x11-server:", "absent-prefix": "not-installed:",
                  "unprefixed": "", "unprefixed-colons": ""}
        written = next((prefix[f] for f in features if f in prefix), None)
        if written is not None:
            texts = ["modalias(%s%s)" % (written, generator.encode(alias)) for alias in sorted(set(drawn))]
        else:
            texts = generator.supplements(flavor, drawn)
        if "merged-escape" not in features:
            texts = [text for text in texts if not merged_in_escape(text)]
        return self.odd_hints(flavor, name, texts, features)

    def odd_hints(self, flavor, name, texts, features):
        if "packageand" in features:
            texts = texts[:1] + ["packageand(kernel-%s:%s)" % (flavor, self.rnd.choice(("main-tools", name)))]
        if "rich" in features:
            texts = texts[:1] + ["(kernel-%s and %s)" % (flavor, self.rnd.choice(("main-tools", name)))]
        if "rich-modalias" in features:
            texts = ["(kernel-%s and %s)" % (flavor, text) for text in texts]
        if "match-all" in features:
            texts = ["modalias(kernel-%s:%s)" % (flavor, self.rnd.choice(("*", "*:*")))]
        if "merged-escape" in features:
            texts.append("modalias(kernel-%s:%s)" % (flavor, self.merged_escape_pattern()))
        return texts

    def merged_escape_pattern(self):
        """As the generator merges `..,..` and `..-..`, or two neighbours that hold a class."""
        return self.rnd.choice(("platform%3[A9]" + "%2A", "pci:v0000808%5B5%2D[67]%5Dd*",
                                "pci%3[AB]v00008086d0000*", "acpi*%3[AB]PNP0A0%5B0%2D[38]%5D:*"))

    def requirements(self, flavor, update, features):
        needs = ["coreutils", "grep", "suse-kernel-rpm-scriptlets", "/bin/sh"]
        table = self.kernels.tables[flavor, update]
        if "no-ksym" not in features:
            chosen = ["module_layout"] + self.rnd.sample(sorted(set(table) - {"module_layout"}), 6)
            needs += ["ksym(%s:%s) = %s" % (flavor, symbol, table[symbol]) for symbol in chosen]
        if "uname-requires" in features:
            needs.append("kernel-uname-r = " + self.kernels.release(flavor, update))
        extra = {"needs-userspace": "libhelper.so.1()(64bit)", "needs-missing": "nobody-provides-this",
                 "needs-file": "/usr/bin/toolbox", "needs-missing-file": "/usr/bin/nothing",
                 "needs-versioned": self.rnd.choice(("versioned-tools >= 2.0", "versioned-tools >= 3")),
                 "needs-rich": "(userspace-tools if bash)",
                 "needs-extra": "ksym(%s:extra_symbol) = e%x" % (flavor, update)}
        return needs + [text for feature, text in extra.items() if feature in features]

    def spoil(self, build):
        """Another CRC for one symbol."""
        rows = [i for i, text in enumerate(build["requires"]) if text.startswith("ksym(")]
        if rows:
            row = self.rnd.choice(rows)
            build["requires"][row] = build["requires"][row].rpartition(" ")[0] + " bad"
            build["features"].append("bad-crc-here")

    def build_name(self, base, flavor, update, features):
        if "versioned-name" in features:
            return "%s-k6.4.0_%s-kmp-%s" % (base, UPDATES[update], flavor)
        return "%s-kmp-%s" % (base, flavor)

    def build(self, family, flavor, update, version):
        base, features = family["base"], family["features"]
        name = self.build_name(base, flavor, update, features)
        built_for = "6.4.0_" + UPDATES[update]
        full = "%s_k%s" % (version, built_for)
        if "tilde" in features and self.rnd.random() < 0.5:
            full = "%s~rc1_k%s" % (version, built_for)
        kmp = package(name, full, "%d.1" % self.rnd.randrange(1, 4),
                      ["%s-kmp = %s" % (base, full), "multiversion(kernel)",
                       "%s-kmp-%s-k%s" % (base, flavor, built_for),
                       "kmod(%s.ko)" % family["module"],
                       "ksym(%s:%s_export) = %s" % (flavor, base, family["export"][flavor, update])],
                      features, epoch=self.rnd.randrange(2) if "epoch" in features else 0)
        kmp["family"] = "%s-kmp-%s" % (base, flavor)
        kmp["conflicts"] = ["%s-kmp-%s-k%s" % (base, flavor, built_for)]
        kmp["enhances"] = ["kernel-" + flavor]
        kmp["requires"] = self.requirements(flavor, update, features)
        kmp["supplements"] = self.hints(flavor, base, family["aliases"], features)
        self.special_relations(kmp, family, flavor, update)
        return kmp

    def special_relations(self, kmp, family, flavor, update):
        features = family["features"]
        if "wrong-crc" in features and self.rnd.random() < 0.7:
            self.spoil(kmp)
        if "other-arch" in features and self.rnd.random() < 0.7:
            kmp["arch"] = self.rnd.choice(("aarch64", "s390x"))
        if "obsoletes" in features:
            kmp["obsoletes"] = ["old-%s-kmp-%s < 2" % (family["base"], flavor)]
        other = family.get("needs")
        if other:
            crc = other["export"][flavor, update]
            kmp["requires"].append("ksym(%s:%s_export) = %s" % (flavor, other["base"], crc))
        if family.get("enemy"):
            kmp["conflicts"].append("%s-kmp-%s" % (family["enemy"]["base"], flavor))

    def add_family(self, number):
        base, features = "driver%02d" % number, self.drawn_features()
        family = {"base": base, "features": sorted(features), "module": base,
                  "aliases": self.draw_aliases(features),
                  "export": self.draw_exports()}
        if self.families:
            self.relate(family, self.rnd.choice(self.families))
        self.families.append(family)
        for flavor in self.family_flavors():
            self.add_builds(family, flavor)
        if "firmware" in features:
            self.add_firmware(family)

    def draw_exports(self):
        """CRCs of the symbol that the family's builds export.

        Where they change, zypper takes two builds of a family, so in strict worlds they do not.
        """
        crcs = ["%x" % self.rnd.getrandbits(28) for _ in UPDATES]
        return {(flavor, update): crcs[0 if self.strict else update]
                for flavor in FLAVORS for update in range(len(UPDATES))}

    def relate(self, family, other):
        features = family["features"]
        if "needs-other-kmp" in features:
            family["needs"] = other
        if "same-module" in features:
            family["module"] = other["module"]
            family["aliases"] += other["aliases"]
        if "conflicts" in features:
            family["enemy"] = other
            family["aliases"] += other["aliases"]

    def family_flavors(self):
        others = [flavor for flavor in FLAVORS if flavor != self.flavor]
        drawn = self.rnd.sample(others, self.rnd.choice((0, 0, 1, 2)))
        return ([self.flavor] if self.rnd.random() < 0.85 else others[:1]) + drawn

    def add_builds(self, family, flavor):
        taken = set()
        for index in range(self.rnd.randrange(1, 5)):
            update = self.rnd.choice((0, 1, 1, 1, 2))
            kmp = self.build(family, flavor, update, "%d.%d" % (self.rnd.randrange(1, 3), index))
            if kmp["name"] not in taken or "versioned-name" not in family["features"]:
                taken.add(kmp["name"])
                self.add_build(kmp, family, flavor, index)

    def add_build(self, kmp, family, flavor, index):
        kmp["repository"] = self.rnd.randrange(self.repositories)
        self.repository.append(kmp)
        suits = flavor == self.flavor and kmp["arch"] == ARCH
        if index == 0 and "installed" in family["features"] and suits:
            installed = dict(kmp, features=kmp["features"] + ["installed-here"])
            self.base.append(installed)

    def add_firmware(self, family):
        firmware = package(family["base"] + "-firmware", "2026", "1", features=["firmware"])
        firmware["arch"] = "noarch"
        firmware["supplements"] = ["modalias(%s)" % generator.encode(alias)
                                   for alias in family["aliases"] if alias.count(":") == 1]
        if self.rnd.random() < 0.3:
            firmware["requires"] = ["nobody-provides-this"]
        if self.rnd.random() < 0.3:
            firmware["obsoletes"] = ["old-firmware < 3"]
        self.repository.append(firmware)


class FlawedWorld(World):
    """Besides all that is loose: hints that libsolv or libzypp does not read as they were meant."""

    EVERY = 3

    def drawn_features(self):
        drawn = super().drawn_features()
        flaws = [name for name, percent in FLAWED.items() if self.rnd.randrange(100) < percent]
        if not flaws:
            return drawn
        return drawn.difference(HINT_FORMS) | {self.rnd.choice(flaws)}

    def hints(self, flavor, name, drawn, features):
        if "lower-case-hint" in features:
            drawn = [self.lower_case(alias) for alias in drawn]
        texts = super().hints(flavor, name, drawn, features)
        if "long-hint" in features:
            texts = [self.lengthen(text) for text in texts]
        return texts

    def lower_case(self, alias):
        """The ids of a pci or usb ALIAS in lower case, all of them or the vendor's only."""
        if not alias.startswith(("pci:", "usb:")):
            return alias
        if self.rnd.random() < 0.7:
            return alias.lower()
        return re.sub(r"^(....v[0-9A-F]*)", lambda found: found[1].lower(), alias)

    def lengthen(self, text):
        """TEXT about as long as libsolv's buffer, by a class that names its last character often."""
        found = re.fullmatch(r"(.*:.*)([0-9A-Za-z])([*:]*\))", text)
        if not found or "%" in text or "[" in text:
            return text
        length = self.rnd.choice((1022, 1023, 1024, 1025, 2000))
        letters = found[2] * (length - len(text) + 1 - len("%5B%5D"))
        return "%s%%5B%s%%5D%s" % (found[1], letters, found[3])

    def special_relations(self, kmp, family, flavor, update):
        super().special_relations(kmp, family, flavor, update)
        if "provided-hint" in family["features"]:
            kmp["provides"] += kmp["supplements"]
            kmp["supplements"] = []


def make(number, machines):
    return (FlawedWorld if number in FLAWED_WORLDS else World)(number, machines)


class SharedWorld(World):
    """Three repositories that have packages in common, some under one NEVRA with other content."""

    def __init__(self, number, machines):
        super().__init__(number, machines, 3)

    def add_build(self, kmp, family, flavor, index):
        super().add_build(kmp, family, flavor, index)
        drawn = self.rnd.randrange(100)
        if drawn < 50:
            others = [number for number in range(self.repositories) if number != kmp["repository"]]
            other = copy.deepcopy(dict(kmp, repository=self.rnd.choice(others)))
            if drawn < 25:
                self.alter(other)
            self.repository.append(other)

    def offer(self, number):
        """Where a package comes from stands in its summary, which zypper's answer has."""
        return [dict(package, summary=str(number)) for package in super().offer(number)]

    def alter(self, kmp):
        """Another build under the same NEVRA: for another kernel, or for another device."""
        kmp["content"] = "another build"
        if self.rnd.random() < 0.6:
            self.spoil(kmp)
        else:
            kmp["supplements"] = ["modalias(kernel-%s:pci:v0000FFFFd0000FFFFsv*)" % self.flavor]
