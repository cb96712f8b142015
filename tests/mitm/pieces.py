"""An XML stream in pieces: its headers, what stands in it, and its end.

No parser: an attacker keeps the text as it is, and so can bend it.
"""
import re

TAG = re.compile(r'<(?:[^<>"\']|"[^"]*"|\'[^\']*\')*>')


def name(piece):
    """The name of the element that PIECE begins with, without a prefix."""
    tag = re.match(r'(?:<\?.*?\?>\s*)?</?(?:[\w.-]+:)?([\w.-]+)', piece)
    return tag.group(1) if tag else ''


class Splitter:
    """Cuts what it is fed; a piece is whole or still waits."""

    def __init__(self):
        self.text, self.depth = '', 0

    def feed(self, data):
        """The pieces that DATA completes."""
        self.text += data.decode('utf-8', 'surrogateescape')
        pieces, begin, depth = [], 0, self.depth
        for tag in TAG.finditer(self.text):
            depth, whole = self.step(depth, tag.group())
            if whole:
                pieces.append(self.text[begin:tag.end()].strip())
                begin, self.depth = tag.end(), depth
        self.text = self.text[begin:]
        return pieces

    @staticmethod
    def step(depth, tag):
        """The depth after TAG, and whether a piece ends with it."""
        if tag.startswith('<?'):
            return depth, False
        if name(tag) == 'stream':
            return (0, True) if tag.startswith('</') else (1, True)
        if tag.startswith('</'):
            depth -= 1
        elif not tag.endswith('/>'):
            depth += 1
        return depth, depth == 1
