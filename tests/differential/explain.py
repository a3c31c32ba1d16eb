# SPDX-License-Identifier: GPL-2.0-or-later
"""explain - is a difference between zypper and kmp-match one of those that the design allows?

Each allowed name is a predicate over the made-up metadata and the machine, evaluated here without
kmp-match's own code: the meaning of hints is written down a second time, after libsolv and libzypp.
"""
import ctypes
import functools
import re

from answers import rpmheader, rpmmd
from world import merged_in_escape

LIBC = ctypes.CDLL(None)


@functools.lru_cache(maxsize=None)
def fnmatch(pattern, alias):
    return LIBC.fnmatch(pattern.encode("utf-8", "surrogateescape"),
                        alias.encode("utf-8", "surrogateescape"), 0) == 0


def decode(pattern):
    return re.sub("%([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), pattern)


def inside(text):
    """What stands in modalias(...), or None."""
    return text[9:-1] if text.startswith("modalias(") and text.endswith(")") else None


def is_long(text):
    """Too long for the buffer of libsolv's repo_fix_supplements() (src/suse.c), which skips it."""
    return len(text.encode("utf-8", "surrogateescape")) >= 1024


def split_hint(text):
    """(prefix or None, encoded pattern), at the first colon if another follows."""
    prefix, colon, rest = inside(text).partition(":")
    return (prefix, rest) if colon and ":" in rest else (None, inside(text))


def expand(text):
    """The alternatives of raw classes, as they were before the generator merged them."""
    found = re.search(r"\[([^][]*)\]", text)
    if not found:
        return [text]
    return [other for letter in found[1]
            for other in expand(text[:found.start()] + letter + text[found.end():])]


def names_of(package):
    return {rpmheader.split_dependency(text)[0] for text in package["provides"]} | set(package["files"])


def provides(package, requirement):
    name, operator, version = rpmheader.split_dependency(requirement)
    if operator == "=" and name.startswith(("ksym(", "kernel-uname-r")):
        return requirement in package["provides"]
    return name in names_of(package)


class Pair:
    """One machine in one world, and both answers."""

    def __init__(self, world, machine, zypper, ours):
        self.machine = machine
        self.zypper, self.ours = set(zypper), set(ours)
        self.known = {rpmmd.nevra(package): package for package in world.repository}
        self.base = world.base
        present = [self.known[n] for n in self.zypper | self.ours if n in self.known] + world.base
        self.capabilities = set().union(*map(names_of, present))
        self.installed_families = {package.get("family") for package in self.base} - {None}

    def fits(self, pattern):
        return any(fnmatch(decode(pattern), alias) for alias in self.machine)

    def fires(self, text):
        """By the rules of libsolv and libzypp."""
        return not is_long(text) and self.would_fire(text)

    def would_fire(self, text, fits=None):
        """By what it says, whatever its length."""
        if inside(text) is None:
            return False
        prefix, pattern = split_hint(text)
        return (prefix is None or prefix in self.capabilities) and (fits or self.fits)(pattern)

    def fires_at_all(self, package):
        return any(map(self.fires, package["supplements"]))

    # The allowed names. PACKAGE is in one answer only, FAR is the other answer.

    def escape_repair(self, package, far):
        def fires_when_expanded(text):
            prefix, pattern = split_hint(text)
            return (prefix is None or prefix in self.capabilities) and any(map(self.fits, expand(pattern)))
        return far is self.zypper and not self.fires_at_all(package) and any(
            merged_in_escape(text) and fires_when_expanded(text)
            for text in package["supplements"] if inside(text))

    def colon_repair(self, package, far):
        return far is self.zypper and not self.fires_at_all(package) and any(
            split_hint(text)[0] not in (None, *self.capabilities) and self.fits(inside(text))
            for text in package["supplements"] if inside(text))

    def long_repair(self, package, far):
        return far is self.zypper and not self.fires_at_all(package) and any(
            is_long(text) and self.would_fire(text) for text in package["supplements"])

    def provided_repair(self, package, far):
        return far is self.zypper and not any(map(inside, package["supplements"])) and any(
            map(self.fires, package["provides"]))

    def case_repair(self, package, far):
        def fits_in_any_case(pattern):
            return pattern.startswith(("pci:", "usb:")) and any(
                fnmatch(decode(pattern).lower(), alias.lower()) for alias in self.machine)
        return far is self.zypper and not self.fires_at_all(package) and any(
            self.would_fire(text, fits_in_any_case)
            for text in package["supplements"] if not is_long(text))

    def rich_modalias(self, package, far):
        return far is self.zypper and not self.fires_at_all(package) and any(
            self.fires(found) for text in package["supplements"] if text.startswith("(")
            for found in re.findall(r"modalias\([^()]*\)", text))

    def match_all_hint(self, package, far):
        firing = [text for text in package["supplements"] if self.fires(text)]
        return far is self.ours and bool(firing) and all(
            re.fullmatch(r"[*?:]*", decode(split_hint(text)[1])) for text in firing)

    def same_module(self, package, far):
        """The other one was chosen, or PACKAGE itself needs it, so that both cannot be."""
        modules = {name for name in names_of(package) if name.startswith("kmod(")}
        rivals = [self.known[nevra] for nevra in self.zypper | self.ours
                  if self.known[nevra].get("family") != package.get("family")
                  and modules & names_of(self.known[nevra])]
        return far is self.ours and any(
            rpmmd.nevra(rival) in far or any(provides(rival, text) for text in package["requires"]
                                             if text.startswith("ksym(")) for rival in rivals)

    def conflicting_family(self, package, far):
        return any(self.known[other].get("family") != package.get("family")
                   and self.clash(package, self.known[other]) for other in far)

    @staticmethod
    def clash(one, other):
        return any(text in names_of(other) for text in one["conflicts"]) or any(
            text in names_of(one) for text in other["conflicts"])

    def update_of_installed(self, package, far):
        """kmp-match offers another build than the installed one, for hardware that is here.

        That the family is installed is reason enough, so the prefix of the hint is not asked for.
        """
        return far is self.zypper and package.get("family") in self.installed_families and any(
            self.fits(split_hint(found)[1]) for text in package["supplements"]
            for found in re.findall(r"modalias\([^()]*\)", text))

    def one_winner(self, package, far):
        """zypper takes several builds of the family, kmp-match another one of them."""
        family = package.get("family")
        members = [n for n in self.zypper if family and self.known[n].get("family") == family]
        return far is self.ours and len(members) > 1 and any(n in far for n in members)

    NAMES = (("repair: class merged into an escape", escape_repair),
             ("repair: unprefixed hint with several colons", colon_repair),
             ("repair: hint of 1,024 bytes or more", long_repair),
             ("repair: hint among what is provided", provided_repair),
             ("repair: ids of pci or usb in lower case", case_repair),
             ("rich dependency with a modalias inside", rich_modalias),
             ("match-all hint", match_all_hint), ("same module", same_module),
             ("conflicting families", conflicting_family),
             ("update of an installed build", update_of_installed),
             ("one winner per family", one_winner))

    def name_of(self, package, far):
        return next((name for name, holds in self.NAMES if holds(self, package, far)), None)

    def differences(self):
        """{NEVRA: allowed name, or None where nothing explains it}."""
        sides = ((self.zypper - self.ours, self.ours), (self.ours - self.zypper, self.zypper))
        found = {nevra: self.name_of(self.known[nevra], far) for side, far in sides for nevra in side}
        while self.explain_followers(found, sides):
            pass
        return found

    def explain_followers(self, found, sides):
        """Name what differs only because an explained package does; True if one was found."""
        for side, _ in sides:
            for nevra in side:
                if not found[nevra]:
                    found[nevra] = self.follows(nevra, found, side)
                    if found[nevra]:
                        return True
        return False

    def follows(self, nevra, found, side):
        package = self.known[nevra]
        for leader in sorted(found):
            if found[leader] and (leader in side and (
                    self.is_needed_by(package, self.known[leader]) or self.rests_on(package, leader))
                    or leader not in side and self.stands_in(package, self.known[leader])):
                return "follows: " + found[leader].removeprefix("follows: ")
        return None

    @staticmethod
    def stands_in(package, leader):
        """Another build of LEADER's family, where the other answer has LEADER."""
        return package.get("family") and package.get("family") == leader.get("family")

    def is_needed_by(self, package, leader):
        wanted = [re.sub(r"^\((\S+) if .*\)$", r"\1", text) for text in leader["requires"]]
        return not self.fires_at_all(package) and any(provides(package, text) for text in wanted)

    def rests_on(self, package, leader):
        """Does PACKAGE need something of LEADER that nothing in the other answer has?"""
        far = self.ours if leader in self.zypper else self.zypper
        rest = self.base + [self.known[n] for n in far]
        return any(provides(self.known[leader], text) and not any(provides(p, text) for p in rest)
                   for text in package["requires"])


REPAIRS = [name for name, _ in Pair.NAMES if name.startswith("repair: ")]
