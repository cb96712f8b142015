"""measure.py - run the parts of the bench and keep their figures.

A figure has a part, a case ("mixed 4096"), whoever is measured ("loquat"), a
name ("instructions/stanza") and a number.  All of them are in
build-bench/figures.tsv, where a part that is measured again replaces its own.

Each part is a module parts/PART.py with a function run(bench), which calls
what is below.
"""

import importlib
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

# In the order in which they are measured and told.
PARTS = ['receive', 'socket', 'send', 'memory', 'login', 'endless', 'growth']


class Failed(Exception):
    """A program did not do what it is there for."""


class Bench:
    """What a part measures with."""

    def __init__(self, build, part, full):
        self.build = build  # the folder
        self.part = part
        self.full = full    # take more time for smaller errors
        self.rows = []

    def add(self, case, who, name, value):
        """Keep a figure, and show it."""
        self.rows.append((self.part, str(case), who, name, float(value)))
        print(f'{self.part:8} {case:22} {who:16} {name:24} {value:14.3f}',
              flush=True)

    def program(self, name):
        """The path of a program that the build made: 'receive/receive'."""
        return os.path.join(self.build, 'tests', 'bench', name)

    def corpus(self, name):
        """The path of a corpus, made when it is first needed.

        NAME is KIND-COUNT, or KIND:SIZE-COUNT; see generate.c.
        """
        folder = os.path.join(self.build, 'corpora')
        path = os.path.join(folder, name)
        kind, count = name.rsplit('-', 1)
        if not os.path.exists(path + '.idx'):
            os.makedirs(folder, exist_ok=True)
            self.call([self.program('generate'), kind, count, path])
        return path

    def call(self, command, timeout=900, environment=None):
        """What COMMAND prints, and what it prints to stderr."""
        done = subprocess.run([str(word) for word in command],
                              capture_output=True, text=True, timeout=timeout,
                              env={**os.environ, **(environment or {})},
                              stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            words = ' '.join(str(word) for word in command)
            raise Failed(f'{words}: status {done.returncode}\n'
                         f'{done.stdout}{done.stderr}')
        return done.stdout, done.stderr

    def figures(self, command, heap=False):
        """The figures that a program of ours prints: [(case, who, name,
        value)].  HEAP: with its allocations counted."""
        environment = {}
        if heap:
            environment['LD_PRELOAD'] = self.program('allocations.so')
        out, _ = self.call(command, environment=environment)
        return [(case, who, name, float(value)) for case, who, name, value in
                (line.split('\t') for line in out.splitlines() if line)]

    def instructions(self, command, toggle='bench_pass'):
        """How many instructions COMMAND runs inside bench_pass(), or in all
        if TOGGLE is None."""
        tool = ['valgrind', '--tool=callgrind',
                '--callgrind-out-file=/dev/null']
        if toggle is not None:
            tool.append(f'--toggle-collect={toggle}')
        _, said = self.call(tool + list(command), timeout=1800)
        found = re.search(r'Collected : (\d+)', said)
        if found is None:
            raise Failed(f'callgrind counted nothing:\n{said}')
        return int(found.group(1))


def figures_path(build):
    """Where the figures are kept."""
    return os.path.join(build, 'figures.tsv')


def read_figures(build):
    """All figures that are there, as (part, case, who, name, value)."""
    rows = []
    if os.path.exists(figures_path(build)):
        with open(figures_path(build), encoding='utf-8') as file:
            for line in file:
                part, case, who, name, value = line.rstrip('\n').split('\t')
                rows.append((part, case, who, name, float(value)))
    return rows


def keep_figures(build, part, new):
    """NEW ones instead of those that PART had."""
    rows = [row for row in read_figures(build) if row[0] != part] + new
    rows.sort(key=lambda row: PARTS.index(row[0]))
    with open(figures_path(build), 'w', encoding='utf-8') as file:
        for row in rows:
            file.write('\t'.join(map(str, row[:4])) + f'\t{row[4]!r}\n')


def usage():
    """And leave."""
    print('usage: tests/bench/run [--full] [PART...]\n'
          f'parts: {" ".join(PARTS)}', file=sys.stderr)
    sys.exit(2)


def main(words):
    """Measure the parts that are named, or all, and report."""
    build = os.environ['BUILD']
    full = '--full' in words
    parts = [word for word in words if word != '--full'] or PARTS
    if any(part not in PARTS for part in parts):
        usage()
    for part in PARTS:
        if part in parts:
            bench = Bench(build, part, full)
            importlib.import_module(f'parts.{part}').run(bench)
            keep_figures(build, part, bench.rows)
    report = importlib.import_module('report')
    sys.exit(0 if report.report(read_figures(build)) else 1)


if __name__ == '__main__':
    import measure  # this file as the parts know it, Failed above all
    try:
        measure.main(sys.argv[1:])
    except (measure.Failed, subprocess.TimeoutExpired) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
