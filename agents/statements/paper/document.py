"""A statement as an HTML document for the press, and the stylesheet that all of them share."""

from __future__ import annotations

import datetime as dt
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from agents.statements import showing
from agents.statements.models import Statement
from merchants.paper import fonts
from merchants.paper.face import data_uri
from tenants import files

_STYLES = Path(__file__).with_name("statement.css")


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The rules and the type, with the fonts inside: the press reads them once."""
    return f"{fonts.font_face_css()}\n{_STYLES.read_text().replace('FAMILIES', fonts.FAMILIES)}"


def html(statement: Statement, language: str, logos: dict[str, str]) -> str:
    """The document in `language`; every figure comes from the statement's own. `logos` keeps what was read already."""
    figures: dict[str, Any] = statement.figures or {}
    company = figures["company"]
    with override(language), timezone.override(statement.zone):
        return render_to_string(
            "statements/paper.html",
            {
                "statement": statement, "lang": language, "dir": "rtl" if language == "ar" else "ltr",
                "company": company, "owner": figures["owner"], "logo": _logo(company, logos),
                "month": date_format(statement.month, "F Y"), "first": _day(statement.starts_at),
                "last": _day(statement.ends_at - dt.timedelta(seconds=1)),
                "sections": showing.sections(figures, language, statement.zone),
                "corrects": figures.get("corrects", ""),
            },
        )  # fmt: skip


def _day(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _logo(company: dict[str, Any], known: dict[str, str]) -> str:
    stored = company["logo"]
    if not stored:
        return ""
    if stored not in known:
        try:
            kind = {"png": "image/png", "webp": "image/webp"}.get(stored.rpartition(".")[2], "image/jpeg")
            known[stored] = data_uri(files.read(uuid.UUID(company["logo_site"]), stored), kind)
        except (FileNotFoundError, SuspiciousFileOperation):
            known[stored] = ""
    return known[stored]
