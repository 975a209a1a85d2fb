"""In the store: the poster's page, the form, the review step, the wheel, the coupon, and what the merchant sees of it."""

from __future__ import annotations

import re

import pytest

from tests.journeys import steps
from tests.journeys.steps_phone import received
from tests.ui.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

STORE = "/s/monas-coffee"


def fill(page, number):
    page.locator("[name=phone_number]").fill(f"05{number:08d}")
    with page.expect_response(re.compile("/claim/details")):
        page.locator("[name=phone_number]").blur()
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
    page.locator("[name=name]").fill("Wanda Wheel")
    page.locator("[name=birthday]").fill("1990-05-17")
    page.locator("button[form=claim]").click()


def free_of(page, platform):
    """What the merchant's screen says is free of each segment's batch."""
    page.goto(platform.url("main", "/merchant/wheel/"))
    return [int(cell.inner_text()) for cell in page.locator("td[data-label=Free]").all() if cell.inner_text().isdigit()]


def only_prizes(page, platform):
    """The merchant takes the segments without a prize off the wheel: whoever spins wins."""
    page.goto(platform.url("main", "/merchant/wheel/edit/"))
    for row in page.locator("[data-row]").all():
        if row.is_visible() and not row.locator("select[name$=batch]").input_value():
            row.locator("label:has([data-row-delete])").click()
    page.wait_for_function(
        "[...document.querySelectorAll('[data-row]:not([hidden]) [data-odds]')]"
        ".reduce((sum, one) => sum + parseFloat(one.textContent), 0) > 99"
    )
    odds = [one.inner_text() for one in page.locator("[data-row]:visible [data-odds]").all()]
    assert sum(float(text.rstrip("%")) for text in odds) == pytest.approx(100, abs=0.5)
    page.get_by_role("button", name="Save as a new version").click()
    page.wait_for_url(re.compile(r"/merchant/wheel/$"))


def test_form_review_spin_win_coupon_and_the_stock_falls(platform, new_page, sign_in):
    merchant = new_page()
    sign_in(merchant, "main", "mona@cafe.example")
    only_prizes(merchant, platform)
    assert violations(merchant) == []
    before = free_of(merchant, platform)

    phone = new_page(width=390, height=844)
    phone.goto(platform.url("main", STORE))
    phone.get_by_role("link", name="Spin the wheel").click()
    assert violations(phone) == []
    fill(phone, 71)
    phone.wait_for_url(re.compile("/review$"))
    assert phone.get_by_role("link", name="Write a review").is_visible()
    assert received(platform, "500000071") == [], "the wheel tells first"
    phone.get_by_role("link", name="To the wheel").click()
    assert violations(phone) == []
    phone.locator("[data-wheel-go]").dblclick()
    lasts, easing = phone.locator("[data-wheel-turns]").evaluate(
        "one => { const timing = one.getAnimations()[0].effect.getTiming(); return [timing.duration, timing.easing]; }"
    )
    assert 5_000 <= lasts <= 7_000
    assert easing == "cubic-bezier(0.16, 0.72, 0.12, 1)", "off quickly, then slower and slower"
    phone.locator(".wheel-result-in").wait_for(timeout=15_000)
    steps.wait_for(lambda: len(received(platform, "500000071")) >= 1, seconds=60)

    won = phone.locator("h1").inner_text()
    assert won.startswith("You won: ")
    assert phone.evaluate("document.activeElement.textContent") == won, "who listens is told by the focus"
    # It stopped where the server said: the drawn segment is under the pointer.
    under = phone.evaluate(
        """() => { const at = document.querySelector(".wheel-pointer").getBoundingClientRect();
        const hidden = document.querySelector(".wheel-pointer"); hidden.setAttribute("visibility", "hidden");
        const found = document.elementsFromPoint(at.x + at.width / 2, at.bottom + 2).find((one) => one.closest("[data-segment]"));
        hidden.removeAttribute("visibility"); return found?.closest("[data-segment]").dataset.segment; }"""
    )
    assert under == phone.locator("[data-wheel-stage]").get_attribute("data-stops-at")
    assert violations(phone) == []
    phone.reload()
    assert phone.locator("h1").inner_text() == won
    phone.get_by_role("link", name="Show my coupon").click()
    phone.wait_for_url(re.compile(r"/c/[A-Z0-9]+\?new=1"))
    assert phone.locator("h1").inner_text() == "Here is your coupon"

    after = free_of(merchant, platform)
    merchant.goto(platform.url("main", "/merchant/wheel/spins/"))
    assert "Wanda Wheel" in merchant.locator("main").inner_text()
    fallen = [old - new for old, new in zip(before, after, strict=True)]
    assert max(fallen) == 1
    assert min(fallen) >= 0

    # The same number on the same phone, again: nothing new.
    phone.goto(platform.url("main", STORE))
    phone.get_by_role("link", name="Spin the wheel").click()
    phone.wait_for_url(re.compile("/wheel/"))
    assert phone.locator("h1").inner_text() == won
    assert phone.get_by_text("You have spun today already. This is what you won.").is_visible()
    assert phone.locator("[data-wheel-go]").count() == 0
    assert free_of(merchant, platform) == after


def test_less_motion_shows_the_result_at_once_in_arabic_and_dark(platform, new_page):
    page = new_page(width=360, height=740, language="ar", reduced_motion="reduce", color_scheme="dark")
    page.goto(platform.url("main", f"{STORE}/wheel"))
    fill(page, 72)
    page.wait_for_url(re.compile("/review$"))
    page.locator(".focus-actions a.btn-primary").click()
    turns = page.locator("[data-wheel-turns]")
    page.locator("[data-wheel-go]").click()

    # No animation runs while the result comes up.
    page.locator("[data-wheel-result]:not([hidden])").wait_for(timeout=2_000)
    assert turns.evaluate("one => one.getAnimations().length") == 0
    page.locator(".wheel-result-in").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.wait_for_function("getComputedStyle(document.querySelector('[data-wheel-result]')).opacity === '1'")
    assert violations(page) == []


def test_the_shops_screen_and_a_browser_without_scripts(platform, new_page, sign_in):
    merchant = new_page()
    sign_in(merchant, "main", "mona@cafe.example")
    only_prizes(merchant, platform)

    kiosk = new_page(width=1024, height=768)
    kiosk.clock.install()
    kiosk.goto(platform.url("main", f"{STORE}/kiosk"))
    kiosk.get_by_role("link", name="Spin the wheel").click()
    fill(kiosk, 73)
    kiosk.locator("[data-wheel-go]").wait_for()
    assert violations(kiosk) == []
    # Nobody turns it: the screen leaves, and the number finds its wheel again.
    kiosk.clock.fast_forward(150_000)
    assert kiosk.locator("[data-wheel-go]").is_visible()
    kiosk.clock.fast_forward(151_000)
    kiosk.get_by_role("link", name="Spin the wheel").click()
    kiosk.locator("[name=phone_number]").fill("0500000073")
    with kiosk.expect_response(re.compile("/claim/details")):
        kiosk.locator("[name=phone_number]").blur()
    kiosk.locator("button[form=claim]").click()
    kiosk.locator("[data-wheel-go]").click()
    kiosk.locator(".wheel-result-in").wait_for(timeout=15_000)
    steps.wait_for(lambda: len(received(platform, "500000073")) >= 1, seconds=60)
    assert kiosk.locator("a[href^='/c/']").count() == 0
    assert kiosk.locator(".coupon-qr img").count() == 1
    # The two minutes begin with the result, and the way back does not lead to it.
    kiosk.clock.fast_forward(60_000)
    assert kiosk.get_by_role("link", name="Done").is_visible()
    kiosk.clock.fast_forward(61_000)
    kiosk.get_by_role("link", name="Spin the wheel").wait_for()
    kiosk.go_back()
    assert kiosk.locator(".coupon-qr").count() == 0

    plain = new_page(width=390, height=844, java_script_enabled=False)
    plain.goto(platform.url("main", f"{STORE}/wheel"))
    plain.locator("[name=phone_number]").fill("0500000074")
    plain.locator("[name=name]").fill("Nora Noscript")
    plain.locator("[name=birthday]").fill("1990-05-17")
    plain.locator("button[form=claim]").click()
    plain.locator(".focus-actions a.btn-primary").click()
    plain.get_by_role("link", name="Spin").click()
    assert plain.locator("h1").inner_text().startswith("You won: ")
    assert plain.get_by_role("link", name="Show my coupon").is_visible()
