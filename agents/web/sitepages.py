"""Brand, legal pages, hidden entries and domains of a site: on its back office, or of an agent on the console."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agents.queries import companies
from agents.services import branding
from agents.web.base import FormPage, Page
from kernel import clock
from tenants.models import ListEntry, Site
from tenants.services import branding as brand_files
from ui import brand
from ui.components import Tab
from ui.forms import ColourField, ImageField, PhoneField, Section

PROBE = "#0f766e"


class OfSite(Page):
    """A page about one site: the one it stands on, or on the console the one of an agent."""

    @property
    def at_console(self) -> bool:
        return bool(self.request.site.type == "master")  # type: ignore[attr-defined]

    @property
    def site(self) -> Site:
        if not self.at_console:
            return cast("Site", cast("Any", self.request).site)
        agent = companies.get_agent(self.kwargs["agent_id"], self.actor)
        if agent is None:
            raise Http404
        found: Site = Site.objects.get(id=agent.site_id)
        return found

    def url(self, page: str, /, **more: Any) -> str:
        return reverse(f"site:{page}", kwargs={**self.base_kwargs, **more})

    @property
    def base_kwargs(self) -> dict[str, Any]:
        return {"agent_id": self.kwargs["agent_id"]} if self.at_console else {}

    def tabs(self, current: str) -> list[Tab]:
        pages = [
            ("brand", _("Brand"), "brand.manage"),
            ("legal", _("Legal pages"), "brand.manage"),
            ("lists", _("Lists"), "brand.manage"),
            ("domains", _("Domains"), "domain.view"),
        ]
        return [
            Tab(label, self.url(name), current=name == current) for name, label, verb in pages if self.actor.can(verb)
        ]

    def frame(self, current: str) -> dict[str, Any]:
        site = self.site
        return {
            "of_site": site,
            "tabs_of_page": self.tabs(current),
            "at_console": self.at_console,
            "back_url": reverse("console:agent", args=[self.kwargs["agent_id"]]) if self.at_console else "",
        }


class BrandForm(forms.Form):
    name = forms.CharField(label=_("Name of the site"), max_length=80)
    legal_name = forms.CharField(label=_("Company's legal name"), max_length=160, required=False)
    tagline_en = forms.CharField(
        label=_("Line under the name, English"),
        max_length=160,
        required=False,
        widget=forms.TextInput({"dir": "ltr", "lang": "en"}),
    )
    tagline_ar = forms.CharField(
        label=_("Line under the name, Arabic"),
        max_length=160,
        required=False,
        widget=forms.TextInput({"dir": "rtl", "lang": "ar"}),
    )
    primary_colour = ColourField(label=_("Main colour"), help_text=_("Buttons, links and the current page."))
    accent_colour = ColourField(label=_("Second colour"), help_text=_("Small accents such as a badge."))
    logo = ImageField(
        label=_("Logo"),
        required=False,
        max_bytes=branding.LARGEST["logo"],
        help_text=_("PNG, JPEG or WebP, wider than high, at most 2 MB."),
    )
    favicon = ImageField(
        label=_("Small icon"),
        required=False,
        max_bytes=branding.LARGEST["favicon"],
        help_text=_("Square; browsers show it beside the page's title."),
    )
    language = forms.ChoiceField(label=_("Language shown first"), choices=settings.LANGUAGES)
    support_email = forms.EmailField(label=_("Support e-mail"), required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    sender_name = forms.CharField(
        label=_("Sender name of e-mails"), max_length=80, required=False, help_text=_("Empty: the name of the site.")
    )
    sections = [
        Section(_("Name"), ["name", "legal_name", "tagline_en", "tagline_ar", "language"], columns=2),
        Section(_("Colours"), ["primary_colour", "accent_colour"], columns=2),
        Section(_("Pictures"), ["logo", "favicon"], columns=2),
        Section(_("Contact"), ["support_email", "support_phone", "address", "sender_name"], columns=2),
    ]

    def __init__(self, *args: Any, site: Site, preview_url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["support_phone"] = PhoneField(country=site.country, required=False, label=_("Support phone"))
        for name in ("primary_colour", "accent_colour", "name"):
            self.fields[name].widget.attrs.update(
                {
                    "hx-get": preview_url,
                    "hx-trigger": "input changed delay:200ms, change",
                    "hx-target": "#brand-preview",
                    "hx-include": "closest form",
                    "hx-swap": "outerHTML",
                }
            )


class Brand(FormPage, OfSite):
    """The brand, with a preview that follows the form."""

    verb = "brand.manage"
    form_class = BrandForm
    template_name = "agents/brand.html"
    title = _("Brand")
    done = _("The brand is saved. Visitors see it within seconds.")

    def form_arguments(self) -> dict[str, Any]:
        return {"site": self.site, "preview_url": self.url("brand-preview")}

    def initial(self) -> dict[str, Any]:
        site = self.site
        return {name: getattr(site, name) for name in brand_files.FIELDS if name not in {"logo", "favicon"}}

    def context(self) -> dict[str, Any]:
        site = self.site
        return {
            **self.frame("brand"),
            **preview_context(site.name, site.primary_colour, site.accent_colour),
            "preview_css": self.url("brand-preview-css"),
            "logo_url": self._picture(site.logo),
            "favicon_url": self._picture(site.favicon),
        }

    def _picture(self, path: str) -> str:
        return self.url("picture", name=path.rpartition("/")[2]) if path else ""

    def save(self, form: BrandForm) -> str:
        values = dict(form.cleaned_data)
        pictures: dict[str, bytes | None] = {}
        for kind in ("logo", "favicon"):
            upload = values.pop(kind)
            if upload:
                upload.seek(0)
                pictures[kind] = upload.read()
            elif self.request.POST.get(f"remove_{kind}"):
                pictures[kind] = None
        branding.save(site=self.site, actor=self.actor, now=clock.now(), pictures=pictures, **values)
        return self.url("brand")


def preview_context(name: str, primary: str, accent: str) -> dict[str, Any]:
    """What the preview shows; a colour that is none yet leaves the last good one."""

    def good(text: str) -> str:
        try:
            return brand.parse(text)
        except ValueError:
            return PROBE

    colour, second = good(primary), good(accent)
    return {
        "themes": ("light", "dark"),
        "preview_name": name,
        "primary": colour,
        "accent": second,
        "notes": brand.check(colour),
        "ratio": f"{brand.contrast(brand.readable_on(colour), colour):.1f}",
    }


class BrandPreview(OfSite):
    """The preview's fragment, while one types."""

    verb = "brand.manage"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        asked = request.GET
        site = self.site
        context = preview_context(
            asked.get("name", site.name)[:80], asked.get("primary_colour", ""), asked.get("accent_colour", "")
        )
        return render(request, "agents/brand_preview.html", {**context, "preview_css": self.url("brand-preview-css")})


class BrandPreviewCss(OfSite):
    """The colours of the preview, under a class of their own."""

    verb = "brand.manage"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.site  # noqa: B018 - 404 for what is not this person's
        found = preview_context("", request.GET.get("primary", ""), request.GET.get("accent", ""))
        themes = brand.palette(found["primary"], found["accent"])
        text = "".join(
            f'.brand-preview[data-theme="{theme}"]{{{"".join(f"{name}:{value};" for name, value in values.items())}}}'
            for theme, values in themes.items()
        )
        response = HttpResponse(text, content_type="text/css; charset=utf-8")
        response.headers["Cache-Control"] = "private, max-age=60"
        return response


class Picture(OfSite):
    """A brand picture, for the form of the brand."""

    verb = "brand.manage"

    def get(self, request: HttpRequest, name: str, **kwargs: Any) -> HttpResponse:
        found = brand_files.picture(site=self.site, name=name)
        if found is None:
            raise Http404
        return HttpResponse(found[0], content_type=found[1])


class LegalForm(forms.Form):
    terms_en = forms.CharField(
        label=_("Terms, English"),
        required=False,
        max_length=20000,
        widget=forms.Textarea({"rows": 10, "dir": "ltr", "lang": "en"}),
    )
    terms_ar = forms.CharField(
        label=_("Terms, Arabic"),
        required=False,
        max_length=20000,
        widget=forms.Textarea({"rows": 10, "dir": "rtl", "lang": "ar"}),
    )
    privacy_en = forms.CharField(
        label=_("Privacy, English"),
        required=False,
        max_length=20000,
        widget=forms.Textarea({"rows": 10, "dir": "ltr", "lang": "en"}),
    )
    privacy_ar = forms.CharField(
        label=_("Privacy, Arabic"),
        required=False,
        max_length=20000,
        widget=forms.Textarea({"rows": 10, "dir": "rtl", "lang": "ar"}),
    )
    sections = [
        Section(_("Terms of use"), ["terms_en", "terms_ar"], help=_("An empty line starts a new paragraph.")),
        Section(_("Privacy"), ["privacy_en", "privacy_ar"]),
    ]


class Legal(FormPage, OfSite):
    verb = "brand.manage"
    form_class = LegalForm
    template_name = "agents/legal.html"
    title = _("Legal pages")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        site = self.site
        return {name: getattr(site, name) for name in ("terms_en", "terms_ar", "privacy_en", "privacy_ar")}

    def context(self) -> dict[str, Any]:
        return self.frame("legal")

    def save(self, form: LegalForm) -> str:
        branding.save(site=self.site, actor=self.actor, now=clock.now(), pictures={}, **form.cleaned_data)
        return self.url("legal")


class ListsForm(forms.Form):
    """One field a kind; checked entries are offered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for kind in ListEntry.Kind:
            entries = ListEntry.objects.filter(kind=kind, enabled=True)
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=kind.label,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(entry.code, entry.name(language)) for entry in entries],
            )

    def hidden(self) -> list[str]:
        return [
            f"{kind}:{code}"
            for kind, field in self.fields.items()
            for code, _label in field.choices  # type: ignore[attr-defined]
            if code not in self.cleaned_data[kind]
        ]


class Lists(FormPage, OfSite):
    verb = "brand.manage"
    form_class = ListsForm
    template_name = "agents/legal.html"
    title = _("Lists")
    lead = _("What this site offers for choice. Unchecked entries do not show in forms and filters here.")
    done = _("Saved.")

    def initial(self) -> dict[str, Any]:
        hidden = set(self.site.hidden_entries)
        found: dict[str, list[str]] = {}
        for kind, code in ListEntry.objects.filter(enabled=True).values_list("kind", "code"):
            if f"{kind}:{code}" not in hidden:
                found.setdefault(kind, []).append(code)
        return found

    def context(self) -> dict[str, Any]:
        return self.frame("lists")

    def save(self, form: ListsForm) -> str:
        branding.hide_entries(site=self.site, hidden=form.hidden(), actor=self.actor, now=clock.now())
        return self.url("lists")
