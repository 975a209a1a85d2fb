"""Pictures of the demo: logos and coupon backgrounds, drawn here so that no licence is needed."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SCALE = 2  # drawn larger and shrunk: smooth edges


def rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))  # type: ignore[return-value]


def _gradient(size: tuple[int, int], first: Colour, second: Colour) -> Image.Image:
    """A diagonal blend, made small and stretched."""
    small = Image.new("RGB", (32, 32))
    for x in range(32):
        for y in range(32):
            small.putpixel((x, y), _mixed(first, second, (x * 0.6 + y * 0.4) / 31))
    return small.resize(size, Image.Resampling.BICUBIC)


def _glow(image: Image.Image, at: tuple[float, float], radius: float, colour: Colour, strength: int) -> None:
    """A soft round light."""
    mask = Image.new("L", image.size)
    x, y = at[0] * image.width, at[1] * image.height
    reach = radius * image.width
    ImageDraw.Draw(mask).ellipse([x - reach, y - reach, x + reach, y + reach], fill=strength)
    image.paste(Image.new("RGB", image.size, colour), mask=mask.filter(ImageFilter.GaussianBlur(reach / 3)))


def _cup(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.ellipse([x + s * 0.62, y + s * 0.42, x + s * 0.98, y + s * 0.78], outline=ink, width=round(s * 0.07))
    draw.rounded_rectangle([x + s * 0.1, y + s * 0.35, x + s * 0.78, y + s * 0.9], s * 0.22, fill=ink)
    draw.ellipse([x + s * 0.14, y + s * 0.3, x + s * 0.74, y + s * 0.44], fill=second)
    for offset in (0.28, 0.44, 0.6):
        draw.arc([x + s * offset, y, x + s * (offset + 0.12), y + s * 0.14], 90, 270, ink, round(s * 0.03))
        draw.arc([x + s * offset, y + s * 0.12, x + s * (offset + 0.12), y + s * 0.26], 270, 90, ink, round(s * 0.03))


def _burger(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.pieslice([x, y + s * 0.1, x + s, y + s * 0.8], 180, 360, fill=ink)
    draw.rounded_rectangle([x - s * 0.03, y + s * 0.48, x + s * 1.03, y + s * 0.58], s * 0.05, fill=second)
    draw.rounded_rectangle([x, y + s * 0.6, x + s, y + s * 0.72], s * 0.05, fill=ink)
    draw.rounded_rectangle([x, y + s * 0.75, x + s, y + s * 0.92], s * 0.08, fill=ink)
    for seed in ((0.3, 0.28), (0.5, 0.2), (0.7, 0.28), (0.4, 0.36), (0.62, 0.37)):
        draw.ellipse(
            [x + s * seed[0], y + s * seed[1], x + s * (seed[0] + 0.06), y + s * (seed[1] + 0.035)], fill=second
        )


def _leaf(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    for turn in range(6):
        angle = math.radians(turn * 60 - 90)
        cx, cy = x + s / 2 + math.cos(angle) * s * 0.28, y + s / 2 + math.sin(angle) * s * 0.28
        draw.ellipse([cx - s * 0.2, cy - s * 0.2, cx + s * 0.2, cy + s * 0.2], fill=ink)
    draw.ellipse([x + s * 0.36, y + s * 0.36, x + s * 0.64, y + s * 0.64], fill=second)


def _weights(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.rounded_rectangle([x + s * 0.2, y + s * 0.45, x + s * 0.8, y + s * 0.55], s * 0.03, fill=second)
    for left, half in ((0.06, 0.16), (0.16, 0.28), (0.74, 0.28), (0.86, 0.16)):
        box = [x + s * left, y + s * (0.5 - half), x + s * (left + 0.1), y + s * (0.5 + half)]
        draw.rounded_rectangle(box, s * 0.035, fill=ink)


def _bag(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.arc([x + s * 0.32, y + s * 0.08, x + s * 0.68, y + s * 0.6], 180, 360, second, round(s * 0.06))
    draw.rounded_rectangle([x + s * 0.15, y + s * 0.32, x + s * 0.85, y + s * 0.95], s * 0.08, fill=ink)
    draw.ellipse([x + s * 0.3, y + s * 0.4, x + s * 0.38, y + s * 0.48], fill=second)
    draw.ellipse([x + s * 0.62, y + s * 0.4, x + s * 0.7, y + s * 0.48], fill=second)


def _cross(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.rounded_rectangle([x + s * 0.05, y + s * 0.05, x + s * 0.95, y + s * 0.95], s * 0.24, fill=ink)
    draw.rounded_rectangle([x + s * 0.42, y + s * 0.2, x + s * 0.58, y + s * 0.8], s * 0.04, fill=second)
    draw.rounded_rectangle([x + s * 0.2, y + s * 0.42, x + s * 0.8, y + s * 0.58], s * 0.04, fill=second)


def _screen(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    draw.rounded_rectangle([x + s * 0.24, y, x + s * 0.76, y + s], s * 0.1, fill=ink)
    draw.rounded_rectangle([x + s * 0.29, y + s * 0.09, x + s * 0.71, y + s * 0.84], s * 0.04, fill=second)
    draw.ellipse([x + s * 0.46, y + s * 0.87, x + s * 0.54, y + s * 0.95], fill=second)


def _balloon(draw: ImageDraw.ImageDraw, x: float, y: float, s: float, ink: Colour, second: Colour) -> None:
    for dx, dy, colour in ((0.0, 0.15, ink), (0.45, 0.0, second), (0.28, 0.32, ink)):
        box = [x + s * dx, y + s * dy, x + s * (dx + 0.42), y + s * (dy + 0.52)]
        draw.ellipse(box, fill=colour)
        draw.line([box[0] + s * 0.21, box[3], x + s * 0.5, y + s], fill=colour, width=max(1, round(s * 0.015)))


MOTIFS: dict[str, Callable[..., None]] = {
    "coffee": _cup, "food": _burger, "beauty": _leaf, "fitness": _weights, "fashion": _bag, "grocery": _bag,
    "health": _cross, "electronics": _screen, "kids": _balloon, "fun": _balloon, "home": _leaf,
}  # fmt: skip
_WHITE = (255, 255, 255)


def coupon(motif: str, first: str, second: str, *, width: int = 1500, height: int = 780) -> bytes:
    """A coupon's background: a deep blend, soft lights, rings, and what the shop sells at the top end."""
    size = (width, height)
    image = _gradient(size, rgb(first), rgb(second))
    _glow(image, (0.85, 0.1), 0.28, _mixed(rgb(second), _WHITE, 0.5), 120)
    _glow(image, (0.05, 0.95), 0.3, _mixed(rgb(first), _WHITE, 0.25), 110)
    layer = Image.new("L", (width * SCALE, height * SCALE))
    draw = ImageDraw.Draw(layer)
    for ring in range(6):
        reach = (0.12 + ring * 0.07) * width * SCALE
        cx, cy = width * SCALE * 0.97, height * SCALE * 0.05
        draw.ellipse([cx - reach, cy - reach, cx + reach, cy + reach], outline=46 - ring * 6, width=round(6 * SCALE))
    image.paste(Image.new("RGB", size, _WHITE), mask=layer.resize(size, Image.Resampling.LANCZOS))
    large = Image.new("RGB", (width * SCALE, height * SCALE))
    shape = Image.new("L", large.size)
    side = height * SCALE * 0.36
    x, y = width * SCALE * 0.75, height * SCALE * 0.07
    large.paste(_gradient(large.size, _WHITE, _mixed(rgb(second), _WHITE, 0.75)))
    MOTIFS.get(motif, _bag)(ImageDraw.Draw(shape), x, y, side, 235, 120)
    small = shape.resize(size, Image.Resampling.LANCZOS)
    shadow = ImageChops.offset(small.filter(ImageFilter.GaussianBlur(14)), 0, 14).point(lambda value: value // 3)
    image.paste(Image.new("RGB", size, _mixed(rgb(first), (0, 0, 0), 0.6)), mask=shadow)
    image.paste(large.resize(size, Image.Resampling.LANCZOS), mask=small)
    return _png(image)


def logo(motif: str, first: str, second: str, *, side: int = 512) -> bytes:
    """A rounded tile with the motif."""
    image = _gradient((side, side), rgb(first), rgb(second))
    shape = Image.new("L", (side * SCALE, side * SCALE))
    inner = side * SCALE * 0.56
    MOTIFS.get(motif, _bag)(ImageDraw.Draw(shape), side * SCALE * 0.22, side * SCALE * 0.22, inner, 255, 110)
    image.paste(Image.new("RGB", image.size, _WHITE), mask=shape.resize(image.size, Image.Resampling.LANCZOS))
    return _png(image)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()
