"""The attacks that are tried, and how each must end.

A row is a name; the server behind; the attack; the most that the attacker may
get of the credentials; and what the client says in the end.  Then, where it
differs: how the client has logged in before, undisturbed; options of
tests/servers/login; and words that must be in what the client sent, or it was
another attack.
"""
import collections

import attacks as a
from evidence import BOUND, NOTHING, PASSWORD, PROOF

Row = collections.namedtuple(
    'Row', 'name server attack allowed end known options spoke',
    defaults=['', (), ''])
NO, AGAIN, SAVED = '', 'again', 'saved'  # known: by the same stream, by another

AUTH = 'refused SASL LQ_E_AUTH'
TLS = 'refused TLS LQ_E_TLS'
NO_TLS = 'refused TLS LQ_E_POLICY'
BIND = 'refused BIND LQ_E_BIND'
STREAM = 'refused STREAM LQ_E_PROTOCOL'
SIZE = 'refused XML LQ_E_POLICY'
ONLINE = 'online'
LOGIN, TOKEN = 'authenticate(SCRAM', 'authenticate(HT-'
PINNED = ('--pin', 'PIN')  # which mitm.py looks up
DIRECT = ('--tls',)
SCRAM = ('--mechanisms', 'SCRAM-SHA-256-PLUS SCRAM-SHA-256')


class Redirect:
    """The client is sent elsewhere; WAY makes the attack of the text."""

    def __init__(self, way):
        self.way = way

    def to(self, port):
        return self.way(a.redirect(port))


def edit_features(*edits):
    return a.Edit(features=a.both(*edits))


# Before TLS.
CLEAR = [
    Row('strip starttls', 'sasl', a.in_clear(a.features('')), NOTHING,
        NO_TLS),
    Row('strip starttls, offer PLAIN', 'sasl',
        a.in_clear(a.features(a.PLAIN)), NOTHING, NO_TLS),
    Row('inject features after proceed', 'sasl',
        a.Attack(proceed=a.PROCEED + a.features(a.PLAIN)), NOTHING, NO_TLS),
    Row('proceed unasked', 'sasl', a.in_clear(a.PROCEED), NOTHING, STREAM),
    Row('message before TLS', 'sasl', a.in_clear(a.MESSAGE), NOTHING, STREAM),
    Row('success before TLS', 'sasl', a.in_clear(a.SUCCESS), NOTHING, STREAM),
    Row('see-other-host before TLS', 'sasl', Redirect(a.in_clear), NOTHING,
        TLS),
    Row('see-other-host after TLS', 'sasl', Redirect(a.in_features), NOTHING,
        TLS),
]

# A certificate that is trusted, and the real server behind.
SASL = [
    Row('relay', 'sasl', a.Attack(), BOUND, AUTH),
    Row('relay, TLS at once', 'sasl', a.Attack(), BOUND, AUTH, options=DIRECT),
    Row("relay, the server's key is pinned", 'sasl', a.Attack(), NOTHING, TLS,
        options=PINNED),
    Row('TLS 1.3 here, 1.2 there', 'sasl', a.split_tls(a.TLS13, a.TLS12),
        BOUND, AUTH),
    Row('TLS 1.2 here, 1.3 there', 'sasl', a.split_tls(a.TLS12, a.TLS13),
        BOUND, AUTH),
    Row('strip -PLUS', 'sasl', edit_features(a.strip_plus), NOTHING, AUTH),
    Row('strip -PLUS and the list', 'sasl',
        edit_features(a.strip_plus, a.strip_list), NOTHING, AUTH),
    Row('strip -PLUS and the list, known', 'sasl',
        edit_features(a.strip_plus, a.strip_list), NOTHING, AUTH, known=AGAIN),
    Row('strip -PLUS and the list, saved', 'sasl',
        edit_features(a.strip_plus, a.strip_list), NOTHING, AUTH, known=SAVED),
    Row('strip the list', 'sasl', edit_features(a.strip_list), BOUND, AUTH),
    Row('list unknown types', 'sasl', edit_features(a.unknown_types), NOTHING,
        AUTH),
    Row('offer PLAIN only', 'sasl', edit_features(a.keep_plain), NOTHING, AUTH),
    Row('offer PLAIN only, no list, known', 'sasl',
        edit_features(a.keep_plain, a.strip_list), NOTHING, AUTH, known=AGAIN),
    Row('offer PLAIN only, no list, saved', 'sasl',
        edit_features(a.keep_plain, a.strip_list), NOTHING, AUTH, known=SAVED),
    Row('offer PLAIN only, no list, not allowed', 'sasl',
        edit_features(a.keep_plain, a.strip_list), NOTHING, AUTH,
        options=SCRAM),
]

# The mechanism itself.
SCRAM_ROWS = [
    Row('iterations ' + (text.decode() or 'left out'), 'sasl',
        a.Edit(challenge=a.iterations(text)), NOTHING, AUTH)
    for text in (b'0', b'1', b'4095', b'2147483647', b'4294967296', b'1e9',
                 b'+4096', b'')
] + [
    Row('salt of 100 kB', 'sasl', a.Edit(challenge=a.long_salt), NOTHING,
        SIZE),
    Row('nonce not extended', 'sasl', a.Edit(challenge=a.other_nonce), NOTHING,
        AUTH),
    Row('success instead of features', 'sasl', a.in_features(a.SUCCESS),
        NOTHING, STREAM),
    Row('success to the first message', 'sasl', a.Answer(a.begins, a.success()),
        NOTHING, AUTH),
    Row('success without a signature', 'sasl', a.Answer(a.proves, a.success()),
        BOUND, AUTH),
    Row('success with a wrong signature', 'sasl',
        a.Answer(a.proves, a.success(a.WRONG_SIGNATURE)), BOUND, AUTH),
]

# The same where SASL 2 is spoken.  A client that is known uses its token before
# it hears what is offered: the proof in it is bound.
SASL2 = [
    Row('SASL 2: relay', 'sasl2', a.Attack(), BOUND, AUTH, spoke=LOGIN),
    Row('SASL 2: relay of a token', 'sasl2', a.Attack(), BOUND, AUTH,
        known=AGAIN, spoke=TOKEN),
    Row('SASL 2: strip it, known', 'sasl2', edit_features(a.strip_sasl2), BOUND,
        AUTH, known=AGAIN),
    Row('SASL 2: strip it, saved', 'sasl2', edit_features(a.strip_sasl2), BOUND,
        AUTH, known=SAVED),
    Row('SASL 2: strip -PLUS', 'sasl2', edit_features(a.strip_plus), NOTHING,
        AUTH),
    Row('SASL 2: strip -PLUS and the list', 'sasl2',
        edit_features(a.strip_plus, a.strip_list), NOTHING, AUTH),
    Row('SASL 2: strip the list', 'sasl2', edit_features(a.strip_list), NOTHING,
        AUTH),
    Row('SASL 2: list unknown types', 'sasl2', edit_features(a.unknown_types),
        NOTHING, AUTH),
    Row('SASL 2: offer PLAIN only, no list, known', 'sasl2',
        edit_features(a.keep_plain, a.strip_list), BOUND, AUTH, known=AGAIN),
    Row('SASL 2: offer unbound tokens only, known', 'sasl2',
        edit_features(a.strip_bound_tokens), BOUND, AUTH, known=AGAIN,
        spoke=LOGIN),
    Row('SASL 2: iterations 1', 'sasl2', a.Edit(challenge=a.iterations(b'1')),
        NOTHING, AUTH, spoke=LOGIN),
    Row('SASL 2: success to the first message', 'sasl2',
        a.Answer(a.begins, a.success()), NOTHING, AUTH, spoke=LOGIN),
    Row('SASL 2: success without a signature', 'sasl2',
        a.Answer(a.proves, a.success()), BOUND, AUTH, spoke=LOGIN),
    Row('SASL 2: success with a wrong signature', 'sasl2',
        a.Answer(a.proves, a.success(a.WRONG_SIGNATURE)), BOUND, AUTH,
        spoke=LOGIN),
    Row('SASL 2: continue without a signature', 'sasl2',
        a.Answer(a.proves, a.unsigned_continue), BOUND, AUTH, spoke=LOGIN),
    Row('SASL 2: success to a token without a proof', 'sasl2',
        a.Answer(a.proves, a.success()), BOUND, AUTH, known=AGAIN, spoke=TOKEN),
    Row('SASL 2: success to a token with a wrong proof', 'sasl2',
        a.Answer(a.proves, a.success(a.WRONG_SIGNATURE)), BOUND, AUTH,
        known=AGAIN, spoke=TOKEN),
]

# The server itself is not what it should be.  It knows no channel binding,
# or it would not come to that.
BINDING = [
    Row("bind somebody else's account", 'unbound',
        a.Edit(features=a.strip_sasl2, iq=a.other_account), PROOF, BIND),
    Row("SASL 2: somebody else's account", 'unbound',
        a.Edit(success=a.other_account), PROOF, BIND, spoke=LOGIN),
    Row('SASL 2: nobody named', 'unbound', a.Edit(success=a.no_identifier),
        PROOF, BIND, spoke=LOGIN),
]

# That there is an attacker who could win: without channel binding he does, and
# it is seen what he gets.
UNPROTECTED = [
    Row('nothing protects, no channel binding: a proof', 'unbound', a.Attack(),
        PROOF, ONLINE),
    Row('nothing protects, only PLAIN is allowed: the password', 'unbound',
        a.Attack(), PASSWORD, ONLINE, options=('--mechanisms', 'PLAIN')),
    Row('nothing protects, first contact, offer PLAIN only, no list', 'sasl',
        edit_features(a.keep_plain, a.strip_list), PASSWORD, ONLINE),
]

ROWS = CLEAR + SASL + SCRAM_ROWS + SASL2 + BINDING + UNPROTECTED
