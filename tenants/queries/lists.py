"""Choices for forms and filters, without what a site hides."""

from __future__ import annotations

from collections.abc import Iterable

from tenants.models import ListEntry, Site


def list_entries(kind: str, *, site: Site | None = None, parent: str = "") -> list[ListEntry]:
    """Enabled entries of a kind in their order; of one country where `parent` names it."""
    entries = ListEntry.objects.filter(kind=kind, enabled=True)
    if parent:
        entries = entries.filter(parent=parent)
    hidden = set(site.hidden_entries) if site else set()
    return [entry for entry in entries if f"{kind}:{entry.code}" not in hidden]


def choices(kind: str, language: str, *, site: Site | None = None, parent: str = "") -> list[tuple[str, str]]:
    """(code, name) pairs for a form."""
    return [(entry.code, entry.name(language)) for entry in list_entries(kind, site=site, parent=parent)]


def names(kind: str, codes: Iterable[str], language: str) -> dict[str, str]:
    """The names of these codes, disabled ones too: old rows still show them."""
    entries = ListEntry.objects.filter(kind=kind, code__in=set(codes))
    return {entry.code: entry.name(language) for entry in entries}
