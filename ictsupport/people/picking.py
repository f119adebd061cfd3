"""The field of forms that asks for somebody: anybody one may see, by a part of their name or address."""

from collections.abc import Callable
from typing import Any

from ..pages.fields import Found, PersonField
from .access import me
from .queries import suggestion, suggestions


def _among_those_one_may_see(typed: str) -> list[Found]:
    return suggestions(me(), typed)


def _who_it_is(value: str) -> Found | None:
    return suggestion(me(), value)


class SomebodyField(PersonField):
    """Somebody among those whom whoever fills in the form may see. Its data is their id, as text."""

    def __init__(
        self,
        label: str = "",
        validators: Any = None,
        *,
        name_of: Callable[[str], Found | None] = _who_it_is,
        **more: Any,
    ) -> None:
        super().__init__(
            label,
            validators,
            search=_among_those_one_may_see,
            name_of=name_of,
            suggest="/people/search",
            **more,
        )
