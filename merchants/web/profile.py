"""Profile, store page, posters."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.models import Merchant
from merchants.paper.poster import Poster, Shape, render_poster
from merchants.queries import history
from merchants.services import pictures, profile
from merchants.web.base import FormView, actor_of, file_url, language, merchant_of, site_of
from merchants.web.fields import city_choices, entry_choices
from tenants import files
from tenants.queries import sites
from ui.forms import ImageField, PhoneField, Section, Switch

SHAPES: dict[str, Shape] = {"a4": "a4", "a6": "a6", "tent": "tent"}


class _Stored:
    """What the image widget needs of a stored picture."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __str__(self) -> str:
        return ""


class ProfileForm(forms.Form):
    brand_name = forms.CharField(label=_("Brand name"), max_length=80)
    brand_name_ar = forms.CharField(
        label=_("Brand name in Arabic"), max_length=80, required=False,
        widget=forms.TextInput({"dir": "rtl", "lang": "ar"}),
    )  # fmt: skip
    legal_name = forms.CharField(label=_("Legal name"), max_length=160, help_text=_("As on invoices and statements."))
    logo = ImageField(label=_("Logo"), required=False, max_bytes=profile.LOGO_BYTES)
    category = forms.ChoiceField(label=_("Category"))
    business_type = forms.ChoiceField(label=_("Business type"))
    country = forms.ChoiceField(label=_("Country"))
    city = forms.ChoiceField(label=_("City or region"), required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days of your offers begin and end in it."))
    contact_name = forms.CharField(label=_("Contact person"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("E-mail"), required=False)
    page_text_en = forms.CharField(
        label=_("Words on your store's page, in English"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    page_text_ar = forms.CharField(
        label=_("Words on your store's page, in Arabic"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 3, "dir": "rtl", "lang": "ar"}),
    )  # fmt: skip
    review_step = forms.BooleanField(
        label=_("Ask for a review"), required=False, widget=Switch,
        help_text=_("On the store's page, before the coupon. Customers may skip it; the coupon never depends on it."),
    )  # fmt: skip
    review_link = forms.URLField(
        label=_("Address of your review page"), max_length=300, required=False, assume_scheme="https",
        widget=forms.URLInput({"dir": "ltr"}),
    )  # fmt: skip

    sections = (
        Section(_("Brand"), ["brand_name", "brand_name_ar", "legal_name", "logo"], columns=2),
        Section(_("Business"), ["category", "business_type", "country", "city", "address", "time_zone"], columns=2),
        Section(_("Contact"), ["contact_name", "contact_email", "contact_phone"], columns=2),
        Section(_("Store page"), ["page_text_en", "page_text_ar"], columns=2),
        Section(_("Reviews"), ["review_step", "review_link"]),
    )

    def __init__(self, *args: Any, merchant: Merchant, site: Any, **kwargs: Any) -> None:
        initial = {name: getattr(merchant, name) for name in profile.EDITABLE}
        initial["logo"] = _Stored(file_url(pictures.small_name(merchant.logo))) if merchant.logo else None
        super().__init__(*args, **{**kwargs, "initial": initial})
        lang, fields = language(), self.fields
        fields["contact_phone"] = PhoneField(country=merchant.country, label=_("Phone number"), required=False)
        for kind in ("category", "business_type", "country"):
            fields[kind].choices = entry_choices(kind, lang, site)  # type: ignore[attr-defined]
        fields["city"].choices = city_choices(lang, site)  # type: ignore[attr-defined]
        fields["time_zone"].choices = zone_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("review_step") and not given.get("review_link") and "review_link" not in self.errors:
            self.add_error("review_link", _("Where should the review be written?"))
        return given


def zone_choices() -> list[tuple[str, str]]:
    """Time zones of cities, the usual ones of the region in front."""
    near = ["Asia/Riyadh", "Asia/Dubai", "Asia/Kuwait", "Asia/Qatar", "Asia/Bahrain", "Asia/Muscat", "Asia/Amman",
            "Africa/Cairo", "Asia/Beirut", "Asia/Baghdad", "Europe/Istanbul"]  # fmt: skip
    others = sorted(
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return [(zone, zone.replace("_", " ")) for zone in dict.fromkeys([*near, *others])]


class ProfileView(FormView):
    verb = "profile.manage"
    template_name = "merchants/profile.html"
    title = _("Profile")
    lead = _("What customers and the platform know of your business.")
    done = _("Profile saved.")

    def form(self, data: Any = None, files: Any = None) -> ProfileForm:
        return ProfileForm(data, files, merchant=merchant_of(self.request), site=site_of(self.request))

    def extra(self) -> dict[str, Any]:
        merchant = merchant_of(self.request)
        return {"merchant": merchant, "history": history.of_object(merchant.id), "store_url": f"/s/{merchant.slug}"}

    def save(self, form: Any) -> str:
        given = dict(form.cleaned_data)
        logo = given.pop("logo")
        data = b""
        if logo and hasattr(logo, "read"):
            logo.seek(0)
            data = logo.read()
        profile.edit(actor=actor_of(self.request), now=clock.now(), logo=data, remove_logo=logo is False, **given)
        return reverse("merchants:profile")


def _store_address(request: HttpRequest) -> str:
    return f"{sites.base_url(site_of(request))}/s/{merchant_of(request).slug}"


class PosterPageView(View):
    """The store's page, its address and code, and the posters that lead there."""

    verb = "area.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"address": _store_address(request), "merchant": merchant_of(request)}
        return render(request, "merchants/posters.html", context)


class PosterFileView(View):
    """A poster of the store's page as PDF."""

    verb = "area.view"

    def get(self, request: HttpRequest, shape: str) -> HttpResponse:
        if shape not in SHAPES:
            raise Http404
        merchant, site = merchant_of(request), site_of(request)
        logo = b""
        if merchant.logo:
            logo = files.read(site.id, pictures.small_name(merchant.logo))
        poster = Poster(
            merchant.brand_name, _store_address(request), brand=site.primary_colour, logo=logo, logo_type="image/webp",
            site=site.name,
        )  # fmt: skip
        response = HttpResponse(render_poster(poster, SHAPES[shape]), content_type="application/pdf")
        response.headers["Content-Disposition"] = f'inline; filename="poster-{merchant.slug}-{shape}.pdf"'
        response.headers["Cache-Control"] = "private, no-store"
        return response
