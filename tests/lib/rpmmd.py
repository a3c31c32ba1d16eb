# SPDX-License-Identifier: GPL-2.0-or-later
"""rpmmd - write a repository's metadata (repomd.xml, primary.xml) without any RPM file.

A package is a dict: name, version, release, arch, perhaps epoch, vendor, summary, files, and lists of
dependency texts such as "foo >= 1:2.0-3" under provides, requires, conflicts, obsoletes,
supplements and enhances. Those of one NEVRA have one checksum, but for what "content" adds.
"""
import hashlib
import os
from xml.sax.saxutils import escape, quoteattr

from rpmheader import split_dependency

KINDS = ("provides", "requires", "conflicts", "obsoletes", "supplements", "enhances")
FLAGS = {"=": "EQ", "<": "LT", ">": "GT", "<=": "LE", ">=": "GE"}
NAMESPACES = ('xmlns="http://linux.duke.edu/metadata/%s" '
              'xmlns:rpm="http://linux.duke.edu/metadata/rpm"')


def evr(package):
    epoch = "%d:" % package["epoch"] if package.get("epoch") else ""
    return "%s%s-%s" % (epoch, package["version"], package["release"])


def nevra(package):
    return "%s-%s.%s" % (package["name"], evr(package), package["arch"])


def entry(text):
    name, operator, version = split_dependency(text)
    if not operator:
        return "<rpm:entry name=%s/>" % quoteattr(name)
    epoch, _, rest = version.rpartition(":")
    version, _, release = rest.partition("-")
    release = " rel=%s" % quoteattr(release) if release else ""
    return '<rpm:entry name=%s flags="%s" epoch="%s" ver=%s%s/>' % (
        quoteattr(name), FLAGS[operator], epoch or "0", quoteattr(version), release)


def package_xml(package):
    name = nevra(package)
    lines = ['<package type="rpm"><name>%s</name><arch>%s</arch>' % (escape(package["name"]), package["arch"]),
             '<version epoch="%d" ver="%s" rel="%s"/>' % (package.get("epoch", 0), package["version"],
                                                         package["release"]),
             '<checksum type="sha256" pkgid="YES">%s</checksum>' % hashlib.sha256(
                 (name + package.get("content", "")).encode()).hexdigest(),
             '<summary>%s</summary><description>test</description><packager/><url/>' % escape(package.get("summary", "test")),
             '<time file="1700000000" build="1700000000"/>',
             '<size package="1000" installed="2000" archive="2000"/>',
             '<location href=%s/><format><rpm:license>GPL-2.0-only</rpm:license>' % quoteattr(name + ".rpm"),
             '<rpm:vendor>%s</rpm:vendor>' % escape(package.get("vendor", "test"))]
    for kind in KINDS:
        if package.get(kind):
            lines.append("<rpm:%s>%s</rpm:%s>" % (kind, "".join(map(entry, package[kind])), kind))
    lines += ["<file>%s</file>" % escape(path) for path in package.get("files", ())]
    return "\n".join(lines) + "</format></package>\n"


def primary_xml(packages):
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<metadata %s packages="%d">\n%s</metadata>\n' % (
        NAMESPACES % "common", len(packages), "".join(map(package_xml, packages)))).encode()


def write(directory, packages):
    """Make DIRECTORY the repository of PACKAGES."""
    repodata = os.path.join(directory, "repodata")
    os.makedirs(repodata, exist_ok=True)
    data = primary_xml(packages)
    checksum = hashlib.sha256(data).hexdigest()
    with open(os.path.join(repodata, "primary.xml"), "wb") as out:
        out.write(data)
    with open(os.path.join(repodata, "repomd.xml"), "w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8"?>\n<repomd %s><revision>1</revision>\n'
                  '<data type="primary"><checksum type="sha256">%s</checksum>\n'
                  '<open-checksum type="sha256">%s</open-checksum>\n'
                  '<location href="repodata/primary.xml"/><timestamp>1700000000</timestamp>\n'
                  '<size>%d</size><open-size>%d</open-size></data></repomd>\n' % (
                      NAMESPACES % "repo", checksum, checksum, len(data), len(data)))
