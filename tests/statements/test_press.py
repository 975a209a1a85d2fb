"""The press prints in order, survives what cannot be printed, and reaches nothing."""

from __future__ import annotations

import io
import os
import signal

import pypdfium2
import pytest

from agents.statements.paper.press import Press
from merchants.paper.render import RenderFailed

PAGE = "<html><body><p>{}</p></body></html>"


@pytest.fixture(scope="module")
def press():
    with Press(2) as found:
        yield found


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    found = document[0].get_textpage().get_text_bounded()
    document.close()
    return found.splitlines()[0]  # without the page's number


def test_documents_come_out_in_the_order_they_went_in(press):
    printed = list(press.print_all([PAGE.format(f"number {number}") for number in range(8)]))

    assert [text(pdf) for pdf in printed] == [f"number {number}" for number in range(8)]


def test_a_printer_that_is_killed_costs_its_document_only(press):
    list(press.print_all([PAGE.format("warm")] * 2))
    for printer in press._printers:
        os.kill(printer._process.pid, signal.SIGKILL)
        printer._process.wait()

    first = list(press.print_all([PAGE.format("a"), PAGE.format("b")]))

    assert [text(pdf) for pdf in first if isinstance(pdf, bytes)] == ["a", "b"]


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_printed(press, monkeypatch):
    endless = PAGE.format("<table>" + "<tr><td>line</td></tr>" * 4_000 + "</table>")
    monkeypatch.setattr("agents.statements.paper.press.SECONDS", 0.2)
    (refused,) = press.print_all([endless])
    monkeypatch.undo()

    (printed,) = press.print_all([PAGE.format("after")])

    assert isinstance(refused, RenderFailed)
    assert refused.data["reason"] == "the printer ended"
    assert text(printed) == "after"


def test_no_document_reads_a_file(press, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    page = f'<html><head><link rel="attachment" href="file://{secret}"></head><body><object data="file://{secret}"></object>x</body></html>'

    (pdf,) = press.print_all([page])

    assert b"secret words" not in pdf
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    attachments = [document.get_attachment(number).get_data() for number in range(document.count_attachments())]
    document.close()
    assert not any(b"secret words" in bytes(data) for data in attachments)
