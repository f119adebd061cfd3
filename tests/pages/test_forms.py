"""What is typed arrives clean, is kept, and what is wrong is said in words; nothing posted breaks a form."""

from datetime import date, time
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from ictsupport.pages.forms import (
    AmountField,
    DateField,
    FilesField,
    Form,
    Found,
    PersonField,
    TimeField,
    WholeNumberField,
)

PEOPLE = [
    Found("1", "Priya Shah", "Revenues"),
    Found("2", "Priya Sharma", "Planning"),
    Found("3", "Owen Marsh"),
]


def search(typed):
    return [one for one in PEOPLE if typed.lower() in one.name.lower()]


class Everything(Form):
    topic = StringField("Topic", [InputRequired("Enter a topic"), Length(max=20)])
    story = TextAreaField("Story", [Optional()])
    secret = PasswordField("Password", [Optional()])
    how = RadioField("How", choices={"mail": "By mail", "phone": "By phone"}, default="mail")
    systems = SelectMultipleField("Systems", choices={"1": "Telephony", "2": "Printing"}, coerce=int)
    optional = SelectMultipleField("Others", [Optional()], choices={"1": "Telephony", "2": "Printing"})
    day = DateField("Day", [Optional()], what="The day")
    at = TimeField("Time", [Optional()], what="The time")
    many = WholeNumberField("How many", [Optional()], what="The number", most=50)
    cost = AmountField("Cost", [Optional()], what="The cost")
    who = PersonField("Who", [Optional()], search=search)
    files = FilesField("Files", [Optional()])


@pytest.fixture
def sent(app):
    """sent(field=...) is the form as it arrives from a browser."""

    def send(uploads=None, **typed):
        typed = {"topic": "Printer", "how": "mail", **typed}
        data = MultiDict(
            [
                (name, one)
                for name, value in typed.items()
                for one in (value if isinstance(value, list) else [value])
            ]
        )
        for name, file in (uploads or {}).items():
            data.add(name, file)
        with app.test_request_context("/", method="POST", data=data):
            form = Everything()
            form.validate()
            return form

    return send


def test_control_characters_are_taken_out_and_line_ends_made_one(sent):
    form = sent(topic="  Prin\x00ter\x07 ", story="one\r\ntwo\x0b\tthree\x85\x9f")
    assert form.topic.data == "Printer"
    assert form.story.data == "one\ntwo\tthree"


def test_a_password_keeps_its_blanks(sent):
    assert sent(secret=" two blanks ").secret.data == " two blanks "


def test_over_long_text_is_refused_in_words_whatever_the_field_says(sent):
    assert sent(topic="x" * 21).problems == [("topic", "Use no more than 20 characters")]
    assert sent(story="x" * 20_001).problems == [("story", "Use no more than 20,000 characters")]


def test_what_is_missing_is_named(sent):
    assert sent(topic=" ").problems == [("topic", "Enter a topic")]


def test_a_blank_among_ticked_answers_hides_none_that_was_not_offered(sent):
    assert sent(optional=["", "9"]).optional.errors == ["Choose from the answers shown"]
    assert sent(optional=["", "1"]).optional.data == ["1"]


def test_an_answer_that_was_not_offered_is_refused_in_words(sent):
    assert sent(how="pigeon").problems == [("how", "Choose one of the answers shown")]
    assert sent(systems=["1", "9"]).problems == [("systems", "Choose from the answers shown")]
    assert sent(systems=["x"]).problems[0] == ("systems", "Choose from the answers shown")


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        (("27", "3", "2026"), date(2026, 3, 27)),
        (("1", "Nov", "2026"), date(2026, 11, 1)),
        (("29", "2", "2028"), date(2028, 2, 29)),
    ],
)
def test_a_date_is_read_from_its_three_boxes(sent, typed, day):
    form = sent(**dict(zip(("day-day", "day-month", "day-year"), typed, strict=True)))
    assert (form.day.data, form.problems) == (day, [])


@pytest.mark.parametrize(
    ("typed", "target", "words"),
    [
        (("", "3", "2026"), "day-day", "The day must include a day"),
        (("27", "", ""), "day-month", "The day must include a month and year"),
        (("27", "3", "26"), "day-year", "Year must include 4 numbers"),
        (("31", "2", "2026"), "day-day", "The day must be a real date"),
        (("x", "y", "2026"), "day-day", "The day must be a real date"),
        (("9" * 20, "3", "2026"), "day-day", "The day must be a real date"),
        (("1", "1", "0000"), "day-day", "The day must be a real date"),
    ],
)
def test_a_date_that_is_none_says_what_is_wrong_and_keeps_what_was_typed(sent, typed, target, words):
    form = sent(**dict(zip(("day-day", "day-month", "day-year"), typed, strict=True)))
    assert form.problems == [(target, words)]
    assert tuple(form.day.parts.values()) == typed


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("4pm", time(16)),
        ("6:30pm", time(18, 30)),
        ("6.30 pm", time(18, 30)),
        ("18:30", time(18, 30)),
        ("0915", time(9, 15)),
        ("noon", time(12)),
        ("12am", time(0)),
    ],
)
def test_a_time_is_read_as_people_write_it(sent, typed, at):
    assert sent(at=typed).at.data == at


@pytest.mark.parametrize("typed", ["25:00", "13pm", "half four", "9:75am", "4", "99"])
def test_a_time_that_is_none_is_refused_and_kept(sent, typed):
    form = sent(at=typed)
    assert form.problems[0][1].startswith("The time must")
    assert form.at._value() == typed


@pytest.mark.parametrize("typed", ["x", "1.5", "9" * 5000, "51", "-1", "1e3", "٣"])
def test_a_number_out_of_range_is_refused(sent, typed):
    assert sent(many=typed).problems[0][0] == "many"


@pytest.mark.parametrize(("typed", "cost"), [("£1,250.50", "1250.50"), ("0.6", "0.60"), ("1200", "1200.00")])
def test_an_amount_may_be_written_with_pound_sign_and_commas(sent, typed, cost):
    assert sent(cost=typed).cost.data == Decimal(cost)


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "1e9", ".", "-5", "12,,x"])
def test_an_amount_that_is_none_is_refused(sent, typed):
    assert sent(cost=typed).problems[0][0] == "cost"


def test_one_match_is_taken_several_are_offered(sent):
    assert sent(who="owen").who.data == "3"
    several = sent(who="priya")
    assert several.problems == [("who-choice", "More than one person matches. Choose who you mean.")]
    assert [one.value for one in several.who.matches] == ["1", "2"]
    assert sent(**{"who": "priya", "who-choice": "2"}).who.data == "2"
    assert sent(who="Priya Shah – Revenues").who.data == "1"
    assert "Nobody we know matches" in sent(who="zz").problems[0][1]


def test_a_choice_that_the_search_does_not_give_is_not_taken(sent):
    assert sent(**{"who": "priya", "who-choice": "3"}).who.data is None


def test_files_arrive_only_where_files_are_asked_for(sent):
    form = sent(uploads={"files": (BytesIO(b"x"), "a.txt")})
    assert [file.filename for file in form.files.data] == ["a.txt"]
    swapped = sent(uploads={"story": (BytesIO(b"x"), "a.txt")}, files="text")
    assert (swapped.story.data or "", swapped.files.data) == ("", [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "topic",
                "story",
                "how",
                "systems",
                "day",
                "day-day",
                "day-month",
                "day-year",
                "at",
                "many",
                "cost",
                "who",
                "who-choice",
                "files",
            ]
        ),
        st.text(max_size=40),
    )
)
def test_nothing_that_is_typed_breaks_a_form(sent, typed):
    form = sent(**typed)
    assert isinstance(form.problems, list)
    for field in form:
        assert isinstance(field._value() if hasattr(field, "_value") else "", str)
