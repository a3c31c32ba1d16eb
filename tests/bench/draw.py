# SPDX-License-Identifier: GPL-2.0-or-later
"""draw - how cost grows with work, as an SVG for light and dark pages.

SERIES is {axis: [[value, {name: [wall, cpu, peak]}], ...]}, as gauge.Results keeps it. Two rows, time
and peak memory, a panel for each axis; all scales are logarithmic, so that what grows in proportion
is a straight line.
"""
import math
from xml.sax.saxutils import escape

# Name in the series, class of its line, as the legend says it.
LINES = (("kmp-match, cold", "ours", "kmp-match"), ("kmp-match, cached", "ours cached", "kmp-match, cached"),
         ("zypper refresh and plan", "theirs", "zypper refresh + plan"),
         ("zypper plan, cached", "theirs cached", "zypper plan, cached"))
AXES = ("packages", "devices", "repositories")
ROWS = (("time", "s", 0), ("peak memory", "MiB", 2))  # title, unit, place in a cost
WIDTH, HEIGHT, LEFT, TOP, GAP_X, GAP_Y = 230, 150, 62, 56, 26, 56
STYLE = """
text { font: 12px sans-serif; fill: #333 }
.title { font-weight: bold } .tick { font-size: 10px; fill: #666 }
.grid { stroke: #ddd; stroke-width: 1 } path { fill: none; stroke-width: 2 }
.ours { stroke: #0b6bcb } .theirs { stroke: #c2570c } .cached { stroke-dasharray: 5 3 }
.dot { stroke: none } .dot.ours { fill: #0b6bcb } .dot.theirs { fill: #c2570c }
@media (prefers-color-scheme: dark) {
text { fill: #ddd } .tick { fill: #aaa } .grid { stroke: #444 }
.ours { stroke: #6cb4ff } .theirs { stroke: #ff9a4d }
.dot.ours { fill: #6cb4ff } .dot.theirs { fill: #ff9a4d } }
"""


def short(value):
    return "%.3gk" % (value / 1000) if value >= 1000 else "%g" % value


class Scale:
    """Values as places, LOW and HIGH included."""

    def __init__(self, low, high, start, end):
        self.low, self.span = math.log10(low), math.log10(high) - math.log10(low) or 1
        self.start, self.length = start, end - start

    def place(self, value):
        return self.start + (math.log10(value) - self.low) / self.span * self.length


def steps(values):
    """Round numbers around VALUES: powers of ten, or 1, 2 and 5 of each if those are few."""
    powers = range(math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))) + 1)
    few = len(powers) < 4
    ticks = [factor * 10.0 ** power for power in powers for factor in ((1, 2, 5) if few else (1,))]
    low = max([tick for tick in ticks if tick <= min(values)], default=ticks[0])
    high = min([tick for tick in ticks if tick >= max(values)], default=10 * ticks[-1])
    return [tick for tick in ticks if low <= tick <= high] + ([high] if high > ticks[-1] else [])


def text(x, y, words, kind="", anchor="middle"):
    return '<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>' % (x, y, kind, anchor, escape(words))


def grid(x, y, points, left, first, ticks, unit):
    for tick in ticks:
        yield '<path class="grid" d="M%.1f %.1fH%.1f"/>' % (left, y.place(tick), left + WIDTH)
        if first:
            yield text(left - 6, y.place(tick) + 4, "%g %s" % (tick, unit), "tick", "end")
    for value, _ in points:
        yield text(x.place(value), y.start + 14, short(value), "tick")


def panel(points, left, top, first, ticks, row):
    _, unit, part = row
    x = Scale(points[0][0], points[-1][0], left + 8, left + WIDTH - 8)
    y = Scale(ticks[0], ticks[-1], top + HEIGHT, top)
    yield from grid(x, y, points, left, first, ticks, unit)
    for name, kind, _ in LINES:
        places = [(x.place(value), y.place(costs[name][part])) for value, costs in points if name in costs]
        yield '<path class="%s" d="M%s"/>' % (kind, "L".join("%.1f %.1f" % place for place in places))
        yield from ('<circle class="dot %s" cx="%.1f" cy="%.1f" r="3"/>' % (kind, *place) for place in places)


def legend():
    for number, (_, kind, words) in enumerate(LINES):
        left = LEFT + number * 190
        yield '<path class="%s" d="M%d 14h28"/>' % (kind, left)
        yield text(left + 34, 18, words, anchor="start")


def draw(series):
    axes = [axis for axis in AXES if series.get(axis)]
    lines = list(legend())
    for down, row in enumerate(ROWS):
        top = TOP + down * (HEIGHT + GAP_Y)
        values = [cost[row[2]] for axis in axes for _, costs in series[axis] for name, cost in costs.items()
                  if name in {line[0] for line in LINES}]
        for number, axis in enumerate(axes):
            left = LEFT + number * (WIDTH + GAP_X)
            lines.append(text(left + WIDTH / 2, top - 10, "%s over %s" % (row[0], axis), "title"))
            lines += panel(series[axis], left, top, number == 0, steps(values), row)
    size = (LEFT + len(axes) * (WIDTH + GAP_X), TOP + len(ROWS) * (HEIGHT + GAP_Y) - 16)
    return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">\n<title>%s</title>\n' \
           '<style>%s</style>\n%s\n</svg>\n' % (*size, "How cost grows with work", STYLE, "\n".join(lines))
