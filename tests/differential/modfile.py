# SPDX-License-Identifier: GPL-2.0-or-later
"""modfile - what a module imports and a kernel exports, read without any code of kmp-match."""
import struct

SYMTAB = 2
WEAK = 2


class Module:
    """A plain ELF module: its imports as {name: CRC, or None if none is recorded}."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        if self.data[:4] != b"\x7fELF":
            raise ValueError("%s is no plain ELF file" % path)
        self.wide = self.data[4] == 2
        self.order = "<" if self.data[5] == 1 else ">"
        self.sections = self.read_sections()
        self.weak, undefined = self.read_undefined()
        self.imports = {**dict.fromkeys(undefined - {""}), **self.read_versions()}

    def unpack(self, layout, at):
        return struct.unpack_from(self.order + layout, self.data, at)

    def read_sections(self):
        table, = self.unpack("Q" if self.wide else "I", 40 if self.wide else 32)
        size, count, names = self.unpack("HHH", 58 if self.wide else 46)
        rows = []
        for index in range(count):
            layout = "IIQQQQII" if self.wide else "IIIIIIII"
            name, kind, _, _, at, length, link, _ = self.unpack(layout, table + index * size)
            rows.append((name, kind, at, length, link))
        start = rows[names][2]
        return [(self.text(start + name), *rest) for name, *rest in rows]

    def text(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()

    def read_undefined(self):
        """The names of undefined symbols that are weak, and of all."""
        weak, found = set(), set()
        layout = struct.Struct(self.order + ("IBBHQQ" if self.wide else "IIIBBH"))
        info, section = (1, 3) if self.wide else (3, 5)
        for _, kind, at, length, link in self.sections:
            if kind != SYMTAB:
                continue
            for fields in layout.iter_unpack(self.data[at:at + length]):
                if fields[section] == 0:
                    name = self.text(self.sections[link][2] + fields[0])
                    found.add(name)
                    if fields[info] >> 4 == WEAK:
                        weak.add(name)
        return weak, found

    def read_versions(self):
        """struct modversion_info of the kernel's include/linux/module.h: 64 bytes a symbol."""
        found = {}
        for name, _, at, length, _ in self.sections:
            if name == "__versions":
                for place in range(at, at + length, 64):
                    crc, = self.unpack("Q" if self.wide else "I", place)
                    found[self.text(place + (8 if self.wide else 4))] = crc
        return found


def read_symvers(path):
    """{symbol: (CRC, exporter)}"""
    with open(path, encoding="ascii") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {row[1]: (int(row[0], 16), row[2]) for row in rows}


def compare(module, symvers):
    """The symbols that MODULE needs and that SYMVERS does not have, and those with another CRC."""
    missing, differing = set(), set()
    for name, crc in module.imports.items():
        if name in module.weak:
            continue
        if name not in symvers:
            missing.add(name)
        elif crc is not None and crc != symvers[name][0]:
            differing.add(name)
    return missing, differing
