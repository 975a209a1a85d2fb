"""The context processor behind every shell. It must work where a request has no site and no actor: error pages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, get_language_bidi

from ui import jobs, navigation
from ui.components import Switch
from ui.navigation import NavLink


class Shell:
    """What a shell knows about its page. Each part is worked out when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.site = getattr(request, "site", None)
        self.actor = getattr(request, "actor", None)

    @property
    def site_name(self) -> str:
        return getattr(self.site, "name", "") or ""

    @cached_property
    def language(self) -> str:
        return (get_language() or settings.LANGUAGE_CODE)[:2]

    @cached_property
    def direction(self) -> str:
        return "rtl" if get_language_bidi() else "ltr"

    @property
    def languages(self) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)

    @property
    def tagline(self) -> str:
        text = getattr(self.site, "text", None)
        return text("tagline", self.language) if text else ""

    def _stored(self, name: str) -> str:
        """The address of a stored brand file; brand files are public."""
        stored = getattr(self.site, name, "") or ""
        if not stored:
            return ""
        return stored if stored.startswith("/") else self._url(f"brand-{name}") or default_storage.url(stored)

    @cached_property
    def logo(self) -> str:
        return self._stored("logo")

    @cached_property
    def favicon(self) -> str:
        return self._stored("favicon")

    @cached_property
    def brand_css(self) -> str:
        """The site's stylesheet, with its version so that browsers may keep it."""
        url = self._url("brand-css") if self.site else ""
        return f"{url}?v={getattr(self.site, 'brand_version', 1)}" if url else ""

    def _url(self, name: str) -> str:
        try:
            return reverse(name, urlconf=getattr(self.request, "urlconf", None))
        except NoReverseMatch:
            return ""

    @cached_property
    def surface(self) -> str:
        return navigation.surface_of(self.request)

    @property
    def is_signed_in(self) -> bool:
        return bool(getattr(self.actor, "is_signed_in", False))

    @property
    def person(self) -> str:
        return str(getattr(self.actor, "label", "") or "")

    @cached_property
    def nav(self) -> list[tuple[str, list[NavLink]]]:
        return navigation.groups(self.request, self.surface) if self.surface else []

    @cached_property
    def person_links(self) -> list[NavLink]:
        return navigation.person_links(self.request)

    @cached_property
    def switches(self) -> list[Switch]:
        return navigation.switches(self.request, self.surface)

    @property
    def current_switch(self) -> str:
        return next((str(switch.label) for switch in self.switches if switch.current), "")

    @cached_property
    def commands(self) -> list[dict[str, str]]:
        """The palette's own entries, as plain data for the script."""
        return [
            {"label": str(link.label), "url": link.url, "icon": link.icon, "key": link.key}
            for link in navigation.commands(self.request, self.surface)
        ]

    @property
    def palette_url(self) -> str:
        return self._url(f"{self.surface}-ui:palette") if navigation.has_search(self.surface) else ""

    @property
    def bell_url(self) -> str:
        return self._url(f"{self.surface}-ui:bell") if self.surface and jobs.has_bell() and self.is_signed_in else ""

    @property
    def language_url(self) -> str:
        return self._url("ui:language")

    @property
    def sign_out_url(self) -> str:
        return self._url("account_logout")

    @property
    def home_url(self) -> str:
        return {"office": "/office/", "merchant": "/merchant/"}.get(self.surface, "/")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Adds `shell` to every template."""
    return {"shell": Shell(request)}
