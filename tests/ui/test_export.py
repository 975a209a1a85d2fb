"""Exported files: whatever is in a cell, no spreadsheet runs it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ui import export

DANGEROUS = re.compile(r"^[\s\u00a0\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]*[=+\-@\t\r\n＝＋－＠|%]")
texts = st.text(max_size=40) | st.builds(
    "".join,
    st.tuples(st.sampled_from(["", " ", "\u200f", "\x00", "\ufeff"]), st.sampled_from(list("=+-@\t\r\n＝＋－＠|%")), st.text(max_size=20)),
)


def read_csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(texts, min_size=1, max_size=4))
@example(["=1+1", '=HYPERLINK("http://x","y")', "+966501234567", "@SUM(A1)"])
@example(["\x00=1", "\u200f=1", " =1", "＝1"])
def test_no_cell_of_a_csv_begins_as_a_formula(cells):
    handle = io.BytesIO()

    export.write_csv(handle, ["head"] * len(cells), [cells])

    _head, row = read_csv(handle.getvalue())
    assert len(row) == len(cells)
    assert not [cell for cell in row if DANGEROUS.match(cell)]


@given(st.text(alphabet="abc ديرهم1.,;\"'", min_size=1, max_size=20))
def test_harmless_text_is_exported_as_it_is(text):
    handle = io.BytesIO()

    export.write_csv(handle, ["head"], [[text]])

    assert read_csv(handle.getvalue())[1] == [text]


@given(st.lists(texts, min_size=1, max_size=4))
@example(["=1+1", "http://example.org", "00123", "\x00=1"])
def test_text_in_an_excel_file_stays_text(cells):
    handle = io.BytesIO()

    export.write_xlsx(handle, ["head"] * len(cells), [cells])

    with zipfile.ZipFile(handle) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    kinds = re.findall(r'<c r="[A-Z]+2"[^>]*?(?: t="(\w+)")?[ /]*>', sheet)
    assert set(kinds) <= {"inlineStr", "str", "s"}


def test_figures_dates_and_phones_come_back_as_what_they_are():
    handle = io.BytesIO()
    moment = dt.datetime(2026, 11, 21, 14, 3)  # noqa: DTZ001 a spreadsheet knows no zones

    export.write_xlsx(
        handle, ["a", "b", "c", "d", "e"], [[-5, Decimal("12.50"), "+966501234567", moment, dt.date(2026, 11, 21)]]
    )

    handle.seek(0)
    row = CalamineWorkbook.from_filelike(handle).get_sheet_by_index(0).to_python()[1]
    assert row == [-5.0, 12.5, "+966501234567", moment, dt.date(2026, 11, 21)]


def test_a_negative_figure_in_a_csv_is_a_figure_and_a_phone_is_text():
    assert export.csv_cell(-5) == "-5"
    assert export.csv_cell(Decimal("-5.20")) == "-5.20"
    assert export.csv_cell("+966501234567") == "'+966501234567"


def test_a_number_longer_than_excel_keeps_is_written_as_text():
    handle = io.BytesIO()

    export.write_xlsx(handle, ["n"], [[12345678901234567890]])

    handle.seek(0)
    assert CalamineWorkbook.from_filelike(handle).get_sheet_by_index(0).to_python()[1] == ["12345678901234567890"]


@pytest.mark.parametrize(("make", "kind"), [(export.csv_response, "text/csv"), (export.xlsx_response, "spreadsheetml")])
def test_the_file_is_complete_before_the_view_has_answered(make, kind):
    reading = []

    def rows():
        reading.append("open")
        yield ["x"]
        reading.append("closed")

    response = make("list", ["head"], rows())

    assert reading == ["open", "closed"]
    assert kind in response.headers["Content-Type"]
    assert response.headers["Content-Disposition"].startswith("attachment")
    response.file_to_stream.close()


def test_a_big_export_keeps_little_in_memory():
    import tracemalloc

    with Path("/dev/null").open("wb") as sink:
        tracemalloc.start()
        export.write_csv(sink, ["a", "b"], (["text", n] for n in range(50_000)))
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert peak < 2_000_000
