"""svg.py - pictures of figures: bars, and curves in panels.

A picture is text that says what it draws; it has a background of its own, so
that it can be read on light pages and dark ones.
"""

from html import escape
from math import floor, log10

FONT = ('font-family="-apple-system, \'Segoe UI\', \'DejaVu Sans\', Verdana, '
        'sans-serif"')
PAPER, EDGE = '#fffdf8', '#d8d2c4'
INK, FAINT, GRID = '#22262b', '#6a6f76', '#e9e4d8'

COLOURS = {'loquat': '#e08214', 'peer': '#7288a8', 'floor': '#c9ccd1'}
LEGEND = {'loquat': 'Loquat', 'peer': 'other libraries',
          'floor': 'floors, which do part of the work'}
CURVES = ['#e08214', '#3b6ea5', '#5b8c3e']

WIDTH = 820
MARGIN = 22
HEAD = 68  # title and subtitle


def number(value):
    """For a drawing's attribute."""
    return f'{value:.1f}'.rstrip('0').rstrip('.')


class Picture:
    """What is drawn, in the order in which it is drawn."""

    def __init__(self, title, subtitle, height):
        self.height = height
        self.title = title
        self.marks = []
        self.rect(0.5, 0.5, WIDTH - 1, height - 1, PAPER, radius=8, edge=EDGE)
        self.text(MARGIN, 32, title, size=17, weight='bold')
        self.text(MARGIN, 53, subtitle, size=12.5, colour=FAINT)

    def rect(self, x, y, width, height, colour, radius=0, edge=None):
        """A filled one."""
        rounding = f' rx="{number(radius)}"' if radius else ''
        stroke = f' stroke="{edge}"' if edge else ''
        self.marks.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
            f'height="{number(height)}" fill="{colour}"{rounding}{stroke}/>')

    def text(self, x, y, words, size=13, colour=INK, anchor='start',
             weight='normal'):
        """Words on one line; their base is at Y."""
        self.marks.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" '
            f'fill="{colour}" text-anchor="{anchor}" font-weight="{weight}">'
            f'{escape(words)}</text>')

    def line(self, points, colour, width=1.0, dashes=None):
        """Through POINTS."""
        path = ' '.join(f'{number(x)},{number(y)}' for x, y in points)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ''
        self.marks.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            f'stroke-width="{number(width)}"{dashed}/>')

    def dot(self, x, y, colour, radius=2.6):
        """One of a curve."""
        self.marks.append(f'<circle cx="{number(x)}" cy="{number(y)}" '
                          f'r="{number(radius)}" fill="{colour}"/>')

    def legend(self, x, y, entries):
        """Colours and their meanings on one line."""
        for colour, words in entries:
            self.rect(x, y - 9, 10, 10, colour, radius=2)
            self.text(x + 15, y, words, size=12, colour=FAINT)
            x += 36 + 6.6 * len(words)

    def save(self, path):
        """The file."""
        lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
                 f'height="{number(self.height)}" viewBox="0 0 {WIDTH} '
                 f'{number(self.height)}" role="img" {FONT}>',
                 f'<title>{escape(self.title)}</title>', *self.marks, '</svg>']
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')


# ---- bars ----

BAR_LEFT, BAR_RIGHT = 236, WIDTH - 165
BAR_STEP, BAR_HEIGHT = 30, 19


def bars(title, subtitle, rows):
    """A picture of horizontal bars.  ROWS: (label, kind, value, what is said
    of the value, what is said in bold)."""
    picture = Picture(title, subtitle,
                      HEAD + BAR_STEP * len(rows) + 14 + BAR_STEP)
    scale = (BAR_RIGHT - BAR_LEFT) / max(row[2] for row in rows)
    y = HEAD + 6
    for label, kind, value, said, bold in rows:
        base = y + BAR_HEIGHT - 5
        weight = 'bold' if kind == 'loquat' else 'normal'
        length = max(value * scale, 1.5)
        picture.text(BAR_LEFT - 10, base, label, anchor='end', weight=weight)
        picture.rect(BAR_LEFT, y, length, BAR_HEIGHT, COLOURS[kind], radius=2)
        picture.text(BAR_LEFT + length + 8, base, said, colour=FAINT)
        if bold:
            picture.text(BAR_LEFT + length + 14 + 7.7 * len(said), base, bold,
                         weight='bold')
        y += BAR_STEP
    kinds = [kind for kind in COLOURS if kind in {row[1] for row in rows}]
    picture.legend(BAR_LEFT, y + 14,
                   [(COLOURS[kind], LEGEND[kind]) for kind in kinds])
    return picture


# ---- panels of curves ----


class Panel:
    """A rectangle of a picture with scales of its own."""

    def __init__(self, picture, box, x_range, y_range, logarithmic=False):
        self.picture = picture
        self.left, self.top, self.width, self.height = box
        self.measure = log10 if logarithmic else float
        self.x_range = tuple(map(self.measure, x_range))
        self.y_range = tuple(map(self.measure, y_range))
        picture.rect(*box, '#ffffff', edge=GRID)

    def x(self, value):
        """Where VALUE is."""
        low, high = self.x_range
        return (self.left + (self.measure(value) - low) / (high - low) *
                self.width)

    def y(self, value):
        """Where VALUE is."""
        low, high = self.y_range
        return (self.top + self.height - (self.measure(value) - low) /
                (high - low) * self.height)

    def line(self, points, colour, width=1.0, dashes=None):
        """Through POINTS, as values."""
        self.picture.line([(self.x(x), self.y(y)) for x, y in points], colour,
                          width, dashes)

    def curve(self, points, colour):
        """A line with its dots."""
        self.line(points, colour, 1.8)
        for x, y in points:
            self.picture.dot(self.x(x), self.y(y), colour)

    def tick_x(self, value, words):
        """Say what is there."""
        self.picture.text(self.x(value), self.top + self.height + 14, words,
                          size=10.5, colour=FAINT, anchor='middle')

    def tick_y(self, value, words):
        """The same, with a line across."""
        self.across(value, GRID)
        self.picture.text(self.left - 6, self.y(value) + 4, words, size=10.5,
                          colour=FAINT, anchor='end')

    def across(self, value, colour, dashes=None):
        """A line from one side to the other."""
        y = self.y(value)
        self.picture.line([(self.left, y), (self.left + self.width, y)], colour,
                          dashes=dashes)


def short(value):
    """A number in few characters: 1.2k, 35M."""
    for unit, name in [(1e9, 'G'), (1e6, 'M'), (1e3, 'k')]:
        if value >= unit:
            value /= unit
            return f'{value:.0f}{name}' if value >= 10 or \
                value == floor(value) else f'{value:.1f}{name}'
    return f'{value:.0f}'
