"""send.py - one chat message built and written, many times.

The message is the same for all: a body of 135 bytes with 13 characters to
escape, a chat state and an origin-id.  snprintf, which is given the body
escaped, is the floor.  The peers build and serialise, as loquat-build does;
loquat also sends: it checks, books, puts out, and takes the deliveries, which
a ping confirms after every hundredth message.  loquat-tls does that through
TLS; the floor of that case is gnutls: snprintf through a bare GnuTLS client.

There is no case with stream management: it comes when Loquat has it.
"""

# Times are ratios to the first.
CASES = {
    'chat message': ['snprintf', 'libxml2', 'loquat-build', 'loquat', 'iksemel',
                     'libstrophe', 'gloox', 'loudmouth'],
    'tls chat message': ['gnutls', 'loquat-tls'],
}
COUNT = 2000


def measure(bench, case, writers):
    """Instructions, allocations, and times in turn."""
    program = bench.program('send/send')
    for writer in writers:
        counted = bench.instructions([program, '-n', COUNT, '-r', 0, writer])
        bench.add(case, writer, 'instructions/message', counted / COUNT)
    for _, who, name, value in bench.figures(
            [program, '-n', COUNT, '-r', 1] + writers, heap=True):
        if name == 'allocations/message':
            bench.add(case, who, name, value)
    rounds = 21 if bench.full else 7
    for _, who, name, value in bench.figures(
            [program, '-n', 20000, '-r', rounds] + writers):
        if name.startswith('ratio'):
            bench.add(case, who, f'time-{name}', value)


def run(bench):
    """Without TLS and with it."""
    for case, writers in CASES.items():
        measure(bench, case, writers)
