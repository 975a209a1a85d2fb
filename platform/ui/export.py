"""CSV and Excel files that a spreadsheet opens without running anything in them.

The whole file is made inside the call, on disk: a wall closes when the view has answered, so nothing may be read later.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.http import FileResponse

# What a spreadsheet takes for the start of a formula, in plain and in full-width form.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠|%")
# Control characters mean nothing in a cell, and XML forbids them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CELL_LIMIT = 32_767
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Characters that are dropped or skipped before a spreadsheet looks at the first one.
_INVISIBLE = " \u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def plain(value: Any) -> str:
    """A value as text, without control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return _CONTROL.sub("", str(value))


def safe_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe goes in front where one could."""
    cleaned = _CONTROL.sub("", text)
    seen = cleaned.lstrip(_INVISIBLE)
    if seen and (seen[0] in _FORMULA or cleaned[0] in _FORMULA):
        return f"'{cleaned}"
    return cleaned


def csv_cell(value: Any) -> str:
    """A cell of a CSV file. Numbers stay numbers; a negative one is no formula."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    return safe_text(plain(value))


def write_csv(handle: IO[bytes], head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> int:
    """Write a CSV file; returns the number of rows."""
    handle.write(codecs.BOM_UTF8)  # without it Excel reads Arabic as Latin letters
    text = io.TextIOWrapper(handle, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([safe_text(plain(cell)) for cell in head])
    count = 0
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(handle: IO[bytes], head: Sequence[Any], rows: Iterable[Sequence[Any]], *, rtl: bool = False) -> int:
    """Write an Excel file; returns the number of rows. Text is stored as text, whatever it looks like."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
        "remove_timezone": True,
    }
    book = xlsxwriter.Workbook(handle, options)
    sheet = book.add_worksheet()
    if rtl:
        sheet.right_to_left()
    sheet.freeze_panes(1, 0)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for column, cell in enumerate(head):
        sheet.set_column(column, column, max(12, min(40, len(str(cell)) + 4)))
        sheet.write_string(0, column, plain(cell)[:_CELL_LIMIT], bold)
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            _xlsx_cell(sheet, count, column, cell, day, moment)
    book.close()
    return count


def _xlsx_cell(sheet: Any, row: int, column: int, value: Any, day: Any, moment: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    # A spreadsheet keeps 15 digits of a number; longer ones are only whole as text.
    elif isinstance(value, int | float | Decimal) and len(str(value)) <= 15:
        sheet.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), moment)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), day)
    else:
        sheet.write_string(row, column, plain(value)[:_CELL_LIMIT])


def _response(handle: IO[bytes], filename: str, content_type: str) -> FileResponse:
    handle.seek(0)
    response = FileResponse(handle, as_attachment=True, filename=filename, content_type=content_type)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def csv_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """A download of a CSV file."""
    handle = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    write_csv(handle, head, rows)
    return _response(handle, f"{name}.csv", "text/csv; charset=utf-8")


def xlsx_response(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], *, rtl: bool = False) -> FileResponse:
    """A download of an Excel file."""
    handle = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    write_xlsx(handle, head, rows, rtl=rtl)
    return _response(handle, f"{name}.xlsx", XLSX)
