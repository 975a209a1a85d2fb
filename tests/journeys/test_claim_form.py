"""The form of a claim on a slow line: what one types is there when the button is pressed."""

from __future__ import annotations

import re

import pytest

pytestmark = [pytest.mark.journey]


def hold_answers(page):
    """The questions of the form that wait for their answers."""
    waiting = []
    page.route("**/claim/details", lambda route: waiting.append(route))
    return waiting


def test_what_is_typed_while_the_number_is_looked_up_stays(platform, new_page):
    page = new_page(width=390, height=844)
    page.goto(platform.url("main", "/"))
    page.goto(platform.url("main", page.locator("a[href^='/b/']").first.get_attribute("href") + "/claim"))
    waiting = hold_answers(page)

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


def test_who_types_on_while_a_known_number_is_looked_up_keeps_the_keyboard(platform, new_page):
    first = new_page(width=390, height=844)
    first.goto(platform.url("main", "/"))
    form = platform.url("main", first.locator("a[href^='/b/']").first.get_attribute("href") + "/claim")
    first.goto(form)
    filled_in(first, "0500000094")
    first.locator("button[form=claim]").click()
    first.wait_for_url(re.compile(r"/c/", re.IGNORECASE))

    for language in ("en-GB", "ar"):
        page = new_page(language=language)
        page.goto(form)
        waiting = hold_answers(page)
        page.locator("[name=phone_number]").fill("0500000094")
        with page.expect_request("**/claim/details"):
            page.locator("[name=phone_number]").press("Tab")
        page.keyboard.type("Bea ")
        assert page.locator("[name=name]").input_value() == "Bea "
        waiting.pop().continue_()
        page.locator(".welcome").wait_for()
        page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")

        assert page.evaluate("document.activeElement.id") == "details"
        page.keyboard.type("Back ")
        assert not page.locator("[name=agrees]").is_checked()
        assert page.url == form
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "agrees"


def filled_in(page, number):
    page.locator("[name=phone_number]").fill(number)
    with page.expect_response("**/claim/details"):
        page.locator("[name=phone_number]").blur()
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
    page.locator("[name=name]").fill("Bea Back")
    page.locator("[name=birthday]").fill("1990-05-17")


def test_the_way_back_from_a_coupon_leads_to_its_form_and_on_to_the_same_coupon(platform, new_page):
    page = new_page(width=390, height=844)
    page.goto(platform.url("main", "/"))
    form = page.locator("a[href^='/b/']").first.get_attribute("href") + "/claim"
    page.goto(platform.url("main", form))
    page.locator("button[form=claim]").click()  # nothing is filled in: the form comes back and says so
    page.locator("[role=alert]").wait_for()
    filled_in(page, "0500000092")
    page.locator("button[form=claim]").dblclick(no_wait_after=True)
    page.wait_for_url(re.compile(r"/c/", re.IGNORECASE))
    coupon = page.url.partition("?")[0]

    page.go_back()

    assert page.url == platform.url("main", form)
    assert page.locator("[role=alert]").count() == 0
    page.locator("button[form=claim]").click()
    page.wait_for_url(re.compile(r"/c/", re.IGNORECASE))
    assert page.url.partition("?")[0] == coupon


def test_who_goes_back_on_the_shops_screen_sees_nothing_that_was_typed(platform, new_page):
    page = new_page(width=1024, height=768)
    page.goto(platform.url("main", "/s/monas-coffee/kiosk"))
    page.locator("a[href*='/kiosk/']").last.click()
    filled_in(page, "0500000093")
    page.locator("[name=agrees]").check()
    page.locator("button[form=claim]").click()
    page.locator(".coupon-qr").wait_for()
    page.get_by_role("link", name="Done").click()
    page.locator("a[href*='/kiosk/']").first.wait_for()

    page.go_back()
    page.locator("[name=phone_number]").wait_for()

    assert page.locator(".coupon-qr").count() == 0
    assert [page.locator(f"[name={name}]").input_value() for name in ("phone_number", "name", "birthday")] == [""] * 3
    assert not page.locator("[name=agrees]").is_checked()


@pytest.mark.parametrize(("language", "what"), [("en-GB", "wheel"), ("ar", "offer")])
def test_a_half_typed_form_leaves_the_shops_screen_when_nobody_touches_it(platform, new_page, language, what):
    page = new_page(width=1024, height=768, language=language)
    page.clock.install()
    start = platform.url("main", "/s/monas-coffee/kiosk")
    page.goto(start)
    page.locator("a[href$='/kiosk/wheel']" if what == "wheel" else ".mini-list a[href*='/kiosk/']").first.click()
    name = page.locator("[name=name]")
    name.fill("Half Ty")
    page.clock.fast_forward(50_000)
    name.press_sequentially("ped")
    page.clock.fast_forward(50_000)
    assert name.input_value() == "Half Typed"

    page.clock.fast_forward(11_000)

    page.wait_for_url(start)
    page.go_back()
    assert page.get_by_text("Half Typed").count() == 0
    assert page.locator("[name=name]").count() == 0


@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_an_error_stays_until_its_field_is_corrected_and_goes_then(platform, new_page, language):
    page = new_page(width=390, height=844, language=language)
    page.goto(platform.url("main", "/"))
    page.goto(platform.url("main", page.locator("a[href^='/b/']").first.get_attribute("href") + "/claim"))
    page.locator("button[form=claim]").click()
    page.locator("[role=alert]").wait_for()
    assert page.locator(".field-errors").count() == 3

    page.locator("[name=phone_number]").fill("0500000095")
    with page.expect_response("**/claim/details"):
        page.locator("[name=phone_number]").blur()
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")

    assert page.locator("[role=alert]").count() == 0
    assert [page.locator(f"#id_{name}_error").count() for name in ("phone", "name", "birthday")] == [0, 1, 1]
    assert page.locator("[aria-invalid]").count() == 2
    page.locator("[name=name]").fill("Bea Back")
    assert page.locator(".field-errors").count() == 1
