"""What arrives in an address is clean and within bounds."""

import pytest


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
