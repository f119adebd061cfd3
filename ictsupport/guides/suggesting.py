"""Guides among what may spare somebody the asking."""

from collections.abc import Iterable

from flask import url_for

from ..people.models import Person
from ..tickets.asking.suggestions import Asking, Suggestion, suggestion
from .access import meant_for
from .queries import guides_that_may_help

MOST = 3


@suggestion(order=30)
def guides(asking: Asking, person: Person) -> Iterable[Suggestion]:
    systems = [asking.system_id] if asking.system_id is not None else []
    for guide in guides_that_may_help(meant_for(person), asking.words, systems, MOST):
        address = url_for("guides.guide", slug=guide.slug) + "?from=suggestion"
        yield Suggestion("A guide may help", guide.title, guide.summary, href=address)
