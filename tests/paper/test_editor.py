"""The layout editor in a real browser, under the site's content security policy, and its rules against the server's."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageFilter

from merchants.paper.defaults import default_layout, legible
from merchants.paper.editor import editor_data, sample_words
from merchants.paper.face import Face, render_face
from merchants.paper.layout import Box, Layout
from tests.paper.editorsite import Site
from tests.paper.paper import layout_with_everything, rendered, template_image
from tests.paper.test_layout import GOOD


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    refused: list[str] = []
    opened.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: refused.append(str(error)))
    yield opened
    context.close()
    assert refused == []


def layout_of(page: Any) -> Layout:
    return Layout.from_json(json.loads(page.locator("[data-layout]").input_value()))


def opened(page: Any, address: str) -> Any:
    page.goto(address)
    page.wait_for_selector("[data-paper-editor][data-ready]")
    page.evaluate("document.fonts.ready")
    return page


def test_what_was_placed_comes_back_unchanged(page, site):
    layout = layout_with_everything()

    opened(page, site.editor(layout.to_json()))

    assert layout_of(page) == layout
    assert page.locator("[data-fine]").is_visible() or page.locator(".pe-bad").count() == 0


def test_the_preview_is_the_printed_picture(page, site):
    layout = replace(layout_with_everything(), barcode=None)
    opened(page, site.editor(layout.to_json()))
    page.add_style_tag(url="/static/merchants/paper/editor.css")
    page.evaluate("for (const box of document.querySelectorAll('[data-field]')) box.style.outline = 'none'")
    page.evaluate("document.querySelector('.pe-overlay').hidden = true; document.activeElement.blur()")
    shot = Image.open(io.BytesIO(page.locator("[data-face]").screenshot())).convert("RGB")

    printed = rendered(
        render_face(Face(layout, sample_words(), image=template_image(), content_type="image/jpeg")), dpi=300
    )

    for box in (layout.texts[0].box, layout.texts[1].box, layout.texts[2].box):
        assert apart(cut(shot, box, layout), cut(printed, box, layout)) < 0.12


def cut(image: Image.Image, box: Box, layout: Layout) -> Image.Image:
    across, down = image.width / layout.width, image.height / layout.height
    piece = image.crop(
        (round(box.x * across), round(box.y * down), round((box.x + box.w) * across), round((box.y + box.h) * down))
    )
    return piece.resize((600, round(600 * box.h / box.w))).convert("L")


def apart(one: Image.Image, other: Image.Image) -> float:
    """The share of one picture's ink that has none near it in the other."""
    edges = [
        image.filter(ImageFilter.FIND_EDGES)
        .point(lambda v: 255 if v > 60 else 0)
        .crop((4, 4, image.width - 4, image.height - 4))
        for image in (one, other)
    ]
    near = [image.filter(ImageFilter.MaxFilter(9)) for image in edges]
    alone = ImageChops.add(ImageChops.subtract(edges[0], near[1]), ImageChops.subtract(edges[1], near[0]))
    return alone.histogram()[255] / sum(image.histogram()[255] for image in edges)


def dragged(page: Any, selector: str, across: float, down: float) -> None:
    """Drag by millimetres of the card, in steps as a hand does."""
    box = page.locator(selector).bounding_box()
    scale = page.locator("[data-face]").bounding_box()["width"] / 90
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for part in (0.3, 0.7, 1):
        page.mouse.move(x + across * scale * part, y + down * scale * part)
    page.mouse.up()


def test_a_field_is_dragged_in_half_millimetres(page, site):
    opened(page, site.editor(GOOD.to_json()))

    dragged(page, '[data-field="qr"]', -3.2, -12.3)

    qr = layout_of(page).qr
    assert (qr.x, qr.y) == pytest.approx((61.75, 17.7), abs=0.6)
    assert page.locator('[data-value="x"]').input_value() == f"{qr.x:g}"


def test_it_catches_at_the_middle_of_the_card(page, site):
    opened(page, site.editor(GOOD.to_json()))

    dragged(page, '[data-field="qr"]', -29.6, -14)

    assert layout_of(page).qr.x == 35


def test_it_never_leaves_the_card(page, site):
    opened(page, site.editor(GOOD.to_json()))

    dragged(page, '[data-field="qr"]', 60, 60)

    qr = layout_of(page).qr
    assert (qr.x, qr.y) == (70, 35)


def test_the_handle_resizes_and_the_code_stays_square_and_readable(page, site):
    opened(page, site.editor(GOOD.to_json()))

    dragged(page, "[data-handle]", -18, -2)
    smaller = layout_of(page).qr
    dragged(page, "[data-handle]", -18, -18)

    assert smaller.w == smaller.h == pytest.approx(18, abs=0.6)
    assert layout_of(page).qr.w == layout_of(page).qr.h == 15


def test_arrow_keys_move_by_half_a_millimetre_and_by_five_with_shift(page, site):
    opened(page, site.editor(GOOD.to_json()))
    page.locator('[data-field="serial"]').focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Alt+ArrowLeft")

    box = layout_of(page).serial.box
    assert (box.x, box.y, box.w, box.h) == (4.5, 40, 54.5, 7)


def test_steps_are_taken_back_and_again(page, site):
    opened(page, site.editor(GOOD.to_json()))
    page.locator('[data-field="qr"]').focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    page.keyboard.press("Control+z")
    once = layout_of(page).qr.x
    page.locator("[data-undo]").click()

    assert (once, layout_of(page).qr.x) == (64.5, 65)
    page.locator("[data-redo]").click()
    assert layout_of(page).qr.x == 64.5


def test_a_finger_moves_a_field(chromium, site):
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page = opened(context.new_page(), site.editor(GOOD.to_json()))
    box = page.locator('[data-field="qr"]').bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = context.new_cdp_session(page)

    for kind, point in [
        ("touchStart", (x, y)),
        ("touchMove", (x - 20, y - 10)),
        ("touchMove", (x - 60, y - 40)),
        ("touchEnd", None),
    ]:
        session.send(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": point[0], "y": point[1]}] if point else []}
        )

    qr = layout_of(page).qr
    assert qr.x < 60
    assert qr.y < 28
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_typing_millimetres_moves_the_field(page, site):
    opened(page, site.editor(GOOD.to_json()))
    page.locator('[data-pick="serial"]').click()

    page.locator('[data-value="x"]').fill("7.5")
    page.locator('[data-value="size"]').fill("9")
    page.locator('[data-value="align"]').select_option("end")

    serial = layout_of(page).serial
    assert (serial.box.x, serial.size, serial.align) == (7.5, 9, "end")


def test_an_overlap_is_said_in_words_and_stops_the_form(page, site):
    opened(page, site.editor(GOOD.to_json()))
    page.locator('[data-value="x"]').fill("50")

    page.get_by_role("button", name="Save").click()

    assert page.url.endswith("/editor")
    assert page.locator(".pe-bad").all_inner_texts() == ["The serial lies on the QR code. Move one of them away."]
    page.locator('[data-value="x"]').fill("65")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/sent?*")


def test_only_the_layout_is_sent(page, site):
    opened(page, site.editor(GOOD.to_json(), name="places"))
    page.locator('[data-value="x"]').fill("61.37")

    page.get_by_role("button", name="Save").click()

    page.wait_for_url("**/sent?*")
    assert page.url.partition("?")[2].split("=")[0] == "places"
    assert page.url.count("&") == 0


def test_texts_and_the_barcode_come_and_go(page, site):
    opened(page, site.editor(replace(GOOD, texts=()).to_json()))
    page.locator("[data-add-kind]").select_option("free")
    page.locator("[data-add-lang]").select_option("ar")
    page.locator("[data-add]").click()
    page.locator('[data-value="words"]').fill("اتصل بنا")
    page.locator("[data-barcode-switch]").check()

    layout = layout_of(page)
    assert [(text.kind, text.lang, text.words) for text in layout.texts] == [("free", "ar", "اتصل بنا")]
    assert layout.barcode is not None
    assert page.locator('[data-field="texts.0"]').get_attribute("dir") == "rtl"

    page.locator('[data-field="texts.0"]').focus()
    page.keyboard.press("Delete")
    page.locator("[data-barcode-switch]").uncheck()
    assert layout_of(page) == replace(GOOD, texts=())


def test_a_chosen_picture_gives_the_card_its_shape(page, site, tmp_path):
    opened(page, site.editor(None, image_url="", image_input="#picture"))
    tall = tmp_path / "tall.png"
    Image.new("RGB", (600, 900), "teal").save(tall)

    page.set_input_files("#picture", tall)
    page.locator('[data-face][data-width="60"]').wait_for()

    assert layout_of(page).problems() == []
    assert (layout_of(page).width, layout_of(page).height) == (60, 90)


@pytest.mark.parametrize("ground", ["dark", "light", "half"])
def test_texts_of_a_chosen_picture_are_inked_as_the_server_does(page, site, tmp_path, ground):
    opened(page, site.editor(None, image_url="", image_input="#picture"))
    found = Image.new("RGB", (900, 500), "#fff7e0" if ground == "light" else "#101418")
    if ground == "half":
        found.paste("#fff7e0", (0, 170, 900, 500))
    found.save(tmp_path / "ground.png")

    page.set_input_files("#picture", tmp_path / "ground.png")
    page.locator('.cp-art[src^="blob:"]').wait_for()
    page.wait_for_function("document.querySelector('[data-face]').dataset.height === '50'")

    wanted = legible(default_layout(900, 500), (tmp_path / "ground.png").read_bytes())
    assert [text.colour for text in layout_of(page).texts] == [text.colour for text in wanted.texts]
    assert {text.colour for text in wanted.texts} == {
        "dark": {"#ffffff"}, "light": {"#111111"}, "half": {"#ffffff", "#111111"}
    }[ground]  # fmt: skip


def test_nothing_is_placed_anew_once_a_hand_was_laid_on(page, site, tmp_path):
    opened(page, site.editor(GOOD.to_json(), image_input="#picture"))
    tall = tmp_path / "tall.png"
    Image.new("RGB", (600, 900), "teal").save(tall)

    page.set_input_files("#picture", tall)
    page.locator('.cp-art[src^="blob:"]').wait_for()
    page.evaluate("document.querySelector('.cp-art').decode()")

    assert layout_of(page) == GOOD


def test_it_speaks_arabic_and_the_card_stays_as_printed(page, site):
    opened(page, site.editor(GOOD.to_json(), lang="ar"))
    dragged(page, '[data-field="qr"]', -3, 0)

    assert layout_of(page).qr.x == pytest.approx(62, abs=0.6)
    assert page.get_by_text("من اليسار (مم)").is_visible()
    assert page.locator('[data-pick="qr"]').inner_text().strip() == "رمز QR"


WRONG = [
    replace(GOOD, width=20), replace(GOOD, qr=Box(65, 30, 14.9, 14.9)), replace(GOOD, qr=Box(65, 30, 20, 18)), replace(GOOD, qr=Box(71, 30, 20, 20)),
    replace(GOOD, qr=Box(58, 30, 20, 20)), replace(GOOD, serial=replace(GOOD.serial, box=Box(4, 49, 55, 7))),
    replace(GOOD, serial=replace(GOOD.serial, box=Box(4, 45, 30, 7))), replace(GOOD, serial=replace(GOOD.serial, size=5)),
    replace(GOOD, barcode=Box(4, 36, 30, 8)), replace(GOOD, barcode=Box(20, 36, 50, 8)), replace(GOOD, barcode=Box(60, 5, 50, 8)),
    replace(GOOD, texts=(replace(GOOD.texts[0], box=Box(60, 4, 55, 9)),)), replace(GOOD, texts=(replace(GOOD.texts[0], box=Box(4, 4, 2, 9)),)),
    replace(GOOD, texts=(replace(GOOD.texts[0], size=3),)), replace(GOOD, texts=(replace(GOOD.texts[0], box=Box(60, 28, 20, 9)),) * 2),
]  # fmt: skip


def test_the_browser_judges_as_the_server_does(page, site):
    opened(page, site.editor(GOOD.to_json()))

    for layout in [GOOD, layout_with_everything(), *WRONG]:
        script = """async ([layout, limits]) => { const rules = await import("/static/ui/lib/paper/rules.js");
            return [rules.problems(layout, limits), rules.warnings(layout)] }"""
        bad, doubtful = page.evaluate(script, [layout.to_json(), editor_data(layout)["limits"]])

        assert [(p["field"], p["code"]) for p in bad] == [(p.field, p.code) for p in layout.problems()]
        assert [(p["field"], p["code"]) for p in doubtful] == [(p.field, p.code) for p in layout.warnings()]


def test_the_browser_places_as_the_server_does(page, site):
    opened(page, site.editor(GOOD.to_json()))
    script = (
        """async ([w, h, lang]) => (await import("/static/ui/lib/paper/defaults.js")).defaultLayout(w, h, { lang })"""
    )

    for width, height in [(1200, 760), (760, 1200), (1000, 1000), (4000, 900), (900, 4000), (1333, 777), (1150, 1000)]:
        for lang in ("en", "ar"):
            ours = numbers(Layout.from_json(page.evaluate(script, [width, height, lang])).to_json())
            assert ours == pytest.approx(numbers(default_layout(width, height, lang=lang).to_json()), abs=0.6)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for key in sorted(value) for number in numbers(value[key])]
    if isinstance(value, list):
        return [number for member in value for number in numbers(member)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []
