"""The coupon centre: the site's home page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import public
from kernel import clock
from storefront import words
from storefront.queries import centre
from storefront.web import links, pages, structured
from storefront.web.where import site_of


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Offers by what was asked; with `HX-Request` and a cursor only the next cards."""
    now, language = clock.now(), words.language()
    wanted = centre.Wanted.of(request.GET)
    offers, after = centre.page(wanted, now=now)
    context: dict[str, Any] = {
        "wanted": wanted, "offers": offers, "now": now, "names": centre.names(language),
        "more_url": f"/?{urlencode(wanted.query(after=after))}" if after else "",
    }  # fmt: skip
    if request.headers.get("HX-Request") and wanted.cursor:
        return pages.shared(render(request, "storefront/_cards.html", context))
    context |= _around(request, wanted, now, language)
    return pages.shared(render(request, "storefront/home.html", context))


def _around(request: HttpRequest, wanted: centre.Wanted, now: Any, language: str) -> dict[str, Any]:
    """Everything round the cards: filters with their counts, sorts, titles, structured data."""
    names, facets = centre.names(language), centre.facets(now)
    hidden = set(site_of(request).hidden_entries)
    countries, cities = facets.codes(0), facets.codes(1, country=wanted.country)
    categories = facets.codes(2, country=wanted.country)
    title, lead = _title(wanted, names, request)
    query = {name: value for name, value in wanted.query().items() if name in {"country", "city", "category"}}
    return {
        "total": centre.count(wanted, now=now),
        "countries": _options("country", countries, names, hidden), "cities": _options("city", cities, names, hidden),
        "categories": [
            {"code": code, "name": name, "icon": words.category_icon(code), "count": count,
             "current": code == wanted.category,
             "url": _url(wanted.query(category="" if code == wanted.category else code))}
            for code, name, count in _options("category", categories, names, hidden)
        ],
        "all_url": _url(wanted.query(category="")),
        "sorts": [
            {"code": code, "label": label, "icon": icon, "current": code == wanted.sort,
             "url": _url(wanted.query(sort="" if code == "popular" else code))}
            for code, label, icon in (
                ("popular", _("Popular"), "flame"), ("ending", _("Ending soon"), "hourglass"),
                ("newest", _("New"), "sparkles"),
            )
        ],
        "title": title, "lead": lead, "canonical": links.canonical(request, **query),
        "alternates": links.alternates(request, **query), "is_search": bool(wanted.text or wanted.cursor),
        "structured": structured.centre(request, title),
    }  # fmt: skip


def _options(
    kind: str, counts: dict[str, int], names: dict[str, dict[str, str]], hidden: set[str]
) -> list[tuple[str, str, int]]:
    """(code, name, count) of what there is something of, in the order of the lists, without what the site hides."""
    return [
        (code, name, counts[code])
        for code, name in names[kind].items()
        if code in counts and f"{kind}:{code}" not in hidden
    ]


def _url(query: dict[str, str]) -> str:
    return f"/?{urlencode(query)}" if query else "/"


def _title(wanted: centre.Wanted, names: dict[str, dict[str, str]], request: HttpRequest) -> tuple[str, str]:
    """The page's headline and the line under it."""
    category = names["category"].get(wanted.category, "")
    place = names["city"].get(wanted.city) or names["country"].get(wanted.country) or ""
    if wanted.text:
        return _("Offers for “%(text)s”") % {"text": wanted.text}, ""
    if category and place:
        return _("%(category)s in %(place)s") % {"category": category, "place": place}, ""
    if category:
        return category, ""
    if place:
        return _("Offers in %(place)s") % {"place": place}, ""
    tagline = site_of(request).text("tagline", words.language())
    return tagline or _("Offers near you"), _("Pick an offer, say who you are once, show the code in the shop.")
