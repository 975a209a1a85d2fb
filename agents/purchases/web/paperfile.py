"""Invoices and credit notes on paper: what was kept when they were issued, in the reader's language."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import override

from agents.purchases.choices import PaperKind
from agents.purchases.models import Paper, Purchase
from credits.choices import CreditUnit
from merchants.paper import fonts
from merchants.paper.face import data_uri
from merchants.paper.render import render_html
from tenants import files
from ui.text import money_text

UNITS = dict(CreditUnit.choices)


def answer(request: HttpRequest, *, purchase: Purchase, paper_id: uuid.UUID, language: str) -> HttpResponse:
    """The paper as a download; 404 for one of another purchase."""
    paper = Paper.objects.filter(id=paper_id, purchase_id=purchase.id).first()
    if paper is None:
        raise Http404
    response = HttpResponse(pdf(paper, request.site, language), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{paper.kind}-{paper.number}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def pdf(paper: Paper, site: Any, language: str) -> bytes:
    """The paper as PDF, in `language`. Raises RenderFailed."""
    return render_html(html(paper, site, language)).pdf


def html(paper: Paper, site: Any, language: str) -> str:
    """The document for the renderer; every figure comes from the paper's own data."""
    data = paper.data
    lang = "ar" if language == "ar" else "en"
    with override(lang), timezone.override(data["zone"]):
        return render_to_string(
            "purchases/paper.html",
            {
                "paper": paper, "seller": data["seller"], "buyer": data["buyer"], "lang": lang,
                "dir": "rtl" if lang == "ar" else "ltr", "is_note": paper.kind == PaperKind.CREDIT_NOTE,
                "of": data["of"], "day": date_format(timezone.localtime(paper.issued_at), "DATE_FORMAT"),
                "name": data["line"][f"name_{lang}"], "footer": data[f"footer_{lang}"], "method": data["method"],
                "carried": [(UNITS[unit], data["line"][unit]) for unit in CreditUnit.values if unit in data["line"]],
                "tax_name": data["tax"][f"name_{lang}"], "tax_percent": f"{data['tax']['rate'] / 100:g}",
                "has_tax": data["tax"]["rate"] > 0, "net": money_text(paper.total - paper.tax, paper.currency),
                "tax": money_text(paper.tax, paper.currency), "total": money_text(paper.total, paper.currency),
                "logo": _logo(site, data["seller"]["logo"]),
                "fonts": mark_safe(fonts.font_face_css()),  # noqa: S308 - our own files as base64
                "families": mark_safe(fonts.FAMILIES),  # noqa: S308 - a constant
            },
        )  # fmt: skip


def _logo(site: Any, stored: str) -> str:
    if not stored:
        return ""
    try:
        kind = {"png": "image/png", "webp": "image/webp"}.get(stored.rpartition(".")[2], "image/jpeg")
        return str(data_uri(files.read(site.id, stored), kind))
    except (FileNotFoundError, SuspiciousFileOperation):
        return ""
