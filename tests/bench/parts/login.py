"""login.py - what a login costs the client: the first one, and a reconnect.

Direct TLS 1.3 with a certificate that is verified (ECDSA, P-256), SCRAM-SHA-256
of 4096 iterations, and bind.  The floor of the first login is a bare GnuTLS
client, PBKDF2, and libgsasl; that of a reconnect resumes TLS by a ticket and
remembers the salted password.  Client and server are one program without a
network; only the client's calls are counted.

Callgrind sees no SHA extensions: what PBKDF2 takes there is several times what
it takes on a processor that has them, so times tell more here.
"""

WAYS = ['first login/floor', 'first login/loquat',
        'reconnect/floor', 'reconnect/loquat',
        'part/tls full', 'part/tls resumed', 'part/pbkdf2', 'part/scram']
LOGINS = 5  # under callgrind


def in_memory(bench):
    """Instructions, allocations, and times in turn."""
    program = bench.program('login/login')
    for way in WAYS:
        case, who = way.split('/')
        counted = bench.instructions([program, '-n', LOGINS, '-r', 0, way])
        bench.add(case, who, 'instructions/login', counted / LOGINS)
    for case, who, name, value in bench.figures(
            [program, '-n', LOGINS, '-r', 1], heap=True):
        if name == 'allocations/login':
            bench.add(case, who, name, value)
    rounds = 61 if bench.full else 15
    for case, who, name, value in bench.figures(
            [program, '-n', 20, '-r', rounds]):
        if name.startswith('ratio'):
            bench.add(case, who, f'time-{name}', value)


def run(bench):
    """Logins in memory."""
    in_memory(bench)
