"""tables.py - the tables of results.md, a function for each part."""

import people
from goals import HOSTILE, REFUSED
from parts import growth

ABOUT_HOSTILE = {case: about for case, about, _ in HOSTILE}


def table(head, rows):
    """Markdown.  All columns but the first are numbers."""
    lines = [head, ['---'] + ['---:'] * (len(head) - 1), *rows]
    return '\n'.join('| ' + ' | '.join(line) + ' |' for line in lines)


def times(value, base):
    """How many times BASE, in as many digits as say something."""
    if value is None or not base:
        return ''
    ratio = value / base
    return f'{ratio:.1f} x' if ratio >= 10 else f'{ratio:.2f} x'


def whole(value, unit=1):
    """Without decimals, in UNIT."""
    return '' if value is None else f'{value / unit:,.0f}'


def decimal(value, unit=1, digits=2):
    """With decimals, in UNIT; 0.00 has no sign."""
    if value is None:
        return ''
    return f'{round(value / unit, digits) + 0:,.{digits}f}'


class Case:
    """The figures of one case."""

    def __init__(self, figures, part, case):
        self.figures, self.part, self.case = figures, part, case

    def of(self, who, name):
        """One figure, or None."""
        return self.figures.find(self.part, self.case, who, name)

    def everybody(self, name):
        """Who has the figure: least first."""
        found = self.figures.everybody(self.part, self.case, name)
        return sorted(found, key=lambda who: (found[who], who))

    def label(self, who):
        """As a reader knows them; Loquat stands out."""
        words = people.label(self.part, who)
        is_loquat = people.kind(self.part, who) == people.LOQUAT
        return f'**{words}**' if is_loquat else words

    def time(self, who):
        """The median of the paired ratios, the least and the greatest."""
        middle, least, greatest = (self.of(who, name) for name in (
            'time-ratio', 'time-ratio-min', 'time-ratio-max'))
        if middle is None:
            return ''
        if least == greatest == 1:
            return '1'
        return f'{middle:.2f} [{least:.2f} to {greatest:.2f}]'


# ---- receive ----


def receive(figures):
    """Parsers and floors."""
    mixed, chat, roster, avatar = (
        Case(figures, 'receive', f'{name} 4096')
        for name in ('mixed', 'chat', 'roster', 'avatar'))
    name = 'instructions/stanza'
    loquat, libxml2 = mixed.of('loquat', name), mixed.of('libxml2', name)
    rows = [[mixed.label(who), whole(mixed.of(who, name)),
             times(mixed.of(who, name), loquat),
             times(mixed.of(who, name), libxml2),
             decimal(mixed.of(who, 'allocations/stanza')), mixed.time(who),
             whole(chat.of(who, name)),
             decimal(roster.of(who, name), 1e6, 1),
             decimal(roster.of(who, 'peak/byte')),
             decimal(avatar.of(who, name), 1e6)]
            for who in mixed.everybody(name)]
    yield ('Everyday stanzas, 4 KiB at a time. `mixed`: instructions per '
           'stanza, as ratios, allocations per stanza, and time as a ratio to '
           'that of libxml2; `chat`: instructions per stanza; `roster` of '
           '10,000: million instructions, and the peak of the heap to its '
           'bytes; `avatar` of 64 KiB: million instructions.')
    yield table(['', 'mixed', 'to Loquat', 'to libxml2', 'allocations', 'time',
                 'chat', 'roster', 'peak', 'avatar'], rows)
    yield from reads(figures)
    yield from through_tls(figures)


def reads(figures):
    """By the size of reads."""
    sizes = [64, 1024, 4096, 16384]
    cases = [Case(figures, 'receive', f'mixed {size}') for size in sizes]
    name = 'instructions/stanza'
    base = [case.of('libxml2', name) for case in cases]
    rows = [[cases[0].label(who)] +
            [f'{whole(case.of(who, name))} ({times(case.of(who, name), floor)})'
             for case, floor in zip(cases, base)]
            for who in cases[0].everybody(name)]
    yield ('`mixed` in reads of other sizes: instructions per stanza, and to '
           'libxml2 without handlers.')
    yield table([''] + [f'{size:,} B' for size in sizes], rows)


def through_tls(figures):
    """Beside the same without, and GnuTLS alone."""
    case = Case(figures, 'receive', 'tls mixed 4096')
    name = 'instructions/stanza'
    base = case.of('loquat', name)
    rows = [[case.label(who), whole(case.of(who, name)),
             times(case.of(who, name), base),
             decimal(case.of(who, 'allocations/stanza')), case.time(who)]
            for who in case.everybody(name)]
    yield ('`mixed` through TLS, in records of a stanza each, from memory: '
           'what decrypting costs alone, and together. Time is to that of '
           'GnuTLS alone.')
    yield table(['', 'instructions/stanza', 'to Loquat', 'allocations',
                 'time'], rows)


def hostile(figures):
    """What nobody sends who means well."""
    mixed = Case(figures, 'receive', 'mixed 4096').of('loquat',
                                                      'instructions/byte')
    rows = []
    for name, about in ABOUT_HOSTILE.items():
        case = Case(figures, 'receive', name)
        spent = case.of('loquat', 'instructions/byte')
        rows.append([about, whole(case.of('corpus', 'bytes')),
                     decimal(spent, 1, 1), times(spent, mixed),
                     decimal(case.of('libxml2', 'instructions/byte'), 1, 1),
                     decimal(case.of('loquat', 'peak/byte'))])
    yield ('Within the limits: instructions per byte, Loquat\'s as a ratio to '
           'those of a byte of `mixed`, beside those of libxml2 without '
           'handlers, and the peak of the heap to the bytes.')
    yield table(['', 'bytes', 'Loquat', 'to mixed', 'libxml2', 'peak'], rows)
    refused = []
    for name, about in REFUSED:
        case = Case(figures, 'receive', name)
        refused.append([about] + [whole(case.of('loquat', figure)) for figure in
                                  ('bytes read', 'instructions', 'peak')])
    yield 'Beyond the limits: how soon the stream ends with policy-violation.'
    yield table(['', 'bytes read', 'instructions', 'peak of heap'], refused)


# ---- the others ----


def socket(figures):
    """Whole clients."""
    case = Case(figures, 'socket', 'mixed')
    name = 'instructions/stanza'
    base = case.of('loquat', name)
    rows = [[case.label(who), whole(case.of(who, name)),
             times(case.of(who, name), base),
             decimal(case.of(who, 'allocations/stanza')),
             whole(case.of(who, 'peak'), 1024), case.time(who)]
            for who in case.everybody(name)]
    yield ('`mixed` from a server on the loopback to a program\'s handler, '
           'without TLS: instructions and allocations per stanza, the peak of '
           'the heap in KiB, and CPU time, user\'s and system\'s, as a ratio '
           'to Loquat\'s. QXmpp gets one stanza at a time, so it has no time; '
           'Python\'s heap is its own.')
    yield table(['', 'instructions', 'to Loquat', 'allocations', 'peak',
                 'time'], rows)


def send(figures):
    """Messages."""
    for name, base, heading, about in [
            ('chat message', 'snprintf', 'to snprintf',
             'One chat message: instructions and allocations, and time as a '
             'ratio to that of snprintf, which is given the body escaped. '
             '"Built" is what the peers do; "sent and delivered" is all of it: '
             'checked, booked, put out, and its delivery taken.'),
            ('tls chat message', 'gnutls', 'to GnuTLS',
             'The same through TLS, beside snprintf through GnuTLS.')]:
        case = Case(figures, 'send', name)
        spent = 'instructions/message'
        floor = case.of(base, spent)
        rows = [[case.label(who), whole(case.of(who, spent)),
                 times(case.of(who, spent), floor),
                 decimal(case.of(who, 'allocations/message')), case.time(who)]
                for who in case.everybody(spent)]
        yield about
        yield table(['', 'instructions', heading, 'allocations', 'time'], rows)


def memory(figures):
    """What streams hold."""
    sessions = [name for name in figures.cases('memory')
                if name.startswith('socket ')]
    for name in sessions:
        case = Case(figures, 'memory', name)
        base = case.of('loquat', 'heap/stream')
        rows = [[case.label(who), whole(case.of(who, 'heap/stream')),
                 times(case.of(who, 'heap/stream'), base),
                 decimal(case.of(who, 'blocks/stream'), 1, 1),
                 whole(case.of(who, 'resident/stream'))]
                for who in case.everybody('heap/stream')]
        yield ('An idle session with its connection, without TLS, of '
               f'{int(name.split()[1]):,}: bytes of heap, the blocks they are '
               'in, and of resident memory.')
        yield table(['', 'heap', 'to Loquat', 'blocks', 'resident'], rows)
    yield from streams(figures, sessions)
    yield from process(figures)


def streams(figures, sessions):
    """Streams alone: idle, after a burst, through TLS."""
    rows = []
    for name in figures.cases('memory'):
        case = Case(figures, 'memory', name)
        if name in sessions:
            continue
        rows += [[name.replace('tls', 'TLS'), case.label(who),
                  whole(case.of(who, 'heap/stream')),
                  whole(case.of(who, 'beyond floor')),
                  decimal(case.of(who, 'blocks/stream'), 1, 1)]
                 for who in case.everybody('heap/stream')]
    yield ('A stream alone, without a socket: so many idle ones; after a '
           '`burst` of forty stanzas for each; through TLS, beside a bare '
           'session that holds the same certificates.')
    yield table(['streams', '', 'heap', 'beyond GnuTLS', 'blocks'], rows)


def process(figures):
    """The context, the process, and a roster."""
    rows = []
    for name in figures.cases('memory'):
        if name.startswith(('context', 'process')):
            case = Case(figures, 'memory', name)
            rows += [[name, case.label(who), whole(case.of(who, 'heap'))]
                     for who in case.everybody('heap')]
    yield ('What is there once: a context, after its streams are gone; and all '
           'of a process with one stream through TLS that trusts the system\'s '
           'authorities.')
    yield table(['', '', 'heap'], rows)
    rows = []
    for name in figures.cases('memory'):
        if name.startswith('roster'):
            case = Case(figures, 'memory', name)
            rows.append([f'{int(name.split()[1]):,} items',
                         whole(case.of('wire', 'bytes'))] +
                        [decimal(case.of('loquat', figure)) for figure in
                         ('heap/item', 'heap/byte', 'peak/byte')])
    yield ('A roster that a stream keeps: its bytes on the wire, heap per item '
           'and to those bytes, and the peak of the heap to them while it '
           'comes.')
    yield table(['', 'bytes', 'heap/item', 'to its bytes', 'peak'], rows)


def login(figures):
    """In memory beside the floors, and by socket."""
    rows = []
    for name in ['first login', 'reconnect']:
        case = Case(figures, 'login', name)
        spent = 'instructions/login'
        base = case.of('floor', spent)
        rows += [[name, case.label(who), decimal(case.of(who, spent), 1e6),
                  times(case.of(who, spent), base),
                  whole(case.of(who, 'allocations/login')), case.time(who)]
                 for who in ('floor', 'loquat')]
    yield ('In memory: TLS 1.3 with a certificate that is verified, '
           'SCRAM-SHA-256 of 4,096 iterations, and bind. The floor is GnuTLS, '
           'PBKDF2 and libgsasl alone; at a reconnect it resumes TLS and '
           'remembers the salted password. Million instructions, allocations, '
           'and CPU time to the floor\'s. Callgrind sees no SHA extensions, so '
           'that time tells more of the first login.')
    yield table(['', '', 'instructions', 'to the floor', 'allocations',
                 'time'], rows)
    for name, about in [
            ('by socket', 'Whole clients at a server on the loopback, each by '
             'the mechanism that it picks (the heads of login/client_* say '
             'which, and how the certificate is looked at): CPU time to '
             'Loquat\'s.'),
            ('by socket PLAIN', 'Those that pick PLAIN, where nothing else is '
             'offered.')]:
        case = Case(figures, 'login', name)
        rows = [[case.label(who), case.time(who)]
                for who in case.everybody('time-ratio')]
        yield about
        yield table(['', 'time'], rows)


def endless(figures):
    """By source."""
    rows = []
    for name in figures.cases('endless'):
        case = Case(figures, 'endless', name)
        if case.of('loquat', 'MB') is None:
            continue
        rows.append([name, whole(case.of('loquat', 'MB')),
                     whole(case.of('loquat', 'memory growth')),
                     whole(case.of('loquat', 'resident growth')),
                     decimal(case.of('loquat', 'speed of the last')),
                     decimal(case.of('loquat', 'last to first'), 1, 4)])
    yield ('Megabytes that went through one stream; bytes by which the heap '
           'and resident memory grew from the second segment to the last; the '
           'speed of the last segment to that of the first; and instructions '
           'per stanza, of the last to the first.')
    yield table(['', 'MB', 'heap', 'resident', 'speed', 'instructions'], rows)


def growth_table(figures):
    """Of each operation: the cost at its sizes, and the order."""
    for operations, about in [
            (growth.AMONG, 'On one thing among n: instructions, which should '
             'not depend on n (order 0).'),
            (growth.ALL, 'On all of n things: instructions, which should be n '
             'times those of one (order 1).')]:
        rows = []
        for name, sizes in operations.items():
            costs = [figures.find('growth', name, str(size), 'instructions')
                     for size in sizes]
            order = figures.find('growth', name, 'loquat', 'order')
            if order is None:
                continue
            rows.append([name, ' / '.join(f'{size:,}' for size in sizes),
                         ' / '.join(map(whole, costs)), decimal(order)])
        yield about
        yield table(['', 'n', 'instructions', 'order'], rows)
