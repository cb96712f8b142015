"""send.py - one chat message built and written, many times.

The message is the same for all: a body of 135 bytes with 13 characters to
escape, a chat state and an origin-id.  snprintf, which is given the body
escaped, is the floor.  The peers build and serialise, as loquat-build does;
loquat also sends: it checks, books, puts out, and takes the deliveries, which
a ping confirms after every hundredth message.

There is no case with stream management: it comes when Loquat has it.
"""

CASE = 'chat message'
WRITERS = ['snprintf', 'libxml2', 'loquat-build', 'loquat', 'iksemel',
           'libstrophe', 'gloox', 'loudmouth']
COUNT = 2000


def run(bench):
    """Instructions, allocations, and times in turn."""
    program = bench.program('send/send')
    for writer in WRITERS:
        counted = bench.instructions([program, '-n', COUNT, '-r', 0, writer])
        bench.add(CASE, writer, 'instructions/message', counted / COUNT)
    kept = bench.figures([program, '-n', COUNT, '-r', 1] + WRITERS, heap=True)
    for case, who, name, value in kept:
        if name in ('allocations/message', 'peak', 'kept'):
            bench.add(case, who, name, value)
    rounds = 21 if bench.full else 7
    for case, who, name, value in bench.figures(
            [program, '-n', 20000, '-r', rounds] + WRITERS):
        if name.startswith('ratio'):
            bench.add(case, who, f'time-{name}', value)
