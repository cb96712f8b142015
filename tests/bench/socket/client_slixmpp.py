#!/usr/bin/env python3
"""client_slixmpp.py PORT [idle COUNT] - slixmpp as a client; see client.h.

Python allocates in arenas of its own, so that only memory in all is told.
"""

import asyncio
import logging
import os
import resource
import sys

from slixmpp import ClientXMPP
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher.base import MatcherBase


class Every(MatcherBase):
    """Matches every stanza."""

    def match(self, _xml):
        return True


class Client(ClientXMPP):
    """A session without TLS."""

    def __init__(self, port):
        super().__init__('juliet@example.com/b', 'secret')
        self['feature_mechanisms'].unencrypted_plain = True
        self.enable_direct_tls = False
        self.enable_starttls = False
        self.enable_plaintext = True
        self.online = asyncio.get_event_loop().create_future()
        self.add_event_handler('session_start',
                               lambda _: self.online.set_result(True))
        self.add_event_handler('disconnected', lambda _: sys.exit(1))
        self.connect(('127.0.0.1', port), force_starttls=False,
                     disable_starttls=True)


class Receiver(Client):
    """Counts what it receives, and tells at the end."""

    def __init__(self, port):
        super().__init__(port)
        self.stanzas = 0
        self.begun = None

    async def receive(self):
        """Ask for the corpus."""
        await self.online
        self.register_handler(Callback('every', Every(None), self.saw))
        self.begun = resource.getrusage(resource.RUSAGE_SELF)
        self.send_presence()
        await self.disconnected

    def saw(self, stanza):
        """Look at a stanza."""
        _ = stanza['from'], stanza['type']
        if stanza.name == 'message':
            _ = stanza['body']
        if stanza['id'] == 'END':
            self.finish()
        self.stanzas += 1

    def finish(self):
        """Print what it cost."""
        now = resource.getrusage(resource.RUSAGE_SELF)
        figure('receive', 'stanzas', self.stanzas)
        figure('receive', 'user', (now.ru_utime - self.begun.ru_utime) * 1e9)
        figure('receive', 'system', (now.ru_stime - self.begun.ru_stime) * 1e9)
        os._exit(0)


def figure(case, name, value):
    """Print a figure as bench_figure() does."""
    print(case, 'slixmpp', name, value, sep='\t', flush=True)


def resident():
    """Bytes of resident memory."""
    with open('/proc/self/statm', encoding='ascii') as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def used():
    """CPU time in seconds, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def idle(port, count):
    """COUNT sessions, and what one costs."""
    memory, time = resident(), used()
    clients = []
    for _ in range(count):
        client = Client(port)
        await client.online
        clients.append(client)
    figure('idle', 'resident', (resident() - memory) / count)
    figure('idle', 'login-cpu', (used() - time) * 1e9 / count)
    os._exit(0)


def main():
    """As client.h says."""
    logging.basicConfig(level=logging.ERROR)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    port = int(sys.argv[1])
    if len(sys.argv) > 3:
        loop.run_until_complete(idle(port, int(sys.argv[3])))
    else:
        loop.run_until_complete(Receiver(port).receive())


main()
