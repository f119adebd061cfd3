"""Markdown is shown as what it says, and never as more than that."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ictsupport.pages.markdown import markdown, plain_text

ALLOWED = re.compile(
    r"</?(?:h[2-6]|p|ul|ol|li|strong|em|code|pre|blockquote|br|hr|a)"
    r"(?: (?:class|href|rel|start|tabindex)=\"[^\"<>]*\")*>"
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("# Voicemail", '<h2 class="govuk-heading-m">Voicemail</h2>'),
        ("### Listen", '<h2 class="govuk-heading-m">Listen</h2>'),
        (
            "Press **Send** and *wait*.",
            '<p class="govuk-body">Press <strong>Send</strong> and <em>wait</em>.</p>',
        ),
        ("- one\n- two", '<ul class="govuk-list govuk-list--bullet"><li>one</li><li>two</li></ul>'),
        (
            "3. third\n4. fourth",
            '<ol class="govuk-list govuk-list--number" start="3"><li>third</li><li>fourth</li></ol>',
        ),
        ("Dial `*17`", '<p class="govuk-body">Dial <code>*17</code></p>'),
        ("a_b_c and 2 * 3 * 4", '<p class="govuk-body">a_b_c and 2 * 3 * 4</p>'),
    ],
)
def test_what_is_typed_becomes_what_it_means(typed, shown):
    assert markdown(typed) == shown


def test_no_level_of_headings_is_skipped():
    made = markdown("## First\n\n#### Under it\n\n## Second\n\n# Third\n\n## Under that")
    assert re.findall(r"<h(\d)", made) == ["2", "3", "3", "2", "3"]


def test_lists_may_hold_lists():
    made = markdown("1. Open Settings\n   - on an iPad\n   - on a laptop\n2. Tap Mail")
    assert made.count("<li>") == 4
    assert made.index("<ul") < made.index("Tap Mail") < made.index("</ol>")


def test_lines_of_a_reply_stay_lines():
    assert "<br>" in markdown("Hello\nPat", breaks=True)
    assert "<br>" not in markdown("Hello\nPat")


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "//elsewhere.example", "JAVASCRIPT:x", "vbscript:x"]
)
def test_a_link_leads_nowhere_dangerous(href):
    assert "<a" not in markdown(f"[press]({href})")


def test_a_link_leads_into_the_service_and_to_the_web():
    assert 'href="/guides/voicemail"' in markdown("See [voicemail](/guides/voicemail)")
    assert 'href="https://example.org/a?b=1&amp;c=2"' in markdown("See https://example.org/a?b=1&c=2.")


def test_elements_that_were_typed_are_words():
    assert "<script" not in markdown("<script>alert(1)</script> **<img src=x onerror=y>**")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab <>\"'&*_`#-1.>[]()/:\nhttps~"), max_size=120))
def test_whatever_is_typed_the_page_holds_only_these_elements(typed):
    left = ALLOWED.sub("", markdown(typed))
    assert "<" not in left
    assert ">" not in left


def test_long_and_deep_text_is_read_in_reasonable_time():
    markdown("*" * 20_000)
    markdown(">" * 5_000)
    markdown("- a\n  " * 3_000)
    markdown("[" * 20_000)


def test_the_words_alone():
    assert plain_text("## Set *up*\n- [Voicemail](/x) now") == "Set up Voicemail now"
