"""Messages in the shapes that mail comes in, written for these tests, each with what is to be read of it.

`shape(...)` makes a message; what is not named in `then` is not looked at.
"""

from base64 import b64encode
from typing import Any

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
HEAD = b"From: Pat Ashcroft <pat@northbrook.example>\r\nTo: ict@northbrook.example\r\nSubject: Printer\r\n"

CORPUS: dict[str, tuple[bytes, dict[str, Any]]] = {}


def shape(name: str, body: bytes | str, *headers: bytes | str, head: bytes = HEAD, **then: Any) -> None:
    lines = b"".join((each if isinstance(each, bytes) else each.encode()) + b"\r\n" for each in headers)
    content = body if isinstance(body, bytes) else body.encode()
    assert name not in CORPUS
    CORPUS[name] = (head + lines + b"\r\n" + content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), then)


def quoted(name: str, text: str, words: str, *headers: str, **then: Any) -> None:
    """A text and the words that its sender wrote; the rest of it is kept."""
    rest = text.strip()[len(words) :].strip("\n") if text.strip().startswith(words) else then.pop("rest")
    shape(name, text, "Content-Type: text/plain; charset=utf-8", *headers, words=words, rest=rest, **then)


def part(body: bytes | str, *headers: str) -> bytes:
    content = body if isinstance(body, bytes) else body.encode()
    return b"".join(each.encode() + b"\r\n" for each in headers) + b"\r\n" + content


def many(*parts: bytes, boundary: str = "=_x") -> bytes:
    line = b"--" + boundary.encode()
    return b"".join(line + b"\r\n" + each + b"\r\n" for each in parts) + line + b"--\r\n"


def multi(kind: str, boundary: str = "=_x", **more: str) -> str:
    said = "".join(f'; {name}="{value}"' for name, value in more.items())
    return f'Content-Type: multipart/{kind}{said}; boundary="{boundary}"'


PLAIN, HTML = "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html; charset=utf-8"
BASE64 = "Content-Transfer-Encoding: base64"

# ---- character sets
shape(
    "bare", "It smokes.", text="It smokes.", from_address="pat@northbrook.example", from_name="Pat Ashcroft"
)
shape("no head", "It smokes.", head=b"", text="It smokes.", from_address="")
shape("nothing but a head", "", text="", subject="Printer")
shape("utf-8 that says nothing", "Café", text="Café")
shape("windows that says nothing", b"Caf\xe9 \x9650\x80", text="Café –50€")
shape(
    "latin 1 that is windows",
    b"\x93Caf\xe9\x94",
    "Content-Type: text/plain; charset=iso-8859-1",
    text="“Café”",
)
shape("ascii that is not", "Café", "Content-Type: text/plain; charset=us-ascii", text="Café")
shape("a character set nobody knows", "Café", "Content-Type: text/plain; charset=martian", text="Café")
shape("a codec that is none", "xn--caf-dma", "Content-Type: text/plain; charset=punycode", text="xn--caf-dma")
shape("utf-16", "Café".encode("utf-16"), "Content-Type: text/plain; charset=utf-16", text="Café")
shape(
    "japanese", "助けて".encode("iso2022_jp"), "Content-Type: text/plain; charset=ISO-2022-JP", text="助けて"
)
shape(
    "chinese that says less than it is",
    "镕".encode("gb18030"),
    "Content-Type: text/plain; charset=gb2312",
    text="镕",
)
shape("russian", "Привет".encode("koi8-r"), "Content-Type: text/plain; charset=koi8-r", text="Привет")
shape(
    "quoted-printable",
    "Caf=C3=A9 is=\r\n warm=",
    PLAIN,
    "Content-Transfer-Encoding: quoted-printable",
    text="Café is warm",
)
shape("base64", b64encode("Café".encode()), PLAIN, BASE64, text="Café")
shape("base64 with holes", b"Q2Fm\n!!w6k", PLAIN, BASE64, text="Café")
shape("an encoding nobody knows", "It smokes.", "Content-Transfer-Encoding: x-own", text="It smokes.")
shape("NUL and control characters", b"It\x00 \x1b[2Jsmokes", text="It \x1b[2Jsmokes")

# ---- headers
shape(
    "an encoded subject",
    "x",
    head=b"From: a@b.example\r\nSubject: =?utf-8?q?Caf=C3=A9?= =?utf-8?b?IQ==?=\r\n",
    subject="Café!",
)
shape(
    "a subject cut within a letter",
    "x",
    head=b"Subject: =?utf-8?b?Q2Fmw6==?= =?utf-8?b?qSE=?=\r\n",
    subject="Café!",
)
shape(
    "a subject in raw letters",
    "x",
    head="Subject: Café\r\nFrom: Zoë <z@b.example>\r\n".encode(),
    subject="Café",
    from_name="Zoë",
)
shape("a subject in an unknown set", "x", head=b"Subject: =?martian?q?Hi?=\r\n", subject="Hi")
shape("a broken subject", "x", head=b"Subject: =?utf-8?b?A?= there\r\n", subject_has="there")
shape("a folded subject", "x", head=b"Subject: one\r\n two\r\n\tthree\r\n", subject="one two three")
shape(
    "an encoded name",
    "x",
    head=b"From: =?utf-8?q?Zo=C3=AB_Ash?= <z@b.example>\r\n",
    from_name="Zoë Ash",
    from_address="z@b.example",
)
shape("a name with a comma", "x", head=b'From: "Ashcroft, Pat" <p@b.example>\r\n', from_name="Ashcroft, Pat")
shape("two senders", "x", head=b"From: a@b.example, c@d.example\r\n", from_address="")
shape(
    "who else it is to",
    "x",
    "Cc: Ann <ann@b.example>, nobody, bob@c.example",
    to=("ict@northbrook.example",),
    cc=("ann@b.example", "bob@c.example"),
)
shape(
    "what it answers",
    "x",
    "In-Reply-To: <two@x>",
    "References: ticket-1 <one@x>\r\n <two@x> <broken",
    in_reply_to="<two@x>",
    references=("<one@x>", "<two@x>"),
)

# ---- parts
shape(
    "two ways to say it",
    many(part("It smokes.", PLAIN), part("<p>It <b>smokes</b>.", HTML)),
    multi("alternative"),
    text="It smokes.",
    html="<p>It <b>smokes</b>.",
    files=[],
)
shape(
    "an empty plain way",
    many(part(" \n", PLAIN), part("<p>It smokes.</p>", HTML)),
    multi("alternative"),
    text="It smokes.",
)
shape("layout alone", "<div>It<br>smokes.</div><style>p{}</style>", HTML, text="It\nsmokes.")
shape(
    "words and then layout", many(part("One", PLAIN), part("<p>Two", HTML)), multi("mixed"), text="One\n\nTwo"
)
shape(
    "a footer of a list below the layout",
    many(part("<p>It smokes.", HTML), part("-- \nfooter", PLAIN)),
    multi("mixed"),
    text_has="It smokes.",
)
shape(
    "a picture in place",
    many(
        part('<img src="cid:p1">', HTML),
        part(b64encode(PNG), "Content-Type: image/png; name=smoke.png", "Content-ID: <p1>", BASE64),
    ),
    multi("related"),
    files=[("smoke.png", "image/png", len(PNG), "p1")],
)
shape(
    "an attachment",
    many(
        part("See", PLAIN),
        part(
            b64encode(PNG),
            "Content-Type: image/png",
            'Content-Disposition: attachment; filename="smoke.png"',
            BASE64,
        ),
    ),
    multi("mixed"),
    text="See",
    files=[("smoke.png", "image/png", len(PNG), "")],
)
shape(
    "a text as a file",
    many(part("See", PLAIN), part("log", PLAIN, "Content-Disposition: attachment; filename=a.log")),
    multi("mixed"),
    text="See",
    files=[("a.log", "text/plain", 3, "")],
)
shape(
    "a name in pieces",
    many(
        part(
            b"x",
            "Content-Type: application/pdf",
            "Content-Disposition: attachment; filename*0*=utf-8''Caf%C3%A9; filename*1=.pdf",
        )
    ),
    multi("mixed"),
    files=[("Café.pdf", "application/pdf", 1, "")],
)
shape(
    "an encoded name of a file",
    many(part(b"x", 'Content-Type: application/pdf; name="=?utf-8?q?Caf=C3=A9.pdf?="')),
    multi("mixed"),
    files=[("Café.pdf", "application/pdf", 1, "")],
)
shape(
    "a file without a name",
    many(part(b64encode(PNG), "Content-Type: image/png", BASE64)),
    multi("mixed"),
    files=[("picture.png", "image/png", len(PNG), "")],
)
shape(
    "a message within",
    many(part("See below", PLAIN), part(b"Subject: old\r\n\r\nhi", "Content-Type: message/rfc822")),
    multi("mixed"),
    text="See below",
    files=[("message.eml", "message/rfc822", 18, "")],
)
shape(
    "winmail.dat",
    many(part("See", PLAIN), part(b"\x78\x9f", 'Content-Type: application/ms-tnef; name="winmail.dat"')),
    multi("mixed"),
    text="See",
    files=[("winmail.dat", "application/ms-tnef", 2, "")],
)
shape(
    "signed",
    many(part("It smokes.", PLAIN), part(b"x", "Content-Type: application/pkcs7-signature; name=smime.p7s")),
    multi("signed"),
    text="It smokes.",
    files=[],
)
shape(
    "encrypted",
    b64encode(b"secret"),
    "Content-Type: application/pkcs7-mime; name=smime.p7m",
    BASE64,
    text="",
    files=[("smime.p7m", "application/pkcs7-mime", 6, "")],
)
shape(
    "parts within parts",
    many(
        part(
            many(part("It smokes.", PLAIN), part("<p>It smokes.", HTML), boundary="in"),
            multi("alternative", "in"),
        ),
        part(b"x", "Content-Type: application/pdf; name=a.pdf"),
    ),
    multi("mixed"),
    text="It smokes.",
    files=[("a.pdf", "application/pdf", 1, "")],
)
shape("a boundary that never comes", "It smokes.", multi("mixed"), text="It smokes.")
shape("no boundary", "It smokes.", "Content-Type: multipart/mixed", text="It smokes.")
shape(
    "an end that never comes",
    b"--=_x\r\n\r\nIt smokes.\r\n--=_x\r\n\r\nBadly.",
    multi("mixed"),
    text="It smokes.\n\nBadly.",
)
shape(
    "an invitation",
    many(part("Come", PLAIN), part("BEGIN:VCALENDAR", "Content-Type: text/calendar; method=REQUEST")),
    multi("alternative"),
    text="Come",
    files=[],
    calendars=("BEGIN:VCALENDAR",),
)

DEEP = part("lost", PLAIN)
for depth in range(9):
    DEEP = part(many(DEEP, boundary=f"b{depth}"), multi("mixed", f"b{depth}"))
shape(
    "too deep",
    many(part("See", PLAIN), DEEP),
    multi("mixed"),
    text="See",
    files=[("file.bin", "unread", 0, "")],
)
shape(
    "a picture written into the layout",
    '<p>See<img src="data:image/png;base64,' + "A" * 2_100_000 + '">this',
    HTML,
    text="Seethis",
)

shape(
    "a boundary in letters that none has",
    "It smokes.",
    "Content-Type: multipart/mixed; boundary=é",
    text="It smokes.",
)

# ---- quotations and signatures
quoted(
    "gmail",
    "It works.\n\nOn Wed, 18 Nov 2026 at 10:00, ICT support <ict@b.example>\nwrote:\n\n> Hello,\n>\n> does it?\n",
    "It works.",
)
quoted(
    "apple",
    "It works.\n\nSent from my iPad\n\n> On 18 Nov 2026, at 10:00, ICT wrote:\n> \n> does it?\n",
    "It works.",
)
quoted(
    "outlook",
    "It works.\n\nPat\n\n________________________________\nFrom: ICT <ict@b.example>\nSent: Wednesday, November 18, 2026 10:00 AM\nTo: Pat\nSubject: Does it?\n\nHello",
    "It works.\n\nPat",
)
quoted(
    "old outlook",
    "It works.\n\n-----Original Message-----\nFrom: ICT\nSent: now\nTo: Pat\n\nHello",
    "It works.",
)
quoted(
    "outlook on a telephone",
    "It works.\n\nGet Outlook for iOS\n\nFrom: ICT\nDate: today\nSubject: Does it?\n\nHello",
    "It works.",
)
quoted("german", "Es geht.\n\nAm 18.11.2026 um 10:00 schrieb ICT:\n> geht es?\n", "Es geht.")
quoted(
    "german outlook", "Es geht.\n\nVon: ICT\nGesendet: Mittwoch\nAn: Pat\nBetreff: Hallo\n\nHallo", "Es geht."
)
quoted(
    "french",
    "Ça marche.\n\nLe mer. 18 nov. 2026 à 10:00, ICT <ict@b.example> a écrit :\n\n> Bonjour\n",
    "Ça marche.",
)
quoted(
    "without marks",
    "It works.\n\nOn 18 November 2026 at 10:00, ICT <ict@b.example> wrote:\n\nHello,\ndoes it?\n",
    "It works.",
)
quoted(
    "answers between the lines",
    "> does it print?\nYes.\n> in colour?\nNo.\n",
    "> does it print?\nYes.\n> in colour?\nNo.",
)
quoted(
    "answers between, and what follows",
    "> does it print?\nYes.\n\n> Thank you,\n> ICT\n",
    "> does it print?\nYes.",
)
quoted("a signature", "It works.\n-- \nPat Ashcroft\nMill Hill ward\n", "It works.")
quoted(
    "a signature above a quotation", "It works.\n-- \nPat\n\nOn Monday, ICT wrote:\n> Hello\n", "It works."
)
quoted("nothing but a quotation", "> Hello\n> there\n", "> Hello\n> there")
quoted(
    "forwarded by gmail",
    "Can you help?\n\n---------- Forwarded message ---------\nFrom: Ann\nSubject: Help\nDate: now\n\nMy iPad\n",
    "Can you help?\n\n---------- Forwarded message ---------\nFrom: Ann\nSubject: Help\nDate: now\n\nMy iPad",
)
shape(
    "forwarded by outlook",
    "Can you help?\n\nFrom: Ann\nSent: now\nTo: Pat\nSubject: Help\n\nMy iPad",
    head=b"From: a@b.example\r\nSubject: FW: Help\r\n",
    words_has="My iPad",
    rest="",
)
quoted(
    "a sentence like the start of a quotation",
    "On the screen it wrote:\nError 5\nWhat now?\n",
    "On the screen it wrote:\nError 5\nWhat now?",
)
shape(
    "a quotation in a layout",
    '<div>It works.</div><div class="gmail_quote">On Monday ICT wrote:<blockquote><p>Hello</p><p>does it?</p></blockquote></div>',
    HTML,
    words="It works.",
    rest="On Monday ICT wrote:\n> Hello\n>\n> does it?",
)
shape(
    "a quotation in a layout of outlook",
    "<p>It works.</p><hr><p><b>From:</b> ICT<br><b>Sent:</b> today<br><b>To:</b> Pat<br><b>Subject:</b> Hi</p><p>Hello</p>",
    HTML,
    words="It works.",
    rest_has="Hello",
)

# ---- programs
shape("a person, by RFC 3834", "x", "Auto-Submitted: no", automatic="")
shape("auto-replied", "x", "Auto-Submitted: auto-replied (vacation)", automatic_has="automatic message")
for subject in (
    "Automatic reply: Hello",
    "Out of Office: back on Monday",
    "Abwesenheitsnotiz: Hallo",
    "Automatische Antwort: Hallo",
    "Réponse automatique : Bonjour",
    "Respuesta automática: Hola",
    "Risposta automatica: Ciao",
    "Automatisch antwoord: Hallo",
    "Autosvar: Hej",
    "Odpowiedź automatyczna: Cześć",
    "自动回复: 你好",
):
    shape(
        f"away: {subject}",
        "x",
        head=b"From: a@b.example\r\nSubject: " + subject.encode() + b"\r\n",
        automatic="an out-of-office reply",
    )
for subject in (
    "Re: Automatic reply: Hello",
    "Out of office hours the printer smokes",
    "Autoresponder needed",
):
    shape(
        f"here: {subject}",
        "x",
        head=b"From: a@b.example\r\nSubject: " + subject.encode() + b"\r\n",
        automatic="",
    )
shape("a list", "x", "List-Id: <all.b.example>", automatic_has="list")
shape("to many", "x", "Precedence: bulk", automatic_has="list")
shape("no return path", "x", "Return-Path: <>", automatic_has="no return path")
shape("a mailer", "x", head=b"From: MAILER-DAEMON@b.example\r\n", automatic_has="program")
shape("nobody answers", "x", head=b"From: no-reply@b.example\r\n", automatic_has="program")
REPORT = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; gone@b.example\nAction: failed\nStatus: 5.1.1\n"
shape(
    "did not arrive",
    many(part("Sorry", PLAIN), part(REPORT, "Content-Type: message/delivery-status")),
    'Content-Type: multipart/report; report-type="delivery-status"; boundary="=_x"',
    automatic_has="mail server",
    bounce={"recipient": "gone@b.example", "status": "5.1.1", "action": "failed"},
)
shape(
    "a receipt",
    many(part("Read", PLAIN)),
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="=_x"',
    automatic="a receipt",
    bounce=None,
)
