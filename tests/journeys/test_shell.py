"""The shell in a real browser: what its scripts add, and every component held to axe."""

from __future__ import annotations

import base64
import io
import re

import pytest
import qrcode
from playwright.sync_api import expect

from tests.ui.axe import assert_accessible

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
GUIDE = ["/ui/guide/", "/ui/guide/?errors=1", "/ui/guide/list/", "/ui/guide/public/", "/ui/guide/claim/", "/ui/guide/focus/", "/ui/guide/print/", "/ui/guide/scan/"]
LOOKS = [
    {"width": width, "language": language, "color_scheme": scheme}
    for width, language, scheme in [
        (1280, "en-GB", "light"), (1280, "ar", "dark"), (390, "ar", "light"), (390, "en-GB", "dark"),
    ]
]  # fmt: skip


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look.values())))
def test_every_component_is_accessible_and_fits(platform, new_page, look):
    page = new_page(**look)
    for path in GUIDE:
        page.goto(platform.url("console", path))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
        assert_accessible(page)


def test_nothing_breaks_the_strict_policy(platform, new_page):
    page = new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)

    for path in GUIDE:
        page.goto(platform.url("console", path))
        page.wait_for_load_state("networkidle")

    assert said == []


def test_the_palette_goes_where_one_types_and_letters_lead(platform, new_page, sign_in):
    page = new_page()
    sign_in(page, "console", "salma@platform.example")

    page.goto(platform.url("console", "/"))
    page.keyboard.press("Control+k")
    page.locator("#palette[open]").wait_for()
    assert_accessible(page)
    page.keyboard.type("agen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/agents/")
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#keys[open]").count() == 0


def test_the_chosen_theme_and_sidebar_stay_and_the_language_turns_the_page(platform, new_page):
    page = new_page()
    page.goto(platform.url("console", "/ui/guide/"))

    page.get_by_role("button", name="Appearance").click()
    page.get_by_role("button", name="Dark").click()
    page.locator("[data-sidebar-toggle]").click()
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.locator("html").get_attribute("data-sidebar") == "collapsed"
    page.get_by_role("button", name="Language").click()
    page.get_by_role("button", name="العربية").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.url.endswith("/ui/guide/")


def test_a_destructive_step_waits_for_its_word(platform, new_page):
    page = new_page()
    page.goto(platform.url("console", "/ui/guide/"))

    page.get_by_role("button", name="Void the batch").click()
    go = page.locator("#guide-confirm button.btn-error")
    assert go.is_disabled()
    page.locator("#guide-confirm-word").fill("opening week")
    assert go.is_enabled()
    page.keyboard.press("Escape")
    assert page.locator("#guide-confirm[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent").strip() == "Void the batch"


def test_the_consequence_follows_the_field_and_holds_the_button(platform, new_page):
    page = new_page()
    page.goto(platform.url("console", "/ui/guide/"))

    page.locator("#id_quantity").fill("2041")
    assert page.locator("[data-left]").inner_text() == "−1"
    assert page.locator(".savebar .btn-primary").is_disabled()
    page.locator("#id_quantity").fill("2040")
    assert page.locator("[data-left]").inner_text() == "0"
    assert page.locator(".savebar .btn-primary").is_enabled()


def test_leaving_changed_fields_asks(platform, new_page):
    page = new_page()
    page.goto(platform.url("console", "/ui/guide/"))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.locator("#id_title").press_sequentially("Week")
    assert page.locator("[data-unsaved]").is_visible()
    page.goto(platform.url("console", "/ui/guide/focus/"))

    assert asked == ["beforeunload"]


def test_a_toast_says_what_was_done_and_goes_when_closed(platform, new_page):
    page = new_page()

    page.goto(platform.url("console", "/ui/guide/?toast=1"))

    toast = page.locator(".toast-item")
    assert "Branch saved." in toast.inner_text()
    toast.get_by_role("button", name="Close").click()
    assert page.locator(".toast-item").count() == 0


def test_a_list_searches_while_one_types_sorts_pages_and_selects(platform, new_page, sign_in):
    page = new_page()
    sign_in(page, "console", "salma@platform.example")
    page.goto(platform.url("console", "/ui/guide/list/"))

    page.keyboard.press("/")
    page.keyboard.type("riyadh")
    page.wait_for_url(re.compile(r"q=riyadh"))
    page.locator("#list-region >> text=1 entry").first.wait_for()
    assert page.locator("[data-list-search]").evaluate("field => field === document.activeElement")
    page.goto(platform.url("console", "/ui/guide/list/"))
    first = page.locator("tbody tr td.is-primary").first.inner_text()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile(r"after="))
    assert page.locator("tbody tr td.is-primary").first.inner_text() != first
    page.go_back()
    page.wait_for_url(re.compile(r"/ui/guide/list/$"))
    page.locator(f"tbody tr td.is-primary >> text={first}").first.wait_for()
    assert page.locator("header.topbar").count() == 1
    page.get_by_role("link", name="Position").click()
    page.locator("th[aria-sort=ascending] >> text=Position").wait_for()

    page.locator("[data-select-all]").check()
    assert page.locator("[data-selected]").inner_text() == "25"
    page.locator("[data-offer-whole]").click()
    page.get_by_role("button", name="Ask first").click()
    page.locator("#ask[open]").wait_for()
    assert_accessible(page)
    page.locator("[data-ask-go]").click()
    page.locator(".toast-item >> text=Done for").wait_for()


def test_a_list_works_without_scripts(platform, new_page):
    page = new_page(java_script_enabled=False)
    page.goto(platform.url("console", "/ui/guide/list/"))

    page.get_by_role("button", name="Filter").click()
    page.locator("#list-filters").get_by_label("City or region").check()
    page.locator("#list-filters button").click()
    assert "kind=city" in page.url
    page.locator("tbody input[name=ids]").first.check()
    page.get_by_role("button", name="Count").click()
    assert "Done for 1." in page.locator(".toast-item").inner_text()


def test_the_phone_opens_the_navigation_as_a_sheet(platform, new_page, sign_in):
    page = new_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(page, "console", "salma@platform.example")
    page.goto(platform.url("console", "/"))

    assert not page.locator("#sidebar").is_visible()
    page.get_by_role("button", name="Open the navigation").click()
    page.locator("#sidebar").get_by_role("link", name="Agents", exact=True).click()

    page.wait_for_url("**/agents/")
    assert not page.locator("#sidebar").is_visible()


# A camera that looks at one picture: getUserMedia answers with a canvas on which it is drawn again and again.
CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  const picture = new Image();
  picture.src = "%s";
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
  const draw = () => {
    const paper = canvas.getContext("2d");
    paper.fillStyle = "#ddd";
    paper.fillRect(0, 0, 640, 480);
    paper.drawImage(picture, 200, 120, 240, 240);
  };
  draw();
  setInterval(draw, 50);
  return canvas.captureStream(20);
};
"""


def picture_of(text: str) -> str:
    buffer = io.BytesIO()
    qrcode.make(text).save(buffer)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def test_the_camera_reads_a_code_where_the_browser_has_no_reader(platform, new_page):
    page = new_page(width=390, height=844)
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.add_init_script("delete window.BarcodeDetector;" + CAMERA % picture_of("HTTPS://MAIN.LOCALHOST/C/23456789CDFHJKM"))

    page.goto(platform.url("console", "/ui/guide/scan/"))

    expect(page.locator("#id_serial")).to_have_value("HTTPS://MAIN.LOCALHOST/C/23456789CDFHJKM", timeout=15_000)
    assert said == []


def test_without_a_camera_one_is_told_to_type(platform, new_page):
    page = new_page(width=390, height=844)
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw new Error('none'); };")

    page.goto(platform.url("console", "/ui/guide/scan/"))

    page.get_by_text("Type the code instead").wait_for()
