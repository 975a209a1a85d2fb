"""Labels measured in a real browser with the pages' own fonts, on a phone of 360 px: in their segment, and large enough."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from storefront.wheel import drawing
from storefront.wheel.choices import LONGEST_LABEL, PAINTS, Colour
from storefront.wheel.queries.faces import Slice
from storefront.wheel.templatetags import wheel as tags
from tests.ui.axe import violations
from ui.brand import contrast

DIST = Path(__file__).resolve().parents[2] / "frontend" / "dist"
NAMES = (
    ("RM5 Voucher", "قسيمة 5 رنجت"), ("No Prize", "حظًا أوفر"), ("Free Drink", "مشروب مجاني"),
    ("20% off your next order", "خصم 20٪ على طلبك القادم"), ("Complimentary breakfast", "وجبة فطور مجانية كاملة"),
    ("Buy one, get one free", "اشترِ واحدة وخذ أخرى"), ("Wheelbarrow-of-chocolate", "قسيمة بمئة وخمسين ريالًا"), ("Tea", "شاي"),
    ("Dinner for two", "عشاء لشخصين"), ("SAR 1,000.00", "1,000.00 ريال"), ("Better luck next time", "حظًا أوفر في المرة القادمة"[:24]),
    ("WWWWWWWWWWWWWWWWWWWWWWWW", "ضضضضضضضضضضضضضضضضضضضضضضضض"),
)  # fmt: skip
MOST = 12
PAGE = """<!doctype html><html lang="{language}" dir="{direction}" data-theme="light"><head><meta charset="utf-8"><title>Wheel</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/ui/app.css"></head>
<body><div class="focus"><main class="focus-main"><div class="focus-panel"><div class="focus-body">
<h1>Wheel</h1><div class="mt-6">{bodies}</div></div></div></main></div></body></html>"""
# Turning, with its result, and above the form.
CONTAINERS = ["wheel-stage", "wheel-stage wheel-stage-still", "wheel-small"]
# Of each line of a wheel: its size on the screen, how much of its own width it has, and its four corners as the wheel
# sees them (units of the drawing).
MEASURE = """(svg) => {
  const scale = svg.getBoundingClientRect().width / 328;
  return [...svg.querySelectorAll("[data-segment]")].flatMap((segment) => [...segment.querySelectorAll("text")].map((text) => {
    const box = text.getBBox(), turn = svg.getCTM().inverse().multiply(text.getCTM());
    const size = Number(getComputedStyle(text).fontSize.replace("px", ""));
    const pressed = text.getComputedTextLength();
    text.removeAttribute("textLength");
    const squeeze = pressed / text.getComputedTextLength();
    const middle = box.y + box.height / 2, half = size * 0.5;
    const corner = (x, y) => { const at = new DOMPoint(x, y).matrixTransform(turn); return [at.x, at.y]; };
    return {segment: Number(segment.dataset.segment), words: text.textContent, px: size * scale, squeeze,
      corners: [corner(box.x, middle - half), corner(box.x + box.width, middle - half),
                corner(box.x, middle + half), corner(box.x + box.width, middle + half)]};
  }));
}"""


def page_of(count, language):
    slices = [Slice(n + 1, *NAMES[n], Colour.values[n]) for n in range(count)]
    with translation.override(language):
        body = render_to_string("wheel/_wheel.html", tags.wheel(slices, "The wheel"))
    direction = "rtl" if language == "ar" else "ltr"
    bodies = "".join(f'<div class="{container}">{body}</div>' for container in CONTAINERS)
    return PAGE.format(language=language, direction=direction, bodies=bodies)


def serve(page, html):
    def answer(route):
        path = route.request.url.partition("example.test")[2]
        if path.startswith("/static/"):
            route.fulfill(path=str(DIST / path.removeprefix("/static/")))
        else:
            route.fulfill(body=html, content_type="text/html")

    page.route("**/*", answer)
    page.goto("http://example.test/")
    page.evaluate("document.fonts.ready")


def least(line):
    """To how much of its own width a line may be pressed: a word as long as a whole label cannot be read at ease."""
    return 0.3 if len(line["words"]) == LONGEST_LABEL else 0.8


def outside(line, count):
    """How far, in units of the drawing, the line's worst corner is out of its segment."""
    import math

    angle = 2 * math.pi / count
    middle = (line["segment"] - 0.5) * angle
    worst = -math.inf
    for x, y in line["corners"]:
        radius, turn = math.hypot(x, y), math.atan2(x, -y) - middle
        turn = (turn + math.pi) % (2 * math.pi) - math.pi
        edge = radius * math.sin(abs(turn) - angle / 2) if angle < math.pi else -1.0
        worst = max(worst, edge, radius - drawing.RADIUS, (22 - radius) if angle < math.pi else -1.0)
    return worst


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("count", range(2, MOST + 1))
def test_labels_stand_in_their_segments_and_can_be_read(chromium, count, language):
    """Wherever the wheel is shown to customers: three containers in one page, for a third of the time."""
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    serve(page, page_of(count, language))

    found = violations(page) if count == MOST else []  # the page is the same but for the number of segments
    wheels = {name: page.locator(f"[class='{name}'] svg.wheel").evaluate(MEASURE) for name in CONTAINERS}
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found == []
    assert width <= 360
    for container, lines in wheels.items():
        assert wrong_of(lines, count) == [], container
        said = {key: "".join(one["words"] for one in lines if one["segment"] == key) for key in range(1, count + 1)}
        for place in range(count):
            assert said[place + 1].replace(" ", "") == NAMES[place][language == "ar"].replace(" ", "")


def wrong_of(lines, count):
    """Lines that are out of their segment, too small or pressed too hard, and segments without any."""
    wrong = [f"{one['words']!r} is out by {outside(one, count):.1f}" for one in lines if outside(one, count) > 0]
    wrong += [f"{one['words']!r} is {one['px']:.1f} px" for one in lines if one["px"] < 11]
    wrong += [f"{one['words']!r} is pressed to {one['squeeze']:.2f}" for one in lines if one["squeeze"] < least(one)]
    return wrong + sorted(set(range(1, count + 1)) - {line["segment"] for line in lines})


def test_a_label_of_nothing_but_spaces_is_drawn_as_dots():
    assert [line.words for wedge in drawing.wedges(["  ", "\t", "Tea"]) for line in wedge.label.lines] == ["…", "…", "Tea"]


def test_a_long_word_breaks_at_its_hyphens_and_a_figure_does_not():
    lines = [
        tuple(line.words for line in wedge.label.lines)
        for wedge in drawing.wedges(["Wheelbarrow-of-chocolate", *["10-20% off your next order"] * 11])
    ]

    assert lines[0] == ("Wheelbarrow-", "of-chocolate")
    assert all("10-20%" in " ".join(found) for found in lines[1:])


def test_every_paint_carries_its_label():
    assert set(PAINTS) == set(Colour.values)
    for name, paint in PAINTS.items():
        assert contrast(paint.fill, paint.ink) >= 4.5, name


def test_the_pages_language_does_not_reach_into_the_drawing():
    """A decimal comma would break every path."""
    assert "," not in page_of(5, "ar").partition("<svg")[2].partition("<text")[0]
