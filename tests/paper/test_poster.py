"""Posters: the store's code readable at every size, both languages, the store's own brand."""

from __future__ import annotations

import pypdfium2
import pytest
from PIL import Image

from merchants.paper.poster import SHAPES, Poster, ink_on, poster_html, render_poster
from tests.paper.paper import qr_codes, rendered

URL = "https://coupons.rosewater.example/s/rosewater-cafe"


@pytest.mark.parametrize("shape", SHAPES)
def test_the_code_is_read_back_and_the_page_has_its_size(shape):
    pdf = render_poster(Poster("Rosewater Café", URL, "#be1e5a", site="Rose Coupons"), shape)

    width, height, _unit = SHAPES[shape]
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        assert [edge * 25.4 / 72 for edge in document[0].get_size()] == pytest.approx([width, height], abs=0.2)
        text = document[0].get_textpage().get_text_bounded()
    assert set(qr_codes(rendered(pdf, dpi=100))) == {URL}
    assert "Rosewater Café" in text
    assert "Scan and get your coupon" in " ".join(text.split())
    assert "coupons.rosewater.example/s/rosewater-cafe" in "".join(text.split())


def test_a_tent_card_shows_the_code_on_both_sides():
    pdf = render_poster(Poster("Rosewater Café", URL), "tent")

    page = rendered(pdf, dpi=100)
    upper, lower = (
        page.crop((0, 0, page.width, page.height // 2)),
        page.crop((0, page.height // 2, page.width, page.height)),
    )
    assert qr_codes(upper) == qr_codes(lower) == [URL]


def test_the_headline_may_be_replaced_by_language():
    html = poster_html(Poster("A", URL, headlines=(("en", "Win lunch"), ("ar", "اربح غداءً"))), "a4")

    assert "Win lunch" in html
    assert "اربح غداءً" in html


def test_names_are_words_and_colours_are_colours():
    html = poster_html(Poster("<script>alert(1)</script>", URL, "red}body{background:url(file:///etc/passwd)"), "a6")

    assert "<script" not in html
    assert "file:" not in html


def test_a_long_name_stays_on_its_band():
    page = rendered(
        render_poster(
            Poster("Al Rosewater Trading and Catering Company of the Northern Emirates", URL, "#be1e5a"), "a6"
        ),
        dpi=100,
    )

    below = page.crop((0, round(26 * 100 / 25.4), page.width, round(28 * 100 / 25.4)))
    assert below.getextrema() == ((255, 255),) * 3
    assert isinstance(page, Image.Image)


@pytest.mark.parametrize(
    ("colour", "ink"), [("#ffffff", "#111111"), ("#000000", "#ffffff"), ("#be1e5a", "#ffffff"), ("#ffd54f", "#111111")]
)
def test_ink_on_the_brand_is_the_one_that_reads_better(colour, ink):
    assert ink_on(colour) == ink
