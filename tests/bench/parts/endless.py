"""endless.py - one stream that never ends: a corpus over and over, names that
were never there before, strangers that were never heard of.

For each, by segment: the heap, resident memory, and the speed; and once more
in instructions, of the first 2,000 stanzas and of 2,000 that come 40,000
later."""

from concurrent.futures import ThreadPoolExecutor

LAP = 2000
LATER = 20

# Source, laps of a segment in the short and in the full form, laps that go
# before: strangers are kept until there are enough of them, and only then the
# first segment begins.
SOURCES = [
    ('mixed', 16, 152, 0),       # 1.5 MB a lap
    ('names', 21, 84, 0),        # 0.3 MB
    ('strangers', 21, 84, 120),  # 0.2 MB
]


def command(bench, source, before, laps):
    """What reads that many laps of a source."""
    corpus = [bench.corpus('mixed-20000')] if source == 'mixed' else []
    return [bench.program('endless/endless'), '-n', str(LAP), '-w',
            str(before), source, str(laps), *corpus]


def instructions(bench, sources):
    """How many a stanza costs at first and later; two counts at a time, which
    instructions do not mind."""
    def count(case):
        return bench.instructions(
            ['--instr-atstart=no', *command(bench, *case, 0)]) / LAP

    cases = [(source, before) for before in [LATER, 0] for source in sources]
    with ThreadPoolExecutor(2) as pool:
        counts = dict(zip(cases, pool.map(count, cases)))
    for source in sources:
        first, last = counts[source, 0], counts[source, LATER]
        bench.add(source, 'loquat', 'instructions, first', first)
        bench.add(source, 'loquat', 'instructions, last', last)
        bench.add(source, 'loquat', 'last to first', last / first)


def run(bench):
    """Measure each source."""
    for source, short, full, before in SOURCES:
        laps = full if bench.full else short
        for figure in bench.figures(command(bench, source, before, laps),
                                    heap=True):
            bench.add(*figure)
    # Callgrind is too slow for those before whom much must go.
    instructions(bench, [source[0] for source in SOURCES if source[-1] == 0])
