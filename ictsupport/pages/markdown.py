"""Markdown as people write it, shown safe: headings, lists, quotes, code, links, bold and italic.

Everything typed is escaped before anything is made of it, and links lead only
to the web, to mail, to a telephone or into the service itself; so whatever was
written, the page holds no more than these elements.
"""

import re
from collections.abc import Iterator, Sequence

from flask import Flask
from markupsafe import Markup, escape

MOST_QUOTED = 5
"""Quotes within quotes beyond this are shown as they were typed."""

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"(?P<indent> *)(?:(?P<dot>[-*+])|(?P<number>\d{1,3})[.)])\s+(?P<text>.*)$")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_INLINE = re.compile(
    r"(?P<code>`+)(?P<coded>[^`]+)(?P=code)"
    r"|\[(?P<words>[^\]\[]{1,300})\]\((?P<href>[^()\s]{1,1000})\)"
    r"|(?P<bare>https?://[^\s<>\"]{1,1000}[^\s<>\".,;:!?)'’”])"
    r"|\*\*(?P<bold>(?=\S)[^*]+?(?<=\S))\*\*"
    r"|(?<![\w*])\*(?P<italic>(?=\S)[^*]+?(?<=\S))\*(?![\w*])"
    r"|(?<!\w)_(?P<under>(?=\S)[^_]+?(?<=\S))_(?!\w)"
)
_SAFE = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#)", re.IGNORECASE)


def markdown(text: str, *, top: int = 2, breaks: bool = False) -> Markup:
    """The text as a page shows it. Its first heading is of level `top`; `breaks` keeps single line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return Markup("\n").join(_Blocks(lines, top, breaks, 0))


def plain_text(text: str) -> str:
    """The words alone, for searching and for the beginning of a text in a list."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"^[ >]*(#{1,6}|[-*+]|\d{1,3}[.)])\s+", "", text, flags=re.MULTILINE)
    return " ".join(re.sub(r"[*`_~>]+", "", text).split())


class _Blocks:
    """Lines cut into blocks, each made into its element."""

    def __init__(self, lines: Sequence[str], top: int, breaks: bool, depth: int) -> None:
        self.lines, self.top, self.breaks, self.depth = lines, top, breaks, depth
        self.at, self.level = 0, top - 1

    def __iter__(self) -> Iterator[Markup]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip():
                self.at += 1
            elif _FENCE.match(line):
                yield self._code(line)
            elif heading := _HEADING.match(line.lstrip()):
                self.at += 1
                yield self._heading(heading)
            elif _RULE.match(line):
                self.at += 1
                yield Markup(
                    '<hr class="govuk-section-break govuk-section-break--m govuk-section-break--visible">'
                )
            elif line.startswith(">") and self.depth < MOST_QUOTED:
                yield self._quote()
            elif _ITEM.match(line):
                yield self._list()
            else:
                yield self._paragraph()

    def _while(self, keep: "re.Pattern[str]") -> list[str]:
        begin = self.at
        while self.at < len(self.lines) and keep.match(self.lines[self.at]):
            self.at += 1
        return list(self.lines[begin : self.at])

    def _heading(self, found: "re.Match[str]") -> Markup:
        # What reads the page aloud goes by levels: none is skipped, whatever the first one is.
        level = min(self.top + len(found[1]) - 1, self.level + 1, 6)
        self.level = max(level, self.top)
        size = "m" if level <= self.top else "s"
        return Markup('<h{0} class="govuk-heading-{1}">{2}</h{0}>').format(level, size, _inline(found[2]))

    def _code(self, line: str) -> Markup:
        fence = _FENCE.match(line)
        mark = fence[1] if fence else "```"
        self.at += 1
        begin = self.at
        while self.at < len(self.lines) and not self.lines[self.at].strip().startswith(mark):
            self.at += 1
        coded = "\n".join(self.lines[begin : self.at])
        self.at += 1
        return Markup('<pre class="md-code" tabindex="0"><code>{}</code></pre>').format(coded)

    def _quote(self) -> Markup:
        inner = [line[1:].removeprefix(" ") for line in self._while(re.compile(">"))]
        blocks = _Blocks(inner, self.top, self.breaks, self.depth + 1)
        return Markup('<blockquote class="govuk-inset-text">{}</blockquote>').format(Markup("").join(blocks))

    def _list(self) -> Markup:
        first = _ITEM.match(self.lines[self.at])
        numbered = bool(first and first["number"])
        indent = len(first["indent"]) if first else 0
        items: list[tuple[str, list[str]]] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            found = _ITEM.match(line)
            if found and len(found["indent"]) <= indent + 1:
                if bool(found["number"]) != numbered:
                    break
                items.append((found["text"], []))
            elif not line.strip():
                following = self.lines[self.at + 1] if self.at + 1 < len(self.lines) else ""
                if not _ITEM.match(following) and not following.startswith(" " * (indent + 2)):
                    break
            elif found or line.startswith(" " * (indent + 2)):
                items[-1][1].append(line[indent + 2 :])
            else:
                break
            self.at += 1
        start = Markup(' start="{}"').format(int(first["number"])) if numbered and first else ""
        if start == ' start="1"':
            start = ""
        kind, look = ("ol", "number") if numbered else ("ul", "bullet")
        made = Markup("").join(self._item(text, more) for text, more in items)
        return Markup('<{0} class="govuk-list govuk-list--{1}"{2}>{3}</{0}>').format(kind, look, start, made)

    def _item(self, text: str, more: list[str]) -> Markup:
        if not more:
            return Markup("<li>{}</li>").format(_inline(text))
        if self.depth >= MOST_QUOTED or not any(_ITEM.match(line) for line in more):
            return Markup("<li>{}</li>").format(_inline(" ".join([text, *(line.strip() for line in more)])))
        inner = Markup("").join(_Blocks(more, self.top, self.breaks, self.depth + 1))
        return Markup("<li>{}{}</li>").format(_inline(text), inner)

    def _paragraph(self) -> Markup:
        begin = self.at
        self.at += 1
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() or line.startswith(">") or _HEADING.match(line) or _FENCE.match(line):
                break
            if _ITEM.match(line) and not line.startswith(" "):
                break
            self.at += 1
        lines = self.lines[begin : self.at]
        between = Markup("<br>") if self.breaks else Markup(" ")
        said = Markup("")
        for number, line in enumerate(lines):
            said += _inline(line.strip())
            if number + 1 < len(lines):
                said += Markup("<br>") if line.endswith("  ") else between
        return Markup('<p class="govuk-body">{}</p>').format(said)


def _inline(text: str, depth: int = 0) -> Markup:
    """One line with its bold, italic, code and links; all else as it was typed."""
    made, end = Markup(""), 0
    for found in _INLINE.finditer(text):
        made += escape(text[end : found.start()])
        made += _piece(found, depth)
        end = found.end()
    return made + escape(text[end:])


def _piece(found: "re.Match[str]", depth: int) -> Markup:
    if found["coded"]:
        return Markup("<code>{}</code>").format(found["coded"].strip())
    if found["bare"]:
        return Markup('<a class="govuk-link" rel="noopener" href="{0}">{0}</a>').format(found["bare"])
    if found["href"]:
        words = _inline(found["words"], depth + 1) if depth < 1 else escape(found["words"])
        if not _SAFE.match(found["href"]) or "<a " in words:
            return escape(found[0])
        return Markup('<a class="govuk-link" rel="noopener" href="{}">{}</a>').format(found["href"], words)
    inner = found["bold"] or found["italic"] or found["under"]
    said = _inline(inner, depth + 1) if depth < MOST_QUOTED else escape(inner)
    return Markup("<{0}>{1}</{0}>").format("strong" if found["bold"] else "em", said)


def init_app(app: Flask) -> None:
    app.jinja_env.filters["markdown"] = markdown
