"""memory.py - what streams hold: idle ones, those of TLS beside a bare GnuTLS
session, a roster; the context and the process around them."""

TLS_CLIENTS = ['gnutls', 'loquat', 'loquat-own-ca']


def idle_streams(bench, counts):
    """Streams without TLS, before and after a burst."""
    corpus = bench.corpus('mixed-20000')
    program = bench.program('memory/idle')
    for count in counts:
        for modules in [[], ['-m']]:
            for burst in [[], ['-b', corpus]]:
                yield from bench.figures(
                    [program, *modules, *burst, count], heap=True)


def tls_streams(bench, counts):
    """Streams over TLS, the floor, and how far above it they are."""
    for count in counts:
        floor = None
        for client in TLS_CLIENTS:
            for case, who, name, value in bench.figures(
                    [bench.program('memory/tls'), count, client], heap=True):
                yield case, who, name, value
                if name == 'heap/stream' and floor is None:
                    floor = value
                elif name == 'heap/stream':
                    yield case, who, 'beyond floor', value - floor


def rosters(bench):
    """A roster that a stream keeps."""
    for items in [10000, 50000]:
        yield from bench.figures([bench.program('memory/roster'), items],
                                 heap=True)


def run(bench):
    """Measure all of it."""
    few, many = 1000, 10000
    for figures in [
            idle_streams(bench, [few, many]),
            bench.figures([bench.program('memory/process')], heap=True),
            tls_streams(bench, [few, many] if bench.full else [few]),
            rosters(bench)]:
        for figure in figures:
            bench.add(*figure)
