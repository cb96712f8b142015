"""What left the client, and what of it would help to become it."""
import base64
import binascii
import re

import pieces

# What an attacker can have, each more than the one before.
NOTHING = 0
BOUND = 1     # a proof that is good for his own TLS connection only
PROOF = 2     # a proof that is good anywhere
PASSWORD = 3  # or what equals it
NAMES = ['nothing', 'a bound proof', 'a proof', 'the password']


def payload(piece):
    """The SASL message in PIECE, decoded; None if it has none."""
    text = re.search(r'>([A-Za-z0-9+/]+=*)</', piece)
    try:
        return text and base64.b64decode(text.group(1), validate=True)
    except binascii.Error:
        return None


def given_away(piece, password):
    """How much of the credentials is in PIECE."""
    message = payload(piece) or b''
    if password.encode() in message or password in piece:
        return PASSWORD
    token = re.match(r"<authenticate[^>]* mechanism=.(HT-[\w-]+)", piece)
    if token:
        return PROOF if token.group(1).endswith('-NONE') else BOUND
    scram = re.match(rb'c=([^,]*),.*,p=', message)
    if scram:
        header = base64.b64decode(scram.group(1))
        return BOUND if header.startswith(b'p=') else PROOF
    return PROOF if b'response=' in message else NOTHING


def describe(piece):
    """A word or two for PIECE."""
    if piece.startswith('</'):
        return ''
    mechanism = re.search(r"<auth[^>]* mechanism=.([^'\"]+)", piece)
    message = payload(piece) or b''
    flag = re.match(rb'(n|y|p=[^,]*),', message)
    words = [mechanism and mechanism.group(1), flag and flag.group(1).decode()]
    words = ' '.join(word for word in words if word)
    return pieces.name(piece) + (f'({words})' if words else '')


class Record:
    """All that one client said to whoever was in the middle."""

    def __init__(self, password):
        self.password, self.said = password, []

    def note(self, piece):
        self.said.append(piece)

    def worst(self):
        return max((given_away(piece, self.password) for piece in self.said),
                   default=NOTHING)

    def summary(self):
        return ' '.join(filter(None, map(describe, self.said)))
