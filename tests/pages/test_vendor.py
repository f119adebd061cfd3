"""What was vendored may be used by councils, and says whose it is."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
CSS = (STATIC / "vendor" / "govuk.css").read_text()


@pytest.mark.parametrize(
    "part",
    [
        "GDS Transport",
        "@font-face",
        "crest",
        "crown.svg",
        "govuk-header",
        "govuk-footer",
        "govuk-logo",
        "/assets/",
        "url(",
    ],
)
def test_nothing_that_belongs_to_the_government_alone_is_vendored(part):
    assert part not in CSS


def test_no_colour_is_left_without_a_name():
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", CSS) == []


def test_every_named_colour_has_a_value():
    used = set(
        re.findall(
            r"var\((--[a-z0-9-]+)", CSS + "".join(path.read_text() for path in STATIC.glob("css/*.css"))
        )
    )
    base = (STATIC / "css" / "base.css").read_text()
    assert used - set(re.findall(r"(--[a-z0-9-]+):", base)) <= {"--menu-top"}


def test_all_of_it_lies_in_a_layer_that_our_rules_win_over():
    body = re.sub(r"/\*.*?\*/", "", CSS, flags=re.S).strip()
    assert body.startswith("@layer govuk{")
    assert body.endswith("}")


def test_version_and_licence_are_kept():
    assert re.fullmatch(
        r"govuk-frontend 6\.3\.\d+ sha512-\S+\n", (STATIC / "vendor" / "VERSIONS.txt").read_text()
    )
    assert "MIT License" in (STATIC / "vendor" / "NOTICES.txt").read_text()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_every_bracket_is_closed(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    assert text.count("{") == text.count("}")
