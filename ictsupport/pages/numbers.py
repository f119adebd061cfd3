"""Numbers as they arrive in forms and addresses, where anything may stand."""

LARGEST = 2**31 - 1
"""What the databases' ids and counts can hold; PostgreSQL refuses to look for more."""


def whole(typed: object) -> int | None:
    """The whole number that was typed, if the database can hold it; anything else is None."""
    text = "" if typed is None else str(typed)
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST))):
        return None
    number = int(text)
    return number if number <= LARGEST else None
