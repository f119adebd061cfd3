"""Putting down, on a ticket, how the requester was found to be who they say they are."""

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, Length

from ...pages.forms import NotRequired
from ...people.access import me
from ..desk.acts import Act, at_its_address
from ..desk.forms import TicketForm
from ..models import Ticket
from .identity import check_identity
from .models import Proof

PROOFS = {
    Proof.RANG: "I rang the number we hold, and they answered",
    Proof.MANAGER: "Their manager confirmed it",
    Proof.SEEN: "I have seen them in person",
}


class IdentityForm(TicketForm):
    proof = RadioField(
        "How do you know that it is them?",
        [InputRequired("Say how you know that it is them")],
        choices={proof.value: words for proof, words in PROOFS.items()},
    )
    detail = StringField("Who confirmed it, or where you saw them", [NotRequired(), Length(max=200)])


def _name_the_number(ticket: Ticket, form: IdentityForm) -> None:
    """The number held is the one in the register, whatever the request says."""
    held = ticket.requester.phone or "none is held"
    words = f"I rang the number we hold ({held}), and they answered"
    form.proof.choices = [
        (proof.value, words if proof is Proof.RANG else other) for proof, other in PROOFS.items()
    ]


def _check(ticket: Ticket, form: IdentityForm) -> None:
    check_identity(ticket, Proof(form.proof.data), by=me(), detail=form.detail.data or "")


at_its_address(
    "identity",
    Act(
        title="Check who the requester is",
        button="Record the check",
        said="The check is recorded.",
        form=IdentityForm,
        offer=_name_the_number,
        do=_check,
        hints={
            "proof": "A number or address that was changed within the last day proves nothing. "
            "Do not ring a number that came with the request."
        },
    ),
)
