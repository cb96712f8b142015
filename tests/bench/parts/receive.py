"""receive.py - bytes in, events out: Loquat, the floors, and others' parsers
given the same bytes."""
def run(bench):
    pass
