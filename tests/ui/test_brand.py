"""A brand's colours are readable whatever they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui import brand

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@pytest.mark.parametrize(("typed", "kept"), [("#ABC", "#aabbcc"), ("0f766e", "#0f766e"), (" #0F766E ", "#0f766e")])
def test_a_colour_is_kept_in_one_form(typed, kept):
    assert brand.parse(typed) == kept


@pytest.mark.parametrize("typed", ["", "red", "#12345", "#1234567", "url(x)", "#12345g", "#fff;}body{"])
def test_what_is_no_colour_is_refused(typed):
    with pytest.raises(ValueError, match="not a colour"):
        brand.parse(typed)


def test_contrast_is_what_wcag_says():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@given(colours)
@example("#777777")
def test_the_text_on_any_colour_is_readable(colour):
    assert brand.contrast(brand.readable_on(colour), colour) >= brand.TEXT


@given(colours, colours)
@example("#ffffff", "#000000")
@example("#ffff00", "#010101")
def test_both_themes_hold_the_contrast_for_text_and_controls(primary, accent):
    for theme, ground in (("light", brand.LIGHT), ("dark", brand.DARK)):
        shades = brand.palette(primary, accent)[theme]
        for name in ("primary", "accent"):
            fill = shades[f"--color-{name}"]
            assert brand.contrast(fill, ground["surface"]) >= brand.CONTROL
            assert brand.contrast(fill, ground["page"]) >= brand.CONTROL
            assert brand.contrast(shades[f"--color-{name}-content"], fill) >= brand.TEXT
        for under in (ground["surface"], ground["page"], shades["--brand-soft"]):
            assert brand.contrast(shades["--brand-text"], under) >= brand.TEXT
        assert brand.contrast(shades["--brand-soft-content"], shades["--brand-soft"]) >= brand.TEXT


@given(colours)
def test_a_colour_that_is_fine_already_is_not_touched(colour):
    if brand.contrast(colour, "#ffffff") >= brand.CONTROL:
        assert brand.adjusted(colour, "#ffffff", brand.CONTROL) == colour


@given(colours)
def test_what_is_shown_to_a_person_agrees_with_what_is_done(colour):
    light = brand.palette(colour, colour)["light"]["--color-primary"]
    dark = brand.palette(colour, colour)["dark"]["--color-primary"]

    assert len(brand.check(colour)) == (light != colour) + (dark != colour)


@given(colours, colours)
def test_the_stylesheet_holds_custom_properties_and_nothing_else(primary, accent):
    css = brand.brand_css(primary, accent)

    inside = re.findall(r"\{([^{}]*)\}", css)
    assert len(inside) == 3
    for block in inside:
        assert re.fullmatch(r"(--[a-z-]+:#[0-9a-f]{6};)+", block)
    assert css.count("--brand-text:") == 3


def test_a_colour_from_outside_cannot_break_out_of_the_stylesheet():
    with pytest.raises(ValueError, match="not a colour"):
        brand.brand_css("#fff}body{display:none", "#000000")
