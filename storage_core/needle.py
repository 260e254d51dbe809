"""The text that is searched for, and where it stands in the bytes of a value."""

import re

AROUND = 40
"""The characters of an excerpt on either side of what was found."""

_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LONGEST_ESCAPE = 12  # bytes: a character outside the basic plane takes two of \uXXXX
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Needle:
    """A text to find in values, whatever the case of its letters; JSON's escapes count as what they stand for."""

    def __init__(self, text: str) -> None:
        self._pattern = re.compile(re.escape(text), re.IGNORECASE)
        self.ascii = text.lower().encode() if text.isascii() else None
        """In lower case, where a comparison of bytes in lower case can tell that it is not there; else None."""
        self.overlap = _LONGEST_ESCAPE * (len(text) + AROUND)
        """The bytes by which two parts of one value must overlap, so that nothing between them is missed."""

    def excerpt(self, data: bytes) -> str | None:
        """The text around the first place in `data`, a value or a part of one; None where it is not in there."""
        if self._surely_not_in(data):
            return None
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8", "replace")
        return self._excerpt_of(text) or (self._excerpt_of(unescaped(text)) if "\\" in text else None)

    def _surely_not_in(self, data: bytes) -> bool:
        if self.ascii is None or b"\\" in data or data.startswith(_UTF16):
            return False
        return self.ascii not in data.lower()

    def _excerpt_of(self, text: str) -> str | None:
        found = self._pattern.search(text)
        if found is None:
            return None
        start, end = found.start() - AROUND, found.end() + AROUND
        before, after = "…" if start > 0 else "", "…" if end < len(text) else ""
        return f"{before}{text[max(0, start) : end]}{after}"


def unescaped(text: str) -> str:
    """`text` with each of JSON's escapes replaced by the character that it stands for."""
    plain = _ESCAPE.sub(_character, text)
    if not re.search("[\ud800-\udbff]", plain):
        return plain
    return plain.encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    )  # joins the two halves of a pair


def _character(match: "re.Match[str]") -> str:
    code, short = match.groups()
    return chr(int(code, 16)) if code else _SHORT.get(short, short)
