"""What we write to people about themselves."""

from ..journal import on
from ..mail import send
from .events import DelegationEnded, DelegationGranted, PasswordChanged


@on(PasswordChanged)
def warn_of_change(event: PasswordChanged) -> None:
    """So that nobody's password is changed behind their back."""
    send(to=event.about, template="people/password_changed", about=event.about, way=event.way.value)


@on(DelegationGranted)
def tell_of_delegation(event: DelegationGranted) -> None:
    for person in (event.member, event.delegate):
        send(to=person, template="people/delegation_granted", about=event.about, delegation=event.about)


@on(DelegationEnded)
def tell_of_end(event: DelegationEnded) -> None:
    for person in (event.member, event.delegate):
        send(to=person, template="people/delegation_ended", about=event.about, delegation=event.about)
