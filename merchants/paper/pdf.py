"""A small PDF writer that streams: objects go to the file as they come, only their offsets are kept.

It knows what stamping needs and nothing more: numbered objects, streams, a page tree in two levels, one cross-reference
table. Objects of another PDF (a rendered face) are copied with ``copy_page_as_form``.
"""

from __future__ import annotations

import io
import zlib
from array import array
from typing import BinaryIO

import pikepdf

PAGES_PER_NODE = 200


class Writer:
    """Writes one PDF to ``target``, front to back; ``target`` need not be seekable."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._offsets = array("Q")
        self._written = 0
        self._node_pages: list[int] = []
        self._nodes: list[tuple[int, int]] = []
        self.pages = 0
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        self._root = self.reserve()
        self._tree = self.reserve()
        self._node = self.reserve()

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._offsets.append(0)
        return len(self._offsets)

    def add(self, body: bytes, number: int | None = None) -> int:
        """Write an object and return its number."""
        number = number or self.reserve()
        self._offsets[number - 1] = self._written
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def add_stream(self, content: bytes, entries: bytes = b"", *, level: int = 6, number: int | None = None) -> int:
        """Write a compressed stream with further dictionary ``entries`` and return its number."""
        packed = zlib.compress(content, level)
        head = b"<< %b /Filter /FlateDecode /Length %d >>\nstream\n" % (entries, len(packed))
        return self.add(head + packed + b"\nendstream", number)

    def add_page(self, width: float, height: float, content: bytes, resources: int) -> None:
        """Write a page of the given size in points."""
        stream = self.add_stream(content, level=1)
        page = self.add(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 %b %b] /Contents %d 0 R /Resources %d 0 R >>"
            % (self._node, number(width), number(height), stream, resources)
        )
        self._node_pages.append(page)
        self.pages += 1
        if len(self._node_pages) == PAGES_PER_NODE:
            self._close_node()
            self._node = self.reserve()

    def finish(self, title: str) -> None:
        """Write page tree, catalogue, information and cross-reference table. ``title`` is all that is told about it."""
        if self._node_pages or not self._nodes:
            self._close_node()
        else:
            self.add(b"null", self._node)
        kids = b" ".join(b"%d 0 R" % node for node, _count in self._nodes)
        self.add(b"<< /Type /Pages /Count %d /Kids [%b] >>" % (self.pages, kids), self._tree)
        view = b"/ViewerPreferences << /DisplayDocTitle true /PrintScaling /None >>"
        self.add(b"<< /Type /Catalog /Pages %d 0 R %b >>" % (self._tree, view), self._root)
        info = self.add(b"<< /Title %b >>" % text(title))
        start = self._written
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % (len(self._offsets) + 1))
        for first in range(0, len(self._offsets), 10_000):
            part = self._offsets[first : first + 10_000]
            self._put(b"".join(b"%010d 00000 n \n" % offset for offset in part))
        size = len(self._offsets) + 1
        self._put(b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (size, self._root, info))
        self._put(b"startxref\n%d\n%%%%EOF\n" % start)

    def _close_node(self) -> None:
        kids = b" ".join(b"%d 0 R" % page for page in self._node_pages)
        count = len(self._node_pages)
        self.add(b"<< /Type /Pages /Parent %d 0 R /Count %d /Kids [%b] >>" % (self._tree, count, kids), self._node)
        self._nodes.append((self._node, count))
        self._node_pages = []

    def _put(self, data: bytes) -> None:
        self._target.write(data)
        self._written += len(data)


class Form:
    """The first page of a PDF, ready to be copied into any number of files as one form."""

    def __init__(self, pdf: bytes) -> None:
        with pikepdf.open(io.BytesIO(pdf)) as source:
            page = source.pages[0]
            left, bottom, right, top = (float(edge) for edge in page.mediabox)
            self.width, self.height = right - left, top - bottom
            form = source.make_indirect(page.as_form_xobject())
            self._first = form.objgen[0]
            self._objects: dict[int, list[bytes | int]] = {}
            self._collect(form)

    def copy_into(self, writer: Writer) -> int:
        """Write the form and all it uses; returns the form's number."""
        numbers = {old: writer.reserve() for old in self._objects}
        for old, parts in self._objects.items():
            body = b"".join(part if isinstance(part, bytes) else b"%d 0 R" % numbers[part] for part in parts)
            writer.add(body, numbers[old])
        return numbers[self._first]

    def _collect(self, item: pikepdf.Object) -> None:
        """Note an indirect object as pieces of text and the old numbers of what it refers to, and those in turn."""
        parts = self._objects[item.objgen[0]] = []
        if isinstance(item, pikepdf.Stream):
            content = item.read_raw_bytes()
            self._dictionary(item, parts, leave_out="/Length")
            parts.append(b"/Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        else:
            self._value(item, parts, top=True)

    def _value(self, item: object, parts: list[bytes | int], *, top: bool = False) -> None:
        if isinstance(item, pikepdf.Object) and item.is_indirect and not top:
            parts.append(item.objgen[0])
            if item.objgen[0] not in self._objects:
                self._collect(item)
        elif isinstance(item, pikepdf.Dictionary):
            self._dictionary(item, parts)
            parts.append(b">>")
        elif isinstance(item, pikepdf.Array):
            parts.append(b"[")
            for member in item:
                self._value(member, parts)
                parts.append(b" ")
            parts.append(b"]")
        else:
            parts.append(pikepdf.Array([item]).unparse().strip()[1:-1].strip())

    def _dictionary(self, item: pikepdf.Object, parts: list[bytes | int], leave_out: str = "") -> None:
        parts.append(b"<< ")
        for key, value in item.items():
            if key != leave_out:
                parts.append(pikepdf.Name(key).unparse() + b" ")
                self._value(value, parts)
                parts.append(b" ")


def number(value: float) -> bytes:
    """A number as PDF writes it, to a thousandth of a point."""
    return (f"{value:.3f}".rstrip("0").rstrip(".") or "0").encode("ascii")


def text(value: str) -> bytes:
    """A text string of any script, in hexadecimal UTF-16."""
    return b"<feff%b>" % value.encode("utf-16-be").hex().encode("ascii")
