"""What somebody wrote themself, and what only came with it: the quotation below, and the signature.

Every line is looked at a few times at most. Nothing is thrown away: what is
taken for a quotation is given back beside the words.
"""

import re
from dataclasses import dataclass

LONGEST_LOOKED_AT = 300
MOST_LINES_OF_HEAD = 3
"""How many lines "On Monday ... Pat wrote:" may be broken into."""

WROTE = re.compile(
    r"(wrote|writes|schrieb|geschrieben|a écrit|escribió|escreveu|ha scritto|schreef|skrev|kirjoitti|napisał(\(a\))?|napsal"
    r"|написал(а)?|пишет|写道|寫道|のメッセージ)\s?:?\s*$|\b(schrieb|schreef|skrev|kirjoitti)\b.{1,120}:\s*$",
    re.IGNORECASE,
)
BEGINS = re.compile(
    r"(on|am|le|el|em|il|op|den|em|dne|w dniu|om|\d{1,4}[-./ ])\b|.{0,80}<[^<>\s]+@[^<>\s]+>", re.IGNORECASE
)
DIVIDER = re.compile(
    r"-{2,}\s?(original message|original appointment|ursprüngliche nachricht|message d'origine|message original"
    r"|mensaje original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse"
    r"|reply above this line)\s?-{2,}\s*$|_{20,}\s*$",
    re.IGNORECASE,
)
FORWARDED = re.compile(r"(-{2,}\s*)?(begin )?forwarded message(\s*-{2,}|:)\s*$", re.IGNORECASE)
SENDER = re.compile(r"\*?(from|von|de|da|van|från|fra|od|от)\s?:\*?\s+\S", re.IGNORECASE)
OTHER_HEADERS = re.compile(
    r"\*?(sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado( el)?|para|asunto|assunto|inviato|a|oggetto"
    r"|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne)\s?:\*?\s",
    re.IGNORECASE,
)
SIGNATURE = re.compile(r"--\s?$")
DEVICE = re.compile(
    r"(sent|get outlook|verstuurd|von meinem|gesendet|envoyé|enviado|inviato|skickat|sendt) "
    r"(from my|from|for|vanaf|mit|iphone|ipad|depuis|de(sde)? (mon|mi)|da(l mio)?|från|fra)\b.{0,60}$"
    r"|von meinem (iphone|ipad|handy)\b.{0,40}$",
    re.IGNORECASE,
)
IS_FORWARDED = re.compile(r"\s*(fwd?|wg|tr|rv|enc|i|vs|vb|doorst)\s?:", re.IGNORECASE)


@dataclass(frozen=True)
class Parted:
    """The words and what came below them: together they are the whole text."""

    words: str
    rest: str = ""


def parted(text: str, subject: str = "") -> Parted:
    """The text cut in two. What was forwarded is what it is about, so it stays with the words."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    looks = [line[:LONGEST_LOOKED_AT].strip() for line in lines]
    if IS_FORWARDED.match(subject):
        return Parted("\n".join(lines).strip())
    end = _where_the_signature_begins(looks, _where_the_quotation_begins(looks))
    words = "\n".join(lines[:end]).strip()
    if not words:
        return Parted("\n".join(lines).strip())
    return Parted(words, "\n".join(lines[end:]).strip("\n"))


def _where_the_quotation_begins(lines: list[str]) -> int:
    """The line from which on everything is quoted: answers between the lines of a quotation keep what they answer."""
    end = len(lines)
    wrote = [bool(WROTE.search(line)) for line in lines]
    for at, line in enumerate(lines):
        if FORWARDED.match(line):
            return end
        if DIVIDER.match(line) and (not line.startswith("_") or _is_head(lines, at + 1)):
            return at
        if _is_head(lines, at) or _is_unquoted_answer(lines, wrote, at):
            return at
    while end and (not lines[end - 1] or lines[end - 1].startswith(">")):
        end -= 1
    if end == len(lines) or not any(line.startswith(">") for line in lines[end : end + 5]):
        return len(lines)
    return _before_who_wrote(lines, end)


def _is_head(lines: list[str], at: int) -> bool:
    """Whether the head of a quoted message stands here, as Outlook writes it."""
    at = next((n for n in range(at, min(at + MOST_LINES_OF_HEAD, len(lines))) if lines[n]), len(lines))
    if at == len(lines) or not SENDER.match(lines[at]):
        return False
    return sum(bool(OTHER_HEADERS.match(line)) for line in lines[at + 1 : at + 7]) >= 2


def _is_unquoted_answer(lines: list[str], wrote: list[bool], at: int) -> bool:
    """Whether "On Monday ... <pat@...> wrote:" stands here, with a quotation below that has no marks."""
    until = min(at + MOST_LINES_OF_HEAD, len(lines))
    ends = next((n for n in range(at, until) if wrote[n]), None)
    if ends is None or not lines[at] or lines[at].startswith(">") or not BEGINS.match(lines[at]):
        return False
    following = next((line for line in lines[ends + 1 : ends + 4] if line), "")
    return "@" in " ".join(lines[at:until]) and bool(following) and not following.startswith(">")


def _before_who_wrote(lines: list[str], end: int) -> int:
    """The lines that say who wrote what is quoted belong to the quotation."""
    for begin in range(end - 1, max(end - 1 - MOST_LINES_OF_HEAD, -1), -1):
        if begin == end - 1 and not WROTE.search(lines[begin]):
            return end
        if BEGINS.match(lines[begin]):
            return begin
    return end


def _where_the_signature_begins(lines: list[str], end: int) -> int:
    """The line of the last signature above the quotation, or the line in which a telephone names itself."""
    for at in range(end - 1, max(end - 30, -1), -1):
        if SIGNATURE.match(lines[at]) or (DEVICE.match(lines[at]) and not any(lines[at + 1 : end])):
            return at
    return end
