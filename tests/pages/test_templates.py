"""What no template may hold: it would break the content security policy, or let somebody else's markup in."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))
FORBIDDEN = {
    r"\|\s*safe\b": "text marked as safe",
    r"\{%-?\s*autoescape\s+false": "escaping switched off",
    r"\son[a-z]+\s*=\s*[\"'{]": "an inline handler",
    r"\sstyle\s*=\s*[\"'{]": "an inline style",
    r"<script(?![^>]*\bsrc=)": "an inline script",
    r"javascript:": "a script in an address",
    r"<img(?![^>]*\balt=)": "a picture without alt",
    r"https?://(?!www\.w3\.org/)[^\s\"']+\.(?:js|css|png|svg|woff2?)": "something loaded from elsewhere",
    r"<a[^>]*target=": "a link that opens a window",
    r"\bTODO\b|coming soon|lorem ipsum": "something unfinished",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_nothing_the_policy_forbids(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
    found = [
        f"{words}: {match[0].strip()}"
        for pattern, words in FORBIDDEN.items()
        for match in re.finditer(pattern, text)
    ]
    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_form_that_is_posted_carries_its_token(path):
    for form in re.findall(r"<form[^>]*method=[\"']post[\"'].*?</form>", path.read_text(), flags=re.S | re.I):
        assert "hidden_tag()" in form or "csrf_token" in form, form[:200]


@pytest.mark.parametrize("path", sorted(ROOT.glob("static/js/*.js")), ids=lambda path: path.name)
def test_a_script_writes_no_markup_and_runs_no_text(path):
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )
