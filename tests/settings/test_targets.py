"""Targets and priorities are set in pages: looked at first, refused in words, followed by open work."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.models import ClockKind, Matrix, Ticket
from ictsupport.tickets.prioritising import matrix_for
from ictsupport.tickets.rebuilding import rebuild_clocks
from ictsupport.tickets.request_types.keeping import add_type
from ictsupport.tickets.request_types.offering import Filled
from ictsupport.tickets.setting_up.policy_forms import STEPS, as_answers
from ictsupport.tickets.targets import recounting
from ictsupport.tickets.targets.models import Clock, Policy
from tests.conftest import NOW

from .conftest import text_of

LATER = {"starts_on-day": "1", "starts_on-month": "12", "starts_on-year": "2026"}


def due(ticket: Ticket):
    kind = ClockKind.RESOLUTION
    return db.session.scalar(select(Clock.due_at).where(Clock.ticket_id == ticket.id, Clock.kind == kind))


def answers(policy: Policy, **more):
    """What a browser sends of the form: every choice, and what was typed."""
    rows = {}
    for number in range(STEPS):
        rows |= {
            f"step_{number}_clock": "response",
            f"step_{number}_when": "percent",
            f"step_{number}_do": "notify",
            f"step_{number}_queue": "",
        }
    return {**rows, **as_answers(policy), **more}


def test_changed_targets_are_shown_before_they_are_saved_and_open_tickets_follow(
    sheet, manager, desk, policy, make_ticket
):
    ticket = make_ticket(impact=3, urgency=2)
    before = due(ticket)
    form = sheet(manager, f"/settings/targets/{policy.id}/change")
    wanted = answers(policy, p4_resolution=2, p4_resolution_unit="hours")
    said = form.look(**wanted)
    assert "1 open ticket of 1 looked at would be due at another time" in said
    assert ticket.reference in said
    assert "12 midday" in said
    db.session.expire_all()
    assert (due(ticket), policy.targets["4"]["resolution"]) == (before, [10, "working days"])
    assert form.save(**wanted).status_code == 303
    assert due(ticket) == NOW + timedelta(hours=2)
    assert [found for _, found in rebuild_clocks(False) if found] == []
    assert entries_about(policy)[-1].data["changes"] == {
        "priority 4 resolution": ["10 working days", "2 hours"]
    }


def test_targets_may_change_for_new_requests_only(sheet, manager, agent, desk, policy, make_ticket, later):
    ticket = make_ticket(impact=3, urgency=2)
    before = due(ticket)
    with later(hours=1):
        form = sheet(manager, f"/settings/targets/{policy.id}/change")
        assert re.search(r'name="applies_to_open"[^>]*checked', form.page)
        wanted = answers(policy, p4_resolution=2, p4_resolution_unit="hours")
        said = form.look(**wanted)
        assert "If it did not apply to requests already open, no open ticket would be" in said
        wanted["applies_to_open"] = ""
        said = form.look(**wanted)
        assert "No open ticket would be due at another time: each keeps the targets it has" in said
        assert "If it applied to requests already open, 1 open ticket of 1 looked at would be" in said
        assert form.save(**wanted).status_code == 303
        newer = make_ticket(impact=3, urgency=2)
        assert (due(ticket), due(newer)) == (before, NOW + timedelta(hours=3))
        assert [found for _, found in rebuild_clocks(False) if found] == []
        new = db.session.scalars(select(Policy).where(Policy.id != policy.id)).one()
        assert "Keep the targets they had" in sheet(manager, f"/settings/targets/{new.id}").page
        assert entries_about(new)[-1].data["changes"]["applies to requests already open"] == ["yes", "no"]
        clocks = text_of(sheet(agent, f"/tickets/{ticket.reference}/clocks").page)
        assert f"{policy.name}, as it was until" in clocks


def test_what_would_be_past_target_is_counted(sheet, manager, desk, policy, make_ticket, later):
    make_ticket(impact=3, urgency=2)
    with later(hours=4):
        form = sheet(manager, f"/settings/targets/{policy.id}/change")
        said = form.look(**answers(policy, p4_resolution=1, p4_resolution_unit="hours"))
    assert "1 ticket would be past target; 0 are now" in said
    assert "past target" in form.page


def test_a_confidential_ticket_is_neither_shown_nor_counted(sheet, manager, desk, policy, make_ticket):
    hidden = make_ticket(impact=3, urgency=2, confidential=True)
    form = sheet(manager, f"/settings/targets/{policy.id}/change")
    said = form.look(**answers(policy, p4_resolution=1))
    assert "No open ticket is concerned" in said
    assert hidden.reference not in form.page


def test_who_sees_no_tickets_sees_counts_only(sheet, administrator, desk, policy, make_ticket):
    ticket = make_ticket(impact=3, urgency=2)
    form = sheet(administrator, f"/settings/targets/{policy.id}/change")
    said = form.look(**answers(policy, p4_resolution=1))
    assert "1 open ticket of 1" in said, said[-900:]
    assert ticket.reference not in form.page


def test_targets_may_change_from_a_day_on(sheet, manager, desk, policy, make_ticket):
    ticket = make_ticket(impact=3, urgency=2)
    before = due(ticket)
    form = sheet(manager, f"/settings/targets/{policy.id}/change")
    wanted = answers(policy, p4_resolution=20, **LATER)
    assert "they follow when that day comes" in form.look(**wanted)
    assert form.save(**wanted).status_code == 303
    db.session.refresh(policy)
    later = db.session.scalars(select(Policy).where(Policy.id != policy.id)).one()
    assert policy.effective_to == later.effective_from
    assert due(ticket) == before
    with clock.at(later.effective_from):
        jobs.run_all()
    assert due(ticket) > before


def test_overlapping_policies_are_refused_and_what_was_typed_stays(sheet, manager, desk, policy):
    form = sheet(manager, "/settings/targets/new")
    said = form.look(**answers(policy, name="Once more"))
    assert "“Standard targets” already sets the targets of the same tickets" in said
    assert 'value="Once more"' in form.page
    wanted = answers(policy, name="Members first", requester_kind="member", p4_resolution=3)
    assert form.save(**wanted).status_code == 303
    assert db.session.scalars(select(Policy).where(Policy.name == "Members first")).one().pauses == [
        "awaiting requester"
    ]


def test_a_request_type_is_given_targets_of_its_own(sheet, manager, agent, desk, policy, make_ticket, later):
    """From its page, looked at first; its open tickets follow and keep what has been counted, and no others do."""
    leaver = add_type(name="Leaver", by=manager)
    asked = make_ticket(impact=3, urgency=2, filled=Filled(leaver.form, []))
    other = make_ticket(impact=3, urgency=2)
    before = due(other)
    page = sheet(manager, "/settings/request-types/leaver").page
    assert "the targets of all tickets count" in page
    address = re.search(r'href="(/settings/targets/new[^"]*)"', page)[1]
    with later(hours=1):
        form = sheet(manager, address)
        assert re.search(r"<option value=.leaver. selected", form.page)
        wanted = answers(policy, name="Leavers", request_type="leaver", p4_resolution=3)
        wanted["p4_resolution_unit"] = "hours"
        said = form.look(**wanted)
        assert "1 open ticket of 1 looked at would be due at another time" in said
        assert asked.reference in said
        assert form.save(**wanted).status_code == 303
        assert (due(asked), due(other)) == (NOW + timedelta(hours=3), before)
        assert [found for _, found in rebuild_clocks(False) if found] == []
        agents = sheet(agent, f"/tickets/{asked.reference}/clocks").page
        assert "Leavers" in agents
        assert "Standard targets" not in text_of(agents)
    own = db.session.scalars(select(Policy).where(Policy.request_type_id == leaver.id)).one()
    covered = entries_about(own)[-1].data["changes"]["covers"]
    assert covered == [None, "all tickets asking for “Leaver”, all councils"]
    assert "Its own" in sheet(manager, "/settings/request-types").page
    assert "Leavers" in sheet(manager, "/settings/request-types/leaver").page
    assert sheet(manager, f"/settings/targets/{own.id}/ending").save().status_code == 303
    assert due(asked) == before


def test_what_makes_no_sense_is_refused_in_words(sheet, manager, desk, policy):
    form = sheet(manager, f"/settings/targets/{policy.id}/change")
    assert "must be a whole number" in form.look(**answers(policy, p1_response="soon"))
    assert "names a queue" in form.look(
        **answers(policy, step_0_amount=80, step_0_when="percent", step_0_do="move")
    )
    assert "real date" in form.look(**answers(policy, **{**LATER, "starts_on-month": "13"}))
    assert "a day to come" in form.look(**answers(policy, **{**LATER, "starts_on-year": "2025"}))


def test_steps_are_kept_as_the_policy_keeps_them(sheet, manager, desk, policy):
    queue = desk["business"]
    steps = {
        "step_0_clock": "resolution",
        "step_0_amount": 80,
        "step_0_when": "percent",
        "step_0_do": "notify",
        "step_1_clock": "response",
        "step_1_amount": 1,
        "step_1_when": "working days",
        "step_1_do": "move",
        "step_1_queue": queue.id,
    }
    sheet(manager, f"/settings/targets/{policy.id}/change").save(**answers(policy, **steps))
    db.session.refresh(policy)
    assert policy.steps == [
        {"clock": "resolution", "percent": 80, "do": "notify"},
        {"clock": "response", "after": [1, "working days"], "do": "move", "queue": queue.id},
    ]
    page = sheet(manager, f"/settings/targets/{policy.id}").page
    assert "At 80% of the target for the resolution, tell the queue" in page


def test_ending_the_only_policy_is_refused(sheet, manager, desk, policy, make_ticket):
    make_ticket()
    form = sheet(manager, f"/settings/targets/{policy.id}/ending")
    assert "No targets have been set for this kind of ticket" in form.look()
    db.session.refresh(policy)
    assert policy.effective_to is None


def test_much_open_work_is_counted_by_job_a_batch_at_a_time(
    sheet, manager, desk, policy, make_ticket, monkeypatch
):
    monkeypatch.setattr(recounting, "AT_ONCE", 2)
    monkeypatch.setattr(recounting, "BATCH", 2)
    tickets = [make_ticket(impact=3, urgency=2) for _ in range(5)]
    before = due(tickets[4])
    sheet(manager, f"/settings/targets/{policy.id}/change").save(**answers(policy, p4_resolution=1))
    assert due(tickets[4]) == before
    assert "Open tickets are being counted anew: 0 of 5" in sheet(manager, "/settings/targets").page
    jobs.run_all()
    assert all(due(ticket) < before for ticket in tickets)
    assert recounting.under_way() == []


def test_priorities_are_shown_before_they_are_saved_and_old_tickets_stay(
    sheet, manager, desk, council, make_ticket
):
    ticket = make_ticket(impact=3, urgency=2)
    form = sheet(manager, "/settings/priorities/northbrook")
    wanted = {f"cell_{cell[0]}_{cell[2]}": priority for cell, priority in matrix_for(council.id).items()}
    wanted["cell_3_2"] = 3
    said = form.look(**wanted)
    assert "Of the 1 open ticket, 1 would be classed differently" in said
    assert "P4 low P3 moderate 1" in said
    assert form.save(**wanted).status_code == 303
    db.session.refresh(ticket)
    assert ticket.priority == 4
    assert make_ticket(impact=3, urgency=2).priority == 3
    own = db.session.scalars(select(Matrix).where(Matrix.council_id == council.id)).one()
    assert entries_about(own)[-1].data["changes"]["impact 3, urgency 2"] == ["P4", "P3"]


def test_priorities_may_hold_from_a_day_to_come(sheet, manager, desk, council):
    form = sheet(manager, "/settings/priorities/all")
    wanted = {f"cell_{cell[0]}_{cell[2]}": 1 for cell in matrix_for(None)}
    assert form.save(**wanted, **LATER).status_code == 303
    assert matrix_for(None)["3,3"] == 5
    with clock.at(NOW + timedelta(days=20)):
        assert matrix_for(None)["3,3"] == 1
    assert "To come" in sheet(manager, "/settings/priorities").page


def test_what_is_for_all_councils_is_left_to_whoever_manages_all(browser, local_manager, desk, policy):
    visitor = browser(local_manager)
    assert visitor.get("/settings/priorities").status_code == 200
    assert visitor.get("/settings/priorities/all").status_code == 404
    assert visitor.get("/settings/priorities/northbrook").status_code == 200
    assert visitor.get(f"/settings/targets/{policy.id}").status_code == 200
    assert visitor.get(f"/settings/targets/{policy.id}/change").status_code == 404


@pytest.mark.parametrize("page", ["/settings/targets", "/settings/priorities"])
def test_the_lists_cost_few_statements(browser, manager, desk, policy, page, count_queries):
    visitor = browser(manager)
    with count_queries() as queries:
        assert visitor.get(page).status_code == 200
    assert len(queries) <= 6, queries
