"""Accept an uploaded picture: judged by its content, decoded within bounds, written anew.

What is stored is never what was sent. The picture is decoded and encoded again, so metadata, scripts, archives or
pages glued to it do not survive, and the pixel count is known from the header before anything is decoded.
"""

from __future__ import annotations

import contextlib
import struct
import threading
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from io import BytesIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageCms, ImageFile

from kernel.errors import DomainError

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
ALLOWED = frozenset({PNG, JPEG, WEBP})
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
# 3,200 pixels print well (270 dpi) along an A4 sheet and sharply on any coupon; more only makes every PDF heavier.
MAX_SIDE = 3_200
MIN_SIDE = 32
MAX_RATIO = 20
_STRIP = 256
# A picture of 40 megapixels takes 160 MB while it is decoded (WebP: 600 MB); several at once would be too much.
_ONE_AT_A_TIME = threading.Lock()

_PILLOW_FORMAT = {PNG: "PNG", JPEG: "JPEG", WEBP: "WEBP"}
_SRGB = ImageCms.createProfile("sRGB")
_ORIENTATION = 0x0112
# What Pillow's decoders raise on damaged files, as found by feeding them such files.
_DECODER_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    EOFError,
    MemoryError,
    struct.error,
)


class ImageRefused(DomainError):
    """The upload is not a picture that can be used; subclasses say why."""

    code = "image_refused"


class ImageTooHeavy(ImageRefused):
    """More bytes than allowed."""

    code = "image_too_heavy"


class ImageKindRefused(ImageRefused):
    """Not one of the allowed kinds, whatever its name says."""

    code = "image_kind"


class ImageBroken(ImageRefused):
    """Starts like a picture but cannot be read."""

    code = "image_broken"


class ImageTooManyPixels(ImageRefused):
    """More pixels than allowed, as its header says."""

    code = "image_too_many_pixels"


class ImageShape(ImageRefused):
    """Too small or too narrow to be of use."""

    code = "image_shape"


class ImageAnimated(ImageRefused):
    """Has more than one frame."""

    code = "image_animated"


@dataclass(frozen=True)
class Accepted:
    """A picture that is safe to store and print."""

    bytes: bytes
    content_type: str
    width: int
    height: int


def accept_image(
    data: bytes,
    *,
    max_bytes: int = MAX_BYTES,
    max_pixels: int = MAX_PIXELS,
    allowed: Collection[str] = ALLOWED,
    max_side: int = MAX_SIDE,
) -> Accepted:
    """Return ``data`` decoded, upright, in sRGB, without metadata and encoded anew.

    Raises a subclass of ``ImageRefused`` that says what to do instead.
    """
    if len(data) > max_bytes:
        raise ImageTooHeavy(
            _("The picture is larger than %(limit)s MB. Save it smaller or as JPEG and upload it again.")
            % {"limit": round(max_bytes / 1024 / 1024)},
            bytes=len(data),
            limit=max_bytes,
        )
    kind = sniff(data)
    if kind is None or kind not in allowed:
        raise ImageKindRefused(_("This is not a PNG, JPEG or WebP picture. Export it as one of these and try again."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limits are stricter than Pillow's warnings
            with _ONE_AT_A_TIME, _strict():
                return _reencode(data, kind, max_pixels=max_pixels, max_side=max_side)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(max_pixels) from error
    except _DECODER_ERRORS as error:
        raise ImageBroken(
            _("The picture cannot be read: the file is damaged or incomplete. Save it again and upload it.")
        ) from error


@contextlib.contextmanager
def _strict() -> Iterator[None]:
    """Refuse incomplete files, whoever told Pillow otherwise: importing WeasyPrint does, for the whole process."""
    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def sniff(data: bytes) -> str | None:
    """The kind of picture by its first bytes; ``None`` for anything else (GIF, SVG, HTML, archives …)."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    return None


def _reencode(data: bytes, kind: str, *, max_pixels: int, max_side: int) -> Accepted:
    image, upright, profile = _decoded(data, kind, max_pixels=max_pixels, max_side=max_side)
    image = _in_srgb(image, profile)
    image = _turned(image, upright)
    # Comments, profiles and EXIF would be written along from here.
    image.info.clear()
    content, content_type = _encoded(image, lossless=kind == PNG)
    return Accepted(content, content_type, image.width, image.height)


def _decoded(data: bytes, kind: str, *, max_pixels: int, max_side: int) -> tuple[Image.Image, int, bytes | None]:
    """The picture, no larger than ``max_side``, with its orientation and colour profile."""
    with Image.open(BytesIO(data), formats=[_PILLOW_FORMAT[kind]]) as source:
        _refuse_shape(source.width, source.height, max_pixels)
        # MPO is what many phones write: a JPEG whose further frames are previews. The first is the picture.
        if source.format != "MPO" and getattr(source, "n_frames", 1) > 1:
            raise ImageAnimated(_("The picture moves. Upload a still picture: coupons are printed."))
        upright = _orientation(source)
        profile = source.info.get("icc_profile")
        if kind == JPEG:
            source.draft(None, (max_side, max_side))
        source.load()
        # Shrink before anything else: each copy of 40 megapixels is 160 MB.
        return _shrunk(source, max_side), upright, profile


def _orientation(image: Image.Image) -> int:
    """How the camera was held; damaged notes of the camera are no reason to refuse its picture."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _DECODER_ERRORS:
        return 1


def _refuse_shape(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise _too_many_pixels(max_pixels, width=width, height=height)
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_RATIO * min(width, height):
        raise ImageShape(
            _("The picture is too small or too narrow. Use one of at least %(side)s × %(side)s pixels.")
            % {"side": MIN_SIDE},
            width=width,
            height=height,
        )


def _too_many_pixels(limit: int, **size: int) -> ImageTooManyPixels:
    return ImageTooManyPixels(
        _("The picture has more than %(limit)s megapixels. Make it smaller and upload it again.")
        % {"limit": limit // 1_000_000},
        code=None,
        **size,
    )


def _shrunk(image: Image.Image, max_side: int) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if max(image.size) <= max_side:
        return image
    if image.mode in ("P", "1", "PA"):
        # Averaging palette numbers would mix unrelated colours.
        image = image.convert("RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
    scale = max_side / max(image.size)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    # In strips, because resizing see-through pictures copies all of what it is given.
    small = Image.new(image.mode, (width, height))
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        upper, lower = top * image.height / height, bottom * image.height / height
        first, last = int(upper), min(image.height, int(lower) + 1)
        strip = image.crop((0, first, image.width, last))
        box = (0, upper - first, image.width, min(lower - first, strip.height))
        small.paste(strip.resize((width, bottom - top), Image.Resampling.LANCZOS, box=box), (0, top))
    return small


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit grey; a plain conversion would clip everything above 255 to white."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture as RGB or RGBA in sRGB; a colour profile that cannot be used is left out."""
    see_through = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    if image.mode not in ("RGB", "CMYK", "L") or see_through:
        image = image.convert("RGBA" if see_through else "RGB")
    if profile and image.mode != "L":
        image = _profiled(image, profile)
    if image.mode not in ("RGB", "RGBA"):
        image = image.convert("RGB")
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    return image


def _profiled(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        described = ImageCms.ImageCmsProfile(BytesIO(profile))
        wanted = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, described, _SRGB, outputMode=wanted) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def _encoded(image: Image.Image, *, lossless: bool) -> tuple[bytes, str]:
    """The picture's bytes: PNG for see-through and flat drawings, JPEG where that is much smaller."""
    if image.mode == "RGBA":
        return _saved(image, "PNG", compress_level=6), PNG
    photo = _saved(image, "JPEG", quality=92, subsampling=0)
    if lossless:
        drawing = _saved(image, "PNG", compress_level=6)
        if len(drawing) <= 2 * len(photo):
            return drawing, PNG
    return photo, JPEG


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    target = BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()
