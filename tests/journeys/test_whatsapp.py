"""A coupon by WhatsApp as people see it: on the phone a moment after the claim, through an outage, and found by number.

One test, because each step stands on the one before; it says where it is by the name of the helper that fails.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.journeys import steps
from tests.journeys.steps_phone import received, stand_in
from tests.ui.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

HOST, OFFERS = "main", ("Second cup half price", "20% off every hot drink")
LAYLA, FAHAD = "541000001", "541000002"


def test_claim_outage_code_and_stop(platform, new_page, sign_in):
    mona, phone = new_page(), new_page(width=390, height=844)
    sign_in(mona, HOST, "mona@cafe.example")
    before = ui_credits(mona, platform)

    layla = new_page(width=390, height=844, language="ar")
    fill_claim(layla, platform, OFFERS[0], LAYLA, "ليلى")
    take(layla)
    steps.wait_for(lambda: len(received(platform, LAYLA)) == 1, seconds=60)
    assert language_of(received(platform, LAYLA)[0]) == "ar"
    look_at_the_phone(phone, platform, LAYLA)
    steps.wait_for(lambda: ui_credits(mona, platform) == before - 1, seconds=60)
    read_the_story(mona, platform, "ليلى")

    fahad = new_page(width=390, height=844)
    fill_claim(fahad, platform, OFFERS[0], FAHAD, "Fahad")
    os.kill(pid_of_the_stand_in(platform), signal.SIGKILL)
    take(fahad)
    steps.wait_for(lambda: len(received(platform, FAHAD)) == 1, seconds=60)
    assert language_of(received(platform, FAHAD)[0]) == "en"
    steps.wait_for(lambda: ui_credits(mona, platform) == before - 2, seconds=60)

    elsewhere = new_page(width=390, height=844, language="ar")
    find_by_number(elsewhere, platform, LAYLA)

    answer(phone, platform, LAYLA, "إيقاف")
    steps.wait_for(lambda: received(platform, LAYLA)[-1]["in"], seconds=60)
    fill_claim(layla, platform, OFFERS[1], LAYLA, "")
    take(layla)
    steps.wait_for(lambda: "The customer has opted out." in story(mona, platform, "ليلى"), seconds=30)
    assert len([one for one in received(platform, LAYLA) if not one["in"]]) == 2  # the coupon and the code
    assert len(received(platform, FAHAD)) == 1
    steps.ledger_proves(platform)


def fill_claim(page, platform, offer, number, name):
    """The short form of an offer on the coupon centre; a number that is known here needs no details."""
    page.goto(platform.url(HOST, f"/?q={offer.split()[0]}&lang=en"))
    address = page.get_by_text(offer).first.locator("xpath=ancestor-or-self::a").get_attribute("href")
    page.goto(platform.url(HOST, f"{address}/claim"))
    if page.locator("input[type=tel]").first.input_value() == "":
        with page.expect_response("**/claim/details"):
            page.locator("input[type=tel]").first.fill(number)
            page.locator("input[type=tel]").first.press("Tab")
    if name:
        page.locator("[name=name]").fill(name)
        page.locator("[name=birthday]").fill("1992-03-04")


def take(page):
    steps.submit(page)
    page.wait_for_url(re.compile(r"/c/", re.IGNORECASE))


def language_of(message):
    """Of the template that it was sent with."""
    return message["body"]["template"]["language"]["code"]


def look_at_the_phone(page, platform, number):
    """The coupon is a picture that loads, with words in the customer's language and a link to its page."""
    page.goto(f"{stand_in(platform)}/phone/966{number}")
    picture = page.locator("img").first
    picture.wait_for()
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") == 1080
    assert "ليلى" in page.locator("body").inner_text()
    assert "/c/" in page.locator("a[href*='/c/']").first.get_attribute("href")


def ui_credits(page, platform):
    page.goto(platform.url(HOST, "/merchant/whatsapp/"))
    found = re.search(r"WhatsApp UI Credits Remaining\s+([\d,]+)", page.locator("main").inner_text())
    return int(found[1].replace(",", ""))


def story(page, platform, name):
    """What the page of the newest message to this person says."""
    page.goto(platform.url(HOST, f"/merchant/messages/?q={name}"))
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url(re.compile(r"/messages/[0-9a-f-]{36}/"))
    return page.locator("#main, main").first.inner_text()


def read_the_story(page, platform, name):
    text = story(page, platform, name)
    # Meta's news may overtake its answer: then the story has no line for the answer.
    assert all(word in text for word in ("Queued", "Sent", "Claim on the coupon centre", "One credit"))
    assert violations(page) == []


def pid_of_the_stand_in(platform):
    """The process that keeps its state in this platform's home."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if "standins.whatsapp" in words and any(str(platform.home) in word for word in words):
                return int(folder.name)
    raise AssertionError("the stand-in of WhatsApp does not run")


def find_by_number(page, platform, number):
    """A browser that has never been here: the number, the code from the phone, and there is the coupon."""
    page.goto(platform.url(HOST, "/my/"))
    page.locator("a[href='/my/code']").first.click()
    assert violations(page) == []
    page.locator("input[type=tel]").first.fill(number)
    steps.submit(page)
    page.wait_for_url(re.compile("/my/code/enter"))
    assert violations(page) == []
    steps.wait_for(lambda: len(received(platform, number)) == 2, seconds=30)
    code = re.search(r"\b(\d{6})\b", received(platform, number)[-1]["shown"]["body"])
    page.locator("[name=code]").fill(code[1])
    steps.submit(page)
    page.wait_for_url(re.compile("/my/$"))
    assert page.locator("a[href^='/c/']").count() == 1


def answer(page, platform, number, text):
    page.goto(f"{stand_in(platform)}/phone/966{number}")
    page.locator("input[name=text], textarea[name=text]").first.fill(text)
    page.keyboard.press("Enter")
