"""Uploads are inert: whatever is sent, what is stored is a plain picture, and evil ones are refused in time."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import time
import zipfile
import zlib

import pytest
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

from merchants.paper import images


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_claiming(width: int, height: int, *, depth: int = 8, colour: int = 2, body: bytes = b"\0" * 300) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def picture(width: int = 120, height: int = 80, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, a green top line: turning it shows."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    image.paste((30, 180, 30), (0, 0, width, height // 8))
    return image.convert(mode)


def opened(accepted: images.Accepted) -> Image.Image:
    image = Image.open(io.BytesIO(accepted.bytes))
    image.load()
    return image


def close_to(pixel, wanted, within: int = 12) -> bool:
    return all(abs(a - b) <= within for a, b in zip(pixel, wanted, strict=False))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_usual_picture_is_accepted_and_written_anew(kind):
    sent = encoded(picture(), kind)

    accepted = images.accept_image(sent)

    assert (accepted.width, accepted.height) == opened(accepted).size == (120, 80)
    assert accepted.content_type in {images.PNG, images.JPEG}
    assert images.sniff(accepted.bytes) == accepted.content_type
    assert close_to(opened(accepted).convert("RGB").getpixel((20, 60)), (200, 30, 30))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_png_mode_becomes_rgb_or_rgba(mode):
    base = picture(mode="RGBA") if mode in {"LA", "RGBA"} else picture()
    image = (
        base.convert("L").convert("I").point(lambda v: v * 257).convert(mode)
        if mode.startswith("I")
        else base.convert(mode)
    )

    accepted = images.accept_image(encoded(image, "PNG"))

    assert opened(accepted).mode in {"RGB", "RGBA", "L"}
    # Red is dark and blue darker in every grey, and none of them is clipped to white.
    if mode != "1":
        assert max(opened(accepted).convert("RGB").getpixel((20, 60))) < 220


def test_sixteen_bit_colour_is_read():
    row = b"\0" + struct.pack(">HHH", 0xC800, 0x1E00, 0x1E00) * 64
    sent = png_claiming(64, 64, depth=16, body=row * 64)

    accepted = images.accept_image(sent)

    assert close_to(opened(accepted).convert("RGB").getpixel((5, 5)), (200, 30, 30))


def test_transparency_stays():
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 32, 64))

    accepted = images.accept_image(encoded(image, "PNG"))

    assert accepted.content_type == images.PNG
    assert opened(accepted).getpixel((60, 5))[3] == 0
    assert opened(accepted).getpixel((5, 5)) == (0, 0, 255, 255)


def test_a_cmyk_jpeg_keeps_its_colours():
    accepted = images.accept_image(encoded(picture(mode="CMYK"), "JPEG", quality=95))

    assert opened(accepted).mode == "RGB"
    assert close_to(opened(accepted).getpixel((20, 60)), (200, 30, 30), within=25)


def test_a_colour_profile_is_applied_and_left_out():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    accepted = images.accept_image(encoded(picture(), "PNG", icc_profile=lab))

    assert "icc_profile" not in opened(accepted).info
    assert close_to(opened(accepted).convert("RGB").getpixel((20, 60)), (200, 30, 30))


def test_a_broken_colour_profile_does_no_harm():
    accepted = images.accept_image(encoded(picture(), "JPEG", icc_profile=b"nonsense" * 40))

    assert accepted.width == 120


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_phone_picture_stands_upright_and_says_nothing_about_its_owner(orientation):
    undo = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = picture() if undo is None else picture().transpose(undo)
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCam 3000"
    exif.get_ifd(0x8825)[1] = "N"

    accepted = images.accept_image(encoded(stored, "JPEG", exif=exif, quality=95))

    image = opened(accepted)
    assert image.size == (120, 80)
    assert close_to(image.getpixel((60, 3)), (30, 180, 30), within=40)
    assert close_to(image.getpixel((20, 60)), (200, 30, 30))
    assert close_to(image.getpixel((100, 60)), (30, 30, 200))
    assert not image.getexif()
    assert b"SecretCam" not in accepted.bytes


def test_a_large_photo_is_made_smaller():
    accepted = images.accept_image(encoded(Image.new("RGB", (6000, 3000), "teal"), "JPEG"))

    assert (accepted.width, accepted.height) == (3200, 1600)


def test_a_phone_picture_of_several_frames_gives_the_first():
    target = io.BytesIO()
    picture().save(target, "MPO", save_all=True, append_images=[Image.new("RGB", (60, 40))])

    accepted = images.accept_image(target.getvalue())

    assert (accepted.width, accepted.height) == (120, 80)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"


def gif_of(frames: int) -> bytes:
    first = encoded(Image.new("P", (8, 8)), "GIF")
    body = first[first.index(b",") : -1]
    return first[: first.index(b",")] + body * frames + b";"


def zipped(**files: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return target.getvalue()


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (64, 64), (n * 20, 0, 0)) for n in range(5)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def text_bomb() -> bytes:
    body = encoded(picture(), "PNG")
    bomb = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"\0" * 80_000_000, 9))
    return body[:33] + bomb + body[33:]


def with_broken_crc() -> bytes:
    body = bytearray(encoded(picture(), "PNG"))
    body[29] ^= 0xFF
    return bytes(body)


REFUSED = {
    "empty": (b"", "image_kind"),
    "eleven megabytes": (b"\x89PNG\r\n\x1a\n" + b"\0" * (11 << 20), "image_too_heavy"),
    "png that claims 50,000 squared": (png_claiming(50_000, 50_000), "image_too_many_pixels"),
    "png that claims four thousand million squared": (png_claiming(0xFFFFFFFE, 0xFFFFFFFE), "image_too_many_pixels"),
    "png of one line": (png_claiming(30_000_000, 1), "image_shape"),
    "png of no size": (png_claiming(0, 0), "image_broken"),
    "png of one pixel": (encoded(Image.new("RGB", (1, 1)), "PNG"), "image_shape"),
    "png that ends early": (encoded(picture(), "PNG")[:120], "image_broken"),
    "png with too little data": (png_claiming(500, 500), "image_broken"),
    "png with a wrong checksum": (with_broken_crc(), "image_broken"),
    "png with no header": (b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x"), "image_broken"),
    "png signature and rubbish": (b"\x89PNG\r\n\x1a\n" + b"rubbish" * 50, "image_broken"),
    "jpeg that ends early": (encoded(picture(), "JPEG")[:300], "image_broken"),
    "jpeg start and rubbish": (b"\xff\xd8\xff\xe0" + b"rubbish" * 50, "image_broken"),
    "webp that ends early": (encoded(picture(), "WEBP")[:60], "image_broken"),
    "webp name and rubbish": (b"RIFF\x40\0\0\0WEBPVP8 " + b"rubbish" * 10, "image_broken"),
    "gif": (encoded(picture(), "GIF"), "image_kind"),
    "gif of ten thousand frames": (gif_of(10_000), "image_kind"),
    "png of several frames": (animated("PNG"), "image_animated"),
    "webp of several frames": (animated("WEBP"), "image_animated"),
    "svg": (SVG, "image_kind"),
    "svg with a declaration": (b'<?xml version="1.0"?>' + SVG, "image_kind"),
    "svg after white space": (b"\n\n   " + SVG, "image_kind"),
    "svg compressed": (zlib.compress(SVG), "image_kind"),
    "html": (HTML, "image_kind"),
    "html before a png": (HTML + encoded(picture(), "PNG"), "image_kind"),
    "gif89a comment script": (b"GIF89a/*" + HTML + b"*/=1;", "image_kind"),
    "zip": (zipped(**{"a.png": b"x"}), "image_kind"),
    "zip before a png": (zipped(**{"a.png": b"x"}) + encoded(picture(), "PNG"), "image_kind"),
    "pdf": (b"%PDF-1.7\n1 0 obj<<>>endobj", "image_kind"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run", "image_kind"),
    "bmp": (encoded(picture(), "BMP"), "image_kind"),
    "tiff": (encoded(picture(), "TIFF"), "image_kind"),
    "icon": (encoded(picture(), "ICO"), "image_kind"),
    "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0" * 90, "image_kind"),
    "avif name": (b"\0\0\0\x1cftypavif" + b"\0" * 90, "image_kind"),
    "script": (b"#!/bin/sh\nrm -rf /\n", "image_kind"),
    "executable": (b"\x7fELF\x02\x01\x01" + b"\0" * 90, "image_kind"),
    "imagemagick program": (b"push graphic-context\nimage over 0,0 0,0 'https://evil.example/x.png'", "image_kind"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_quickly_with_a_reason(name):
    data, code = REFUSED[name]
    started = time.monotonic()

    with pytest.raises(images.ImageRefused) as refused:
        images.accept_image(data)

    assert refused.value.code == code
    assert len(str(refused.value)) > 30
    assert time.monotonic() - started < 60


NEUTRALISED = {
    "png and a zip": encoded(picture(), "PNG") + zipped(**{"evil.html": HTML}),
    "png and html": encoded(picture(), "PNG") + HTML,
    "jpeg and html": encoded(picture(), "JPEG") + HTML,
    "jpeg and a zip": encoded(picture(), "JPEG") + zipped(**{"evil.html": HTML}),
    "jpeg with html in its comment": encoded(picture(), "JPEG", comment=HTML),
    "jpeg with html in exif": encoded(picture(), "JPEG", exif=b"Exif\0\0" + HTML),
    "webp with html in exif": encoded(picture(), "WEBP", exif=b"Exif\0\0" + HTML),
    "webp with html in xmp": encoded(picture(), "WEBP", xmp=HTML),
    "png with html in a profile": encoded(picture(), "PNG", icc_profile=HTML),
}


@pytest.mark.parametrize("name", NEUTRALISED)
def test_what_is_glued_to_a_picture_does_not_survive(name):
    accepted = images.accept_image(NEUTRALISED[name])

    assert b"script" not in accepted.bytes
    assert b"evil" not in accepted.bytes
    assert not zipfile.is_zipfile(io.BytesIO(accepted.bytes))
    assert images.accept_image(accepted.bytes).width == 120


def test_text_chunks_do_not_survive():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", HTML.decode())

    accepted = images.accept_image(encoded(picture(), "PNG", pnginfo=info))

    assert b"script" not in accepted.bytes


def test_a_text_chunk_that_unpacks_to_a_bomb_is_refused():
    started = time.monotonic()

    with pytest.raises(images.ImageBroken):
        images.accept_image(text_bomb())

    assert time.monotonic() - started < 60


@pytest.mark.parametrize("name", ["png that ends early", "jpeg that ends early", "png with a wrong checksum"])
def test_incomplete_files_are_refused_even_where_pillow_was_told_to_bear_them(name, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)

    with pytest.raises(images.ImageBroken):
        images.accept_image(REFUSED[name][0])

    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


HEAVY = """
import json, re, sys, time
from pathlib import Path
from merchants.paper import images
data = sys.stdin.buffer.read()
before = time.monotonic()
accepted = images.accept_image(data)
# Not ru_maxrss: a process starts with its parent's.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"rss": peak,
    "seconds": time.monotonic() - before, "size": [accepted.width, accepted.height]}))
"""


@pytest.mark.parametrize(
    ("kind", "mode", "size"),
    [
        ("PNG", "RGBA", (6300, 6300)),
        ("PNG", "RGB", (6300, 6300)),
        ("JPEG", "RGB", (6300, 6300)),
        ("JPEG", "CMYK", (6300, 6300)),
        ("WEBP", "RGB", (6300, 6300)),
        ("PNG", "RGBA", (4000, 4000)),
        ("JPEG", "RGB", (4000, 4000)),
    ],
)
def test_the_largest_allowed_pictures_stay_within_memory_and_time(kind, mode, size, bare_environment):
    options = {"method": 0} if kind == "WEBP" else {}
    data = encoded(Image.linear_gradient("L").resize(size).convert(mode), kind, **options)

    done = subprocess.run(
        [sys.executable, "-c", HEAVY], input=data, capture_output=True, timeout=60, check=True, env=bare_environment
    )

    found = json.loads(done.stdout)
    # libwebp decodes into three canvases at once and cannot scale while decoding.
    assert found["rss"] < (700 if kind == "WEBP" else 300), found
    assert found["seconds"] < 30, found
    assert max(found["size"]) == 3200
