"""check.py - every program of the bench once, with little to do.

They end badly if anybody in them gets a wrong answer, so this tells whether the
bench still works, and that it means something.  It prints a line for each, as
tests/run counts them; no figure is looked at.
"""

import os
import subprocess
import sys

import serving
from measure import Bench, Failed
from parts import growth

READERS = ['libxml2', 'expat', 'expat-ns', 'loquat', 'loquat-modules',
           'libstrophe', 'loudmouth', 'iksemel', 'gloox', 'loquat-tls',
           'gnutls']
WRITERS = ['snprintf', 'libxml2', 'loquat-build', 'loquat', 'iksemel',
           'libstrophe', 'gloox', 'loudmouth', 'gnutls', 'loquat-tls']


def programs(bench):
    """(name, command) of all that need no server."""
    mixed = bench.corpus('mixed-300')
    path = bench.program
    yield 'receive', [path('receive/receive'), '-r', '1', mixed] + READERS
    yield 'send', [path('send/send'), '-n', '200', '-r', '1'] + WRITERS
    yield 'login', [path('login/login'), '-n', '1', '-r', '1']
    yield 'idle', [path('memory/idle'), '-m', '-b', mixed, '5']
    for who in ['gnutls', 'loquat', 'loquat-own-ca']:
        yield f'tls {who}', [path('memory/tls'), '3', who]
    yield 'roster', [path('memory/roster'), '100']
    for source in ['mixed', 'names', 'strangers']:
        yield f'endless {source}', [path('endless/endless'), '-n', '100',
                                    source, '12',
                                    *([mixed] if source == 'mixed' else [])]
    for operation in [*growth.AMONG, *growth.ALL]:
        yield f'growth {operation}', [path('growth/growth'), operation, '10',
                                      '2']


def check(name, call):
    """Say whether CALL ends well."""
    try:
        call()
    except (Failed, subprocess.TimeoutExpired) as problem:
        print(f'not ok {name}: {str(problem).splitlines()[-1]}')
    else:
        print(f'ok {name}')
    sys.stdout.flush()


def client(bench, who):
    """One of socket/ receives a little."""
    with serving.server(bench, 'mixed-300', stanzas=100) as port:
        bench.call(serving.client(bench, who, port), timeout=60)


def main():
    """All of it."""
    bench = Bench(os.environ['BUILD'], 'check', False)
    for name, command in programs(bench):
        check(name, lambda words=command: bench.call(words, timeout=60))
    for who in serving.LOQUAT + serving.PEERS:
        check(f'client {who}', lambda name=who: client(bench, name))


if __name__ == '__main__':
    main()
