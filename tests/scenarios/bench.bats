#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What make bench and the guard of instruction counts say, on numbers that are known.

setup() {
	bench=$BATS_TEST_DIRNAME/../bench
	export BENCHES=$BATS_TEST_TMPDIR/benches DOCS=$BATS_TEST_TMPDIR/docs PYTHONDONTWRITEBYTECODE=1
	mkdir -p "$BENCHES" "$DOCS"
}

# benchmark NAME COMMANDS: a benchmark that is over at once; `results` is its gauge.Results.
benchmark() {
	printf '%s\n' '#!/usr/bin/python3' 'import sys' "sys.path.insert(0, '$bench')" 'import gauge' \
		"results = gauge.Results('$1')" "$2" 'sys.exit(results.end())' >"$BENCHES/bench-$1"
	chmod +x "$BENCHES/bench-$1"
}

points='[results.point("packages", n, {"kmp-match, cold": gauge.Cost(n / 1e4, 1, 9)}) for n in (1000, 2000)]'

python() {
	python3 -c "import sys; sys.path.insert(0, '$bench'); $1"
}

@test "a bar that is missed is said to be missed" {
	benchmark one 'results.bar("speed", 5, 4.99, "times")'
	run "$bench/run"
	[ "$status" -eq 0 ]
	[[ $output == *"bar: speed: needed at least 5 times, measured 4.99 times, missed"* ]]
	[[ $output == *"bars: 0 met, 1 missed: speed"* ]]
	grep -F '| speed | at least 5 times | 4.99 times | **missed** |' "$DOCS/bench.md"
}

@test "instructions and other numbers are a table with a point in each row" {
	benchmark one 'results.grid("Counted", ("packages", "cold"), [[1000, 525000], [5000, 1]])'
	run "$bench/run"
	[ "$status" -eq 0 ]
	[[ $output == *Counted*packages*cold*1000*525000* ]]
	grep -Fx '| 1,000 | 525,000 |' "$DOCS/bench.md"
}

@test "a bar of the most that is allowed is missed above it" {
	benchmark one 'results.bar("memory", 1.3, 1.31, "times", least=False)
results.bar("time", 2, 2, "times", least=False)'
	run "$bench/run"
	[[ $output == *"bar: memory: needed at most 1.3 times, measured 1.31 times, missed"* ]]
	[[ $output == *"bar: time: needed at most 2 times, measured 2 times, met"* ]]
}

@test "--strict ends with 3 for a bar that is missed, and with 0 for none" {
	benchmark one 'results.bar("speed", 5, 4, "times")'
	run "$bench/run" --strict
	[ "$status" -eq 3 ]
	benchmark one 'results.bar("speed", 5, 6, "times")'
	run "$bench/run" --strict
	[ "$status" -eq 0 ]
}

@test "wrong answers end with 1 and leave the page as it was" {
	echo before >"$DOCS/bench.md"
	benchmark one 'results.bar("speed", 5, 6, "times"); results.fail("zypper chose another package")'
	benchmark two 'raise OSError("broken")'
	run "$bench/run"
	[ "$status" -eq 1 ]
	[[ $output == *"failed: bench-one"*"failed: bench-two"* ]]
	[ "$(cat "$DOCS/bench.md")" = before ]
}

@test "words choose benchmarks, and then no page is written" {
	benchmark one 'results.bar("speed", 5, 6, "times")'
	benchmark two 'results.bar("other", 5, 6, "times")'
	run "$bench/run" two
	[ "$status" -eq 0 ]
	[[ $output == *other* && $output != *speed* ]]
	[ ! -e "$DOCS/bench.md" ]
	run "$bench/run" three
	[ "$status" -eq 2 ]
}

@test "the drawing is well-formed and shows each line" {
	benchmark one "$points"
	run "$bench/run"
	[ "$status" -eq 0 ]
	python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$DOCS/bench.svg"
	grep -F 'time over packages' "$DOCS/bench.svg"
	grep -F 'zypper refresh + plan' "$DOCS/bench.svg"
}

@test "more instructions than are allowed are a failure, fewer are told" {
	guard='import importlib.machinery as m; g = m.SourceFileLoader("g", "'$bench'/guard-instructions").load_module()'
	run python "$guard; print(g.verdict(102, 100, 0.03)[0], g.verdict(104, 100, 0.03)[0], g.verdict(90, 100, 0.03))"
	[ "$status" -eq 0 ]
	[[ $output == *"True False (True, "*"what was gained"* ]]
}

@test "the guard names the library that is not as it was" {
	guard='import importlib.machinery as m; g = m.SourceFileLoader("g", "'$bench'/guard-instructions").load_module()'
	run python "$guard; here = g.environment(); known = {**here, ('library', 'libz.so.1'): 'x'}; print(g.strange(known, here), g.strange(here, here))"
	[ "$status" -eq 0 ]
	[[ $output == *"['libz.so.1'] []"* ]]
}

@test "the same parameters make the same repository, of the wanted size" {
	run python "import stock; made = stock.Stock(); first, again = (list(made.packages(1000, 10)) for _ in range(2)); print(len(first), first == again)"
	[ "$status" -eq 0 ]
	[ "$output" = "1000 True" ]
}

@test "drivers that only larger repositories have are for no machine" {
	run python "import fnmatch, stock; made = stock.Stock(); devices = made.machines.devices(100)
print(sum(fnmatch.fnmatchcase(device, alias) for name, aliases in made.drivers.items() if name not in made.core for alias in aliases for device in devices), sum(any(fnmatch.fnmatchcase(device, alias) for name in made.core for alias in made.drivers[name]) for device in devices))"
	[ "$status" -eq 0 ]
	[ "${output% *}" -eq 0 ]
	[ "${output#* }" -ge 50 ]
}
