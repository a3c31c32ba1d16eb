# SPDX-License-Identifier: GPL-2.0-or-later
"""instructions - how many instructions a command takes, counted by valgrind's callgrind.

The count is the same for the same program, libraries and input, to about 0.1 %, however busy the
machine is. What the processor can do chooses between functions of libraries: valgrind shows every
processor that has AVX2 as one and the same, and libc and libcrypto are told to do without it.
The sandbox is weaker than else, since valgrind knows no openat2(), Landlock or seccomp (plain-calls.c).
"""
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess

import gauge

SOURCE = gauge.TOP / "tests/lib/plain-calls.c"
COLLECTED = re.compile(r"^==[0-9]+== Collected : ([0-9]+)", re.M)
VALGRIND = ("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--vgdb=no")


def why_not():
    """Why nothing can be counted here, or None."""
    if platform.machine() != "x86_64":
        return "instructions are counted on x86_64 only"
    if not shutil.which("valgrind"):
        return "valgrind is not installed"
    program = pathlib.Path(gauge.KMP_MATCH)
    if b"__asan_init" in program.read_bytes():
        return "valgrind cannot run what sanitizers are built into"
    return None


def plain_calls():
    built = gauge.BUILD / "tests/bench/plain-calls.so"
    if not built.exists() or built.stat().st_mtime < SOURCE.stat().st_mtime:
        built.parent.mkdir(parents=True, exist_ok=True)
        part = built.with_suffix(".%d" % os.getpid())
        subprocess.run(["cc", "-D_GNU_SOURCE", "-O2", "-shared", "-fPIC", "-o", part, SOURCE, "-ldl"], check=True)
        part.rename(built)
    return built


def count(command, options=()):
    """(instructions, standard output) of COMMAND and of what it forks, by callgrind with OPTIONS."""
    # Nothing else: names and values lie on the stack, and places of memory go into hashes.
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "LD_PRELOAD": str(plain_calls()),
                   "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-BMI2,-ERMS,-RTM,-MOVBE,-LZCNT",
                   "OPENSSL_ia32cap": ":0"}
    done = subprocess.run([*VALGRIND, *options, *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment, check=False)
    errors = done.stderr.decode(errors="replace")
    counts = [int(text) for text in COLLECTED.findall(errors)]
    if done.returncode not in (0, 3) or not counts:
        raise RuntimeError("%s ended with %d: %s" % (" ".join(map(str, command)), done.returncode, errors[-800:]))
    return sum(counts), done.stdout


def compiler():
    """As "GNU C17 12.2.0 -O2", from what the compiler left in an object; None without debugging information."""
    done = subprocess.run(["readelf", "--debug-dump=info", "--dwarf-depth=1", gauge.BUILD / "src/main.o"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    found = re.search(r"DW_AT_producer *:.*?((?:GNU C|[a-zA-Z ]*clang version)\S* \S+)(.*)", done.stdout.decode())
    if not found:
        return None
    level = re.findall(r" (-O\S*)", found[2])
    return " ".join([found[1].strip(), *level[-1:]])


def libraries():
    """{name: the beginning of its checksum} of what the program is linked with."""
    done = subprocess.run(["ldd", gauge.KMP_MATCH], stdout=subprocess.PIPE, text=True, check=True)
    paths = [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", done.stdout)]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in paths}
