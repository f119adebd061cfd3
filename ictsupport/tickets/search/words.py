"""What somebody typed to find tickets, read into terms; and text made ready so that both databases cut it alike.

Words, "phrases in quotes", -without and prefix* are understood; everything
else that was typed is only a gap between words. Nothing here knows a database.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...errors import Refusal

LONGEST = 200
MOST_TERMS = 12

GAP = "\u200b"
"""Invisible: parts "report.pdf" into two words for either database, and is taken out before anybody reads it."""

_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_JOINT = re.compile(r"([^\w\s\u200b]|_)(?=[^\W_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b]")

_STOP_WORDS = """i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her
hers herself it its itself they them their theirs themselves what which who whom this that these those
am is are was were be been being have has had having do does did doing a an the and but if or because
as until while of at by for with about against between into through during before after above below
to from up down in out on off over under again further then once here there when where why how all any
both each few more most other some such no nor not only own same so than too very s t can will just
don should now"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing alone. PostgreSQL leaves them out by itself; SQLite must be told."""


class NothingToFind(Refusal):
    reason = "Type a word to look for. Words like “the” and “and” stand nearly everywhere."


class OnlyExclusions(Refusal):
    reason = "Type at least one word to look for as well as the words to leave out."


class TooManyWords(Refusal):
    reason = f"Search for at most {MOST_TERMS} words and {LONGEST} characters at a time."


@dataclass(frozen=True)
class Term:
    """A word, or words that stand next to each other; perhaps only how they begin, perhaps to be left out."""

    words: tuple[str, ...]
    prefix: bool = False
    excluded: bool = False
    instead: tuple[str, ...] = ()
    """Words spelled nearly so, any of which will do as well."""


@dataclass(frozen=True)
class Wanted:
    """What to look for: every term of `terms`, and none of `without`."""

    terms: tuple[Term, ...]
    without: tuple[Term, ...] = ()

    @property
    def so_far(self) -> "Wanted":
        """What is looked for while it is still being typed: the last word may only have begun."""
        *before, last = self.terms
        if last.prefix or len(last.words) > 1 or len(last.words[0]) < 2:
            return self
        return replace(self, terms=(*before, replace(last, prefix=True)))


def parse(typed: str) -> Wanted:
    """Read what was typed, or refuse it in words."""
    if len(typed) > LONGEST:
        raise TooManyWords
    found = list(_terms(typed))
    terms = tuple(term for term in found if not term.excluded)
    without = tuple(term for term in found if term.excluded)
    if len(found) > MOST_TERMS:
        raise TooManyWords
    if not terms:
        raise OnlyExclusions if without else NothingToFind
    return Wanted(terms, without)


def _terms(typed: str) -> Iterator[Term]:
    for piece in _PIECE.finditer(typed):
        text = piece["phrase"] if piece["phrase"] is not None else piece["word"]
        words = tuple(_WORD.findall(folded(text)))
        prefix = piece["phrase"] is None and text.endswith("*") and bool(words) and len(words[-1]) > 1
        if words and (prefix or not STOP_WORDS.issuperset(words)):
            yield Term(words, prefix, excluded=piece["minus"] is not None)


def folded(text: str) -> str:
    """The text in small letters and without accents: "Café" is found as "cafe" and the other way round."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c))).lower()


def indexable(text: str, longest: int = 100_000) -> str:
    """The text as both databases can index it: words parted where punctuation joins them, accents also without.

    Cut at a length that a PostgreSQL text vector can hold.
    """
    text = _CONTROLS.sub(" ", unicodedata.normalize("NFC", text))[:longest]
    accented = {word for word in _WORD.findall(text) if not word.isascii()}
    plain = sorted({folded(word) for word in accented} - {word.lower() for word in accented})
    opened = _JOINT.sub(rf"{GAP}\1{GAP}", text)
    return f"{opened}\n{' '.join(plain)}" if plain else opened


def words_of(text: str) -> list[str]:
    """The words of a text, one by one as they stand."""
    return _WORD.findall(text)


def readable(text: str) -> str:
    """The text as it was before it was made indexable."""
    return text.replace(GAP, "")
