"""figures.py - the figures of all parts, to be asked for by name."""


class Unmeasured(Exception):
    """A figure is asked for that is not there."""


class Figures:
    """What measure.py kept: rows of part, case, who, name, value."""

    def __init__(self, rows):
        self.values = {tuple(row[:4]): row[4] for row in rows}
        self.parts = {row[0] for row in rows}

    def value(self, part, case, who, name):
        """One figure."""
        try:
            return self.values[part, case, who, name]
        except KeyError:
            raise Unmeasured(f'{part}: {case}, {who}, {name}') from None

    def find(self, part, case, who, name):
        """One figure, or None."""
        return self.values.get((part, case, who, name))

    def cases(self, part):
        """The cases of PART, in the order in which they were measured."""
        return list(dict.fromkeys(
            case for of, case, _, _ in self.values if of == part))

    def everybody(self, part, case, name):
        """{who: value} of a figure."""
        return {who: value for (of, what, who, figure), value
                in self.values.items()
                if (of, what, figure) == (part, case, name)}
