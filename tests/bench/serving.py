"""serving.py - clients of socket/, each with a fakeserver of its own.

    with serving.server(bench, 'mixed-20000', stanzas=500) as port:
        bench.figures(serving.client(bench, 'gloox', port), heap=True)

    with serving.server(bench) as port:
        bench.figures(serving.client(bench, 'gloox', port, idle=1000))
"""

import contextlib
import os
import subprocess

# All that there are clients for.
LOQUAT = ['loquat', 'loquat-modules']
PEERS = ['libstrophe', 'loudmouth', 'iksemel', 'gloox', 'qxmpp', 'slixmpp']


@contextlib.contextmanager
def server(bench, corpus=None, stanzas=0, lockstep=False):
    """Its port.  CORPUS is what each client gets that sends its presence,
    the first STANZAS of it (0: all); LOCKSTEP: one when it has read the
    other."""
    command = [bench.program('socket/fakeserver')]
    if corpus is not None:
        command += ['-c', bench.corpus(corpus), '-n', str(stanzas)]
    if lockstep:
        command.append('-l')
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()  # it ends with its input
            process.wait(60)


def client(bench, who, port, idle=0):
    """The command that lets WHO's client receive a corpus, or open so many
    idle sessions; client.h says what it prints."""
    if who == 'slixmpp':
        here = os.path.dirname(os.path.abspath(__file__))
        command = ['/usr/bin/python3',
                   os.path.join(here, 'socket', 'client_slixmpp.py')]
    else:
        command = [bench.program(f'socket/client_{who}')]
    command.append(str(port))
    if idle:
        command += ['idle', str(idle)]
    return command
