"""memory.py - what streams hold: idle ones, those of TLS beside a bare GnuTLS
session, others' connections; a roster; the context and the process around
them."""

import serving

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


def process(bench):
    """A process with one stream that trusts the system's authorities."""
    return bench.figures([bench.program('memory/process')], heap=True)


def tls_streams(bench, counts):
    """Streams over TLS, the floor, and how far above it they are."""
    for count in counts:
        floor = None
        for client in TLS_CLIENTS:
            for case, who, name, value in bench.figures(
                    [bench.program('memory/tls'), count, client], heap=True):
                yield case, who, name, value
                if name != 'heap/stream':
                    continue
                if floor is None:
                    floor = value
                else:
                    yield case, who, 'beyond floor', value - floor


def rosters(bench):
    """A roster that a stream keeps."""
    for items in [10000, 50000]:
        yield from bench.figures([bench.program('memory/roster'), items],
                                 heap=True)


def by_socket(bench, count):
    """Idle connections of all clients, without TLS.  (slixmpp takes long, and
    its heap is Python's.)"""
    clients = serving.LOQUAT + serving.PEERS
    for client in clients if bench.full else clients[:-1]:
        with serving.server(bench) as port:
            figures = bench.figures(
                serving.client(bench, client, port, idle=count), heap=True)
        for _, who, name, value in figures:
            if name in ['heap', 'blocks', 'resident']:
                yield f'socket {count}', who, f'{name}/stream', value


def run(bench):
    """Measure all of it."""
    few, many = 1000, 10000
    for part in [idle_streams(bench, [few, many]),
                 process(bench),
                 tls_streams(bench, [few, many] if bench.full else [few]),
                 rosters(bench),
                 by_socket(bench, few if bench.full else 200)]:
        for figure in part:
            bench.add(*figure)
