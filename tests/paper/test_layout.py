"""Layouts: places in millimetres that can be printed, or words that say why not."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from merchants.paper.defaults import default_layout, legible
from merchants.paper.layout import KINDS, MIN_QR, Box, Layout, LayoutRefused, Serial, Text

GOOD = Layout(
    width=90,
    height=55,
    qr=Box(65, 30, 20, 20),
    serial=Serial(Box(4, 45, 55, 7)),
    texts=(Text("offer", Box(4, 4, 55, 15), size=18, bold=True), Text("free", Box(4, 25, 50, 8), words="Hello")),
)


def codes(layout: Layout) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in layout.problems()]


def test_a_good_layout_has_no_problems():
    assert GOOD.problems() == []
    assert GOOD.warnings() == []
    assert GOOD.check() is GOOD


def test_json_and_back_gives_an_equal_layout():
    layout = replace(GOOD, barcode=Box(4, 36, 50, 8))

    assert Layout.from_json(json.loads(json.dumps(layout.to_json()))) == layout


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (replace(GOOD, width=20), ("size", "size")),
        (replace(GOOD, height=300), ("size", "size")),
        (replace(GOOD, qr=Box(65, 30, 14.9, 14.9)), ("qr", "too_small")),
        (replace(GOOD, qr=Box(65, 30, 20, 18)), ("qr", "not_square")),
        (replace(GOOD, qr=Box(71, 30, 20, 20)), ("qr", "outside")),
        (replace(GOOD, qr=Box(65, -1, 20, 20)), ("qr", "outside")),
        (replace(GOOD, qr=Box(58, 30, 20, 20)), ("serial", "overlap")),
        (replace(GOOD, serial=Serial(Box(4, 49, 55, 7))), ("serial", "outside")),
        (replace(GOOD, serial=Serial(Box(4, 45, 30, 7))), ("serial", "too_small")),
        (replace(GOOD, serial=Serial(Box(4, 45, 55, 7), size=5)), ("serial", "font_size")),
        (replace(GOOD, barcode=Box(4, 36, 30, 8)), ("barcode", "too_small")),
        (replace(GOOD, barcode=Box(20, 36, 50, 8)), ("barcode", "overlap")),
        (replace(GOOD, barcode=Box(60, 5, 50, 8)), ("barcode", "outside")),
        (replace(GOOD, texts=(Text("title", Box(60, 4, 55, 9)),)), ("texts.0", "outside")),
        (replace(GOOD, texts=(Text("title", Box(4, 4, 2, 9)),)), ("texts.0", "too_small")),
        (replace(GOOD, texts=(Text("title", Box(4, 4, 50, 9), size=3),)), ("texts.0", "font_size")),
    ],
)
def test_a_bad_place_is_named_with_what_to_do(layout, expected):
    assert expected in codes(layout)
    assert all(len(str(problem.message)) > 30 for problem in layout.problems())
    with pytest.raises(LayoutRefused) as refused:
        layout.check()
    assert refused.value.code == "layout_invalid"
    assert {"field": expected[0], "code": expected[1]} in refused.value.data["problems"]


def test_touching_is_not_overlapping():
    assert replace(GOOD, qr=Box(59, 30, 20, 20)).problems() == []


def test_texts_under_codes_and_on_each_other_are_warned_about():
    under = replace(GOOD, texts=(Text("title", Box(60, 28, 20, 9)),))
    crossing = replace(GOOD, texts=(Text("title", Box(4, 4, 20, 9)), Text("terms", Box(10, 8, 20, 9))))

    assert [(w.field, w.code) for w in under.warnings()] == [("texts.0", "under_code")]
    assert [(w.field, w.code) for w in crossing.warnings()] == [("texts.1", "on_text")]
    assert under.problems() == crossing.problems() == []


def changed(**changes):
    data = GOOD.to_json()
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = data
        for name in parents:
            target = target[int(name) if name.isdigit() else name]
        target[last] = value
    return data


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", 7, {}, {"width": 90},
        changed(width="90"), changed(width=float("nan")), changed(width=float("inf")), changed(width=True), changed(width=10**9),
        changed(qr=None), changed(qr={"x": 1}), changed(serial={}), changed(version=2), changed(texts="many"),
        changed(texts=[GOOD.to_json()["texts"][0]] * 21), changed(texts__0__kind="script"), changed(texts__0__lang="xx"),
        changed(texts__0__colour="red;background:url(file:///etc/passwd)"), changed(texts__0__align="left}body{"),
        changed(texts__0__bold="yes"), changed(texts__1__words="x" * 601), changed(texts__1__words=5), changed(serial__colour="#12345"),
        changed(serial__plate=1), changed(texts=[None]), changed(barcode="wide"),
    ],
)  # fmt: skip
def test_what_is_no_layout_is_refused_whole(data):
    with pytest.raises(LayoutRefused) as refused:
        Layout.from_json(data)

    assert refused.value.data["problems"] == [{"field": "layout", "code": "unreadable"}]


def test_only_free_texts_keep_words_and_control_characters_are_dropped():
    layout = Layout.from_json(changed(texts__0__words="smuggled", texts__1__words="a\x00b\u202ec\nd"))

    assert layout.texts[0].words == ""
    assert layout.texts[1].words == "abc\nd"


@given(
    st.integers(32, 4000),
    st.integers(32, 4000),
    st.sampled_from(["en", "ar"]),
    st.permutations(KINDS[:5]),
    st.integers(0, 5),
)
def test_the_default_places_can_be_printed_for_every_shape(width, height, lang, kinds, count):
    layout = default_layout(width, height, lang=lang, kinds=kinds[:count])

    assert layout.problems() == []
    assert layout.warnings() == []
    assert layout.qr.w >= MIN_QR


def test_the_default_keeps_the_shape_of_usual_pictures():
    for width, height in [(1200, 760), (1000, 1000), (800, 1200), (1600, 900)]:
        layout = default_layout(width, height)

        assert layout.width / layout.height == pytest.approx(width / height, rel=0.02)


def test_arabic_defaults_are_mirrored():
    english, arabic = default_layout(1200, 760), default_layout(1200, 760, lang="ar")

    assert arabic.qr.x == pytest.approx(english.width - english.qr.x - english.qr.w, abs=0.1)
    assert {text.lang for text in arabic.texts} == {"ar"}


def test_words_are_white_on_dark_pictures_and_black_on_light_ones():
    picture = Image.new("RGB", (1200, 760), "white")
    picture.paste((20, 20, 40), (0, 0, 1200, 300))
    target = io.BytesIO()
    picture.save(target, "PNG")

    layout = legible(default_layout(1200, 760), target.getvalue())

    assert [text.colour for text in layout.texts] == ["#ffffff", "#111111", "#111111"]
