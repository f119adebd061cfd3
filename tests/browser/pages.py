"""Pages that no link leads to, to be looked at by the browser tests as well: (who, address).

Whatever links lead to is found by tests/browser/test_pages.py itself; a package
adds here what only a form or a mail leads to.
"""

from ictsupport.people.models import Role

PAGES: list[tuple[Role | str, str]] = [
    ("", "/accessibility"),
    ("", "/privacy"),
    ("", "/cookies"),
    ("", "/no-such-page"),
    ("member", "/no-such-page"),
    (Role.AGENT, "/no-such-page"),
    ("", "/sign-in"),
    ("", "/sign-in/help/sent"),
    ("", "/sign-in/link/used-up"),
    ("", "/answers/used-up/works-now"),
    ("", "/answers/heard/ICT-10001"),
    ("", "/approvals/by-link/used-up"),
]
