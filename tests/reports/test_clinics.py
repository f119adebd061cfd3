"""What clinics achieved: every number opens the rows it counts."""

import csv
import io
import random
import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest

from ictsupport import clock
from ictsupport.clinics.attending import check_in, record_no_show, record_outcome, walk_in
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.models import BookingState, ClinicTopic, Outcome
from ictsupport.clinics.planning import CutOffs, Plan, plan_clinic
from ictsupport.clinics.series.planning import plan_series
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.offering import accept
from ictsupport.database import db
from ictsupport.people.models import Grant, Role, Site
from ictsupport.people.scopes import scoped_to
from ictsupport.reports.clinics.figures import Days

from ..cast import keep

FIGURE = re.compile(r'<a href="(/reports/clinics/rows\?[^"]+)" data-lines="(\d+)">([^<]*)</a>')
START = datetime(2026, 8, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def host(make_person, council):
    return make_person("Harriet Stone", council, roles=(Role.CLINIC_HOST,))


@pytest.fixture
def reader(make_person, council):
    return make_person("Morgan Lane", council, roles=(Role.MANAGER,))


@pytest.fixture
def season(desk, council, other_council, site, make_person, host):
    """Since September: six Tuesdays of a series, two clinics for all councils, one called off, one that was waited for."""
    topics = [keep(ClinicTopic(name=name)) for name in ("Papers", "Calls")]
    there = keep(Site(council=other_council, name="Council Offices"))
    names = ["Abba", "Bell", "Cole", "Dean", "Eade", "Fell"]
    members = [make_person(f"Cllr {name}", council, ward=f"Ward {name}") for name in names]
    plan = {
        "site": site,
        "room": "",
        "opens": time(14),
        "closes": time(16),
        "hosts": [host],
        "cut_offs": CutOffs(),
    }
    luck = random.Random(5)
    with clock.at(START):
        weekly = Plan(**plan | {"day": date(2026, 9, 1), "places": 2, "drop_in": 1, "slot_minutes": 30})
        clinics = plan_series(weekly, every_weeks=1, until=date(2026, 10, 6), by=host).clinics
        clinics += [
            plan_clinic(Plan(**plan | {"site": there, "day": day, "shared": True}), by=host)
            for day in (date(2026, 9, 3), date(2026, 10, 8))
        ]
        off = plan_clinic(Plan(**plan | {"day": date(2026, 9, 4)}), by=host)
        book_slot(off.slots[0], members[0], by=host)
        call_off_clinic(off, reason="The host is ill", by=host)
        clinics.append(
            waited_for(Plan(**plan | {"day": date(2026, 9, 7), "closes": time(14, 20)}), members, host)
        )
    for clinic in clinics:
        with clock.at(clinic.starts_at - timedelta(days=luck.choice((1, 2)))):
            book(clinic, members, topics, host, luck)
        attend(clinic, members, host, luck)
    db.session.commit()
    return clinics


def book(clinic, members, topics, host, luck):
    for slot, who in zip(clinic.slots, luck.sample(members, len(members)), strict=False):
        if slot.bookings:
            continue
        booked = book_slot(slot, who, by=host, topic=luck.choice([None, *topics]))
        if luck.random() < 0.1:
            cancel_booking(booked, by=host)


def waited_for(plan, members, host):
    """A clinic of one slot, which somebody got after four days on its waiting list."""
    clinic = plan_clinic(plan, by=host)
    taken = book_slot(clinic.slots[0], members[0], by=host)
    entry = join([clinic], members[1], by=members[1])
    with clock.at(START + timedelta(days=4)):
        cancel_booking(taken, by=host)
        accept(entry, by=members[1])
    return clinic


def attend(clinic, members, host, luck):
    for slot in clinic.slots:
        db.session.expire(slot, ["bookings"])
        with clock.at(slot.starts_at + timedelta(minutes=1)):
            for booking in [each for each in slot.bookings if each.state is BookingState.CONFIRMED]:
                chance = luck.random()
                if chance < 0.2:
                    record_no_show(booking, by=host)
                elif chance < 0.3:
                    check_in(booking, by=host)
                elif chance < 0.9:
                    outcome = luck.choice([Outcome.FIXED, Outcome.ADVICE, Outcome.TICKET])
                    record_outcome(booking, outcome, by=host, subject="Help")
            if clinic.places > 1 and luck.random() < 0.5:
                walk_in(clinic, luck.choice(members), by=host)


def figures(page):
    return [(unescape(href), int(lines), unescape(text)) for href, lines, text in FIGURE.findall(page)]


def count_of(visitor, href):
    """The rows listed behind a figure on all its pages, and what the list says the figure counts."""
    listed, said = 0, 0
    while href:
        page = visitor.get(href).text
        listed += page.count('class="line"')
        said = int(re.search(r'data-figure="(\d+)"', page)[1]) if 'data-figure="' in page else 0
        after = re.search(r'rel="next" href="([^"]+)"', page)
        href = unescape(after[1]) if after else None
    return listed, said


def test_every_number_opens_as_many_rows_as_it_says(season, browser, reader):
    visitor = browser(reader)
    pages = (
        "/reports/clinics?from=2026-09&to=2026-10",
        "/reports/clinics?by=week&from=2026-09-01&to=2026-09-01&council=northbrook",
        "/reports/load?from=2026-09&to=2026-10",
    )
    found = dict.fromkeys(figure for page in pages for figure in figures(visitor.get(page).text))
    assert len(found) > 80
    for href, lines, text in found:
        assert count_of(visitor, href) == (lines, lines), (href, text)
        if re.fullmatch(r"[\d,]+", text):
            assert int(text.replace(",", "")) == lines, href


def test_periods_councils_and_sites_add_up_to_the_whole_in_page_and_sheet(season, browser, reader):
    visitor = browser(reader)
    told = visitor.get("/reports/clinics.json").json
    total = told["total"]
    counted = sum(1 for clinic in season for slot in clinic.slots for each in slot.bookings if each.is_live)
    assert (total["held"], total["called_off"], total["booked"]) == (9, 1, counted)
    assert total["offered"] == 6 * 4 * 2 + 2 * 6 + 1
    assert total["booked"] == total["attended"] + total["missed"] + total["unnoted"]
    assert total["no_show_rate"] == round(total["missed"] / total["expected"], 4)
    sheet = visitor.get("/reports/clinics.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert {(row["council"], row["site"]) for row in rows} == {
        ("Northbrook", "Town Hall"),
        ("Shared, for all councils", "Council Offices"),
    }
    for name in ("held", "called_off", "offered", "booked", "attended", "outcome_ticket", "waited"):
        assert sum(int(row[name]) for row in rows) == total[name], name
        for part in ("periods", "councils", "sites"):
            assert sum(each[name] for each in told[part]) == total[name], (part, name)
    assert sum(each["booked"] for each in told["topics"]) == total["booked"]


def test_a_site_and_a_series_narrow_the_figures_and_of_few_no_rate_is_told(season, browser, reader):
    visitor = browser(reader)
    site, series = season[0].site_id, season[0].series_id
    found = figures(visitor.get(f"/reports/clinics?from=2026-09&to=2026-09&site={site}").text)
    assert "1 person" in [text for href, _, text in found if "measure=waited" in href]
    assert not any("%" in text for href, lines, text in found if "measure=expected" in href and lines < 5)
    page = visitor.get(f"/reports/clinics?series={series}").text
    assert "Town Hall, every week on Tuesday, 2pm" in page
    assert visitor.get(f"/reports/clinics.json?series={series}").json["total"]["held"] == 6
    refused = unescape(visitor.get("/reports/clinics?series=atlantis&site=%00&from=soon").text)
    assert "There is no series “atlantis”" in refused
    assert "Enter “from” as a day or a month" in refused


def test_a_median_is_the_fewest_days_that_half_stayed_within():
    waits = Days()
    waits.counts.update([0, 0, 4, 4])
    assert waits.median is None  # of too few
    waits.counts.update([4, 9])
    assert (waits.median, waits.p90) == (4, 9)


def test_a_reader_of_figures_sees_counts_and_not_who_they_are(season, browser, make_person, other_council):
    reader = make_person("Nora Reader", other_council)
    reader.grants.append(Grant(role=Role.FIGURES_READER, **scoped_to(other_council)))
    db.session.commit()
    visitor = browser(reader)
    found = figures(visitor.get("/reports/clinics").text)
    href, _, _ = next(each for each in found if "measure=booked" in each[0] and each[1])
    rows = visitor.get(href).text
    assert "0 are listed here, and some you may not open" in rows
    assert "Cllr" not in rows.partition("<main")[2]
    total = visitor.get("/reports/clinics.json").json["total"]
    assert (total["held"], total["called_off"]) == (2, 0)  # those for all councils


def test_no_clinic_is_said_in_words_and_nonsense_is_not_found(desk, browser, reader):
    visitor = browser(reader)
    assert "No clinic was held in this period" in visitor.get("/reports/clinics?from=2021-01&to=2021-02").text
    assert visitor.get("/reports/clinics/rows?measure=nonsense").status_code == 404


def test_the_pages_take_the_same_few_statements_however_many_clinics(season, browser, reader, count_queries):
    visitor = browser(reader)
    visitor.get("/reports/clinics")  # what seldom changes is read the first time
    counts = []
    for asked in ("?from=2026-10&to=2026-10", ""):
        with count_queries() as queries:
            visitor.get(f"/reports/clinics{asked}")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    with count_queries() as queries:
        visitor.get("/reports/clinics/rows?measure=booked")
    assert len(queries) <= 8
    visitor.get("/reports/load")
    with count_queries() as queries:
        visitor.get("/reports/load")
    assert len(queries) <= 6
