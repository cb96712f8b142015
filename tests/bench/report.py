"""report.py - what the figures say: a line for each goal, and results.md with
its charts.

The same figures on the same machine make the same bytes: there is no date in
it, and nothing that differs from one day to the next.
"""

import os

import charts
import goals
import measure
import people
import tables
from figures import Figures

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(HERE, 'results.md')
LEFT = os.path.join(HERE, 'left.md')

SECTIONS = [  # heading, tables, charts
    ('Receiving: parser and tree', tables.receive, ['direct-feed']),
    ('Receiving: whole clients', tables.socket, ['whole-client']),
    ('Bad input', tables.hostile, []),
    ('Sending', tables.send, ['message']),
    ('Memory', tables.memory, ['idle']),
    ('Login', tables.login, []),
    ('A stream that does not end', tables.endless, ['endless']),
    ('Growth', tables.growth_table, ['growth']),
]

INTRODUCTION = '''# What Loquat costs

`tests/bench/run` measures this and writes it; [README.md](README.md) says how.

## How to read it

Instructions are counted by Callgrind and repeat to a few in a thousand.
Times are CPU times, given only as ratios to another's in the same round: the
median of the rounds, with [the least to the greatest].
Floors are parts of the work that cannot be undercut; they do not do the rest.
Peers get the same bytes and are asked for the same: from, type, id and body.
`mixed` is what a client reads on most days, some 700 bytes a stanza.
'''


# ---- words for numbers ----


def amount(value, unit):
    """A value with its unit: '1.17 x', '2,048 B'."""
    if value is None:
        return '-'
    if unit == goals.BYTES:
        return f'{value + 0:,.0f}{unit}'
    words = f'{round(value, 3) + 0:.3f}'
    return (words[:-1] if words.endswith('0') else words) + unit


def bound(goal, value):
    """What is asked for: '<= 1.30 x'."""
    if value is None:
        return '-'
    return f'{goal.sense} {amount(value, goal.unit)}'


def measured(result):
    """With the least and the greatest, if it is a median."""
    words = amount(result.value, result.goal.unit)
    if result.spread is not None:
        words += ' [{:.2f} to {:.2f}]'.format(*result.spread)
    return words


def columns(result):
    """Of a goal's line."""
    goal = result.goal
    return [goal.name, bound(goal, goal.must), bound(goal, goal.stretch),
            measured(result), result.verdict]


# ---- the goals ----


def print_goals(results):
    """One line each."""
    lines = [['goal', 'must', 'stretch', 'measured', '']]
    lines += [columns(result) for result in results]
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    print()
    for line in lines:
        print('  '.join(word.ljust(width) for word, width
                        in zip(line, widths + [0])).rstrip())


def print_sum(results, missing):
    """The last lines."""
    with_must = [result for result in results if result.goal.must is not None]
    reached = [result for result in with_must
               if result.verdict in (goals.MET, goals.STRETCH_MET)]
    print(f'\n{len(reached)} of {len(with_must)} goals met')
    if missing:
        print(f'not measured: {" ".join(missing)}; '
              'results.md stays as it is until all parts are')


def all_met(results, missing):
    """Whether no must is missed, nor, if all parts were measured, left out."""
    verdicts = {result.verdict for result in results}
    return (goals.NOT_MET not in verdicts and
            (bool(missing) or goals.UNMEASURED not in verdicts))


# ---- results.md ----


def versions(packages):
    """Of (name, package), those that are installed."""
    return ', '.join(f'{name} {version}' for name, package in packages
                     if (version := people.package_version(package)))


def measured_on():
    """What is measured, what it stands on, and the machine."""
    return '\n'.join([
        '## What was measured, and on what',
        '',
        f'- Loquat {people.loquat_version()}, upon '
        f'{versions(people.BENEATH.items())}',
        f'- Peers: {versions(people.PEERS.values())}',
        f'- Beside: {versions(people.BESIDE.items())}',
        f'- {people.compiler()}, -O2; {people.system()}; '
        f'{people.processor()}'])


def goals_table(results):
    """For results.md."""
    rows = []
    for result in results:
        words = columns(result)
        if result.verdict == goals.NOT_MET:
            words[-1] = f'**{words[-1]}**'
        rows.append(words)
    return '## Goals\n\n' + tables.table(
        ['', 'must', 'stretch', 'measured', ''], rows)


def section(figures, heading, make_tables, pictures, drawn):
    """A part."""
    blocks = [f'## {heading}']
    blocks += [charts.link(name) for name in pictures if name in drawn]
    blocks += make_tables(figures)
    return '\n\n'.join(blocks)


def write_results(figures, results):
    """results.md and its charts."""
    drawn = charts.draw(figures, HERE)
    blocks = [INTRODUCTION.rstrip(), measured_on(), goals_table(results)]
    for heading, make_tables, pictures in SECTIONS:
        blocks.append(section(figures, heading, make_tables, pictures, drawn))
    with open(LEFT, encoding='utf-8') as file:
        blocks.append(file.read().rstrip())
    with open(RESULTS, 'w', encoding='utf-8') as file:
        file.write('\n\n'.join(blocks) + '\n')


# ---- all ----


def report(rows):
    """Print and write it all; whether every must is met."""
    figures = Figures(rows)
    missing = [part for part in measure.PARTS if part not in figures.parts]
    results = goals.judge_all(figures)
    if not missing:
        write_results(figures, results)
    print_goals(results)
    print_sum(results, missing)
    return all_met(results, missing)
