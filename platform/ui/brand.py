"""A site's two colours made usable: checked for contrast, adjusted in lightness for both themes, written as CSS.

Pure functions. Lightness moves in OKLCH, so the hue that makes a brand stays what it is.
"""

from __future__ import annotations

import math
import re

from django.utils.translation import gettext as _

TEXT, CONTROL = 4.5, 3.0  # WCAG 2.2: 1.4.3 and 1.4.11
LIGHT = {"surface": "#ffffff", "page": "#f6f6f7", "ink": "#1a1b1f"}
DARK = {"surface": "#18191c", "page": "#101114", "ink": "#ececef"}
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_SOFT = 0.10
Rgb = tuple[float, float, float]


def parse(colour: str) -> str:
    """`#rrggbb` in lower case from `#abc`, `abc` or `#AABBCC`. Raises ValueError for anything else."""
    found = _HEX.fullmatch(colour.strip())
    if found is None:
        raise ValueError(f"not a colour: {colour!r}")
    digits = found[1].lower()
    return "#" + ("".join(digit * 2 for digit in digits) if len(digits) == 3 else digits)


def _rgb(colour: str) -> Rgb:
    digits = parse(colour)[1:]
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, part)) * 255):02x}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    red, green, blue = (_linear(part) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on(colour: str) -> str:
    """White where it reads well on `colour`, else near-black, else black. At least 4.5 : 1, always."""
    for text in ("#ffffff", "#101114"):
        if contrast(text, colour) >= TEXT:
            return text
    return "#000000"


def mix(colour: str, into: str, share: float) -> str:
    """`share` of `colour` in `into`."""
    first, second = _rgb(colour), _rgb(into)
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(first, second, strict=True))
    return _hex((red, green, blue))


def _oklch(colour: str) -> Rgb:
    red, green, blue = (_linear(part) for part in _rgb(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def _linear_rgb(light: float, chroma: float, hue: float) -> Rgb:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _from_oklch(light: float, chroma: float, hue: float) -> str:
    """The colour, with as much of its chroma as the screen can show."""
    low, high = 0.0, chroma
    for step in range(14):
        tried = high if step == 0 else (low + high) / 2
        fits = all(-1e-4 <= part <= 1.0001 for part in _linear_rgb(light, tried, hue))
        if fits and step == 0:
            low = tried
            break
        low, high = (tried, high) if fits else (low, tried)
    red, green, blue = (_gamma(max(0.0, part)) for part in _linear_rgb(light, low, hue))
    return _hex((red, green, blue))


def adjusted(colour: str, on: str | tuple[str, ...], ratio: float) -> str:
    """`colour` itself where it has `ratio` on every background, else lightened or darkened just enough."""
    grounds = (on,) if isinstance(on, str) else on
    start = parse(colour)
    if all(contrast(start, ground) >= ratio for ground in grounds):
        return start
    light, chroma, hue = _oklch(start)
    lighter = sum(luminance(ground) for ground in grounds) / len(grounds) < 0.18
    for step in range(1, 101):
        moved = light + (1 - light) * step / 100 if lighter else light * (1 - step / 100)
        tried = _from_oklch(moved, chroma, hue)
        if all(contrast(tried, ground) >= ratio for ground in grounds):
            return tried
    return "#ffffff" if lighter else "#000000"


def _theme(primary: str, accent: str, ground: dict[str, str]) -> dict[str, str]:
    grounds = (ground["surface"], ground["page"])
    fill = adjusted(primary, grounds, CONTROL)
    second = adjusted(accent, grounds, CONTROL)
    soft = mix(fill, ground["surface"], _SOFT)
    return {
        "--color-primary": fill,
        "--color-primary-content": readable_on(fill),
        "--color-accent": second,
        "--color-accent-content": readable_on(second),
        "--brand-text": adjusted(primary, (*grounds, soft), TEXT),
        "--brand-soft": soft,
        "--brand-soft-content": ground["ink"],
    }


def palette(primary: str, accent: str) -> dict[str, dict[str, str]]:
    """The custom properties of both themes; also what a live preview shows."""
    return {"light": _theme(primary, accent, LIGHT), "dark": _theme(primary, accent, DARK)}


def brand_css(primary: str, accent: str) -> str:
    """The stylesheet of a site: custom properties for light, dark and whatever the device prefers."""
    themes = palette(parse(primary), parse(accent))
    light, dark = (
        "".join(f"{name}:{value};" for name, value in themes[theme].items()) for theme in ("light", "dark")
    )
    return (
        f':root,[data-theme="light"]{{{light}}}\n'
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{dark}}}}}\n"
        f'[data-theme="dark"]{{{dark}}}\n'
    )


def check(primary: str) -> list[str]:
    """What a person should know about a brand colour before saving it; empty where it is fine as it is."""
    colour = parse(primary)
    notes = []
    for name, ground in ((_("light"), LIGHT), (_("dark"), DARK)):
        shown = adjusted(colour, (ground["surface"], ground["page"]), CONTROL)
        if shown != colour:
            notes.append(
                _("On %(theme)s pages this colour is hard to see, so buttons use %(colour)s.")
                % {"theme": name, "colour": shown}
            )
    return notes
