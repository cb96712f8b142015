"""What whoever is in the middle does, one attack each."""
import base64
import re
import ssl

import evidence
import pieces

SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
SASL2 = 'urn:xmpp:sasl:2'
TLS = 'urn:ietf:params:xml:ns:xmpp-tls'
STARTTLS = f"<starttls xmlns='{TLS}'><required/></starttls>"
PROCEED = f"<proceed xmlns='{TLS}'/>"
PLAIN = f"<mechanisms xmlns='{SASL}'><mechanism>PLAIN</mechanism></mechanisms>"
SUCCESS = f"<success xmlns='{SASL}'/>"
MESSAGE = "<message from='example.test'><body>Hello</body></message>"


def features(text):
    return f'<stream:features>{text}</stream:features>'


class Attack:
    """None: everything is carried on.  Others differ in what they change."""

    certificate = 'middle'
    tls_to_client = tls_to_server = None  # the only version
    clear_features = features(STARTTLS)   # before TLS
    proceed = PROCEED

    def __init__(self, **changes):
        self.__dict__.update(changes)

    def begin(self, client):
        self.client = client

    def from_client(self, piece):
        """What the server gets instead of PIECE."""
        return piece

    def from_server(self, piece):
        """What the client gets instead of PIECE."""
        return piece


class Edit(Attack):
    """Change what the server says: pieces called NAME by EDIT."""

    def __init__(self, **edits):
        super().__init__()
        self.edits = edits

    def from_server(self, piece):
        edit = self.edits.get(pieces.name(piece))
        return edit(piece) if edit else piece


class Answer(Attack):
    """Answer what the client says in the server's place: pieces for which WHEN
    holds, by REPLY.  If they come ahead of the server's features, so does the
    answer after these."""

    def __init__(self, when, reply):
        super().__init__()
        self.when, self.reply = when, reply

    def begin(self, client):
        super().begin(client)
        self.held, self.ahead = '', True

    def from_client(self, piece):
        if not self.when(piece):
            return piece
        if self.ahead:
            self.held = self.reply(piece)
        else:
            self.client.send(self.reply(piece))
        return ''

    def from_server(self, piece):
        if pieces.name(piece) == 'features':
            self.ahead = False
            return piece + self.held
        return piece


# ---- of features

def remove(pattern):
    return lambda text: re.sub(pattern, '', text, flags=re.DOTALL)


strip_plus = remove(r'<mechanism>[^<]*-PLUS</mechanism>')
strip_list = remove(r'<sasl-channel-binding.*?</sasl-channel-binding>')
strip_sasl2 = remove(r'<authentication xmlns=.*?</authentication>')
keep_plain = remove(r'<mechanism>(?!PLAIN<)[^<]*</mechanism>')
strip_bound_tokens = remove(r'<mechanism>HT-[^<]*-(EXPR|ENDP|UNIQ)</mechanism>')


def unknown_types(text):
    return re.sub(r'(<channel-binding type=.)[\w-]+', r'\1x-no-such-type', text)


def both(*edits):
    def edit(text):
        for one in edits:
            text = one(text)
        return text
    return edit


# ---- of SCRAM's messages

def message_of(piece, edit):
    """PIECE with its SASL message changed by EDIT."""
    text = base64.b64encode(edit(evidence.payload(piece))).decode()
    return re.sub(r'>[A-Za-z0-9+/]+=*</', f'>{text}</', piece)


def server_first(pattern, replacement):
    """An edit of the first message from the server."""
    return lambda piece: message_of(
        piece, lambda message: re.sub(pattern, replacement, message))


def iterations(text):
    return server_first(rb'i=\d+', b'i=' + text)


long_salt = server_first(rb's=[^,]*', b's=' + base64.b64encode(bytes(100_000)))
other_nonce = server_first(rb'r=[^,]*', b'r=' + 32 * b'x')
WRONG_SIGNATURE = base64.b64encode(b'v=' + base64.b64encode(bytes(32))).decode()


def begins(piece):
    return pieces.name(piece) in ('auth', 'authenticate')


def proves(piece):
    return evidence.given_away(piece, '\0') != evidence.NOTHING


def success(signature=''):
    """<success/> with SIGNATURE, in the profile that the client speaks."""
    def reply(piece):
        if SASL2 not in piece:
            return f"<success xmlns='{SASL}'>{signature}</success>"
        data = signature and f'<additional-data>{signature}</additional-data>'
        return (f"<success xmlns='{SASL2}'>{data}<authorization-identifier>"
                'alice@example.test/m</authorization-identifier></success>'
                + features(''))
    return reply


def unsigned_continue(_):
    return (f"<continue xmlns='{SASL2}'><tasks><task>UPGR-SCRAM-SHA-512</task>"
            '</tasks></continue>')


# ---- of the rest

def redirect(port):
    return ("<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:"
            f"xmpp-streams'>127.0.0.1:{port}</see-other-host></stream:error>"
            '</stream:stream>')


def in_clear(text):
    """TEXT instead of the features before TLS."""
    return Attack(clear_features=text)


def in_features(text):
    """TEXT instead of the features within TLS."""
    return Edit(features=lambda _: text)


def split_tls(to_client, to_server):
    return Attack(tls_to_client=to_client, tls_to_server=to_server)


def other_account(text):
    return text.replace('alice@', 'bob@')


no_identifier = remove(
    r'<authorization-identifier>.*?</authorization-identifier>')

TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
