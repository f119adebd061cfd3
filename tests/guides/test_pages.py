"""The pages of guides, as readers and the desk walk through them."""

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.guides.models import Audience, Guide, GuideReading, GuideVote
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket


def ticket_of(staff, *systems, **more):
    return raise_ticket(
        requester=staff, subject="No voicemail today", description="", systems=list(systems), by=staff,
        channel=Channel.SELF_SERVICE, **more,
    )  # fmt: skip


def typed(agent, **more) -> dict[str, object]:
    told = {
        "title": "Set up voicemail",
        "body": "Dial **1571**",
        "audiences": ["staff", "members"],
        "owner": str(agent.id),
        "review_on-day": "1",
        "review_on-month": "6",
        "review_on-year": "2027",
    }
    return told | more


def test_a_guide_is_written_published_and_read(browser, agent, staff):
    desk = browser(agent)
    address = desk.post("/guides/new", data=typed(agent)).location
    assert address == "/guides/set-up-voicemail"
    assert browser(staff).get(address).status_code == 404
    assert desk.post(f"{address}/publication").status_code == 303
    assert "<strong>1571</strong>" in browser(staff).get(address).text
    assert "Set up voicemail" in browser(staff).get("/guides").text
    assert 'href="/guides"' in browser(staff).get("/").text


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browser, agent):
    answer = browser(agent).post("/guides/new", data=typed(agent, title="–"))
    assert answer.status_code == 422
    assert "Give the guide a title with letters or numbers in it." in answer.text
    assert "Dial **1571**" in answer.text


def test_the_slower_of_two_is_told_and_may_insist(browser, agent, manager, make_guide):
    guide = make_guide()
    address, first = f"/guides/{guide.slug}/edit", str(guide.version)
    browser(manager).post(address, data=typed(manager, body="Theirs", version=first))
    answer = browser(agent).post(address, data=typed(agent, body="Mine", version=first))
    assert answer.status_code == 409
    assert "Somebody changed this while you had it open" in answer.text
    assert "Mine" in answer.text
    assert db.session.get_one(Guide, guide.id).body == "Theirs"


def test_only_coming_from_the_list_or_a_suggestion_is_kept(browser, agent, staff, make_guide):
    slug = make_guide().slug
    reader = browser(staff)
    reader.get(f"/guides/{slug}")
    browser(agent).get(f"/guides/{slug}?from=list")
    assert db.session.scalars(select(GuideReading)).all() == []
    reader.get(f"/guides/{slug}?from=list")
    reader.get(f"/guides/{slug}?from=suggestion")
    assert [one.person_id for one in db.session.scalars(select(GuideReading))] == [staff.id]


def test_a_vote_is_given_on_the_page_and_counted_for_the_desk(browser, agent, staff, make_guide):
    slug = make_guide().slug
    reader = browser(staff)
    assert reader.post(f"/guides/{slug}/vote", data={"helpful": "yes"}).status_code == 303
    page = reader.get(f"/guides/{slug}").text
    assert "You said yes" in page
    assert "1 of 1" not in page
    assert "1 of 1 say yes" in browser(agent).get(f"/guides/{slug}").text
    reader.post(f"/guides/{slug}/vote", data={"helpful": "no"})
    assert [vote.helpful for vote in db.session.scalars(select(GuideVote))] == [False]


def test_a_source_that_became_confidential_is_not_named(browser, agent, staff, desk, make_guide):
    ticket = ticket_of(staff)
    guide = make_guide()
    guide.source = ticket
    assert ticket.reference in browser(agent).get(f"/guides/{guide.slug}").text
    ticket.confidential = True
    assert ticket.reference not in browser(agent).get(f"/guides/{guide.slug}").text


def test_an_agent_sees_guides_beside_a_ticket_and_may_send_those_the_requester_reads(
    browser, agent, staff, desk, telephony, make_guide
):
    make_guide(systems=[telephony])
    make_guide("Reset voicemail PINs", audiences=[Audience.AGENTS], systems=[telephony])
    ticket = ticket_of(staff, telephony)
    page = browser(agent).get(f"/tickets/{ticket.reference}/beside").text
    assert "Guides that may help" in page
    assert "Reset voicemail PINs" in page
    assert page.count("data-put-in") == 1
    assert "Not for them" in page
    assert "Reset voicemail PINs" not in browser(staff).get(f"/tickets/{ticket.reference}").text


def test_a_guide_is_suggested_while_somebody_asks(browser, staff, desk, telephony, make_guide):
    make_guide(systems=[telephony])
    page = browser(staff).get(f"/tickets/new/known?system={telephony.id}").text
    assert "/guides/set-up-voicemail?from=suggestion" in page


@pytest.mark.parametrize("guides", [1, 25])
def test_the_lists_cost_the_same_however_long(
    guides, browser, agent, staff, telephony, make_guide, count_queries
):
    for number in range(guides):
        make_guide(f"Guide {number}", systems=[telephony])
    for person, most in ((agent, 9), (staff, 6)):
        visitor = browser(person)
        with count_queries() as queries:
            page = visitor.get("/guides").text
        assert "Guide 0" in page
        assert len(queries) <= most, "\n".join(queries)


def test_whose_guide_is_due_is_led_to_it_from_today(make_guide, agent, manager, browser):
    guide = make_guide("Set up voicemail")
    words = "Is the guide “Set up voicemail” still right?"
    assert words not in browser(agent).get("/today").text
    guide.review_on = clock.now().date()
    db.session.flush()
    assert words in browser(agent).get("/today").text
    assert words not in browser(manager).get("/today").text
