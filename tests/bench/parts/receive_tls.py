"""receive_tls.py - the same stream through TLS: Loquat, beside a bare GnuTLS
client that decrypts and throws away.  The part "receive" calls it."""

CASE = 'tls mixed 4096'
COUNT = 2000


def run_tls(bench):
    """Instructions and allocations; times in turn."""
    corpus = bench.corpus('mixed-20000')
    program = bench.program('receive/receive')
    readers = ['gnutls', 'loquat', 'loquat-tls']
    for reader in readers:
        counted = bench.instructions([program, '-c', 4096, '-n', COUNT, '-r', 0,
                                      corpus, reader])
        bench.add(CASE, reader, 'instructions/stanza', counted / COUNT)
    kept = bench.figures([program, '-c', 4096, '-n', COUNT, '-r', 1, corpus]
                         + readers, heap=True)
    for _, who, name, value in kept:
        if name in ('allocations/stanza', 'peak'):
            bench.add(CASE, who, name, value)
    rounds = 21 if bench.full else 7
    for _, who, name, value in bench.figures(
            [program, '-c', 4096, '-r', rounds, corpus] + readers):
        if name.startswith('ratio'):
            bench.add(CASE, who, f'time-{name}', value)
