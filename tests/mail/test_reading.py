"""Whatever shape a message comes in, what its sender wrote is read, and all of it is kept."""

import io
import json
import time

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ictsupport.commands import main
from ictsupport.mail import layout
from ictsupport.mail.quoting import parted
from ictsupport.mail.reading import read

from .corpus import CORPUS


@pytest.mark.parametrize("name", CORPUS)
def test_what_is_read_of_a_message(name):
    raw, then = CORPUS[name]
    letter = read(raw)
    assert letter.trouble == ""
    for key, wanted in then.items():
        if key == "files":
            assert [(file.name, file.kind, len(file.content), file.cid) for file in letter.files] == wanted
        elif key.endswith("_has"):
            assert wanted in getattr(letter, key.removesuffix("_has"))
        else:
            assert getattr(letter, key) == wanted, key
    assert squeezed(letter.words + letter.rest) == squeezed(letter.text)


def squeezed(text):
    return "".join(text.split())


LINES = st.sampled_from(
    [
        *(
            "Hello",
            "",
            "> quoted",
            ">> deeper",
            "-- ",
            "On Monday, Pat <p@b.example> wrote:",
            "wrote:",
            "________",
        ),
        *("From: Pat", "Sent: today", "To: ICT", "-----Original Message-----", "Sent from my iPad"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=30), st.sampled_from(["", "FW: x"]))
def test_a_text_is_cut_in_two_and_nothing_of_it_is_lost(lines, subject):
    text = "\n".join(lines)
    found = parted(text, subject)
    assert squeezed(found.words + found.rest) == squeezed(text)
    assert found.words or not text.strip()


HEADERS = st.sampled_from(
    [
        *(b"From", b"Subject", b"References", b"Content-Type", b"Content-Transfer-Encoding", b"Content-ID"),
        *(b"Content-Disposition", b"Auto-Submitted", b"To", b"Return-Path"),
    ]
)
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            *(b"text/html", b"text/plain; charset=utf-7", b"multipart/alternative; boundary=b", b"base64"),
            *(
                b"attachment; filename*0*=x''%FF",
                b"quoted-printable",
                b"message/delivery-status",
                b"=?utf-8?b?/w?=",
            ),
        ]
    ),
)
PIECES = st.lists(
    st.one_of(
        st.binary(max_size=30),
        st.sampled_from(
            [
                b"--b\n",
                b"--b--",
                b"\n",
                b"Content-Type: text/html\n\n",
                b"<table><a href='",
                b"<!--",
                b"&#x0;",
            ]
        ),
    ),
    max_size=12,
).map(b"".join)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(HEADERS, VALUES), max_size=6), PIECES)
def test_whatever_the_bytes_are_nothing_is_raised_and_nothing_hostile_is_shown(headers, body):
    letter = read(b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body)
    assert not letter.trouble.startswith("it could not")
    assert "\x00" not in letter.text + letter.subject + letter.from_name
    assert harmless(layout.shown(letter.html))


BUSY = {
    "left open": b"".join(b"<b title=%d><p>" % n for n in range(30_000)),
    "quotation marks": b'<a "' * 100_000,
    "comments": b"<!--" * 100_000,
    "boxes": b"<table><tr><td>" * 30_000,
    "lists": b"<ul><li><a href=http://x>" * 20_000,
    "no closing": b"<" * 300_000,
}


@pytest.mark.parametrize("name", BUSY)
def test_no_layout_keeps_the_reader_busy(name):
    raw = b"Content-Type: text/html\n\n" + BUSY[name]
    started = time.process_time()
    layout.shown(read(raw).html)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "line", [b"> a\n", b"a\n> b\n", b"On 1 <a@b.example> x\n", b"wrote:\n", b"From: a\n", b"-- \n", b"\n"]
)
def test_no_quotation_keeps_the_reader_busy(line):
    started = time.process_time()
    read(b"Subject: x\n\n" + line * (400_000 // len(line)))
    assert time.process_time() - started < 2


HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<img src="x:alert(1)" alt="><script>alert(1)</script>">',
    "<svg><script>alert(1)</script></svg>",
    '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><img src=x onerror=alert(1)></template>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVa\tScRiPt:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="/sign-out">x</a>',
    '<a href="http://x" onclick="alert(1)" style="position:fixed" target="_top" id="x" class="govuk-button">x</a>',
    '<div style="position:fixed;top:0;background:url(http://t.example)">x</div>',
    "<style>body{background:url(http://t.example)}</style>",
    '<link rel=stylesheet href="http://t.example">',
    '<meta http-equiv=refresh content="0;url=http://t.example">',
    '<base href="http://t.example">',
    '<iframe src="http://t.example"></iframe>',
    '<object data="http://t.example"><embed src="http://t.example">',
    '<form action="http://t.example"><input name=password><button>Sign in</button></form>',
    '<video poster="http://t.example" src="http://t.example"><source srcset="http://t.example"></video>',
    '<picture><source srcset="http://t.example/x.png"></picture>',
    '<table background="http://t.example"><tr><td background="http://t.example">x',
    '<input type=image src="http://t.example">',
    "<p title='<!--'><b>x--></b><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><img src=x onerror=alert(1)>",
    "<img src=`x` onerror=alert(1)>",
    "<a href='http://x\"onmouseover=alert(1)//'>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<plaintext><script>alert(1)",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<a href=http://evil.example@bank.example/>x</a>",
]
ATTRIBUTES = {"a": {"href", "rel"}, "img": {"src", "alt"}, "td": {"colspan", "rowspan"}}


def harmless(html):
    """Whether a reader of HTML finds only what may be there, every tag closed in turn."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        fine, open = True, ()

        def handle_starttag(self, tag, attrs):
            self.fine &= tag in layout.ALLOWED and {name for name, _ in attrs} <= ATTRIBUTES.get(tag, set())
            given = dict(attrs)
            self.fine &= (given.get("href") or "http:").startswith(("http:", "https:", "mailto:", "tel:"))
            self.fine &= (given.get("src") or "/x").startswith("/")
            if tag not in ("br", "hr", "img"):
                self.open += (tag,)

        def handle_endtag(self, tag):
            self.fine &= bool(self.open) and self.open[-1] == tag
            self.open = self.open[:-1]

        def handle_comment(self, data):
            self.fine = False

        handle_decl = handle_pi = unknown_decl = handle_comment

    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.fine and not reader.open


def test_nothing_hostile_is_left_of_a_layout():
    wrong = [
        html for html in HOSTILE if not harmless(layout.shown(html)) or "t.example" in layout.shown(html)
    ]
    assert wrong == []
    assert not harmless("<p onclick=x>")
    assert not harmless("<p>")


@pytest.mark.parametrize(
    ("href", "words", "shown"),
    [
        ("https://bank.example/x", "https://bank.example/y", ""),
        ("https://bank.example", "see bank.example.", ""),
        ("https://e.com/login", "apple.com", " [e.com]"),
        ("https://bank.example.evil.example", "bank.example", " [bank.example.evil.example]"),
        ("https://bank.example@evil.example/", "bank.example", " [evil.example]"),
        (r"https://evil.example\@bank.example/", "bank.example", " [evil.example]"),
        ("HTTPS://evil.example", "here", " [evil.example]"),
        ("https://evil.example:8443/", "evil.example", " [evil.example:8443]"),
        ("mailto:eve@evil.example?subject=x", "pat@northbrook.example", " [eve@evil.example]"),
        ("MAILTO:pat@northbrook.example", "pat@northbrook.example", ""),
    ],
)
def test_a_link_says_where_it_leads_unless_its_words_do(href, words, shown):
    assert layout.shown(f'<a href="{href}">{words}</a>').partition("</a>")[2] == shown


def test_a_layout_keeps_what_people_write():
    html = (
        "<h2>Hello</h2><p>It <strong>smokes</strong><ul><li>a<li>b</ul><table><tr><th>1<td colspan=2>2</table>"
        '<a href="https://www.gov.uk/x?a=1&amp;b=2">gov.uk</a> <a href="https://evil.example/">www.gov.uk</a>'
        '<a href="mailto:p@b.example">Pat</a><a href="https://b.example"><img src="https://b.example/l.png"></a>'
    )
    assert layout.shown(html) == (
        "<p>Hello</p><p>It <b>smokes</b></p><ul><li>a</li><li>b</li></ul>"
        '<table><tbody><tr><td>1</td><td colspan="2">2</td></tr></tbody></table>'
        '<a href="https://www.gov.uk/x?a=1&amp;b=2" rel="noopener noreferrer nofollow">gov.uk</a> [www.gov.uk] '
        '<a href="https://evil.example/" rel="noopener noreferrer nofollow">www.gov.uk</a> [evil.example]'
        '<a href="mailto:p@b.example" rel="noopener noreferrer nofollow">Pat</a> [p@b.example]'
        '<a href="https://b.example" rel="noopener noreferrer nofollow">[image not loaded]</a> [b.example]'
    )
    assert layout.words_in(html).startswith(
        "Hello\n\nIt smokes\n- a\n- b\n1 | 2\ngov.uk <https://www.gov.uk/x?a=1&b=2>"
    )


def test_the_command_prints_what_is_read():
    raw, _then = CORPUS["gmail"]
    printed = CliRunner().invoke(main, ["mail", "parse"], input=io.BytesIO(raw)).output
    told = json.loads(printed)
    assert told["reply_text"] == "It works."
    assert told["from"] == "pat@northbrook.example"
    assert (told["auto"], told["bounce"], told["attachments"]) == (False, None, [])
