"""Similar tickets suggest a problem to who answers for it: once, with what comes after, until somebody decides."""

from datetime import timedelta

import pytest

from ictsupport import clock
from ictsupport.people.models import Role
from ictsupport.tickets.problems.deciding import DecidedAlready, dismiss, suggested_to, take
from ictsupport.tickets.problems.suggesting import find, rule_now, would_find
from ictsupport.tickets.related.linking import link
from ictsupport.tickets.related.major import children_of
from ictsupport.tickets.related.models import LinkKind

SUBJECTS = ("Telephone is silent", "My telephone falls silent", "Silent telephone again")


@pytest.fixture
def rule(desk):
    rule = rule_now()
    rule.least, rule.days = 3, 14
    return rule


@pytest.fixture
def report(make_ticket, telephony):
    return lambda subject=SUBJECTS[0], **more: make_ticket(subject=subject, systems=[telephony], **more)


@pytest.fixture
def lead(make_person, council):
    return make_person("Ruth Lead", council, roles=(Role.SYSTEMS_LEAD,))


def test_so_many_similar_tickets_about_a_system_suggest_a_problem_once(rule, report, make_ticket):
    for subject in SUBJECTS[:2]:
        report(subject)
    report("Voicemail wants a new code")
    make_ticket(subject=SUBJECTS[0])
    assert (find(), would_find(2, 14)) == ([], 1)
    report(SUBJECTS[2])
    made = find()
    assert [each.words_ for each in made] == ["silent, telephone"]
    assert find() == []


def test_what_came_too_long_ago_is_confidential_or_explained_does_not_count(rule, report, agent):
    with clock.at(clock.now() - timedelta(days=15)):
        report()
    report(confidential=True)
    link(report("The exchange is down"), LinkKind.PARENT, report(), by=agent)
    report(), report()
    assert find() == []


def test_what_comes_after_goes_to_the_suggestion_and_one_press_opens_the_problem_with_all(
    rule, report, manager, telephony
):
    tickets = [report(subject) for subject in SUBJECTS]
    (made,) = find()
    tickets.append(report("The telephone went silent"))
    assert find() == []
    assert [(one.how_many, len(one.tickets)) for one in suggested_to(manager, with_tickets=True)] == [(4, 4)]
    problem = take(made, by=manager)
    assert children_of(problem.ticket, manager) == tickets
    assert (problem.ticket.systems, problem.ticket.assignee) == ([telephony], manager)
    assert suggested_to(manager) == []
    with pytest.raises(DecidedAlready):
        dismiss(made, by=manager)


def test_what_was_dismissed_takes_as_many_new_ones_to_be_suggested_again(rule, report, manager):
    for subject in SUBJECTS:
        report(subject)
    (made,) = find()
    dismiss(made, by=manager)
    report(), report()
    assert (find(), suggested_to(manager)) == ([], [])
    report()
    assert len(find()) == 1


def test_managers_and_leads_are_shown_it_where_they_work_and_agents_are_not(
    rule, report, manager, lead, agent, browser
):
    for subject in SUBJECTS:
        secret = report(subject)
    (made,) = find()
    secret.confidential = True
    words = "similar tickets about silent, telephone"
    assert f"2 {words}" in browser(manager).get("/today").text
    assert words not in browser(agent).get("/problems").text
    page = browser(lead).get("/problems").text
    assert f"2 {words}" in page
    assert secret.reference not in page
    assert browser(agent).post(f"/problems/suggestions/{made.id}/problem").status_code == 403
    where = browser(lead).post(f"/problems/suggestions/{made.id}/problem").location
    assert "2 tickets, which the helpdesk works on" in browser(lead).get(where).text


def test_the_tickets_of_several_suggestions_are_folded_so_that_the_problems_stay_in_sight(
    rule, report, manager, browser
):
    for subject in SUBJECTS:
        report(subject)
    find()
    alone = browser(manager).get("/problems").text
    assert "<details open><summary>" in alone
    for _ in range(3):
        report("Voicemail wants a new code")
    find()
    page = browser(manager).get("/problems").text
    assert page.count("<details><summary>") == 2


def test_the_numbers_are_looked_at_before_they_are_saved(rule, report, manager, browser):
    report(), report()
    client, here = browser(manager), "/settings/suggested-problems"
    data = {"least": "2", "days": "7"}
    assert client.post(here, data=data | {"least": "1"}).status_code in (200, 422)
    page = client.get(here)
    stamp = page.text.split('name="stamp" type="hidden" value="')[1].split('"')[0]
    page = client.post(here, data=data | {"stamp": stamp}).text
    assert "One more group of similar tickets would be suggested" in page
    assert rule.least == 3
    seen = page.split('name="seen" type="hidden" value="')[1].split('"')[0]
    client.post(here, data=data | {"stamp": stamp, "seen": seen})
    assert (rule.least, rule.days) == (2, 7)
    assert len(suggested_to(manager)) == 1
