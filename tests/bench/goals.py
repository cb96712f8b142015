"""goals.py - what Loquat promises to cost, and how that is read off the
figures.

GOALS is the table: one row per goal.  Values are ratios of the same run
wherever there is something to compare with; sizes are bytes.
"""

from dataclasses import dataclass
from typing import Callable, Optional

from figures import Unmeasured
from parts import growth

MET, STRETCH_MET, NOT_MET = 'met', 'stretch met', 'NOT MET'
UNMEASURED, SHOWN = 'not measured', 'no must'

TIMES, BYTES, PLAIN = ' x', ' B', ''

# The greatest stanza that a stream takes unless told otherwise, and the read
# that brings the byte after it.
REFUSED_AFTER = 1024 * 1024 + 4096


@dataclass
class Goal:
    """One row.  measure() and spread(), for the least and the greatest of
    what measure() is the median of, are given the figures."""

    part: str
    name: str
    sense: str  # '<=' or '>='
    must: Optional[float]
    stretch: Optional[float]
    unit: str
    measure: Callable
    spread: Optional[Callable] = None

    def reaches(self, value, bound):
        """Whether VALUE is as good as BOUND."""
        return value <= bound if self.sense == '<=' else value >= bound


@dataclass
class Result:
    """What became of a goal."""

    goal: Goal
    value: Optional[float]
    spread: Optional[tuple]
    verdict: str


# ---- how a goal is computed ----


def figure(part, case, who, name):
    """A figure as it is."""
    return lambda figures: figures.value(part, case, who, name)


def ratio(part, case, name, one, other):
    """How many times the figure of OTHER that of ONE is."""
    return lambda figures: (figures.value(part, case, one, name) /
                            figures.value(part, case, other, name))


def time_spread(part, case, who):
    """Of a median of paired times."""
    return lambda figures: tuple(figures.value(part, case, who, name)
                                 for name in ('time-ratio-min',
                                              'time-ratio-max'))


def allocations_beyond_libxml2(figures):
    """Of a stanza of "mixed"."""
    return (figures.value('receive', 'mixed 4096', 'loquat',
                          'allocations/stanza') -
            figures.value('receive', 'mixed 4096', 'libxml2',
                          'allocations/stanza'))


def login_without_pbkdf2(figures):
    """Of the first one, against the floor."""
    pbkdf2 = figures.value('login', 'part', 'pbkdf2', 'instructions/login')
    ours, floor = [figures.value('login', 'first login', who,
                                 'instructions/login') - pbkdf2
                   for who in ('loquat', 'floor')]
    return ours / floor


def repeated_login(figures, name='instructions/login', without=()):
    """With keys and a ticket, against the first one; WITHOUT these parts."""
    left_out = sum(figures.value('login', 'part', part, name)
                   for part in without)
    return (figures.value('login', 'reconnect', 'loquat', name) /
            (figures.value('login', 'first login', 'loquat', name) - left_out))


def tls_to_its_parts(figures):
    """Receiving through TLS, against decrypting and receiving."""
    case, name = 'tls mixed 4096', 'instructions/stanza'
    return (figures.value('receive', case, 'loquat-tls', name) /
            (figures.value('receive', case, 'gnutls', name) +
             figures.value('receive', case, 'loquat', name)))


def hostile_to_mixed(case):
    """A byte of CASE, against one of "mixed"."""
    return lambda figures: (
        figures.value('receive', case, 'loquat', 'instructions/byte') /
        figures.value('receive', 'mixed 4096', 'loquat', 'instructions/byte'))


def segment_speeds(source):
    """The least and the greatest speed of a segment, to the first one's."""
    def speeds(figures):
        found = [figures.value('endless', case, 'loquat', 'speed')
                 for case in figures.cases('endless')
                 if case.startswith(source + ' ')]
        return (min(found), max(found)) if found else None
    return speeds


# ---- the table ----

MIXED = ('receive', 'mixed 4096', 'instructions/stanza')
ROSTER = ('receive', 'roster 4096', 'instructions/stanza')
CLIENT = ('socket', 'mixed', 'instructions/stanza')
MESSAGE = ('send', 'chat message', 'instructions/message')

RECEIVE = [
    Goal('receive', 'mixed, reads of 4 KiB: to libxml2 without handlers',
         '<=', 1.30, 1.17, TIMES, ratio(*MIXED, 'loquat', 'libxml2')),
    Goal('receive', 'mixed, reads of 64 B: to libxml2 without handlers',
         '<=', 1.05, 0.93, TIMES,
         ratio('receive', 'mixed 64', 'instructions/stanza', 'loquat',
               'libxml2')),
    Goal('receive', 'mixed, parser and tree: libstrophe to Loquat',
         '>=', 2.2, 2.5, TIMES, ratio(*MIXED, 'libstrophe', 'loquat')),
    Goal('receive', 'mixed: allocations/stanza beyond libxml2\'s own',
         '<=', 0.3, 0.0, PLAIN, allocations_beyond_libxml2),
    Goal('receive', 'roster of 10,000: libstrophe to Loquat',
         '>=', 6, None, TIMES, ratio(*ROSTER, 'libstrophe', 'loquat')),
    Goal('receive', 'roster of 10,000: peak of heap to its bytes',
         '<=', 5, 3.5, TIMES,
         figure('receive', 'roster 4096', 'loquat', 'peak/byte')),
    Goal('receive', 'mixed through TLS: to GnuTLS and Loquat apart',
         '<=', 1.2, None, TIMES, tls_to_its_parts),
]

WHOLE_CLIENTS = [
    Goal('socket', 'whole client: libstrophe to Loquat', '>=', 4, 4.5, TIMES,
         ratio(*CLIENT, 'libstrophe', 'loquat')),
    Goal('socket', 'whole client: loudmouth to Loquat', '>=', 3.3, 3.7, TIMES,
         ratio(*CLIENT, 'loudmouth', 'loquat')),
    Goal('socket', 'whole client: gloox to Loquat', '>=', 9, 11, TIMES,
         ratio(*CLIENT, 'gloox', 'loquat')),
    Goal('socket', 'whole client: QXmpp to Loquat', '>=', 12, 15, TIMES,
         ratio(*CLIENT, 'qxmpp', 'loquat')),
    Goal('socket', 'whole client: Loquat to iksemel', '<=', 1.10, 1.0, TIMES,
         ratio(*CLIENT, 'loquat', 'iksemel')),
]

# What grows now and then is no allocation per message: 0.1 of one counts as
# none.
SEND = [
    Goal('send', 'message built and written: to snprintf', '<=', 2.5, 2.1,
         TIMES, ratio(*MESSAGE, 'loquat-build', 'snprintf')),
    Goal('send', 'message built and written: libstrophe to Loquat', '>=', 7,
         None, TIMES, ratio(*MESSAGE, 'libstrophe', 'loquat-build')),
    Goal('send', 'message built and written: allocations', '<=', 0, 0, PLAIN,
         figure('send', 'chat message', 'loquat-build',
                'allocations/message')),
    Goal('send', 'message sent and delivered: allocations', '<=', 0.1, 0.1,
         PLAIN,
         figure('send', 'chat message', 'loquat', 'allocations/message')),
]

MEMORY = [
    Goal('memory', 'idle stream, of 1,000', '<=', 2048, 1024, BYTES,
         figure('memory', 'idle 1000', 'loquat', 'heap/stream')),
    Goal('memory', 'idle stream, of 10,000', '<=', 2048, 1024, BYTES,
         figure('memory', 'idle 10000', 'loquat', 'heap/stream')),
    Goal('memory', 'idle stream through TLS, beyond GnuTLS and the chain',
         '<=', 2048, 1024, BYTES,
         figure('memory', 'tls 1000', 'loquat-own-ca', 'beyond floor')),
    Goal('memory', 'context, after 1,000 idle streams', '<=', 131072, None,
         BYTES, figure('memory', 'context, idle 1000', 'loquat', 'heap')),
    Goal('memory', 'context, after a burst on 1,000 streams', '<=', 131072,
         None, BYTES,
         figure('memory', 'context, burst 1000', 'loquat', 'heap')),
    Goal('memory', 'process that trusts the system\'s authorities', '<=',
         4718592, None, BYTES, figure('memory', 'process', 'loquat', 'heap')),
]

# Times are noisy and instructions are not.  Callgrind sees no SHA extensions,
# so that PBKDF2 would be most of a first login: it is taken from both sides.
LOGIN = [
    Goal('login', 'first login but for PBKDF2: instructions to the floor\'s',
         '<=', 1.1, None, TIMES, login_without_pbkdf2),
    Goal('login', 'first login: time to the floor\'s', '<=', None, None, TIMES,
         figure('login', 'first login', 'loquat', 'time-ratio'),
         time_spread('login', 'first login', 'loquat')),
    Goal('login', 'reconnect: instructions to the floor\'s', '<=',
         0.70 / 0.64, None, TIMES,
         ratio('login', 'reconnect', 'instructions/login', 'loquat',
               'floor')),
    Goal('login', 'reconnect: instructions to those of a first login', '<=',
         0.5, None, TIMES, repeated_login),
    Goal('login', 'reconnect: ... but for PBKDF2', '<=', 0.5, None, TIMES,
         lambda figures: repeated_login(figures, without=('pbkdf2',))),
    Goal('login', 'reconnect: time to the floor\'s', '<=', None, None, TIMES,
         figure('login', 'reconnect', 'loquat', 'time-ratio'),
         time_spread('login', 'reconnect', 'loquat')),
]

# A case of the part "receive", what it is, whether it has a peak of its own.
HOSTILE = [
    ('h-attrval:1000000 4096', '1 MB in one attribute', True),
    ('h-gtattr 4096', 'attribute of 1 MiB, all ">"', True),
    ('h-gtattr 1400', 'the same in reads of 1,400 B', False),
    ('h-empty 4096', '250,000 empty children', True),
    ('h-pieces 4096', 'text in 300,000 pieces', True),
    ('h-names:10000 4096', '10,000 ever-new names', True),
    ('h-ents:50000 4096', '100,000 entities', True),
    ('h-depth 4096', 'elements 100 deep', False),
    ('h-manyattr 4096', '120 attributes on one element', False),
    ('h-ns 4096', 'namespaces 100 deep', False),
]
REFUSED = [
    ('h-nested refused', '2,000,000 elements in one another'),
    ('h-manyattr:60000 refused', '60,000 attributes on one element'),
    ('h-pieces:1000000 refused', 'text in 1,000,000 pieces'),
]


def hostile_goals():
    """Of each corpus: instructions, memory, or how soon it is refused."""
    for case, about, _ in HOSTILE:
        yield Goal('receive', f'hostile, {about}: a byte to one of mixed',
                   '<=', 5, 4, TIMES, hostile_to_mixed(case))
    for case, about, has_peak in HOSTILE:
        if has_peak:
            yield Goal('receive', f'hostile, {about}: peak to its bytes',
                       '<=', 12, 10, TIMES,
                       figure('receive', case, 'loquat', 'peak/byte'))
    for case, about in REFUSED:
        yield Goal('receive', f'refused, {about}: after', '<=',
                   REFUSED_AFTER, None, BYTES,
                   figure('receive', case, 'loquat', 'bytes read'))


def endless_goals():
    """Of each source: memory and speed from segment to segment."""
    for source in ['mixed', 'names', 'strangers']:
        for kind, name in [('heap', 'memory growth'),
                           ('resident memory', 'resident growth')]:
            yield Goal('endless', f'endless {source}: growth of {kind}', '<=',
                       1024 * 1024, None, BYTES,
                       figure('endless', source, 'loquat', name))
        yield Goal('endless', f'endless {source}: speed, last to first', '>=',
                   0.9, None, TIMES,
                   figure('endless', source, 'loquat', 'speed of the last'),
                   segment_speeds(source))


def growth_goals():
    """The order of each operation."""
    for operations, what, must in [(growth.AMONG, 'one among n', 0.15),
                                   (growth.ALL, 'all of n', 1.1)]:
        for operation in operations:
            yield Goal('growth', f'order of {operation}, {what}', '<=', must,
                       None, PLAIN,
                       figure('growth', operation, 'loquat', 'order'))


GOALS = [*RECEIVE, *WHOLE_CLIENTS, *SEND, *MEMORY, *LOGIN, *hostile_goals(),
         *endless_goals(), *growth_goals()]


# ---- what became of them ----


def judge(goal, figures):
    """The result of one goal."""
    try:
        value = goal.measure(figures)
        spread = goal.spread(figures) if goal.spread is not None else None
    except Unmeasured:
        return Result(goal, None, None, UNMEASURED)
    if goal.must is None:
        verdict = SHOWN
    elif not goal.reaches(value, goal.must):
        verdict = NOT_MET
    elif goal.stretch is not None and goal.reaches(value, goal.stretch):
        verdict = STRETCH_MET
    else:
        verdict = MET
    return Result(goal, value, spread, verdict)


def judge_all(figures):
    """The results of all goals, in the order of the table."""
    return [judge(goal, figures) for goal in GOALS]
