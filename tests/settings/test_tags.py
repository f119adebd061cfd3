"""Tags are put in order in pages; what is only on tickets that somebody may not open is not there for them."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.tickets.desk.models import Tag
from ictsupport.tickets.setting_up.access import NotYoursToSet
from ictsupport.tickets.setting_up.tags import StillUsed, merge_tags, remove_tag, rename_tag
from ictsupport.tickets.tagging import tag, tags_named, untag


def named(name):
    return db.session.scalars(select(Tag).where(Tag.name == name)).one()


def tags_of(ticket):
    db.session.refresh(ticket)
    return [each.name for each in ticket.tags]


@pytest.fixture
def secret(make_ticket, desk, agent):
    """A confidential ticket that neither the manager nor the agent is cleared for, with a tag of its own."""
    ticket = make_ticket(confidential=True)
    tag(ticket, ["grievance"], by=None)
    return ticket


def test_a_renamed_tag_is_found_by_both_names_and_typing_the_old_one_gives_the_new(
    sheet, manager, agent, make_ticket, browser
):
    ticket, other = make_ticket(), make_ticket()
    tag(ticket, ["vpn"], by=agent)
    form = sheet(manager, f"/settings/tags/{named('vpn').id}")
    said = form.look(name="Remote access")
    assert "1 ticket that you may open" in said
    assert tags_of(ticket) == ["vpn"]
    assert form.save(name="Remote access").status_code == 303
    assert tags_of(ticket) == ["remote access"]
    for name in ("vpn", "remote+access"):
        assert ticket.reference in browser(agent).get(f"/tickets?view=everything&tag={name}").text, name
    tag(other, ["vpn"], by=agent)
    assert tags_of(other) == ["remote access"]
    page = browser(manager).get("/settings/tags").text
    assert page.count("vpn") == 1
    rename_tag(named("remote access"), "vpn", by=manager)
    assert (tags_of(ticket), named("remote access").became_id) == (["vpn"], named("vpn").id)


def test_a_merged_tag_is_the_other_on_every_ticket_and_its_old_names_follow(
    sheet, manager, agent, make_ticket
):
    one, both = make_ticket(), make_ticket()
    tag(one, ["laptop"], by=agent)
    tag(both, ["laptop", "hardware"], by=agent)
    rename_tag(named("laptop"), "notebook", by=manager)
    notebook, hardware = named("notebook"), named("hardware")
    form = sheet(manager, f"/settings/tags/{notebook.id}/merging")
    said = form.look(other=str(hardware.id))
    assert (
        "Of 2 tickets with “notebook” that you may open, 1 would get “hardware” instead and 1 has it" in said
    )
    assert tags_of(one) == ["notebook"]
    assert form.save(other=str(hardware.id)).status_code == 303
    assert (tags_of(one), tags_of(both)) == (["hardware"], ["hardware"])
    assert tags_named(["laptop, notebook, hardware"]) == [hardware]
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert (entry.kind, entry.data["changes"]) == (
        "tickets.TagChanged",
        {"Merged into": [None, "hardware"]},
    )


def test_what_is_only_on_confidential_tickets_is_not_there_and_no_refusal_tells_of_it(
    secret, sheet, manager, agent, make_ticket, browser
):
    ticket = make_ticket()
    tag(ticket, ["dispute"], by=agent)
    tag(secret, ["dispute"], by=None)
    desk = browser(manager)
    page = desk.get("/settings/tags").text
    assert "grievance" not in page
    assert desk.get(f"/settings/tags/{named('grievance').id}").status_code == 404
    form = sheet(manager, f"/settings/tags/{named('dispute').id}")
    assert "1 ticket that you may open" in form.look(name="grievance")
    assert form.save(name="grievance").status_code == 303
    assert tags_of(ticket) == tags_of(secret) == ["grievance"]


def test_a_name_in_use_is_refused_with_the_way_out(sheet, manager, agent, make_ticket):
    tag(make_ticket(), ["laptop", "hardware"], by=agent)
    form = sheet(manager, f"/settings/tags/{named('laptop').id}")
    assert "Merge this one into it instead" in form.look(name="Hardware")
    assert "one name, without commas" in form.look(name="a, b")
    assert 'value="a, b"' in form.page


def test_only_what_is_on_no_ticket_is_removed(manager, agent, make_ticket, browser):
    ticket = make_ticket()
    tag(ticket, ["laptop"], by=agent)
    laptop = named("laptop")
    with pytest.raises(StillUsed):
        remove_tag(laptop, by=manager)
    untag(ticket, [laptop], by=agent)
    rename_tag(laptop, "notebook", by=manager)
    assert browser(manager).post(f"/settings/tags/{laptop.id}/removal").status_code == 303
    assert db.session.scalars(select(Tag)).all() == []


def test_only_who_manages_all_councils_changes_tags(local_manager, agent, make_ticket, browser):
    tag(make_ticket(), ["laptop", "hardware"], by=agent)
    with pytest.raises(NotYoursToSet):
        merge_tags(named("laptop"), named("hardware"), by=local_manager)
    visitor = browser(local_manager)
    assert "hardware" in visitor.get("/settings/tags").text
    assert visitor.get(f"/settings/tags/{named('hardware').id}").status_code == 404


def test_the_list_costs_the_same_however_long(manager, agent, make_ticket, browser, count_queries):
    desk, counts = browser(manager), []
    for at in range(2):
        for ticket in (make_ticket(), make_ticket()):
            tag(ticket, [f"tag {at}-{number}" for number in range(12)], by=agent)
        db.session.commit()
        desk.get("/settings/tags")
        with count_queries() as queries:
            assert desk.get("/settings/tags").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6, counts
