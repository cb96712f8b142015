"""client_slixmpp.py - slixmpp: SCRAM-SHA-256, the certificate verified by the
given authority.  As client.h says: PORT CA-FILE LOGINS."""

import asyncio
import random
import sys
import time

import slixmpp


class Client(slixmpp.ClientXMPP):
    """Logs in, and out at once."""

    def __init__(self, ca_file):
        super().__init__('juliet@example.com', 'correct horse battery',
                         plugin_config={'feature_mechanisms':
                                        {'use_mech': 'SCRAM-SHA-256'}})
        self.ca_certs = ca_file
        self.online = False
        self.add_event_handler('session_start', self.leave)

    async def leave(self, _):
        """It is online."""
        self.online = True
        await self.disconnect()


def login(port, ca_file):
    """Once."""
    random.seed(1)  # makes a nonce of 17 digits; short ones are refused
    client = Client(ca_file)
    client.connect(('127.0.0.1', port))
    client.loop.run_until_complete(client.disconnected)
    if not client.online:
        sys.exit('slixmpp could not log in')


def main():
    """The first login is not counted."""
    port, ca_file, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    asyncio.set_event_loop(asyncio.new_event_loop())
    login(port, ca_file)
    begun = time.process_time()
    for _ in range(count):
        login(port, ca_file)
    spent = (time.process_time() - begun) * 1e9
    print('by socket', 'slixmpp', 'ns/login', spent / count, sep='\t')


main()
