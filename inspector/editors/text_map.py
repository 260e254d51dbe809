"""How exact text stands in a text widget without loss: what Qt would change or hide has a stand-in."""

import re
import unicodedata

LINE_ENDS = ("\n", "\r\n", "\r", "\u2028", "\u2029")
FOLD = ""  # what the mark where a long line is folded stands for: nothing at all
FOLD_WIDTH = 4000  # a text widget lays out a line at once: above this every keystroke would be felt

_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")
_COMMON_END = re.compile("\r\n|[\n\r]")

# Control characters, marks that are invisible or turn the writing direction, and what Qt keeps for itself.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffc\ufffe\uffff"
)

_ASCII = frozenset(map(chr, range(0x80)))
_PLAIN = bytes([0x09, 0x0A, *range(0x20, 0x7F)])  # what a widget holds and shows as it is, of ASCII

# Shapes that common monospaced faces have come first; the control pictures are in few of them.
_PICTURES = {chr(code): chr(0x2400 + code) for code in range(0x20)} | {
    "\x00": "∅",
    "\b": "⌫",
    "\n": "↓",
    "\r": "↩",
    "\x1b": "⎋",
    "\x7f": "⌦",
    "\r\n": "↲",
    "\u2028": "↵",
    "\u2029": "¶",
    FOLD: "↴",
    "\u200e": "⇾",
    "\u200f": "⇽",
    "\u202a": "⇥",
    "\u202b": "⇤",
    "\u202c": "⇡",
    "\u202d": "⇒",
    "\u202e": "⇐",
    "\u2066": "⇢",
    "\u2067": "⇠",
    "\u2068": "⇝",
    "\u2069": "⇞",
    "\u200b": "⍽",
    "\ufeff": "⍰",
}
_SPARE = range(0xE000, 0xF900)  # the private use area: a box in most fonts, and free in most texts

_NAMES = {
    "\n": "line feed (a line end of its own kind)",
    "\r": "carriage return (a line end of its own kind)",
    "\r\n": "carriage return and line feed (a line end of its own kind)",
    FOLD: "a long line goes on below; no character is here",
}


class TextMap:
    """The two ways between one text as it is and the same text as a widget can hold it.

    A line end of the most frequent kind is shown as a plain line break. Every other line end is a mark and a
    line break, and every character that would be changed or could not be seen is one stand-in character.
    Lines of more than FOLD_WIDTH characters are folded with a mark that stands for nothing.

    `exact(shown(text)) == text` for every text. A stand-in is a character that the text itself does not use;
    where an edit brings that character in, `shown` gives it a stand-in in turn. Raises ValueError where none
    is left.
    """

    def __init__(self, text: str = "") -> None:
        self.line_end = _most_common_end(text)
        self._used: set[str] = set()
        self._noted = ""
        self._note(text)
        self._stand_in: dict[str, str] = {}
        self._meaning: dict[str, str] = {}
        self._compile()

    def shown(self, text: str) -> str:
        """`text` as a widget can hold it; its line breaks are `\\n`."""
        self._note(text)
        shown = text if self._is_plain(text) else self._to_shown.sub(self._show, text)
        lines = shown.split("\n")
        if max(map(len, lines)) <= FOLD_WIDTH:
            return shown
        return "\n".join(map(self._folded, lines))

    def _note(self, text: str) -> None:
        """Remember which characters `text` uses; no stand-in is of ASCII, so that this need not be looked through."""
        if text is not self._noted:
            self._noted = text
            self._used.update(_ASCII if text.isascii() else text)

    def _is_plain(self, text: str) -> bool:
        """Whether nothing in `text` needs a stand-in, as is found out at once for most texts."""
        plain = self.line_end == "\n" and not self.stand_ins and text.isascii()
        return plain and not text.encode().translate(None, _PLAIN)

    def exact(self, shown: str) -> str:
        """The text that `shown` stands for, as edited."""
        if not self._meaning and self.line_end == "\n":
            return shown
        return self._to_exact.sub(self._mean, shown)

    def shown_offset(self, shown: str, offset: int) -> int:
        """Where in `shown` the character stands that is at `offset` of the exact text."""
        at_shown = at_exact = 0
        if self._meaning or self.line_end != "\n":
            for match in self._to_exact.finditer(shown):
                before = match.start() - at_shown
                if at_exact + before >= offset:
                    break
                at_exact += before + len(self._mean(match))
                at_shown = match.end()
        return at_shown + max(0, offset - at_exact)

    def keep(self, characters: str) -> None:
        """Never use one of `characters` as a stand-in from now on: the widget shows them as themselves."""
        self._used.update(characters)

    def pasted(self, text: str) -> str:
        """`text` from elsewhere, as a widget can hold it: its line ends become the ones of this text."""
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return self.shown(_COMMON_END.sub(lambda _: self.line_end, whole))

    def needs_stand_in(self, typed: str) -> bool:
        """Whether `typed` cannot go into the widget as it is."""
        return bool(self._to_shown.search(typed))

    def searchable(self, text: str) -> str:
        """`text` as it would stand in the widget, without folds, to be looked for there."""
        return self._to_shown.sub(self._show, text)

    @property
    def fold_mark(self) -> str:
        """The mark of a folded line; empty where no line is folded."""
        return self._stand_in.get(FOLD, "")

    @property
    def marks(self) -> str:
        """The stand-ins that belong to the line break after them."""
        return "".join(self._stand_in[end] for end in (*LINE_ENDS, FOLD) if end in self._stand_in)

    @property
    def stand_ins(self) -> str:
        """Every character that is shown in place of another."""
        return "".join(self._meaning)

    def explain(self, character: str) -> str:
        """What the stand-in `character` stands for, in words; empty where it stands for itself."""
        if character not in self._meaning:
            return ""
        meaning = self._meaning[character]
        if meaning in _NAMES:
            return _NAMES[meaning]
        codes = " ".join(f"U+{ord(one):04X}" for one in meaning)
        return f"{codes} {unicodedata.name(meaning, '').lower()}".rstrip()

    def _show(self, match: re.Match[str]) -> str:
        unit = match[0]
        if unit == self.line_end:
            return "\n"
        return self._standing_for(unit) + ("\n" if unit in LINE_ENDS else "")

    def _mean(self, match: re.Match[str]) -> str:
        return self.line_end if match[0] == "\n" else self._meaning[match[0][0]]

    def _folded(self, line: str) -> str:
        if len(line) <= FOLD_WIDTH:
            return line
        mark = self._standing_for(FOLD)
        return f"{mark}\n".join(line[at : at + FOLD_WIDTH] for at in range(0, len(line), FOLD_WIDTH))

    def _standing_for(self, unit: str) -> str:
        if unit not in self._stand_in:
            self._allocate(unit)
        return self._stand_in[unit]

    def _allocate(self, unit: str) -> None:
        taken = self._used | self._meaning.keys()
        candidates = (_PICTURES.get(unit, ""), *map(chr, _SPARE))
        chosen = next((one for one in candidates if one and one not in taken), "")
        if not chosen:
            raise ValueError("The text uses every character that could stand for one that cannot be shown.")
        self._stand_in[unit] = chosen
        self._meaning[chosen] = unit
        self._compile()

    def _compile(self) -> None:
        ends = "\r\n|[\r\u2028\u2029]" if self.line_end == "\n" else _LINE_END.pattern
        self._to_shown = re.compile(f"{ends}|[{_HIDDEN}{self.stand_ins}]")
        to_exact = [f"[{self.marks}]\n?"] if self.marks else []
        if others := "".join(one for one in self._meaning if one not in self.marks):
            to_exact.append(f"[{others}]")
        if self.line_end != "\n":
            to_exact.append("\n")
        self._to_exact = re.compile("|".join(to_exact))


def _most_common_end(text: str) -> str:
    """The kind of line end that `text` has most of; where there are as many, the one that comes first."""
    pairs = text.count("\r\n")
    counts = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    most = max(counts.values())
    if not most:
        return "\n"
    tied = [end for end, count in counts.items() if count == most]
    return tied[0] if len(tied) == 1 else next(e[0] for e in _COMMON_END.finditer(text) if e[0] in tied)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column of `offset` in `text`, both from 1, for the line ends that the widget breaks at."""
    line, start = 1, 0
    for end in _LINE_END.finditer(text, 0, offset):
        line, start = line + 1, end.end()
    return line, offset - start + 1
