"""Structured data (schema.org) as search engines read it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from merchants.models import Batch
from storefront import words
from storefront.web import links
from storefront.web.where import site_of

_ESCAPED = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def _out(data: dict[str, Any]) -> SafeString:
    # Escaped as json_script does: nothing in it can end the element it stands in.
    return mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPED))  # noqa: S308


def centre(request: HttpRequest, title: str) -> SafeString:
    base = links.base(request)
    target = {"@type": "EntryPoint", "urlTemplate": f"{base}/?q={{search_term_string}}"}
    return _out(
        {
            "@context": "https://schema.org", "@type": "WebSite", "url": f"{base}/",
            "name": site_of(request).name, "headline": title, "inLanguage": words.language(),
            "potentialAction": {
                "@type": "SearchAction", "target": target, "query-input": "required name=search_term_string",
            },
        }
    )  # fmt: skip


def offer(request: HttpRequest, batch: Batch, url: str, image: str, *, in_stock: bool) -> SafeString:
    language, merchant = words.language(), batch.merchant
    address = {"@type": "PostalAddress", "addressLocality": merchant.city, "addressCountry": merchant.country}
    return _out(
        {
            "@context": "https://schema.org", "@type": "Offer", "url": url, "name": batch.title(language),
            "description": words.offer_plain(batch, site_of(request).currency),
            "priceCurrency": site_of(request).currency, "price": "0",
            "validFrom": batch.starts_at.isoformat(), "validThrough": batch.claim_until.isoformat(),
            "availability": f"https://schema.org/{'InStock' if in_stock else 'SoldOut'}",
            "availableAtOrFrom": {"@type": "Place", "name": merchant.name(language), "address": address},
            "offeredBy": {"@type": "LocalBusiness", "name": merchant.name(language), "address": address},
            **({"image": image} if image else {}),
        }
    )  # fmt: skip
