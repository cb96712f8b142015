"""login.py - what a login costs the client: the first one, and a reconnect.

Direct TLS 1.3 with a certificate that is verified (ECDSA, P-256), SCRAM-SHA-256
of 4096 iterations, and bind.  The floor of the first login is a bare GnuTLS
client, PBKDF2, and libgsasl; that of a reconnect resumes TLS by a ticket and
remembers the salted password.  Client and server are one program without a
network; only the client's calls are counted.

Callgrind sees no SHA extensions: what PBKDF2 takes there is several times what
it takes on a processor that has them, so times tell more here.

By socket, the peers log in too, by STARTTLS at a server on the loopback, each
by what it picks of SCRAM-SHA-256 with channel binding and without, SCRAM-SHA-1
and PLAIN, with one authority to trust.  The head of each client_* says which,
and how the certificate is looked at.  Since PLAIN has no PBKDF2 to do, those
that pick it are also compared where nothing else is offered.  What counts is
the CPU time of the client's process, the kernel's work for it included, as a
ratio to Loquat's.
"""

import contextlib
import os
import statistics
import subprocess
import sys

WAYS = ['first login/floor', 'first login/loquat',
        'reconnect/floor', 'reconnect/loquat',
        'part/tls full', 'part/tls resumed', 'part/pbkdf2', 'part/scram']
LOGINS = 5  # under callgrind

# By socket; the first is what the others are compared with.
CLIENTS = ['loquat', 'iksemel', 'loudmouth', 'QXmpp', 'gloox', 'libstrophe',
           'slixmpp']
PLAIN_CLIENTS = ['loquat', 'iksemel', 'loudmouth']
HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                    'login')


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


@contextlib.contextmanager
def server(bench, options):
    """The port and the authority's file of a server that ends with this."""
    authority = os.path.join(bench.build, 'authority.pem')
    with subprocess.Popen([bench.program('login/server'), authority, *options],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        try:
            yield process.stdout.readline().strip(), authority
        finally:
            process.stdin.close()


def client(bench, who):
    """The command that logs in."""
    if who == 'slixmpp':
        return [sys.executable, os.path.join(HERE, 'client_slixmpp.py')]
    return [bench.program(f'login/client_{who.lower()}')]


def by_socket(bench, case, clients, options):
    """Each client's time as a ratio to the first one's, in rounds of all."""
    ratios = {who: [] for who in clients}
    with server(bench, options) as (port, authority):
        for _ in range(21 if bench.full else 5):
            spent = {}
            for who in clients:
                [(_, _, _, spent[who])] = bench.figures(
                    client(bench, who) + [port, authority, 5])
                ratios[who].append(spent[who] / spent[clients[0]])
    for who, found in ratios.items():
        bench.add(case, who, 'time-ratio', statistics.median(found))
        bench.add(case, who, 'time-ratio-min', min(found))
        bench.add(case, who, 'time-ratio-max', max(found))


def run(bench):
    """Logins in memory, and by socket."""
    in_memory(bench)
    by_socket(bench, 'by socket', CLIENTS, [])
    by_socket(bench, 'by socket PLAIN', PLAIN_CLIENTS, ['plain'])
