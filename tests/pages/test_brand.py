"""A council's colours reach its pages only if they can be read."""

import pytest

from ictsupport.pages.brand import Brand, contrast, ink_on, objections


def test_contrast_is_counted_as_the_guidelines_do():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_letters_are_black_on_light_and_white_on_dark():
    assert ink_on("#ffdd00") == "#0b0c0c"
    assert ink_on("#143a52") == "#ffffff"


def test_colours_that_cannot_be_read_are_refused_with_the_reason():
    assert objections("#143a52", "#2b7a9b") == []
    assert "7 to 1" in objections("#7a7a7a", "#2b7a9b")[0]
    assert "3 to 1" in objections("#143a52", "#ffee00")[0]


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#143a52;}body{display:none", ""])
def test_only_a_colour_gets_into_the_style(colour):
    with pytest.raises(ValueError, match="A colour is written like"):
        Brand("Council", colour=colour)
    assert objections(colour, "#2b7a9b") == ["A colour is written like #143a52"]


def test_the_line_is_a_relative_of_the_colour_where_a_council_keeps_none():
    line = Brand.kept("Northbrook", {"colour": "#5a2a82"}).line
    assert line not in ("#5a2a82", "#2b7a9b")
    assert contrast(line, "#ffffff") >= 3
    assert Brand.kept("Northbrook", {"colour": "#ffdd00"}).line == "#ffdd00"


@pytest.mark.parametrize("kept", [{}, {"line": "red"}, {"colour": None, "line": 7, "more": 1}])
def test_what_a_council_lacks_is_the_services_own(kept):
    brand = Brand.kept("Northbrook", kept)
    assert (brand.name, brand.colour, brand.line) == ("Northbrook", "#143a52", "#2b7a9b")
