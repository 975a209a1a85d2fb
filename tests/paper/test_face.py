"""Faces: one template for screen and paper, Arabic in its right shapes, nothing smuggled in or out."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter

from merchants.paper.defaults import default_layout
from merchants.paper.face import Face, TextTooLong, data_uri, face_html, isolated, render_face, words_for
from merchants.paper.layout import Box, LayoutRefused, Text
from tests.paper.paper import ARABIC, REFERENCES, WORDS, Parsed, layout_with_everything, rendered, template_image

# Zero-width non-joiners between the letters keep every one in its isolated form.
UNSHAPED = {kind: {"ar": "\u200c".join(by["ar"])} for kind, by in WORDS.items()}
REVERSED = {kind: {"ar": "\u202d" + by["ar"] + "\u202c"} for kind, by in WORDS.items()}


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of ink that has no ink near it in the other picture; moved hairlines and smoothing do not count."""
    one, other = (image.convert("L").point(lambda v: 255 if v < 128 else 0) for image in (one, other))
    near_one, near_other = (image.filter(ImageFilter.MaxFilter(5)) for image in (one, other))
    alone = ImageChops.add(ImageChops.subtract(one, near_other), ImageChops.subtract(other, near_one))
    ink = sum(image.histogram()[255] for image in (one, other))
    return alone.histogram()[255] / ink


def arabic_page(words) -> Image.Image:
    return rendered(render_face(Face(ARABIC, words)), dpi=150)


def test_arabic_is_shaped_and_runs_from_right_to_left():
    reference = Image.open(REFERENCES / "face-ar.png")

    page = arabic_page(WORDS)

    assert page.size == reference.size
    assert difference(page, reference) < 0.02


@pytest.mark.parametrize("wrong", [UNSHAPED, REVERSED], ids=["letters apart", "left to right"])
def test_wrong_arabic_is_noticed(wrong):
    reference = Image.open(REFERENCES / "face-ar.png")
    layout_without_free = replace(ARABIC, texts=ARABIC.texts[:3])

    page = rendered(render_face(Face(layout_without_free, wrong)), dpi=150)

    assert difference(page, reference) > 0.15


def test_the_page_is_the_card_and_uses_our_type_only():
    with pikepdf.open(io.BytesIO(render_face(Face(layout_with_everything(), WORDS)))) as pdf:
        assert len(pdf.pages) == 1
        assert [float(edge) * 25.4 / 72 for edge in pdf.pages[0].mediabox] == pytest.approx([0, 0, 90, 57], abs=0.05)
        fonts = {
            str(item.BaseFont) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/BaseFont" in item
        }
    assert fonts
    assert all("Paper-" in name for name in fonts), fonts


def test_places_of_serial_and_codes_are_left_white():
    layout = layout_with_everything()
    page = rendered(render_face(Face(layout, WORDS, image=template_image(), content_type="image/jpeg")), dpi=100)

    for box in (layout.qr, layout.serial.box, layout.barcode):
        inner = [
            round(edge * 100 / 25.4) for edge in (box.x + 0.5, box.y + 0.5, box.x + box.w - 0.5, box.y + box.h - 0.5)
        ]
        assert page.crop(inner).getextrema() == ((255, 255), (255, 255), (255, 255))


def test_words_that_do_not_fit_are_set_smaller():
    layout = replace(
        ARABIC, texts=(Text("free", Box(4, 4, 40, 8), size=20, words="Free delivery on all orders above 50"),)
    )

    text = pypdfium2.PdfDocument(render_face(Face(layout)))[0].get_textpage()

    found = text.get_text_bounded()
    assert " ".join(found.split()) == "Free delivery on all orders above 50"
    low = min(text.get_charbox(index)[1] for index in range(text.count_chars()))
    assert low > (60 - 12) * 72 / 25.4


def test_words_that_cannot_fit_are_refused_by_field():
    layout = replace(
        ARABIC, texts=(Text("offer", Box(4, 4, 20, 5)), Text("free", Box(30, 4, 10, 3), words="word " * 60))
    )

    with pytest.raises(TextTooLong) as refused:
        render_face(Face(layout, WORDS))

    assert refused.value.data == {"field": "texts.1"}


def test_a_layout_that_cannot_be_printed_is_refused_before_drawing():
    with pytest.raises(LayoutRefused):
        render_face(Face(replace(ARABIC, qr=Box(0, 0, 5, 5))))


def test_words_of_one_language_fill_a_box_of_another_only_where_they_have_none_of_their_own():
    arabic_offer = Text("offer", Box(4, 4, 40, 8), lang="ar")
    english_offer = replace(arabic_offer, lang="en")
    only_english = {"offer": {"en": "Half price", "ar": " "}}

    alone = Face(replace(ARABIC, texts=(arabic_offer,)), only_english)
    both = Face(replace(ARABIC, texts=(arabic_offer, english_offer)), only_english)

    assert words_for(alone, arabic_offer) == "Half price"
    assert words_for(both, arabic_offer) == ""
    assert words_for(both, english_offer) == "Half price"
    assert words_for(Face(ARABIC), arabic_offer) == ""


# What the browser gets.

HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}"


def test_the_browser_gets_no_inline_style_or_script_and_the_same_places():
    layout = layout_with_everything()
    page = Parsed(face_html(Face(layout, {"offer": {"en": HOSTILE}}, image_url="/media/t.jpg"), for_browser=True))

    assert {tag for tag, _attributes in page.tags} == {"div", "img", "span", "svg", "path"}
    for _tag, attributes in page.tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
    boxes = {attributes["data-field"]: attributes for _tag, attributes in page.tags if "data-field" in attributes}
    assert [float(boxes["qr"][f"data-{side}"]) for side in "xywh"] == [
        layout.qr.x,
        layout.qr.y,
        layout.qr.w,
        layout.qr.h,
    ]
    assert set(boxes) == {"texts.0", "texts.1", "texts.2", "serial", "qr", "barcode"}
    assert HOSTILE in page.words


def test_paper_holds_the_same_boxes_without_the_samples():
    layout = layout_with_everything()
    screen = Parsed(face_html(Face(layout, WORDS), for_browser=True))
    paper = Parsed(face_html(Face(layout, WORDS), for_browser=False))

    def boxes(page):
        return [
            (a["id"], a["class"], a.get("lang"), a.get("dir"))
            for _t, a in page.tags
            if "cp-box" in (a.get("class") or "")
        ]

    assert boxes(screen) == boxes(paper)
    assert "svg" not in {tag for tag, _attributes in paper.tags}
    assert not any("K7PX3" in words for words in paper.words)


def test_default_faces_of_every_shape_are_drawn():
    for shape in [(1200, 760), (760, 1200)]:
        image = Image.new("RGB", shape, (240, 200, 160))
        target = io.BytesIO()
        image.save(target, "PNG")
        layout = default_layout(*shape, lang="ar")
        assert render_face(Face(layout, WORDS, image=target.getvalue())).startswith(b"%PDF-")


def test_data_uris_of_nothing_are_nothing():
    assert data_uri(b"", "image/png") == ""
    assert re.fullmatch(r"data:image/png;base64,[\w+/=]+", data_uri(b"x", "image/png"))


def test_phone_numbers_keep_their_direction_in_arabic():
    assert isolated("اتصل 800-1234 الآن") == "اتصل \u2066800-1234\u2069 الآن"
    assert isolated("اتصل +971 50 123 4567") == "اتصل \u2066+971 50 123 4567\u2069"
    assert isolated("خصم 20٪ حتى 31/12/2026") == "خصم 20٪ حتى 31/12/2026"
