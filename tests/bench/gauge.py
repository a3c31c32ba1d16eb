# SPDX-License-Identifier: GPL-2.0-or-later
"""gauge - run commands in turn, take medians, and hold them against what is needed.

BENCH_RESULTS names a folder for what was measured; without it, it is only printed.
"""
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build/release-cc"))
KMP_MATCH = os.environ.get("KMP_MATCH", str(BUILD / "kmp-match"))

# Seconds by the clock and of processors, the most memory held in MiB.
Cost = collections.namedtuple("Cost", "wall cpu peak")


def run(command, environment=None, statuses=(0,), output=None, errors_to=None):
    """The Cost of COMMAND, whose standard output goes to the file OUTPUT, and what it complains of to ERRORS_TO."""
    with tempfile.NamedTemporaryFile() as taken, open(errors_to, "w+b") if errors_to else \
            tempfile.TemporaryFile() as errors:
        with open(output or os.devnull, "wb") as out:
            subprocess.run([BUILD / "tests/bench/measure", taken.name, *command], stdin=subprocess.DEVNULL,
                           stdout=out, stderr=errors, env=environment, check=True)
        status, wall, user, system, peak = map(float, taken.read().split())
        if status not in statuses:
            errors.seek(0)
            raise RuntimeError("%s ended with %d: %s" % (" ".join(map(str, command)), status,
                                                         errors.read()[-500:].decode(errors="replace")))
    return Cost(wall, user + system, peak / 1024)


def together(*costs):
    """Of commands one after the other."""
    return Cost(sum(cost.wall for cost in costs), sum(cost.cpu for cost in costs), max(cost.peak for cost in costs))


def alternate(askers, rounds):
    """{name: the median Cost} of ASKERS, {name: function that returns one}, each once a round."""
    taken = {name: [] for name in askers}
    for _ in range(rounds):
        for name, ask in askers.items():
            taken[name].append(ask())
    return {name: Cost(*map(statistics.median, zip(*costs))) for name, costs in taken.items()}


def print_costs(title, costs, to=None):
    """A table, with how many times as much each takes as the one named TO."""
    print("\n%s" % title)
    for name, cost in costs.items():
        ratio = "" if to in (None, name) else "  %7.2f times, memory %6.2f" % (
            cost.wall / costs[to].wall, cost.peak / costs[to].peak)
        print("  %-34s %9.4f s  %9.4f s cpu  %7.1f MiB%s" % (name, *cost, ratio))
    sys.stdout.flush()


class Results:
    """What one benchmark found: bars, and series of costs."""

    def __init__(self, name):
        self.name, self.bars, self.tables, self.series = name, [], [], {}
        self.grids, self.notes, self.trouble = [], [], []

    def bar(self, name, needed, measured, unit, least=True):
        """Print whether MEASURED is at LEAST what is NEEDED, or else at most."""
        met = measured >= needed if least else measured <= needed
        row = {"name": name, "needed": "at %s %.3g %s" % ("least" if least else "most", needed, unit),
               "measured": "%.3g %s" % (measured, unit), "met": met}
        self.bars.append(row)
        print("bar: %s: needed %s, measured %s, %s" % (
            name, row["needed"], row["measured"], "met" if met else "missed"), flush=True)

    def table(self, title, costs, to=None):
        print_costs(title, costs, to)
        self.tables.append({"title": title, "to": to, "costs": {name: list(cost) for name, cost in costs.items()}})

    def grid(self, title, head, rows):
        """Numbers of anything but costs."""
        self.grids.append({"title": title, "head": head, "rows": rows})
        print("\n%s" % title)
        for row in [head, *rows]:
            print("  " + " ".join("%14s" % cell for cell in row), flush=True)

    def point(self, axis, value, costs):
        self.series.setdefault(axis, []).append([value, {name: list(cost) for name, cost in costs.items()}])

    def note(self, text):
        """What has no bar."""
        self.notes.append(text)
        print("note: %s" % text, flush=True)

    def fail(self, text):
        """A benchmark of something that is wrong says nothing."""
        self.trouble.append(text)
        print("failed: %s" % text, flush=True)

    def end(self):
        """The exit status: 0, or 1 if something failed. A bar that is missed is no failure."""
        folder = os.environ.get("BENCH_RESULTS")
        if folder:
            pathlib.Path(folder, self.name + ".json").write_text(json.dumps(vars(self)), encoding="utf-8")
        return 1 if self.trouble else 0
