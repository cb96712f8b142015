"""Whoever is in the middle: TLS with the client, TLS with the server, and an
attack between them.

With the certificate that he has for the server's name he is as good as the
server for the client; what he cannot have is the server's key.
"""
import os
import select
import socket
import ssl
import threading

import pieces

HEADER = ("<?xml version='1.0'?><stream:stream xmlns='jabber:client' "
          "xmlns:stream='http://etherx.jabber.org/streams' version='1.0' "
          "id='m1' from='example.test'>")
SECONDS = 30  # that a connection may last


def server_context(certs, certificate, version):
    """TLS as a server with CERTIFICATE; VERSION (None: any) only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    base = os.path.join(certs, certificate)
    context.load_cert_chain(base + '.pem', base + '.key')
    limit(context, version)
    return context


def client_context(version):
    """TLS as a client who believes everybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    limit(context, version)
    return context


def limit(context, version):
    if version:
        context.minimum_version = context.maximum_version = version


class Leg:
    """One side of the middle."""

    def __init__(self, sock):
        sock.settimeout(SECONDS)
        self.socket, self.splitter = sock, pieces.Splitter()

    def fileno(self):
        return self.socket.fileno()

    def secure(self, context, **options):
        self.socket = context.wrap_socket(self.socket, **options)
        self.splitter = pieces.Splitter()

    def pending(self):
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()

    def read(self):
        """The pieces that are complete, maybe none: what arrived may have been
        TLS's own.  None at the end."""
        self.socket.settimeout(0)
        try:
            data = self.socket.recv(65536)
        except (BlockingIOError, ssl.SSLWantReadError):
            return []
        except OSError:
            return None
        finally:
            self.socket.settimeout(SECONDS)
        return self.splitter.feed(data) if data else None

    def send(self, text):
        if text:
            self.socket.sendall(text.encode('utf-8', 'surrogateescape'))

    def close(self):
        self.socket.close()


def ready(legs):
    """Those of LEGS that have something to be read; none when time is up."""
    return ([leg for leg in legs if leg.pending()] or
            select.select(legs, [], [], SECONDS)[0])


class Connection:
    """A client's connection, under ATTACK."""

    def __init__(self, middle, sock):
        self.middle, self.attack = middle, middle.attack
        self.client, self.server = Leg(sock), None

    def run(self):
        try:
            if self.middle.direct or self.upgrade():
                self.enter_tls()
                self.relay()
        except OSError:
            pass  # the client has seen enough
        finally:
            self.client.close()
            if self.server:
                self.server.close()

    def upgrade(self):
        """Play a server until <proceed/>; whether it came to that."""
        while (ready([self.client]) and
               (said := self.client.read()) is not None):
            for piece in said:
                self.middle.record.note(piece)
                if pieces.name(piece) == 'starttls':
                    self.client.send(self.attack.proceed)
                    return True
                if pieces.name(piece) == 'stream' and '</' not in piece:
                    self.client.send(HEADER + self.attack.clear_features)
        return False

    def enter_tls(self):
        self.client.secure(self.middle.context, server_side=True)
        self.server = Leg(socket.create_connection(self.middle.server))
        self.server.secure(client_context(self.attack.tls_to_server))
        self.attack.begin(self.client)

    def relay(self):
        while legs := ready([self.client, self.server]):
            for leg in legs:
                if not self.carry(leg):
                    return

    def carry(self, leg):
        said = leg.read()
        for piece in said or []:
            if leg is self.client:
                self.middle.record.note(piece)
                self.server.send(self.attack.from_client(piece))
            else:
                self.client.send(self.attack.from_server(piece))
        return said is not None


class Middle:
    """Listens, and plays ATTACK on who connects; the server behind is at PORT
    for TLS at once.  CALM: the first connection is carried to it as it is, to
    the port before where it begins without TLS (not DIRECT)."""

    def __init__(self, attack, record, certs, port, direct=False, calm=False):
        self.attack, self.record = attack, record
        self.direct, self.calm = direct, calm
        self.server = ('127.0.0.1', port)
        self.calm_server = ('127.0.0.1', port if direct else port - 1)
        self.context = server_context(certs, attack.certificate,
                                      attack.tls_to_client)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:
                return  # it was closed
            if self.calm:
                self.calm = False
                carry_calmly(sock, self.calm_server)
            else:
                Connection(self, sock).run()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def carry_calmly(sock, server):
    """Carry bytes both ways until one side ends."""
    with sock, socket.create_connection(server) as far:
        other = {sock: far, far: sock}
        while ready := select.select([sock, far], [], [], SECONDS)[0]:
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                other[one].sendall(data)
