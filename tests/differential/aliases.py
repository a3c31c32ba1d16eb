# SPDX-License-Identifier: GPL-2.0-or-later
"""aliases - machines to test on, and driver patterns that fit their devices.

Machines are the lists of ${KMP_DATA}/hardware; where that folder is absent, made-up ones.
"""
import glob
import os
import random
import re

PCI = re.compile(r"pci:v(\w{8})d(\w{8})sv(\w{8})sd(\w{8})bc(\w\w)sc(\w\w)i(\w\w)")
USB = re.compile(r"usb:v(\w{4})p(\w{4})d(\w{4})dc(\w\w)dsc(\w\w)dp(\w\w)ic(\w\w)isc(\w\w)ip(\w\w)")
MACHINES = 110


def read_machines(data):
    machines = {}
    for path in sorted(glob.glob(os.path.join(data, "hardware", "*.modalias"))):
        with open(path, encoding="utf-8", errors="surrogateescape") as lines:
            aliases = [line.rstrip("\n") for line in lines if not line.startswith("#")]
        machines[os.path.basename(path).removesuffix(".modalias")] = [a for a in aliases if a]
    return machines


def made_up_alias(rnd):
    kind = rnd.choice(("pci", "pci", "pci", "usb", "usb", "acpi", "hid", "virtio", "of", "dmi"))
    # Few ids, so that machines have devices in common, as real ones do.
    vendor = rnd.choice(("8086", "10DE", "1077", "1000", "14E4", "15B3"))
    device, klass = "%04X" % rnd.randrange(300), rnd.choice(("0100", "0107", "0200", "0300", "0C03", "0C04"))
    return {
        "pci": "pci:v0000%sd0000%ssv0000%ssd0000%04Xbc%ssc%si%02X" % (
            vendor, device, vendor, rnd.randrange(4), klass[:2], klass[2:], rnd.randrange(2)),
        "usb": "usb:v%sp%sd%04Xdc00dsc00dp00ic%02Xisc00ip00in00" % (
            vendor, device, rnd.randrange(0x300), rnd.choice((3, 8, 9, 14))),
        "acpi": "acpi:PNP%s:PNP0%03X:" % (device, rnd.randrange(8)),
        "hid": "hid:b0003g0001v0000%sp0000%s" % (vendor, device),
        "virtio": "virtio:d%08Xv00001AF4" % rnd.randrange(1, 20),
        "of": "of:NdeviceT(null)Cacme,part-%sCacme,part" % device,
        "dmi": "dmi:bvnACME:bvr1.%d:svnACMEInc.:pnBox-%s:pvr1:" % (rnd.randrange(9), device),
    }[kind]


def make_machines():
    rnd = random.Random("machines")
    return {"made-up-%03d" % i: [made_up_alias(rnd) for _ in range(rnd.randrange(15, 120))]
            for i in range(MACHINES)}


def machines(data):
    return read_machines(data) or make_machines()


def pci_pattern(rnd, alias):
    vendor, device, subvendor, subdevice, klass, subclass, _ = PCI.match(alias).groups()
    return rnd.choices((
        "pci:v%sd%ssv*sd*bc*sc*i*" % (vendor, device),
        "pci:v%sd%ssv%ssd%sbc*sc*i*" % (vendor, device, subvendor, subdevice),
        "pci:v%sd*sv*sd*bc%ssc%si*" % (vendor, klass, subclass),
        "pci:v*d*sv*sd*bc%ssc%si*" % (klass, subclass)), (60, 20, 12, 8))[0]


def usb_pattern(rnd, alias):
    vendor, product, release, _, _, _, klass, subclass, protocol = USB.match(alias).groups()
    return rnd.choices((
        "usb:v%sp%sd*dc*dsc*dp*ic*isc*ip*in*" % (vendor, product),
        "usb:v%sp%sd*dc*dsc*dp*ic*isc*ip*" % (vendor, product),
        "usb:v%sp%sd%s[0-9A-F]dc*dsc*dp*ic*isc*ip*in*" % (vendor, product, release[:3]),
        "usb:v%sp*d*dc*dsc*dp*ic%sisc%sip%sin*" % (vendor, klass, subclass, protocol),
        "usb:v*p*d*dc*dsc*dp*ic%sisc%sip*in*" % (klass, subclass)), (40, 20, 15, 15, 10))[0]


def acpi_pattern(rnd, alias):
    return "acpi*:%s:*" % rnd.choice([part for part in alias.split(":")[1:] if part] or ["PNP0000"])


def of_pattern(rnd, alias):
    compatible = rnd.choice(re.findall(r"C([^C]+)", alias) or ["none"])
    return rnd.choice(("of:N*T*C%sC*", "of:N*T*C%s*")) % compatible


def dmi_pattern(rnd, alias):
    fields = [part for part in alias.split(":")[1:] if re.match(r"(svn|pn|bvn|rn)\w", part)]
    return "dmi*:%s:*" % rnd.choice(fields or ["svnNobody"])


def other_pattern(rnd, alias):
    keep = rnd.randrange(max(1, len(alias) // 2), len(alias) + 1)
    return alias if rnd.random() < 0.6 else alias[:max(keep, alias.find(":") + 1)] + "*"


def literal(alias):
    """ALIAS without what fnmatch() takes for a wildcard."""
    return not re.search(r"[][*?\\()\s\x80-\uffff]", alias)


def pattern_for(rnd, alias):
    """A pattern such as a module has, which fits the device that says ALIAS."""
    if PCI.match(alias):
        return pci_pattern(rnd, alias)
    if USB.match(alias):
        return usb_pattern(rnd, alias)
    for bus, make in (("acpi:", acpi_pattern), ("of:", of_pattern), ("dmi:", dmi_pattern)):
        if alias.startswith(bus):
            return make(rnd, alias)
    return other_pattern(rnd, alias)


def neighbours(rnd, pattern):
    """PATTERN and a few whose device id differs in its last digit, as hardware families do."""
    found = re.match(r"(pci:v\w{8}d\w{7}|usb:v\w{4}p\w{3})(\w)(.*)", pattern)
    if not found or rnd.random() < 0.5:
        return [pattern]
    digits = rnd.sample("0123456789ABCDEF", rnd.randrange(1, 5))
    return [pattern] + [found[1] + digit + found[3] for digit in digits]
