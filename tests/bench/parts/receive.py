"""receive.py - bytes in, events out: Loquat, the floors, and others' parsers
given the same bytes.

A case is a corpus and the size of the reads: "mixed 4096".
"""

from parts import receive_tls

FLOORS = ['memchr', 'libxml2', 'expat', 'expat-ns']
LOQUAT = ['loquat', 'loquat-modules']
PEERS = ['libstrophe', 'loudmouth', 'iksemel', 'gloox']

MIXED = 'mixed-20000'
STANZAS = 2000  # of it under callgrind

# Corpora, and how many stanzas of them are read under callgrind and while
# allocations are counted.
EVERYDAY = [(MIXED, STANZAS), ('chat-4000', STANZAS), ('roster-1', 1),
            ('avatar-20', 20)]

# Some hundred kilobytes each.  Those that are one big stanza tell how much
# memory a byte can take; in the others it is the number that is limited.
HOSTILE_ONE = ['h-attrval:1000000-1', 'h-gtattr-1', 'h-empty-1', 'h-pieces-1',
               'h-names:10000-1', 'h-ents:50000-1']
HOSTILE_MANY = ['h-depth-300', 'h-manyattr-100', 'h-ns-50']

# What is beyond the limits.
REFUSED = ['h-nested-1', 'h-manyattr:60000-1', 'h-pieces:1000000-1']


def receive(bench, corpus, who, chunk, stanzas=0, rounds=0):
    """The command that lets WHO (a list) read CORPUS."""
    return [bench.program('receive/receive'), '-c', chunk, '-n', stanzas,
            '-r', rounds, bench.corpus(corpus), *who]


def size(bench, corpus, stanzas):
    """How many stanzas and bytes are read of CORPUS."""
    found = {name: value for _, _, name, value in bench.figures(
        receive(bench, corpus, ['memcpy'], 4096, stanzas))}
    return found['stanzas'], found['bytes']


def kind(corpus):
    """'mixed' of 'mixed-20000'."""
    return corpus.rsplit('-', 1)[0]


def count_instructions(bench, corpus, readers, chunk, stanzas=0):
    """The instructions of each reader, by stanza and by byte."""
    case = f'{kind(corpus)} {chunk}'
    count, length = size(bench, corpus, stanzas)
    bench.add(case, 'corpus', 'stanzas', count)
    bench.add(case, 'corpus', 'bytes', length)
    for who in readers:
        spent = bench.instructions(
            receive(bench, corpus, [who], chunk, stanzas))
        bench.add(case, who, 'instructions/stanza', spent / count)
        bench.add(case, who, 'instructions/byte', spent / length)


def count_memory(bench, corpus, readers, chunk, stanzas=0, of_byte=False):
    """The allocations and the peak of each reader; OF_BYTE: of each byte, for
    what is one stanza."""
    case = f'{kind(corpus)} {chunk}'
    _, length = size(bench, corpus, stanzas)
    for who in readers:
        for _, _, name, value in bench.figures(
                receive(bench, corpus, [who], chunk, stanzas, rounds=1),
                heap=True):
            if name in ('allocations/stanza', 'peak'):
                bench.add(case, who, name, value)
            if name == 'peak' and of_byte:
                bench.add(case, who, 'peak/byte', value / length)


def compare_times(bench, corpus, readers, chunk, rounds):
    """Ratios of time to the first reader, in rounds of all."""
    case = f'{kind(corpus)} {chunk}'
    for _, who, name, value in bench.figures(
            receive(bench, corpus, readers, chunk, rounds=rounds)):
        if name.startswith('ratio'):
            bench.add(case, who, f'time-{name}', value)


def everyday(bench):
    """What a client reads on most days."""
    for corpus, stanzas in EVERYDAY:
        readers = FLOORS + LOQUAT + PEERS
        count_instructions(bench, corpus, readers, 4096, stanzas)
        count_memory(bench, corpus, readers, 4096, stanzas,
                     of_byte=corpus == 'roster-1')
    for chunk in (64, 1024, 16384):
        readers = ['libxml2', 'expat', 'loquat']
        if bench.full:
            readers += LOQUAT[1:] + PEERS
        count_instructions(bench, MIXED, readers, chunk, STANZAS)
        count_memory(bench, MIXED, readers, chunk, STANZAS)
    compare_times(bench, MIXED, ['libxml2'] + LOQUAT + ['expat', 'expat-ns'] +
                  PEERS, 4096, rounds=21 if bench.full else 7)


def hostile(bench):
    """What nobody sends who means well.  The peers are not asked: the bytes
    within our limits are not what they were made for."""
    for corpus in HOSTILE_ONE + HOSTILE_MANY:
        readers = ['libxml2', 'loquat']
        if corpus == 'h-gtattr-1' and not bench.full:
            # libxml2 2.9 looks for the value's end anew with each read: that
            # alone is a billion instructions.
            readers.remove('libxml2')
        count_instructions(bench, corpus, readers, 4096)
        count_memory(bench, corpus, readers, 4096,
                     of_byte=corpus in HOSTILE_ONE)
    count_instructions(bench, 'h-gtattr-1', ['loquat'], 1400)
    for corpus in REFUSED:
        refuse(bench, corpus)


def refuse(bench, corpus):
    """How soon Loquat ends a stream."""
    command = [bench.program('receive/refuse'), bench.corpus(corpus)]
    case = f'{kind(corpus)} refused'
    for _, who, name, value in bench.figures(command, heap=True):
        bench.add(case, who, name, value)
    bench.add(case, 'loquat', 'instructions', bench.instructions(command))


def run(bench):
    """Called by measure.py."""
    everyday(bench)
    receive_tls.run_tls(bench)
    hostile(bench)
