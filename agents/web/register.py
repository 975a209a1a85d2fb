"""A merchant registers itself: a form, a link in a mail, a password, and it stands in its own area."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.models import User
from accounts.permissions import PUBLIC
from accounts.services.invitations import AlreadyThere
from agents.queries import companies
from agents.web.base import FormPage
from credits.pricing.choices import ItemKind
from credits.pricing.queries import book
from kernel import clock, limits
from merchants.models import Merchant
from merchants.services import registration
from tenants.models import Site
from tenants.queries import lists
from ui.forms import Option, PhoneField, RadioCards, Section
from ui.text import money_text

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _language() -> str:
    return get_language() or "en"


def _annual_help(site: Site) -> Any:
    """What the annual plan costs here now, where that is known."""
    agent = companies.of_site(site.id)
    found = book.offers(
        country=site.country, currency=site.currency, agent_id=agent.id if agent else None, now=clock.now(),
        kinds=[ItemKind.ANNUAL_FEE],
    )  # fmt: skip
    if not found:
        return _("A year from activation, with everything.")
    return _("%(price)s for a year from activation, with everything.") % {
        "price": money_text(found[0].retail, found[0].currency)
    }


def _cities(site: Site) -> list[tuple[str, Any]]:
    """Cities under their countries, the site's own first."""
    countries = dict(lists.choices("country", _language(), site=site))
    groups: dict[str, list[tuple[str, str]]] = {site.country: [], **{code: [] for code in countries}}
    for entry in lists.list_entries("city", site=site):
        if entry.parent in groups:
            groups[entry.parent].append((entry.code, entry.name(_language())))
    named = [(countries.get(code, code), found) for code, found in groups.items() if found]
    return [("", _t("Choose…")), *named]


class JoinForm(forms.Form):
    brand_name = forms.CharField(
        label=_("Name of the business"), max_length=80, help_text=_("As your customers know it."),
        widget=forms.TextInput({"autocomplete": "organization"}),
    )  # fmt: skip
    legal_name = forms.CharField(label=_("Legal name"), max_length=160, help_text=_("As it stands on invoices."))
    category = forms.ChoiceField(label=_("Category"))
    business_type = forms.ChoiceField(label=_("Business type"))
    country = forms.ChoiceField(label=_("Country"), widget=forms.Select({"autocomplete": "country"}))
    city = forms.ChoiceField(label=_("City or region"))
    owner_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    owner_email = forms.EmailField(
        label=_("Your e-mail"), max_length=254, help_text=_("You get a link there, and sign in with it later."),
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email", "dir": "ltr"}),
    )  # fmt: skip
    plan = forms.ChoiceField(
        label=_("Plan"), widget=RadioCards, initial=Merchant.Plan.ANNUAL,
        help_text=_("You pay after this, and can still change your mind."),
    )  # fmt: skip
    terms = forms.BooleanField(label=_("I accept the terms of use"))
    sections = [
        Section(_("Business"), ["brand_name", "legal_name", "category", "business_type", "country", "city"]),
        Section(_("You"), ["owner_name", "owner_email", "contact_phone"]),
        Section("", ["plan", "terms"]),
    ]

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_phone"] = PhoneField(country=site.country, label=_("Phone"))
        self.order_fields([name for section in self.sections for name in section.fields])
        for name, kind in (("category", "category"), ("business_type", "business_type"), ("country", "country")):
            found = lists.choices(kind, _language(), site=site)
            self.fields[name].choices = found if name == "country" else [("", _t("Choose…")), *found]  # type: ignore[attr-defined]
        self.fields["city"].choices = _cities(site)  # type: ignore[attr-defined]
        self.fields["plan"].choices = [  # type: ignore[attr-defined]
            (Merchant.Plan.ANNUAL, Option(_("Annual"), _annual_help(site), "calendar")),
            (Merchant.Plan.TEMPORARY, Option(_("Temporary"), _("No annual fee: buy a package when you need one."),
                                             "hourglass")),
        ]  # fmt: skip
        if site.text("terms", _language()):
            self.fields["terms"].help_text = format_html(
                '<a class="link" href="{}" target="_blank" rel="noopener">{}</a>',
                reverse("legal-terms"), _("Read the terms of use"),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        city, country = values.get("city"), values.get("country")
        if city and country:
            here = {entry.code for entry in lists.list_entries("city", parent=country)}
            if city not in here:
                self.add_error("city", _t("This city lies in another country."))
        return values


class Join(FormPage):
    """The form. What it says next is the same for every address."""

    verb = PUBLIC
    form_class = JoinForm
    template_name = "agents/register.html"

    def form_arguments(self) -> dict[str, Any]:
        return {"site": self.request.site}

    def initial(self) -> dict[str, Any]:
        return {"country": self.request.site.country, "plan": Merchant.Plan.ANNUAL}  # type: ignore[attr-defined]

    def save(self, form: JoinForm) -> str:
        registration.ask(
            details=registration.Details.of(form.cleaned_data), language=_language(),
            address=limits.client_address(self.request.META), now=clock.now(),
        )  # fmt: skip
        return reverse("join:sent")


class Sent(TemplateView):
    verb = PUBLIC
    template_name = "agents/register_sent.html"


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"), strip=False, help_text=_("At least 10 characters. A sentence you remember works well."),
        widget=forms.PasswordInput({"autocomplete": "new-password", "data-autofocus": ""}),
    )  # fmt: skip

    def __init__(self, *args: Any, details: registration.Details, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.details = details

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        someone = User(name=self.details.owner_name, email=self.details.owner_email)
        password_validation.validate_password(password, someone)
        return password


@method_decorator(never_cache, name="dispatch")
class Confirm(FormPage):
    """The link of the mail. Looking changes nothing, so a mail program that opens links uses nothing up."""

    verb = PUBLIC
    form_class = PasswordForm
    template_name = "agents/register_confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            self.details = registration.details_of(registration.find(token=kwargs["token"], now=clock.now()))
            return super().dispatch(request, *args, **kwargs)
        except (registration.RegistrationGone, AlreadyThere):
            return render(request, "agents/register_gone.html", status=404)

    def form_arguments(self) -> dict[str, Any]:
        return {"details": self.details}

    def context(self) -> dict[str, Any]:
        return {"details": self.details}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, **self.form_arguments())
        if not form.is_valid():
            return self.show(form, status=422)
        owner = registration.complete(
            token=kwargs["token"], password=form.cleaned_data["password"], now=clock.now(),
            request_id=request.request_id,  # type: ignore[attr-defined]
        )  # fmt: skip
        login(request, owner, backend=BACKEND)
        record_authentication(request, owner, method="password")
        request.session.set_expiry(0)
        return redirect("buy:plan")  # what was registered is paid next
