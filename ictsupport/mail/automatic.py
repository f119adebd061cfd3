"""Whether a program sent a message, and how one can tell: RFC 3834, lists and bulk, reports, absences."""

import re
from email.message import Message

from .anatomy import Part, header, kind_of, one_line

LISTS = ("List-Id", "List-Post", "List-Unsubscribe")
ANSWERERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply", "X-FC-MachineGenerated")
SENDERS = re.compile(r"(mailer-daemon|postmaster|(no|do-?not)[-_.]?reply)(\+|@|$)", re.IGNORECASE)
REPORTS = {
    "delivery-status": "a report of a mail server about a message that was sent",
    "disposition-notification": "a receipt",
    "feedback-report": "a complaint passed on by a mail server",
}
ABSENT = re.compile(
    r"""(auto(matic)?[ -]?(reply|response|matisch(e|es)?[ ](antwort|antwoord))|out[ ]of[ ](the[ ])?office|on[ ]holiday
    |automatische[ ]antwort|abwesenheits(notiz|meldung|assistent)|automatisch[ ]antwoord|afwezig(heid)?
    |r.ponse[ ]automatique|absen(ce|t)[ ]du[ ]bureau|message[ ]d.absence|respuesta[ ]autom.tica|fuera[ ]de[ ](la[ ])?oficina
    |risposta[ ]automatica|fuori[ ](sede|ufficio)|resposta[ ]autom.tica|automatis(k|kt)[ ]sva?r|autosvar|frånvaro
    |automaattinen[ ]vastaus|poissa|odpowied.[ ]automatyczna|automatick.[ ]odpov.*|r.spuns[ ]automat|автоответ
    |автоматический[ ]ответ|自动回复|自動回覆|自動応答|不在)\s*([:(\[.!-]|$)""",
    re.IGNORECASE | re.VERBOSE,
)
"""How the subject of an out-of-office reply begins. "Re: Automatic reply" is a person's."""
FIELD = re.compile(
    r"^(final-recipient|original-recipient|action|status):[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE
)
MOST_FIELDS = 20_000


def sign_of_a_program(head: Message, sender: str, subject: str) -> str:
    """What says that a program sent it, in words; nothing where a person may have."""
    said = _value(head, "Auto-Submitted").split(";")[0].strip()
    kind = kind_of(head)
    report = str(head.get_param("report-type", "") if kind == "multipart/report" else "").lower()
    if report in REPORTS:
        return REPORTS[report]
    if said not in ("", "no"):
        return f"an automatic message ({said[:40]})"
    if ABSENT.match(subject[:200]):
        return "an out-of-office reply"
    if any(name in head for name in ANSWERERS):
        return "an automatic reply"
    if _value(head, "Precedence") in ("bulk", "junk", "list", "auto_reply") or any(
        name in head for name in LISTS
    ):
        return "a message to a list, or to many"
    if _value(head, "Return-Path") == "<>":
        return "a message that wants no answer (it has no return path)"
    return "a message from a program" if SENDERS.match(sender) else ""


def bounce_in(parts: list[Part]) -> dict[str, str] | None:
    """What a report of a mail server says became of a message: for whom, with which status, and what was done."""
    report = next((part for part in parts if part.kind == "message/delivery-status"), None)
    if report is None:
        return None
    found = {
        name.lower(): one_line(value)[:300] for name, value in FIELD.findall(report.text()[:MOST_FIELDS])
    }
    recipient = found.get("final-recipient") or found.get("original-recipient", "")
    return {
        "recipient": recipient.rpartition(";")[2].strip(),
        "status": found.get("status", ""),
        "action": found.get("action", "").lower(),
    }


def _value(head: Message, name: str) -> str:
    return header(head, name.lower())[:200].strip().lower()
