"""What an administrator types about people."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import func, select

from ictsupport.commands import main
from ictsupport.database import db
from ictsupport.people import passwords
from ictsupport.people.models import Person, Role


@pytest.fixture
def typed(app) -> Callable[..., Result]:
    """typed("people", "add", ...) runs the command and returns what it said."""
    runner = app.test_cli_runner()
    return lambda *words, **more: runner.invoke(main, list(words), **more)


def test_the_first_administrator_is_added_from_the_command_line(typed, council):
    done = typed(
        "people",
        "add",
        "Ann Lee",
        "ann@northbrook.example",
        "--council",
        "northbrook",
        "--role",
        "administrator",
    )
    assert done.exit_code == 0, done.output
    ann = db.session.scalars(select(Person)).one()
    assert ann.has_role_for(None, Role.ADMINISTRATOR)
    assert (
        "Ann Lee · ann@northbrook.example · Northbrook · administrator for all councils"
        in typed("people", "list").output
    )


def test_a_refusal_is_told_and_nothing_is_done(typed, staff):
    db.session.commit()
    done = typed("people", "add", "Somebody Else", staff.email.upper())
    assert done.exit_code == 1
    assert "already has this e-mail address: Tina Worsley" in done.output
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_a_role_is_given_for_one_council(typed, staff, other_council):
    assert typed("people", "grant", staff.email, "agent", "--council", "Eastmere").exit_code == 0
    assert staff.has_role_for(other_council.id, Role.AGENT)
    assert not staff.has_role_for(None, Role.AGENT)
    assert (
        "Those there are: eastmere, northbrook"
        in typed("people", "grant", staff.email, "agent", "--council", "x").output
    )


def test_a_password_is_set(typed, staff):
    done = typed("people", "password", staff.email, input="curtain lemon bicycle\ncurtain lemon bicycle\n")
    assert done.exit_code == 0, done.output
    assert "bicycle" not in done.output
    assert passwords.fits(staff.password_hash, "curtain lemon bicycle")
    assert "at least 12" in typed("people", "password", staff.email, "--password", "short").output


def test_a_list_is_previewed_and_then_brought_in(typed, council, tmp_path: Path):
    file = tmp_path / "people.csv"
    file.write_text("name,email,council,shoe size\nAnn Lee,a@n.example,Northbrook,39\n")
    db.session.commit()
    seen = typed("import", "people", str(file))
    assert seen.exit_code == 0, seen.output
    assert "1 new" in seen.output
    assert "line 2: Ann Lee, Northbrook" in seen.output
    assert "Headings not used: shoe size" in seen.output
    assert "nothing has changed" in seen.output
    assert "All of it is in." in typed("import", "people", str(file), "--commit").output
    assert db.session.scalars(select(Person.name)).all() == ["Ann Lee"]


def test_a_wrong_list_ends_in_an_error_with_its_lines(typed, council, tmp_path: Path):
    file = tmp_path / "people.csv"
    file.write_text("name,council\nAnn Lee,Nowhere\n")
    done = typed("import", "people", str(file), "--commit")
    assert done.exit_code == 1
    assert "line 2, council" in done.output
    assert "Nothing was brought in" in done.output
