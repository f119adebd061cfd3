"""Words that were mistyped: a vocabulary of what stands in tickets, and which of its words were meant.

A word is kept under keys: itself, itself without any one letter, and its
consonants. A mistyped word nearly always shares one of them with the right
one, so a few look-ups find what may have been meant, on either database, and
only those few are compared letter by letter.

The vocabulary knows words of every ticket. It never answers anybody: what it
offers is looked for among the tickets the person may see, and only what is
found there is shown.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import bindparam, delete, func, insert, select, update

from ...database import db, table_of
from ...unchanged import until_changed
from .models import Spelling
from .words import STOP_WORDS, Term, Wanted, folded, readable, words_of

SHORTEST, LONGEST = 4, 30
SKELETON_FROM = 6
SOUNDS = (("ph", "f"), ("ck", "k"), ("ch", "k"), ("c", "k"), ("z", "s"))
OFFERED = 6
LOOKED_AT = 400
BATCH = 2_000
TOLERANCE = ((4, 1), (7, 2))
"""From this length on, so many letters may be wrong."""


def correctable(word: str) -> bool:
    """Whether a word is one that people spell: numbers and references are not."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha() and word not in STOP_WORDS


def vocabulary(*texts: str) -> set[str]:
    """The words of the texts that can be mistyped."""
    return {word for text in texts for word in words_of(folded(readable(text))) if correctable(word)}


def keys_of(word: str) -> set[str]:
    """What the word is kept and looked for under."""
    keys = {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
    if len(word) >= SKELETON_FROM:
        keys.add(skeleton(word))
    return keys


def skeleton(word: str) -> str:
    """The consonants as they sound, each once where it is doubled: what vowels and doubling get wrong is left out."""
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    kept = [letter for letter in word[1:] if letter not in "aeiouy"]
    single = [letter for at, letter in enumerate(kept) if at == 0 or kept[at - 1] != letter]
    return f"~{word[0]}{''.join(single)}"


def allowed(word: str) -> int:
    return max((wrong for length, wrong in TOLERANCE if len(word) >= length), default=0)


def distance(one: str, other: str) -> int:
    """How many letters were left out, added, changed, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


# What may have been meant


def respelled(wanted: Wanted) -> Wanted | None:
    """The same search with words spelled nearly alike in place of each word; None where there are none."""
    typed = {term.words[0] for term in wanted.terms if _is_plain(term)}
    near = _near(typed)
    terms = tuple(
        replace(term, instead=near[term.words[0]]) if _is_plain(term) and near.get(term.words[0]) else term
        for term in wanted.terms
    )
    return Wanted(terms, wanted.without) if terms != wanted.terms else None


def _is_plain(term: Term) -> bool:
    return len(term.words) == 1 and not term.prefix and correctable(term.words[0])


def _near(typed: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each word those of the vocabulary that are nearest, nearest and most usual first."""
    sought: defaultdict[str, set[str]] = defaultdict(set)
    for word in typed:
        for key in keys_of(word):
            sought[key].add(word)
    if not sought:
        return {}
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    rows = select(Spelling.key, Spelling.word).where(Spelling.key.in_(sorted(sought)))
    for key, word in db.session.execute(rows.distinct().limit(LOOKED_AT)):
        for each in sought[key]:
            if word != each and word not in found[each]:
                found[each][word] = distance(each, word)
    near = {}
    for each, words in found.items():
        fit = [word for word, wrong in words.items() if wrong <= allowed(each)]
        near[each] = tuple(sorted(fit, key=lambda word: (words[word], word[0] != each[0], word)))[:OFFERED]
    return near


# Keeping the vocabulary


_KNOWN = select(Spelling.word).where(
    Spelling.key.in_(bindparam("words", expanding=True)), Spelling.key == Spelling.word
)


LEARNT = "words learnt"
"""Where a session keeps the transaction in which it added to the vocabulary."""

REMEMBERED = 50_000


def learn(words: set[str]) -> None:
    """Take words into the vocabulary that it does not know yet.

    Most words of most tickets are known, so a process remembers those that it
    has found in the vocabulary: not what its own transaction added, which may
    be taken back.
    """
    remembered = _remembered()
    unsure = words - remembered
    if not unsure:
        return
    known = set(db.session.connection().scalars(_KNOWN, {"words": sorted(unsure)}))
    if db.session.info.get(LEARNT) is not db.session().get_transaction():
        if len(remembered) > REMEMBERED:
            remembered.clear()
        remembered |= known
    if new := unsure - known:
        _add(dict.fromkeys(new, 1))


@until_changed(Spelling)
def _remembered() -> set[str]:
    """The words that are known to stand in the vocabulary, until some are taken out of it."""
    return set()


def _add(counted: dict[str, int]) -> None:
    rows = [
        {"key": key, "word": word, "tickets": tickets if key == word else 0}
        for word, tickets in sorted(counted.items())
        for key in sorted(keys_of(word))
    ]
    db.session.info[LEARNT] = db.session().get_transaction()
    for start in range(0, len(rows), BATCH):  # past the ORM: what was remembered still holds
        db.session.connection().execute(insert(table_of(Spelling)), rows[start : start + BATCH])


def missing(counted: Counter[str]) -> set[str]:
    """The counted words that the vocabulary does not know."""
    return counted.keys() - _kept().keys()


def settle(counted: Counter[str]) -> None:
    """Have the vocabulary know the counted words, in how many tickets each stands, and no others."""
    kept = _kept()
    gone = sorted(kept.keys() - counted.keys())
    for start in range(0, len(gone), BATCH):
        db.session.execute(delete(Spelling).where(Spelling.word.in_(gone[start : start + BATCH])))
    _add({word: number for word, number in counted.items() if word not in kept})
    for word, number in counted.items():
        if word in kept and _is_stale(kept[word], number):
            itself = (Spelling.key == word, Spelling.word == word)
            db.session.execute(update(Spelling).where(*itself).values(tickets=number))


def _kept() -> dict[str, int]:
    """The words the vocabulary knows, and in how many tickets each stood when that was last counted."""
    words = select(Spelling.word, func.max(Spelling.tickets)).where(Spelling.key == Spelling.word)
    return {row[0]: row[1] for row in db.session.execute(words.group_by(Spelling.word))}


def _is_stale(kept: int, number: int) -> bool:
    """A count is good enough while it is of the right size."""
    return abs(kept - number) > max(kept, 4) / 4
