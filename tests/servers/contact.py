#!/usr/bin/python3
"""contact.py - somebody else's client (slixmpp) on the other side.

    contact.py echo JID HOST PORT CAFILE
        Log in, say "online" on standard output, accept every subscription
        and return it, and answer each message with its own body until
        somebody ends the process.

    contact.py send JID HOST PORT CAFILE TO TEXT
        Log in, subscribe to TO, and send it TEXT.  Ends with 0 when an
        answer with TEXT in it has come, with 1 after LQ_PATIENCE seconds
        (20) without one.

The password is in LQ_PASSWORD.  TLS begins with STARTTLS, or at once if
LQ_DIRECT_TLS is set.
"""
import asyncio
import logging
import os
import sys

import slixmpp


class Contact(slixmpp.ClientXMPP):
    def __init__(self, jid, cafile):
        super().__init__(jid, os.environ['LQ_PASSWORD'])
        self.ca_certs = cafile
        self.auto_authorize = True
        self.auto_subscribe = True
        for plugin in 'xep_0030', 'xep_0092', 'xep_0199':
            self.register_plugin(plugin)
        self.ready = asyncio.Event()
        self.add_event_handler('session_start', self.on_start)
        self.add_event_handler('failed_all_auth', self.on_refused)

    async def on_start(self, _):
        await self.get_roster()
        self.send_presence()
        print('online', self.boundjid, flush=True)
        self.ready.set()

    def on_refused(self, _):
        print('authentication failed', flush=True)
        os._exit(1)

    def log_in(self, host, port):
        direct = bool(os.environ.get('LQ_DIRECT_TLS'))
        self.connect((host, int(port)), use_ssl=direct)


def says_something(message):
    return message['type'] in ('chat', 'normal') and message['body']


def echo(contact):
    def on_message(message):
        if says_something(message):
            print(message['from'], 'says', message['body'], flush=True)
            message.reply(message['body']).send()

    contact.add_event_handler('message', on_message)
    contact.process(forever=True)


def send(contact, to, text):
    answered = asyncio.Event()

    def on_message(message):
        if says_something(message):
            print(message['from'], 'answers', message['body'], flush=True)
            if message['from'].bare == to and text in message['body']:
                answered.set()

    async def talk():
        await contact.ready.wait()
        contact.send_presence_subscription(to)
        contact.send_message(mto=to, mbody=text, mtype='chat')
        await answered.wait()

    contact.add_event_handler('message', on_message)
    patience = float(os.environ.get('LQ_PATIENCE', 20))
    try:
        contact.loop.run_until_complete(asyncio.wait_for(talk(), patience))
    except asyncio.TimeoutError:
        print('no answer', flush=True)
        return 1
    contact.loop.run_until_complete(contact.disconnect())
    return 0


def main(verb, jid, host, port, cafile, *rest):
    logging.basicConfig(level=logging.DEBUG)
    contact = Contact(jid, cafile)
    contact.log_in(host, port)
    if verb == 'echo' and not rest:
        return echo(contact)
    if verb == 'send' and len(rest) == 2:
        return send(contact, *rest)
    sys.exit(__doc__)


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 5 else __doc__)
