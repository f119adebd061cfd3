"""What arrives in an address is clean and within bounds."""

import pytest

from ictsupport.pages.numbers import whole


@pytest.mark.parametrize(
    "address",
    ["/people/2147483648", "/people/99999999999999999999", "/people/-1", "/councils/%00", "/councils/a%0Ab"],
)
def test_what_cannot_be_there_is_not_found(administrator, browser, address):
    assert browser(administrator).get(address).status_code == 404


def test_a_query_arrives_without_control_characters(app):
    with app.test_request_context("/people?q=a%00b%07&q=c") as context:
        assert context.request.args.getlist("q") == ["ab", "c"]


def test_a_strange_query_shows_a_page(administrator, browser):
    for query in ("q=%00", "council=%00&kind=x&role=%FF", "after=~", "before=x~%00", "q=" + "x" * 3000):
        assert browser(administrator).get("/people?" + query).status_code == 200


@pytest.mark.parametrize(
    "address", ["/people?after=²~x", "/requests?before=99999999999", "/clinics?for=" + "9" * 5000]
)
def test_a_number_that_no_row_has_is_no_fault(manager, browser, address):
    assert browser(manager).get(address).status_code < 500


def test_whole_numbers_are_those_a_row_can_have():
    typed = ["7", "2147483647", "2147483648", "²", "１２", "-1", "9" * 5000, "", None]
    assert [whole(each) for each in typed] == [7, 2147483647, *[None] * 7]


def test_what_is_posted_arrives_without_nul(app):
    with app.test_request_context("/", method="POST", data={"draft\x00": "a\x00b\r\n"}) as context:
        assert context.request.form.to_dict() == {"draft": "ab\r\n"}
