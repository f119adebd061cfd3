"""How the service says no, and what it says when something is missing or broken."""

from typing import Any, ClassVar


class Refusal(Exception):
    """A rule said no. The reason is a sentence for the person who asked, with what to do next."""

    reason: ClassVar[str] = "That cannot be done."

    def __init__(self, reason: str | None = None, **details: Any) -> None:
        """`details` fill the {places} of the class's reason and stay readable for the page."""
        self.details = details
        super().__init__(reason or type(self).reason.format(**details))


def init_app(_app: Any) -> None:
    """Register the pages for refused, missing and broken."""
