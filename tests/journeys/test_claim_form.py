"""The form of a claim on a slow line: what one types is there when the button is pressed."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.journey]


def test_what_is_typed_while_the_number_is_looked_up_stays(platform, new_page):
    page = new_page(width=390, height=844)
    page.goto(platform.url("main", "/"))
    page.goto(platform.url("main", page.locator("a[href^='/b/']").first.get_attribute("href") + "/claim"))
    waiting = []
    page.route("**/claim/details", lambda route: waiting.append(route))

    with page.expect_request("**/claim/details"):
        page.locator("[name=phone_number]").fill("0500000091")
        page.locator("[name=phone_number]").press("Tab")
    page.locator("[name=name]").fill("Slow Line")
    page.locator("[name=birthday]").fill("1990-05-17")
    page.locator("[name=name]").focus()
    with page.expect_response("**/claim/details"):
        waiting.pop().continue_()
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")

    assert page.locator("[name=name]").input_value() == "Slow Line"
    assert page.locator("[name=birthday]").input_value() == "1990-05-17"
    assert page.evaluate("document.activeElement.name") == "name"
    page.locator("button[form=claim]").click()
    page.wait_for_url(re.compile(r"/c/", re.IGNORECASE))
