"""growth.py - what an operation costs when there is much of everything.

For each operation the instructions of one at several sizes n, and the order:
the exponent with which they grow from the last but two to the last size.  An
operation on one thing among n should cost the same whatever n is: order 0.  One
on all of n things should cost n times as much as on one: order 1."""

from concurrent.futures import ThreadPoolExecutor
from math import log

SIZES = [1, 10, 100, 1000, 10000]
TEXTS = [1, 100, 10000, 100000, 1000000]

# Operations on one among n.  At most 100 questions are open, and 64 resources
# of an account kept.
AMONG = {
    'streams': SIZES,
    'handlers': SIZES,
    'claims': SIZES,
    'roster-push': SIZES,
    'roster-lookup': SIZES,
    'requests': SIZES,
    'timeouts': SIZES,
    'questions': [1, 3, 10, 30, 99],
    'contacts': SIZES,
    'resources': [1, 4, 16, 32, 64],
    'partners': SIZES,
    'subscribers': SIZES,
}

# Operations on all of n.  Elements may be 128 deep, with 128 attributes; what
# waits to be sent has 256 KiB.
ALL = {
    'stanzas': SIZES,
    'children': SIZES,
    'grandchildren': SIZES,
    'attributes': [1, 10, 30, 60, 120],
    'depth': [1, 10, 30, 60, 120],
    'text': TEXTS,
    'value': TEXTS,
    'references': SIZES,
    'sections': SIZES,
    'pieces': SIZES,
    'roster-load': SIZES,
    'feature': SIZES,
    'deliveries': SIZES,
    'held': [1, 10, 100, 1000, 3000],
    'build-children': SIZES,
    'build-attributes': [1, 10, 30, 60, 120],
    'build-text': TEXTS,
    'build-pieces': SIZES,
    'features-add': SIZES,
    'features': SIZES,
}

STEPS_AMONG = 50
STEPS_ALL = 1


def order(points):
    """The exponent of cost in n: the slope of a line through the logarithms
    of the last three of POINTS, (n, cost)."""
    logs = [(log(n), log(cost)) for n, cost in points[-3:]]
    mean_n = sum(n for n, _ in logs) / len(logs)
    mean_cost = sum(cost for _, cost in logs) / len(logs)
    return (sum((n - mean_n) * (cost - mean_cost) for n, cost in logs) /
            sum((n - mean_n) ** 2 for n, _ in logs))


def measure(bench, operation, size, steps):
    """Instructions of one operation; what prepares it runs uninstrumented."""
    return bench.instructions(
        ['--instr-atstart=no', bench.program('growth/growth'), operation,
         str(size), str(steps)]) / steps


def run(bench):
    """Measure all of them, two at a time, which instructions do not mind."""
    with ThreadPoolExecutor(2) as pool:
        for operations, steps in [(AMONG, STEPS_AMONG), (ALL, STEPS_ALL)]:
            for operation, sizes in operations.items():
                costs = list(pool.map(
                    lambda size, name=operation, count=steps:
                    measure(bench, name, size, count), reversed(sizes)))
                points = list(zip(sizes, reversed(costs)))
                for size, cost in points:
                    bench.add(operation, str(size), 'instructions', cost)
                    if operations is ALL:
                        bench.add(operation, str(size), 'instructions/unit',
                                  cost / size)
                bench.add(operation, 'loquat', 'order', order(points))
