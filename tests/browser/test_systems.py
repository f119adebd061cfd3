"""The journey of a shared contract: a systems lead moves it to aligned, and the sentence for the committee changes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from ictsupport import clock
from ictsupport.people.models import Role

from .conftest import DESKTOP, IPAD, PHONE, Window
from .quality import assert_accessible
from .test_pages import picture

ADDRESSES = (
    "/systems",
    "/systems/telephony",
    "/systems/telephony/edit",
    "/systems/asset-management/alignment",
    "/contracts",
    "/contracts/all",
    "/contracts/notices?within=365",
    "/contracts/1",
    "/contracts/1/legs/1",
    "/contracts/new",
    "/suppliers",
    "/suppliers/1",
)


def sentence(page: Page) -> str:
    return page.locator("#sentence").inner_text()


def record(page: Page, stage: str, reason: str = "") -> None:
    page.get_by_label(stage, exact=True).check()
    page.get_by_label("Reason").fill(reason)
    page.get_by_role("button", name="Record step").click()


@pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])
def test_a_lead_moves_a_stage_and_the_sentence_changes(window: Callable[..., Window], size: dict[str, int]):
    page = window(Role.SYSTEMS_LEAD, size=size).open("/contracts")
    assert sentence(page).startswith("9 of 11 shared contracts are aligned on ")
    page.get_by_role("link", name="Asset management", exact=True).click()

    record(page, "Aligned", reason="All assets are in one system")
    expect(page.locator(".govuk-error-summary")).to_contain_text("has a different system")
    expect(page.get_by_label("Reason")).to_have_value("All assets are in one system")
    assert_accessible(page)

    page.get_by_role("link", name="Asset management", exact=True).click()
    page.get_by_role("link", name="Change how South Ribble stands").click()
    page.get_by_label("It has this system, the same as the others").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Record the next step").click()
    record(page, "Aligned", reason="All assets are in one system")

    assert sentence(page).startswith("10 of 11 shared contracts are aligned on ")
    yesterday = clock.now() - timedelta(days=2)
    page.get_by_label("Day").fill(str(yesterday.day))
    page.get_by_label("Month").fill(str(yesterday.month))
    page.get_by_label("Year").fill(str(yesterday.year))
    page.get_by_role("button", name="Show", exact=True).click()
    assert sentence(page).startswith("9 of 11 shared contracts were aligned on "), "what was is as it was"
    picture(page, f"shared contracts {size['width']}")

    page.get_by_role("link", name="Asset management", exact=True).click()
    record(page, "Implementing")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Say why Asset management goes back")
    record(page, "Implementing", reason="The supplier withdrew a part")
    assert sentence(page).startswith("9 of 11 shared contracts are aligned on ")
    page.goto("/systems/asset-management/legs/south-ribble")
    page.get_by_label("It has a different system for this").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/systems/asset-management")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_systems_can_be_used_by_everybody(window: Callable[..., Window], size: dict[str, int]):
    seen = window(Role.SYSTEMS_LEAD, size=size)
    for address in ADDRESSES:
        page = seen.open(address)
        assert_accessible(page)
        picture(page, f"systems {address} {size['width']}")
    assert not seen.listener.all()


def test_an_agent_lends_a_device_and_takes_it_back(window: Callable[..., Window]):
    page = window(Role.AGENT).open("/devices/new")
    page.get_by_label("Asset tag").fill("zz-9001")
    page.get_by_label("Kind").fill("Tablet")
    page.get_by_role("button", name="Add device").click()
    assert_accessible(page)
    page.get_by_label("Who is it lent to?").fill("Morgan Okafor")
    page.get_by_role("button", name="Lend", exact=True).click()
    expect(page.locator("main")).to_contain_text("Morgan Okafor has it since")
    assert_accessible(page)
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("main")).to_contain_text("Not lent")
    page.goto("/devices?q=zz-9001")
    assert_accessible(page)
