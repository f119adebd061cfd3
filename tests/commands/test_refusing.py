"""A command that cannot do its work says why in a sentence, without the program's insides."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.cli import with_appcontext
from sqlalchemy.exc import IntegrityError

from ictsupport.commands import main
from ictsupport.commands.refusing import Commands
from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.people.models import Council

LOG = "number,incident_state,opened_at,sys_updated_at\n"


@pytest.fixture
def incidents(tmp_path: Path) -> str:
    file = tmp_path / "incidents.csv"
    file.write_text(LOG)
    return str(file)


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ICTSUPPORT_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "instance"


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--council", "Nowhere"], "There is no council “Nowhere”. There are: Northbrook."),
        (["--council", "Northbrook", "--zone", "Mars"], "There is no time zone “Mars”."),
    ],
)
def test_what_a_verb_refuses_is_told_in_its_words(app, council, incidents, options, said):
    done = app.test_cli_runner().invoke(main, ["import", "incidents", incidents, *options])
    assert done.exit_code == 1
    assert f"Error: {said}" in done.output
    assert isinstance(done.exception, SystemExit)


def test_without_tables_the_command_says_how_to_make_them(somewhere: Path):
    done = typed("people", "list")
    assert (done.exit_code, done.output) == (
        1,
        "Error: The database has no tables yet. Run: ictsupport db upgrade\n",
    )


def test_a_database_that_does_not_answer_is_named_by_its_setting(somewhere, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    done = typed("people", "list")
    assert done.exit_code == 1
    assert done.output.startswith("Error: The database cannot be reached (")
    assert done.output.endswith("Look at DATABASE_URL and ICTSUPPORT_INSTANCE.\n")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "99999", "PORT: Input should be less than or equal to 65535"),
        ("ICTSUPPORT_TIME_ZONE", "Mars", "ICTSUPPORT_TIME_ZONE: There is no time zone “Mars”."),
        ("DATABASE_URL", "mysql://db/ict", "DATABASE_URL: Write it like postgresql://"),
        ("ICTSUPPORT_THREADS", "two", "ICTSUPPORT_THREADS: Input should be a valid integer"),
    ],
)
def test_a_setting_that_will_not_do_is_named(somewhere, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    done = typed("people", "list")
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {said}")


def test_a_fault_of_our_own_is_not_hidden(app, council):
    group = Commands(name="try", create_app=lambda: app, add_default_commands=False)

    @group.command("twice")
    @with_appcontext
    def twice() -> None:
        db.session.add(Council(name=council.name, short_name="x", slug=council.slug))
        db.session.flush()

    done = app.test_cli_runner().invoke(group, ["twice"])
    assert isinstance(done.exception, IntegrityError)


def test_two_that_start_at_once_have_the_same_key(tmp_path: Path):
    one, two = (Settings(instance=tmp_path / "new", secret_key=None) for _ in range(2))
    assert one.key() == two.key() != ""
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret-key"]
