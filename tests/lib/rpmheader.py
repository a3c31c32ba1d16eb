# SPDX-License-Identifier: GPL-2.0-or-later
"""rpmheader - installed packages without building them: RPM headers for `rpmdb --importdb`.

rpmbuild since 4.18 refuses a second '-' in a version, which `kernel-uname-r = 6.4.0-1-default`
of every SUSE kernel has, so kernels for tests cannot be built; headers can be written.

Format: a header is magic, index count, data size, index entries of four big-endian words (tag,
type, offset, count), data. The first entry is the immutable region, whose 16 bytes of data stand
last and point back to the first entry (rpm: docs/manual/format.md).
"""
import os
import struct
import subprocess

MAGIC = bytes.fromhex("8eade80100000000")
INT16, INT32, INT64, STRING, BIN, STRINGS, I18N = 3, 4, 5, 6, 7, 8, 9
SIGNATURES, IMMUTABLE = 62, 63
SENSE = {"<": 2, ">": 4, "=": 8, "<=": 10, ">=": 12}

# Names, flags and versions of each kind of dependency (rpm: include/rpm/rpmtag.h).
DEPENDENCY_TAGS = {
    "provides": (1047, 1112, 1113),
    "requires": (1049, 1048, 1050),
    "conflicts": (1054, 1053, 1055),
    "obsoletes": (1090, 1114, 1115),
    "supplements": (5052, 5054, 5053),
    "enhances": (5055, 5057, 5056),
}


def split_dependency(text):
    """"name >= 1" as (name, operator, version); rich dependencies stay whole."""
    words = text.split(" ")
    if not text.startswith("(") and len(words) == 3 and words[1] in SENSE:
        return tuple(words)
    return text, "", ""


def pack_strings(values):
    return b"".join(value.encode() + b"\0" for value in values)


def dependency_entries(package):
    for kind, (names, flags, versions) in DEPENDENCY_TAGS.items():
        rows = [split_dependency(text) for text in package.get(kind, ())]
        if not rows:
            continue
        yield names, STRINGS, pack_strings(row[0] for row in rows), len(rows)
        yield flags, INT32, b"".join(struct.pack(">I", SENSE.get(row[1], 0)) for row in rows), len(rows)
        yield versions, STRINGS, pack_strings(row[2] for row in rows), len(rows)


def file_entries(paths):
    directories = sorted({os.path.dirname(path) + "/" for path in paths})
    count = len(paths)
    if not count:
        return
    indexes = [directories.index(os.path.dirname(path) + "/") for path in paths]
    yield 1116, INT32, b"".join(struct.pack(">I", index) for index in indexes), count
    yield 1117, STRINGS, pack_strings(os.path.basename(path) for path in paths), count
    yield 1118, STRINGS, pack_strings(directories), len(directories)
    yield 1028, INT32, struct.pack(">I", 0) * count, count
    yield 1030, INT16, struct.pack(">H", 0o100755) * count, count
    yield 1037, INT32, struct.pack(">I", 0) * count, count
    for tag in (1039, 1040):
        yield tag, STRINGS, pack_strings(["root"] * count), count


def entries(package):
    for tag, kind, key in ((1000, STRING, "name"), (1001, STRING, "version"), (1002, STRING, "release"),
                           (1004, I18N, "summary"), (1005, I18N, "summary"), (1011, STRING, "vendor"),
                           (1022, STRING, "arch")):
        yield tag, kind, pack_strings([package.get(key, "test")]), 1
    # Without a source RPM, readers take a package for a source package.
    for tag, value in ((1014, "GPL-2.0-only"), (1021, "linux"), (1044, "test-1-1.src.rpm")):
        yield tag, STRING, pack_strings([value]), 1
    for tag, value in ((1006, 1700000000), (1008, 1700000000), (1009, 1)):
        yield tag, INT32, struct.pack(">I", value), 1
    if package.get("epoch"):
        yield 1003, INT32, struct.pack(">I", package["epoch"]), 1
    yield from dependency_entries(package)
    yield from file_entries(sorted(package.get("files", ())))


def pack(rows, region_tag):
    """ROWS of tag, type, data and count as the bytes of one header, magic included."""
    index, data = b"", b""
    for tag, kind, value, count in sorted(rows):
        data += b"\0" * (-len(data) % {INT16: 2, INT32: 4, INT64: 8}.get(kind, 1))
        index += struct.pack(">IIII", tag, kind, len(data), count)
        data += value
    size = 16 * (len(rows) + 1)
    region = struct.pack(">IIII", region_tag, BIN, len(data), 16)
    trailer = struct.pack(">IIiI", region_tag, BIN, -size, 16)
    return MAGIC + struct.pack(">II", len(rows) + 1, len(data) + 16) + region + index + data + trailer


def header(package):
    """PACKAGE as the bytes of one header."""
    return pack(list(entries(package)), IMMUTABLE)


def install(root, packages):
    """Make an RPM database below ROOT that says PACKAGES are installed."""
    database = os.path.join(root, "var/lib/rpm")
    os.makedirs(database, exist_ok=True)
    environment = dict(os.environ, HOME=str(root))  # rpm of Debian keeps a database in HOME
    command = ["rpmdb", "--dbpath", database]
    subprocess.run(command + ["--initdb"], check=True, env=environment)
    subprocess.run(command + ["--importdb"], check=True, env=environment,
                   input=b"".join(header(package) for package in packages))
