"""The layout of a message (its HTML): shown without anything that could act, load or mislead; and as plain text.

It is cut into tags in one pass and written anew: only what is listed here, each
element closed, a few levels deep. So no reader of HTML can be kept busy by it
(the standard asks for quadratic work over tags that are left open), and what
was written anew is cleaned once more by nh3. Styles, forms and pictures from
elsewhere are left out; a link says where it leads.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import urlsplit

import nh3

LARGEST = 2_000_000
MOST_ELEMENTS, DEEPEST = 20_000, 40
LONGEST_ADDRESS = 2_000

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
BLUNT_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^>]*+)>")
ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s{0,9}=\s{0,9}("[^"]*"|'[^']*'|[^\s"'>]+)""")
BLANK = re.compile(r"[ \t\r\n\f\xa0]+")
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")

HIDDEN = frozenset(
    {"script", "style", "title", "head", "template", "noscript", "svg", "math", "object", "iframe", "xml"}
)
"""What is left out with all that is in it."""
BLOCKS = frozenset(
    {
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "table",
        "tr",
        "hr",
    }
    | {
        "center",
        "section",
        "article",
        "header",
        "footer",
        "address",
        "dl",
        "dt",
        "dd",
        "form",
        "fieldset",
        "body",
    }
)
WRITTEN_AS = {
    **{
        name: name
        for name in ("p", "ul", "ol", "li", "blockquote", "pre", "table", "tbody", "tr", "td", "th")
    },
    **{name: name for name in ("b", "i", "u", "s", "code", "a", "sub", "sup", "br", "hr")},
    **{f"h{level}": "p" for level in range(1, 7)},
    **{
        "strong": "b",
        "em": "i",
        "strike": "s",
        "del": "s",
        "div": "div",
        "center": "div",
        "dt": "div",
        "dd": "div",
    },
    **{"section": "div", "article": "div", "address": "div", "tt": "code", "th": "td"},
}
EMPTY = frozenset({"br", "hr"})
WITHIN = {"li": ("ul", "ol"), "tr": ("table",), "td": ("tr",)}
"""What stands only in one of these."""
HOLDS = {"ul": "li", "ol": "li", "table": "tr", "tbody": "tr", "tr": "td"}
"""What holds nothing but these."""
ALONE = frozenset({"p", "a", "pre"})
"""What holds none of its own kind."""
ENDS_A_PARAGRAPH = frozenset({"div", "ul", "ol", "table", "blockquote", "pre", "hr"})
ALLOWED = frozenset(WRITTEN_AS.values()) | {"img"}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}}


@dataclass(frozen=True)
class Tag:
    name: str
    closes: bool
    said: str

    def attributes(self) -> dict[str, str]:
        found = ATTRIBUTE.findall(self.said[: 2 * LONGEST_ADDRESS])
        return {name.lower(): unescape(value.strip("\"'")) for name, value in found}


def shown(html: str, pictures: Mapping[str, str] | None = None) -> str:
    """The layout as a page may show it. `pictures` are the addresses of those that came with the message, by their cid."""
    writer = _Writer(pictures or {})
    for each in _cut(html[:LARGEST]):
        writer.take(each)
    return nh3.clean(
        writer.done(),
        tags=set(ALLOWED),
        attributes={name: set(names) for name, names in ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
    )


def words_in(html: str) -> str:
    """The words of the layout, as somebody would have typed them: quotations marked, links named."""
    teller = _Teller()
    for each in _cut(html[:LARGEST]):
        teller.take(each)
    return teller.done()


def _cut(html: str) -> Iterator[str | Tag]:
    """Words and tags, in one pass; what is hidden is passed over."""
    at, pattern, hidden, last = 0, TAG, "", html.rfind(">")
    while at < len(html):
        begins = html.find("<", at)
        if not at <= begins <= last:
            begins = len(html)  # no tag ends any more
        if begins > at and not hidden:
            yield CONTROL.sub("", unescape(html[at:begins]))
        if begins == len(html):
            return
        if html.startswith(("<!", "<?"), begins):
            mark = "-->" if html.startswith("<!--", begins) else ">"
            ends = html.find(mark, begins)
            at = ends + len(mark) if ends >= 0 else len(html)
            continue
        found = pattern.match(html, begins)
        if found is None and pattern is TAG and html[begins + 1 : begins + 2].isalpha():
            pattern = BLUNT_TAG  # a quotation mark that nobody closes: from here on tags end at the next ">"
            found = pattern.match(html, begins)
        if found is None:
            if not hidden:
                yield "<"
            at = begins + 1
            continue
        at = found.end()
        tag = Tag(found[2].lower(), bool(found[1]), found[3])
        if hidden:
            hidden = "" if tag.closes and tag.name == hidden else hidden
        elif tag.name in HIDDEN and not tag.closes and not tag.said.endswith("/"):
            hidden = tag.name
        else:
            yield tag


@dataclass
class _Writer:
    """Writes the layout anew."""

    pictures: Mapping[str, str]
    parts: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    href: str = ""
    named: str = ""
    """What the link that is open is called so far."""
    elements: int = 0

    def take(self, each: str | Tag) -> None:
        if isinstance(each, str):
            self._say(each)
        elif each.name == "img":
            self._picture(each)
        elif (name := WRITTEN_AS.get(each.name)) is None or self.elements > MOST_ELEMENTS:
            if each.name in BLOCKS:
                self.parts.append("\n")
        elif each.closes:
            self._close(name)
        else:
            self._begin(name, each)

    def done(self) -> str:
        while self.open:
            self._end()
        return "".join(self.parts)

    def _say(self, words: str) -> None:
        if self.open and self.open[-1] in HOLDS:
            if not words.strip():
                return
            self._stand_in_a_cell()
        if "a" in self.open and len(self.named) < LONGEST_ADDRESS:
            self.named += words
        self.parts.append(escape(words))

    def _begin(self, name: str, tag: Tag | None) -> None:
        if name in EMPTY:
            self._stand_in_a_cell()
            self.parts.append(f"<{name}>")
            return
        if name in ALONE and name in self.open:
            self._close(name)
        if name in ENDS_A_PARAGRAPH:
            self._close("p")
        if (holders := WITHIN.get(name)) is not None and not self._make_room(holders):
            return
        if len(self.open) >= DEEPEST:
            return
        if name not in ("li", "tr", "td", "tbody"):
            self._stand_in_a_cell()
        if name == "a":
            self.href, self.named = _address(tag.attributes().get("href", "")) if tag else "", ""
            if not self.href:
                return
        self.elements += 1
        self.open.append(name)
        self.parts.append(f"<{name}{self._said_of(name, tag)}>")

    def _said_of(self, name: str, tag: Tag | None) -> str:
        if name == "a":
            return f' href="{escape(self.href)}"'
        if name == "td" and tag is not None:
            spans = {key: value for key, value in tag.attributes().items() if key in ATTRIBUTES["td"]}
            return "".join(
                f' {key}="{value}"' for key, value in spans.items() if re.fullmatch(r"[1-9]\d?", value)
            )
        return ""

    def _make_room(self, holders: tuple[str, ...]) -> bool:
        """Close what stands between it and what holds it; False where nothing does."""
        at = next((n for n in range(len(self.open) - 1, -1, -1) if self.open[n] in (*holders, "table")), None)
        if at is None or self.open[at] not in holders:
            return False
        while len(self.open) > at + 1:
            self._end()
        return True

    def _stand_in_a_cell(self) -> None:
        """Begin what has to stand between a list or a table and anything said in it."""
        while self.open and self.open[-1] in HOLDS and len(self.open) < DEEPEST:
            self._begin(HOLDS[self.open[-1]], None)

    def _close(self, name: str) -> None:
        barrier = "table" if name != "table" else ""
        at = next((n for n in range(len(self.open) - 1, -1, -1) if self.open[n] in (name, barrier)), None)
        if at is None or self.open[at] != name:
            return
        while len(self.open) > at:
            self._end()

    def _end(self) -> None:
        name = self.open.pop()
        if name == "a":
            where = _where(self.href)
            self.parts.append(escape("" if self.named.strip() else where) + "</a>")
            if self.named.strip() and not _says(self.named, where):
                self.parts.append(f" [{escape(where)}]")
            return
        self.parts.append(f"</{name}>")

    def _picture(self, tag: Tag) -> None:
        said = tag.attributes()
        source, alt = said.get("src", ""), " ".join(said.get("alt", "").split())[:200]
        address = self.pictures.get(source[4:].strip()) if source.lower().startswith("cid:") else None
        if address is not None:
            self._stand_in_a_cell()
            self.parts.append(f'<img src="{escape(address)}" alt="{escape(alt)}">')
        elif alt or not {said.get("width", ""), said.get("height", "")} & {"0", "1", "2"}:
            self._say(f"[image not loaded{f': {alt}' if alt else ''}]")


@dataclass
class _Teller:
    """Tells the layout in plain text."""

    lines: list[str] = field(default_factory=lambda: [""])
    quoted: int = 0
    literal: int = 0
    href: str = ""
    named: str = ""

    def take(self, each: str | Tag) -> None:
        if isinstance(each, str):
            words = each if self.literal else BLANK.sub(" ", each)
            self.named += words if self.href and len(self.named) < LONGEST_ADDRESS else ""
            self._add(words)
            return
        if each.name == "br":
            self._next()
        elif each.name == "a":
            self._link(each)
        elif each.name == "img" and (alt := each.attributes().get("alt", "").strip()):
            self._add(f"[{alt[:200]}]")
        elif each.name in ("td", "th") and not each.closes and self.lines[-1].strip("> "):
            self._add(" | ")
        elif each.name in BLOCKS:
            self._block(each)

    def done(self) -> str:
        while self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        text = "\n".join(line.rstrip() for line in self.lines)
        return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

    def _block(self, tag: Tag) -> None:
        self._next(only_if_begun=True)
        step = -1 if tag.closes else 1
        if tag.name == "blockquote":
            self.quoted = min(max(self.quoted + step, 0), 9)
            self.lines[-1] = self._mark()
        elif tag.name == "pre":
            self.literal = max(self.literal + step, 0)
        elif tag.name == "li" and not tag.closes:
            self._add("- ")
        elif not tag.closes and (tag.name == "p" or (tag.name[0] == "h" and tag.name[1:].isdigit())):
            self._gap()
        elif tag.name == "hr" and not tag.closes:
            self._add("________________________________")
            self._next()

    def _link(self, tag: Tag) -> None:
        if not tag.closes:
            self.href, self.named = _address(tag.attributes().get("href", "")), ""
            return
        if self.href and not _says(self.named, self.href.partition(":")[2].strip("/")):
            self._add(f" <{self.href}>")
        self.href = ""

    def _mark(self) -> str:
        return "> " * self.quoted

    def _gap(self) -> None:
        """An empty line between two paragraphs that are quoted alike."""
        before = self.lines[-2] if len(self.lines) > 1 else ""
        quoted = len(before) - len(before.lstrip("> "))
        if before.strip("> ") and quoted == len(self._mark()) and not self.lines[-1].strip("> "):
            self._next()

    def _next(self, *, only_if_begun: bool = False) -> None:
        if not only_if_begun or self.lines[-1].strip("> "):
            self.lines.append(self._mark())

    def _add(self, words: str) -> None:
        if self.literal and "\n" in words:
            first, *others = words.replace("\r", "").split("\n")
            self.lines[-1] += first
            self.lines += [self._mark() + each for each in others]
        elif words.strip() or self.lines[-1].strip("> "):
            self.lines[-1] += words if self.lines[-1].strip("> ") else words.lstrip(" ")


def _address(typed: str) -> str:
    """Where a link leads, if it leads to the web, to mail or to a telephone."""
    plain = re.sub(r"[\x00-\x20\x7f-\x9f]+", "", typed)[:LONGEST_ADDRESS].replace("\\", "/")
    scheme, colon, rest = plain.partition(":")
    plain = scheme.lower() + colon + rest
    if not plain.startswith(("http://", "https://", "mailto:", "tel:")):
        return ""
    try:
        host = urlsplit(plain).hostname
    except ValueError:
        return ""
    return plain if host or plain.startswith(("mailto:", "tel:")) else ""


def _where(href: str) -> str:
    """The host a link leads to, as a browser understands it, or the address or number."""
    if href.startswith(("mailto:", "tel:")):
        return href.partition(":")[2].partition("?")[0]
    return urlsplit(href).netloc.rpartition("@")[2]


def _says(words: str, where: str) -> bool:
    """Whether the words of a link name where it leads: all of it, not as the end of another name."""
    named = re.split(r"""[\s/<>()\[\]"',;]+""", words.lower())
    return where.lower() in (each.rstrip(".:") for each in named) or words.strip().lower().endswith(
        "//" + where.lower()
    )
