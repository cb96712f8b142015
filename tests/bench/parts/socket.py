"""socket.py - whole clients, from the socket to a program's handler: each
logs in to a fakeserver, which then sends it a corpus.

Instructions are the difference of two runs under callgrind, so that what a
program does to begin with counts nothing.  Times are ratios of the CPU time,
user's and system's, to Loquat's in the same round.  All clients get the same
stanzas.
"""

import statistics

import serving
from measure import Failed

CORPUS = 'mixed-20000'
CASE = 'mixed'

# How many stanzas of it the shorter and the longer run take, and those for
# times, of which there are so many rounds.
SHORT, LONG, TIMED = 500, 2000, 5000
ROUNDS, FULL_ROUNDS = 5, 15

# Whose handlers see messages and presences only.
WITHOUT_IQ = ['loquat', 'loquat-modules', 'gloox']

# QXmpp parses what it has of a stanza again with each read that brings more,
# so that what it does is a matter of chance unless each read is one stanza.
# Its time would then be that of so many more reads, so it has none.
LOCKSTEP = ['qxmpp']


def expected(bench, stanzas, who):
    """How many of the first STANZAS the handlers of WHO see."""
    path = bench.corpus(CORPUS)
    with open(path, 'rb') as file:
        content = file.read()
    with open(path + '.idx', 'rb') as file:
        index = file.read()
    starts = [int.from_bytes(index[at:at + 8], 'little')
              for at in range(0, stanzas * 8, 8)]
    if who in WITHOUT_IQ:
        starts = [start for start in starts
                  if not content.startswith(b'<iq', start)]
    return len(starts)


def served(bench, who, stanzas):
    """A server for WHO."""
    return serving.server(bench, CORPUS, stanzas, lockstep=who in LOCKSTEP)


def figures(bench, who, stanzas, heap=False):
    """What WHO's client prints, by name."""
    with served(bench, who, stanzas) as port:
        found = {name: value for _, _, name, value in bench.figures(
            serving.client(bench, who, port), heap=heap)}
    # A late answer to something of the login may be among them.
    if not 0 <= found['stanzas'] - expected(bench, stanzas, who) <= 1:
        raise Failed(f'{who} saw {found["stanzas"]:.0f} of {stanzas} stanzas')
    return found


def instructions(bench, who, stanzas):
    """Of a whole run."""
    with served(bench, who, stanzas) as port:
        return bench.instructions(serving.client(bench, who, port),
                                  toggle=None)


def count(bench, who):
    """The instructions and allocations of WHO."""
    spent = instructions(bench, who, LONG) - instructions(bench, who, SHORT)
    bench.add(CASE, who, 'instructions/stanza', spent / (LONG - SHORT))
    # Python's own allocator hides from a count.
    found = figures(bench, who, LONG, heap=who != 'slixmpp')
    if 'allocations' in found:
        bench.add(CASE, who, 'allocations/stanza', found['allocations'] / LONG)
        bench.add(CASE, who, 'peak', found['peak'])


def compare_times(bench, clients, rounds):
    """Ratios of the CPU time to that of the first."""
    ratios = {who: [] for who in clients}
    for _ in range(rounds):
        spent = {}
        for who in clients:
            found = figures(bench, who, TIMED)
            spent[who] = found['user'] + found['system']
            ratios[who].append(spent[who] / spent[clients[0]])
    for who in clients:
        bench.add(CASE, who, 'time-ratio', statistics.median(ratios[who]))
        bench.add(CASE, who, 'time-ratio-min', min(ratios[who]))
        bench.add(CASE, who, 'time-ratio-max', max(ratios[who]))


def run(bench):
    """Called by measure.py."""
    everyone = serving.LOQUAT + serving.PEERS
    for who in everyone:
        count(bench, who)
    compare_times(bench, [who for who in everyone if who not in LOCKSTEP],
                  FULL_ROUNDS if bench.full else ROUNDS)
