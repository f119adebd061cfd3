"""Messages as mail servers hand them over."""

BARE = (
    b"From: Pat <pat@northbrook.example>\r\nTo: ict@northbrook.example\r\nSubject: Printer\r\n"
    b"Message-ID: <one@northbrook.example>\r\nDate: Wed, 18 Nov 2026 10:00:00 +0000\r\n\r\nIt smokes.\r\n"
)


def answer_of(
    booking,
    partstat="DECLINED",
    *,
    sender="",
    attendee="",
    method="REPLY",
    uid="",
    sequence=None,
    stamp="20261118T095900Z",
    headers=(),
    message_id="answer-1",
) -> bytes:
    """What a calendar sends when somebody answers the invitation to the booking."""
    sender = sender or booking.person.email
    entry = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "PRODID:-//Example//Calendar//EN",
            "VERSION:2.0",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            f'ATTENDEE;CN="Ashcroft, Pat";PARTSTAT={partstat}:mailto:{attendee or sender}',
            f"UID:{uid or booking.uid}",
            f"SEQUENCE:{booking.sequence if sequence is None else sequence}",
            f"DTSTAMP:{stamp}",
            "ORGANIZER:mailto:ictsupport@localhost",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
    lines = [
        *headers,
        f"From: =?utf-8?q?Pat_Ashcroft?= <{sender}>",
        "To: ICT support <ictsupport@localhost>",
        f"Subject: {partstat.title()}: iPad clinic",
        f"Message-ID: <{message_id}@northbrook.example>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="=_part one"',
        "",
        "--=_part one",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "They have answered.",
        "--=_part one",
        f'Content-Type: text/calendar; charset="utf-8"; method={method}',
        "Content-Transfer-Encoding: 8bit",
        "",
        entry,
        "--=_part one--",
        "",
    ]
    return "\r\n".join(lines).encode()
