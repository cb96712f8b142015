"""charts.py - the pictures that results.md shows, from the figures."""

import os
from math import log10

import people
import svg
from figures import Unmeasured
from parts import growth
from tables import times

FOLDER = 'charts'


def comparison(figures, part, case, name, everybody, of='loquat'):
    """Rows of bars, least first, with ratios to OF."""
    base = figures.value(part, case, of, name)
    found = [(figures.value(part, case, who, name), who) for who in everybody]
    rows = []
    for value, who in sorted(found):
        said = '' if who == of else times(value, base)
        rows.append((people.label(part, who), people.kind(part, who), value,
                     f'{value:,.0f}', said))
    return rows


def whole_clients(figures):
    """From the socket to the handler."""
    found = figures.everybody('socket', 'mixed', 'instructions/stanza')
    return svg.bars(
        'Receiving: whole clients, instructions per stanza',
        'From the socket to a program\'s handler, everyday stanzas of some '
        '700 bytes, no TLS. Ratios are to Loquat.',
        comparison(figures, 'socket', 'mixed', 'instructions/stanza', found))


def direct_feed(figures):
    """Parsers, and the floors under them."""
    found = figures.everybody('receive', 'mixed 4096', 'instructions/stanza')
    return svg.bars(
        'Receiving: bytes to stanzas, instructions per stanza',
        'The same bytes handed over in memory, 4 KiB at a time. Ratios are to '
        'Loquat.',
        comparison(figures, 'receive', 'mixed 4096', 'instructions/stanza',
                   found))


def messages(figures):
    """Built and written."""
    found = figures.everybody('send', 'chat message', 'instructions/message')
    return svg.bars(
        'Sending: instructions per chat message',
        'Built, escaped and written out: a body of 135 bytes, a chat state and '
        'an id. Ratios are to Loquat, built.',
        comparison(figures, 'send', 'chat message', 'instructions/message',
                   found, of='loquat-build'))


def idle_sessions(figures):
    """Connections of whole clients."""
    cases = [case for case in figures.cases('memory')
             if case.startswith('socket ')]
    if not cases:
        raise Unmeasured('memory: socket')
    found = figures.everybody('memory', cases[0], 'heap/stream')
    return svg.bars(
        'Memory: bytes of heap per idle session',
        'Logged in, nothing to do, no TLS; each library with its own '
        'connection. Ratios are to Loquat.',
        comparison(figures, 'memory', cases[0], 'heap/stream', found))


# ---- growth ----

COLUMNS = 6
PANEL_WIDTH, PANEL_HEIGHT = 104, 74
PANEL_STEP_X, PANEL_STEP_Y = 131, 122


def growth_points(figures, operation):
    """(n, instructions) of each size."""
    points = []
    for (part, case, who, name), value in figures.values.items():
        if (part, case, name) == ('growth', operation, 'instructions'):
            points.append((int(who), value))
    if len(points) < 2:
        raise Unmeasured(f'growth: {operation}')
    return sorted(points)


def growth_panel(picture, figures, operation, place, slope):
    """One operation; SLOPE is what it should have."""
    left, top = place
    points = growth_points(figures, operation)
    order = figures.value('growth', operation, 'loquat', 'order')
    costs = [cost for _, cost in points]
    middle = (min(costs) * max(costs)) ** 0.5
    # As much room on each scale: a slope of 1 looks like one.
    decades = max(3.0, log10(max(costs) / min(costs)) + 0.6)
    y_range = (middle / 10 ** (decades / 2), middle * 10 ** (decades / 2))
    panel = svg.Panel(picture, (left, top, PANEL_WIDTH, PANEL_HEIGHT),
                      (points[0][0] / 1.5, points[-1][0] * 1.5), y_range, True)
    n, cost = points[-1]
    first = max(points[0][0], n * (y_range[0] / cost) ** (1 / slope)
                if slope else 0)
    panel.line([(first, cost * (first / n) ** slope), (n, cost)], '#b9b3a4',
               1.2, '3 3')
    panel.curve(points, svg.COLOURS['loquat'])
    picture.text(left, top - 7, operation, size=11.5, weight='bold')
    picture.text(left + 6, top + 15, f'{max(order, 0):.2f}', size=11,
                 colour=svg.FAINT)
    for n, _ in (points[0], points[-1]):
        panel.tick_x(n, svg.short(n))


def growth_curves(figures):
    """Small multiples, those on one among n first."""
    groups = [('One among n: the cost should not depend on n (dashed: order 0)',
               growth.AMONG, 0),
              ('All of n: n times the cost of one (dashed: order 1)',
               growth.ALL, 1)]
    lines = [-(-len(operations) // COLUMNS) for _, operations, _ in groups]
    picture = svg.Picture(
        'Growth: instructions of an operation when there are n of something',
        'Both scales are logarithmic. In each corner the order: the exponent '
        'of n at the greater sizes.',
        svg.HEAD + sum(lines) * PANEL_STEP_Y + 2 * 30 + 4)
    top = svg.HEAD + 16
    for (title, operations, slope), count in zip(groups, lines):
        picture.text(svg.MARGIN, top, title, size=13)
        top += 34
        for i, operation in enumerate(operations):
            place = (svg.MARGIN + i % COLUMNS * PANEL_STEP_X,
                     top + i // COLUMNS * PANEL_STEP_Y)
            growth_panel(picture, figures, operation, place, slope)
        top += count * PANEL_STEP_Y - 4
    return picture


# ---- endless ----


def segments(figures, source, name):
    """(number of the segment, figure)."""
    points = []
    for case in figures.cases('endless'):
        value = figures.find('endless', case, 'loquat', name)
        words = case.split(' ')
        if words[0] == source and len(words) == 2 and value is not None:
            points.append((int(words[1]), value))
    return points


def endless_panel(picture, left, curves, y_range, ticks, title):
    """One figure of all sources, by segment.  TICKS: (value, words), of which
    the last is what is allowed."""
    count = max(n for _, points in curves for n, _ in points)
    panel = svg.Panel(picture, (left, svg.HEAD + 34, 320, 190),
                      (0.5, count + 0.5), y_range)
    picture.text(left, svg.HEAD + 22, title, size=13)
    for value, words in ticks:
        panel.tick_y(value, words)
    panel.across(ticks[-1][0], '#b9b3a4', '3 3')
    for n in range(1, count + 1):
        panel.tick_x(n, str(n))
    for (_, points), colour in zip(curves, svg.CURVES):
        panel.curve(points, colour)


def growth_of_heap(figures, source):
    """In KiB, since the second segment: the first fills what is kept."""
    points = segments(figures, source, 'heap')
    if len(points) < 2:
        raise Unmeasured(f'endless: {source}')
    return [(n, (heap - points[1][1]) / 1024) for n, heap in points]


def endless(figures):
    """Speed and memory from segment to segment."""
    sources = [case for case in figures.cases('endless') if ' ' not in case]
    if not sources:
        raise Unmeasured('endless')
    speeds = [(name, segments(figures, name, 'speed')) for name in sources]
    heaps = [(name, growth_of_heap(figures, name)) for name in sources]
    least = min(heap for _, points in heaps for _, heap in points)
    most = max(heap for _, points in heaps for _, heap in points)
    picture = svg.Picture(
        'Endless: one stream that goes on and on, by segment',
        'The same stanzas again and again; names that were never there before; '
        'strangers that were never heard of.', svg.HEAD + 290)
    endless_panel(picture, 66, speeds, (0, 1.3),
                  [(0, '0'), (0.5, '0.5'), (1, '1'), (0.9, '0.9')],
                  'Speed, to that of the first segment')
    endless_panel(picture, 472, heaps,
                  (min(-256, least * 1.1), max(1280, most * 1.1)),
                  [(0, '0'), (512, '512'), (1024, '1,024')],
                  'Growth of the heap since segment 2, KiB')
    picture.legend(66, svg.HEAD + 270,
                   list(zip(svg.CURVES, sources)) +
                   [('#b9b3a4', 'dashed: what is allowed')])
    return picture


# ---- all ----

CHARTS = {  # name of the file: (how it is drawn, what a reader hears of it)
    'whole-client': (whole_clients, 'Instructions per stanza received, whole '
                     'clients'),
    'direct-feed': (direct_feed, 'Instructions per stanza received, parsers '
                    'and floors'),
    'message': (messages, 'Instructions per message built'),
    'idle': (idle_sessions, 'Bytes of heap per idle session'),
    'endless': (endless, 'Speed and memory of a stream that does not end'),
    'growth': (growth_curves, 'Instructions by number, for each operation'),
}


def draw(figures, folder):
    """All for which there are figures; their names."""
    os.makedirs(os.path.join(folder, FOLDER), exist_ok=True)
    drawn = []
    for name, (picture, _) in CHARTS.items():
        try:
            picture(figures).save(os.path.join(folder, FOLDER, name + '.svg'))
            drawn.append(name)
        except Unmeasured:
            pass
    return drawn


def link(name):
    """Where the picture is, for results.md."""
    return f'![{CHARTS[name][1]}]({FOLDER}/{name}.svg)'
