"""Request types in pages: looked at before they are saved, questions changed at leisure and then taken into use."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.tickets.models import TicketType
from ictsupport.tickets.request_types.keeping import add_type, enter_shipped
from ictsupport.tickets.request_types.models import RequestType
from ictsupport.tickets.request_types.questions import Kind, Question

LIST = "/settings/request-types"
COLOUR = Question("colour", Kind.CHOICE, "Which colour?", choices=("Red", "Blue"))
SHADE = Question("shade", Kind.TEXT, "Which red?", only_if=("colour", "Red"))


@pytest.fixture
def paint(desk):
    add_type(name="Glue", by=None)
    return add_type(name="Paint", by=None, questions=[COLOUR, SHADE], ticket_type=TicketType.REQUEST)


@pytest.fixture
def client(administrator, browser):
    return browser(administrator)


def look_and_save(client, address, data):
    """Sends a form of settings twice, as a person does: look, then save."""
    from html.parser import HTMLParser

    class Hidden(HTMLParser):
        found: dict[str, str] = {}

        def handle_starttag(self, tag, attributes):
            given = dict(attributes)
            if tag == "input" and given.get("name") in ("stamp", "seen"):
                self.found[given["name"]] = given.get("value") or ""

    reader = Hidden()
    reader.feed(client.get(address).text)
    looked = client.post(address, data={**data, **reader.found})
    reader.feed(looked.text)
    return looked, client.post(address, data={**data, **reader.found})


REST = {"audience": "staff", "ticket_type": "service request", "queue": "", "system": "", "impact": ""}


def test_twelve_can_be_entered_where_there_are_none(desk, client):
    assert "Enter the twelve" in client.get(LIST).text
    client.post(f"{LIST}/new/shipped")
    assert len(db.session.scalars(select(RequestType)).all()) == 12
    assert "Password or sign-in" in client.get(LIST).text


def test_a_new_one_is_looked_at_and_saved(desk, client):
    looked, saved = look_and_save(client, f"{LIST}/new", {**REST, "name": "Paint"})
    assert "What this would alter" in looked.text
    assert saved.headers["Location"].endswith("/paint")
    assert "Paint is saved." in client.get(saved.headers["Location"]).text


def test_a_change_is_told_and_is_in_the_journal(paint, client, desk, administrator):
    given = {**REST, "name": "Paint", "queue": desk["business"].id, "identity_check": "y"}
    looked, saved = look_and_save(client, f"{LIST}/paint/details", given)
    assert "Business systems" in looked.text
    assert "cannot be resolved before somebody is checked" in looked.text
    assert saved.status_code == 303
    assert (paint.queue, paint.identity_check) == (desk["business"], True)
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert (entry.kind, entry.by_id) == ("tickets.RequestTypeChanged", administrator.id)
    assert entry.data["changes"]["Queue"] == ["as the routing rules say", "Business systems"]


def test_questions_are_changed_at_leisure_and_then_taken_into_use(paint, client):
    here = f"{LIST}/paint/questions"
    wrong = client.post(f"{here}/new", data={"label": "Which size?", "kind": "choice", "choices": "One"})
    assert wrong.status_code == 422
    assert "at least two different answers" in wrong.text
    client.post(
        f"{here}/new",
        data={"label": "Which size?", "kind": "choice", "choices": "Big\nSmall", "only_if": "1"},
    )
    assert [each["key"] for each in paint.form.questions] == ["colour", "shade"]
    assert paint.draft[-1]["only_if"] == ["colour", "Blue"]
    refused = client.post(f"{here}/shade/place", data={"way": "up"})
    assert refused.status_code == 409
    assert "must come before it" in refused.text
    client.post(f"{here}/which-size/place", data={"way": "up"})
    client.post(f"{here}/shade/removal")
    client.get(here)
    page = client.get(here).text
    assert "Ask these from now on" in page
    assert "Which red?" not in page
    looked, saved = look_and_save(client, f"{LIST}/paint/version", {})
    assert "Asked" in looked.text
    assert "Version 2 is asked from now on." in client.get(saved.headers["Location"]).text
    db.session.expire_all()
    assert (paint.form.number, paint.draft) == (2, None)
    assert [each["key"] for each in paint.form.questions] == ["colour", "which-size"]


def test_changes_can_be_thrown_away(paint, client):
    client.post(f"{LIST}/paint/questions/colour", data={"label": "Tint?", "kind": "text", "required": "y"})
    assert paint.draft is None  # the second question depends on an answer that would be gone
    client.post(f"{LIST}/paint/questions/shade", data={"label": "Tint?", "kind": "text", "required": "y"})
    assert paint.draft is not None
    client.post(f"{LIST}/paint/discarding")
    assert paint.draft is None
    assert (
        "The questions are the same as before" in look_and_save(client, f"{LIST}/paint/version", {})[0].text
    )


def test_they_are_ordered_retired_and_brought_back_by_pressing(paint, client):
    client.post(f"{LIST}/paint/place", data={"way": "up"})
    names = select(RequestType.name).order_by(RequestType.position)
    assert list(db.session.scalars(names)) == ["Paint", "Glue"]
    client.post(f"{LIST}/paint/retirement")
    assert "Not offered any more" in client.get(LIST).text
    assert client.post(f"{LIST}/glue/retirement").status_code == 409
    client.post(f"{LIST}/paint/retirement")
    assert paint.retired_at is None


def test_pages_cost_few_statements(desk, client, count_queries):
    enter_shipped()
    for page in (LIST, f"{LIST}/new-starter", f"{LIST}/new-starter/questions"):
        with count_queries() as queries:
            assert client.get(page).status_code == 200
        assert len(queries) <= 8, "\n".join(queries)
