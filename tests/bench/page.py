# SPDX-License-Identifier: GPL-2.0-or-later
"""page - docs/bench.md of what benchmarks found."""
import os
import platform
import re
import subprocess

INTRODUCTION = """# How fast it is

Written by `make bench`, as [bench.svg](bench.svg) is; the words are in `tests/bench/page.py`. [Where the time
goes](performance.md) says why it is so.

![How cost grows with work](bench.svg)

Up is more time or memory, to the right is more work: packages for 14 devices, then devices and repositories for 20,000
packages. All scales are logarithmic: the same step is the same factor everywhere. A flat line does not care about the work.
What is found is the same in every repository, whatever its size; more devices need more drivers, up to 24. The repositories are
made up of a real kernel's drivers, with their real aliases as KMPs for four flavors and two kernels, and of packages that have
nothing to do with drivers. Both programs read the same ones below the same root, with a database of some 300 packages, and
have to choose the same packages.

*cold*: zypper's `refresh` and its `install-new-recommends --no-recommends --dry-run`; `kmp-match --dry-run --no-cache`.
*cached*: the latter of zypper; `--cache-dir` with what an earlier run kept. *No database*: as in an initrd, where
nothing is installed. All are asked in turn, in one run, and the numbers are medians; *cpu* is time of processors, *peak* the
most memory that one of the processes held. Times of a machine that does other work vary: compare what stands in one table.
"""


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return re.search(r"model name\s*: (.*)", file.read())[1]
    except (OSError, TypeError):
        return platform.machine()


def commit():
    """What was measured."""
    done = subprocess.run(["git", "-C", os.path.dirname(os.path.abspath(__file__)), "rev-parse", "--short", "HEAD"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip() or "no commit"


def table_lines(table):
    base = table["costs"].get(table["to"])
    yield "\n%s:\n" % table["title"]
    yield "| | seconds | times | cpu | peak, MiB |\n|---|--:|--:|--:|--:|"
    for name, (wall, cpu, peak) in table["costs"].items():
        yield "| %s | %.4f | %s | %.4f | %.1f |" % (name, wall, "%.2f" % (wall / base[0]) if base else "", cpu, peak)


def grid_lines(grid):
    yield "\n%s:\n" % grid["title"]
    yield "| %s |\n|%s" % (" | ".join(grid["head"]), "--:|" * len(grid["head"]))
    for row in grid["rows"]:
        yield "| %s |" % " | ".join("{:,}".format(cell) for cell in row)


def bar_lines(results):
    yield "\n| bar | needed | measured | |\n|---|---|---|---|"
    for result in results:
        for bar in result["bars"]:
            yield "| %s | %s | %s | %s |" % (bar["name"], bar["needed"], bar["measured"],
                                            "met" if bar["met"] else "**missed**")


def text(results):
    lines = [INTRODUCTION, "## The last run\n", "Of commit %s, on %d processors, %s; load %.1f when it ended." % (
        commit(), os.cpu_count(), processor(), os.getloadavg()[0])]
    lines += bar_lines(results)
    notes = ["- " + note for result in results for note in result["notes"]]
    if notes:
        lines += ["", *notes]
    for result in results:
        for table in result["tables"]:
            lines += table_lines(table)
        for grid in result["grids"]:
            lines += grid_lines(grid)
    return "\n".join(lines) + "\n"
