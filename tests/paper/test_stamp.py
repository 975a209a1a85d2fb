"""The test of truth: what is printed is read back, code by code and letter by letter."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile

import pikepdf
import pytest
import zxingcpp

from merchants import serials
from merchants.paper.defaults import default_layout
from merchants.paper.pdf import Form, Writer
from merchants.paper.stamp import NothingToPrint, StampCancelled, sheet_for, stamp
from tests.paper.paper import face_of, layout_with_everything, pages_of, qr_codes, rendered

HOST = "coupons.rosewater.example"
SERIAL = re.compile(r"[2-9A-Z]{5}-[2-9A-Z]{5}-[2-9A-Z]{5}")


def coupons_of(count: int) -> list[tuple[str, str]]:
    return [(serial, serials.short_url(HOST, serial)) for serial in serials.new_serials(count)]


@pytest.mark.parametrize("sheet", ["a4", "single"])
def test_every_printed_code_and_serial_is_the_coupons_own_in_order(sheet, tmp_path):
    layout = default_layout(1200, 760)
    coupons = coupons_of(300)

    result = stamp(face_of(layout), coupons, layout, out_dir=tmp_path, sheet=sheet, title="Spring")

    per_page = len(sheet_for(layout, sheet).slots)
    assert (result.coupons, result.parts) == (300, 1)
    assert result.pages == -(-300 // per_page)
    pdf = result.paths[0].read_bytes()
    read = 0
    for number, (image, text) in enumerate(pages_of(pdf, dpi=150)):
        expected = coupons[number * per_page : (number + 1) * per_page]
        assert sorted(qr_codes(image)) == sorted(url for _serial, url in expected)
        assert [serials.normalise(found) for found in SERIAL.findall(text)] == [serial for serial, _url in expected]
        read += len(expected)
    assert read == 300


def test_the_code_beside_a_serial_is_that_serials(tmp_path):
    layout = default_layout(1200, 760)
    coupons = coupons_of(18)
    result = stamp(face_of(layout), coupons, layout, out_dir=tmp_path)
    sheet = sheet_for(layout, "a4")
    image = rendered(result.paths[0].read_bytes(), dpi=150)
    scale = 150 / 72

    for (x, y), (_serial, url) in zip(sheet.slots, coupons, strict=False):
        top = sheet.height - y - layout.height * 72 / 25.4
        card = image.crop([round(edge * scale) for edge in (x, top, x + layout.width * 72 / 25.4, sheet.height - y)])
        assert qr_codes(card) == [url]


def test_the_barcode_holds_the_serial_and_the_smallest_code_is_read(tmp_path):
    layout = layout_with_everything()
    coupons = coupons_of(8)

    result = stamp(face_of(layout), coupons, layout, out_dir=tmp_path, sheet="single")

    for (image, _text), (serial, url) in zip(pages_of(result.paths[0].read_bytes(), dpi=300), coupons, strict=True):
        assert qr_codes(image) == [url]
        bars = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.Code128)
        assert [found.text for found in bars] == [serial]


def test_a_wrong_code_would_be_noticed(tmp_path):
    layout = default_layout(1200, 760)
    (serial, _url), (_other, wrong) = coupons_of(2)

    result = stamp(face_of(layout), [(serial, wrong)], layout, out_dir=tmp_path, sheet="single")

    [(image, text)] = pages_of(result.paths[0].read_bytes(), dpi=150)
    assert qr_codes(image) != [serials.short_url(HOST, serial)]
    assert serials.display(serial) in text


def test_codes_whose_bits_hold_the_end_mark_are_printed_whole(tmp_path):
    from merchants.paper import codes

    layout = default_layout(1200, 760)
    found = next(pair for pair in coupons_of(60_000) if b"EI" in codes.qr(pair[1]).mask)

    result = stamp(face_of(layout), [found], layout, out_dir=tmp_path, sheet="single")

    [(image, _text)] = pages_of(result.paths[0].read_bytes(), dpi=150)
    assert qr_codes(image) == [found[1]]


def test_a_last_page_holds_only_what_is_left(tmp_path):
    layout = default_layout(1200, 760)
    per_page = len(sheet_for(layout, "a4").slots)

    result = stamp(face_of(layout), coupons_of(per_page + 1), layout, out_dir=tmp_path)

    pages = list(pages_of(result.paths[0].read_bytes(), dpi=100))
    assert [len(SERIAL.findall(text)) for _image, text in pages] == [per_page, 1]
    assert pages[1][1].count("off everything") == 0 or pages[1][1].count("20%") == 1


def test_sheets_take_the_direction_that_holds_more():
    wide, tall = default_layout(1200, 760), default_layout(760, 1200)

    assert (sheet_for(wide, "a4").columns, sheet_for(wide, "a4").rows) == (3, 3)
    assert len(sheet_for(tall, "a4").slots) == 9
    assert sheet_for(tall, "a4").width < sheet_for(tall, "a4").height


def test_coupons_lie_inside_the_sheet_with_room_for_marks():
    for shape in [(1200, 760), (760, 1200), (1000, 1000), (4000, 800), (800, 4000)]:
        layout = default_layout(*shape)
        sheet = sheet_for(layout, "a4")
        assert sheet.slots
        for x, y in sheet.slots:
            assert x > 14
            assert y > 14
            assert x + layout.width * 72 / 25.4 < sheet.width - 14
            assert y + layout.height * 72 / 25.4 < sheet.height - 14


def test_beyond_a_part_there_is_one_archive_of_parts(tmp_path):
    layout = default_layout(1200, 760)
    coupons = coupons_of(25)

    result = stamp(face_of(layout), coupons, layout, out_dir=tmp_path, sheet="single", pages_per_part=10, name="spring")

    assert result.paths == (tmp_path / "spring.zip",)
    assert (result.pages, result.parts) == (25, 3)
    with zipfile.ZipFile(result.paths[0]) as archive:
        assert archive.namelist() == ["spring-001.pdf", "spring-002.pdf", "spring-003.pdf"]
        texts = [text for name in archive.namelist() for _image, text in pages_of(archive.read(name), dpi=20)]
    assert [serials.normalise(SERIAL.search(text)[0]) for text in texts] == [serial for serial, _url in coupons]
    assert [path.name for path in tmp_path.iterdir()] == ["spring.zip"]


def test_a_full_part_does_not_start_an_empty_one(tmp_path):
    layout = default_layout(1200, 760)

    result = stamp(face_of(layout), coupons_of(10), layout, out_dir=tmp_path, sheet="single", pages_per_part=10)

    assert (result.parts, result.paths[0].name) == (1, "coupons.pdf")


def test_progress_is_told_and_a_cancelled_run_leaves_nothing(tmp_path):
    layout = default_layout(1200, 760)
    told: list[int] = []

    with pytest.raises(StampCancelled):
        stamp(
            face_of(layout),
            coupons_of(3000),
            layout,
            out_dir=tmp_path,
            pages_per_part=10,
            progress=lambda done: told.append(done) or done > 1000,
        )

    assert told == sorted(told)
    assert told[-1] > 1000
    assert list(tmp_path.iterdir()) == []


def test_an_error_on_the_way_leaves_nothing(tmp_path):
    def failing():
        yield from coupons_of(50)
        raise LookupError("the database went away")

    with pytest.raises(LookupError):
        stamp(face_of(default_layout(1200, 760)), failing(), default_layout(1200, 760), out_dir=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_no_coupons_make_no_file(tmp_path):
    with pytest.raises(NothingToPrint):
        stamp(face_of(default_layout(1200, 760)), [], default_layout(1200, 760), out_dir=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_the_file_is_sound_and_names_nobody_but_the_title(tmp_path):
    layout = layout_with_everything()

    result = stamp(
        face_of(layout), coupons_of(500), layout, out_dir=tmp_path, sheet="single", title="عرض الربيع – Spring"
    )

    with pikepdf.open(result.paths[0]) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 500
        assert dict(pdf.docinfo) == {"/Title": "عرض الربيع – Spring"}
        assert "/Metadata" not in pdf.Root
    content = result.paths[0].read_bytes().lower()
    assert b"weasyprint" not in content
    assert b"couponry" not in content


def test_the_face_is_in_the_file_once(tmp_path):
    layout = default_layout(1200, 760)
    face = face_of(layout)

    few = stamp(face, coupons_of(10), layout, out_dir=tmp_path, sheet="single", name="few").paths[0].stat().st_size
    many = stamp(face, coupons_of(510), layout, out_dir=tmp_path, sheet="single", name="many").paths[0].stat().st_size

    assert (many - few) / 500 < 900


def test_copied_objects_keep_strings_that_look_like_references():
    source = pikepdf.new()
    source.add_blank_page(page_size=(100, 50))
    source.pages[0].Resources = pikepdf.Dictionary(
        Note=pikepdf.String("12 0 R"), Ext=source.make_indirect(pikepdf.Dictionary(A=1.5, B=True))
    )
    packed = io.BytesIO()
    source.save(packed)
    target = io.BytesIO()
    writer = Writer(target)
    form = Form(packed.getvalue()).copy_into(writer)
    resources = writer.add(b"<< /XObject << /F %d 0 R >> >>" % form)
    writer.add_page(100, 50, b"/F Do", resources)
    writer.finish("x")

    with pikepdf.open(target) as copied:
        resources = copied.pages[0].Resources.XObject.F.Resources
        assert str(resources.Note) == "12 0 R"
        assert float(resources.Ext.A) == 1.5
        assert resources.Ext.B is True
        assert copied.check_pdf_syntax() == []


MEASURED = """
import json, pathlib, sys, time
import django; django.setup()
from merchants import serials
from merchants.paper.defaults import default_layout
from merchants.paper.stamp import stamp
from tests.paper.paper import peak_mb
face, out, count = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2]), int(sys.argv[3])
made = ((serial, serials.short_url("coupons.rosewater.example", serial)) for _n in range(count // 1000) for serial in serials.new_serials(1000))
started = time.monotonic()
stamp(face, made, default_layout(1200, 760), out_dir=out, sheet="single")
print(json.dumps({"seconds": time.monotonic() - started, "mb": peak_mb()}))
"""


def test_memory_does_not_grow_with_the_run(tmp_path, bare_environment):
    face = tmp_path / "face.pdf"
    face.write_bytes(face_of(default_layout(1200, 760)))

    def measured(count: int) -> dict[str, float]:
        command = [sys.executable, "-c", MEASURED, str(face), str(tmp_path), str(count)]
        done = subprocess.run(command, env=bare_environment, capture_output=True, check=True, timeout=120)
        return json.loads(done.stdout)

    small, large = measured(1_000), measured(10_000)

    assert large["mb"] < 300
    assert large["mb"] - small["mb"] < 15
