"""One customer of the merchant: who it is, the coupons, and the merchant's tags."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kernel import clock
from merchants import tags as words
from merchants.beside import cards
from merchants.models import Coupon, Merchant, MerchantCustomer
from merchants.queries.customers import get_customer, list_coupons
from merchants.queries.tags import list_tags
from merchants.services import tags
from merchants.services.customers import Person, opened
from merchants.web.base import FormView, actor_of, language, merchant_of, or_404
from merchants.web.couponlist import CouponRows
from merchants.web.fields import Chips
from ui.lists import SERIAL, WHEN, Choice, Column, DateRange, Empty, StateKind
from ui.text import phone_text


class TagsForm(forms.Form):
    """The merchant's tags to tick, and a field for new ones."""

    known = forms.MultipleChoiceField(label=_("Your tags"), required=False, widget=Chips)
    tags = forms.CharField(
        label=_("New tags"), required=False, max_length=1000, help_text=_("Several with commas between them."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, merchant: Merchant, row: MerchantCustomer) -> None:
        super().__init__(data, initial={"known": row.tags})
        names = [(tag.name, tag.name) for tag in list_tags(merchant.id)]
        if names:
            self.fields["known"].choices = names  # type: ignore[attr-defined]
        else:
            del self.fields["known"]

    def wanted(self) -> list[str]:
        return [*self.cleaned_data.get("known", []), *words.split(self.cleaned_data["tags"])]


def name_of(person: Person) -> str:
    """A till may take a printed coupon for a bare number: then that is the name."""
    return person.name or phone_text(person.phone)


class _OfCustomer:
    kwargs: dict[str, Any]

    @cached_property
    def row(self) -> MerchantCustomer:
        found: MerchantCustomer = or_404(get_customer, self.kwargs["customer_id"])
        return found


class CustomerView(_OfCustomer, CouponRows):
    """Who it is and what the merchant calls it, above the coupons."""

    verb = "customer.view"
    export_verb = "coupon.export"
    name = "customer-coupons"
    template_name = "merchants/customer.html"
    saves_views = False
    own_columns = (
        Column("offer", _("Offer"), value=lambda c: c.batch.title(language()), primary=True),
        Column("state", _("State"), kind=StateKind("coupon")),
        Column("serial", _("Serial"), kind=SERIAL),
        Column("source", _("Taken through"), value=lambda c: c.get_source_display() if c.source else "",
               hidden=True),
        Column("taken", _("Taken"), value="taken_at", kind=WHEN, sort="taken_at", sort_nullable=True),
        Column("use_until", _("Use until"), kind=WHEN),
        Column("redeemed", _("Redeemed"), value="redeemed_at", kind=WHEN, sort="redeemed_at", sort_nullable=True),
    )
    own_filters = (
        Choice("state", _("State"), choices=Coupon.State.choices, multiple=True),
        DateRange("taken_at", _("Taken")),
    )
    default_sort = "-taken"
    empty = Empty(_("No coupons"), _("Every coupon that this customer takes from you stands here."), icon="ticket")

    @cached_property
    def person(self) -> Person:
        return opened(self.row.customer)

    @property
    def title(self) -> Any:
        return name_of(self.person)

    def list_coupons(self) -> QuerySet[Coupon]:
        return list_coupons(self.row.customer_id)

    def row_url(self, row: Coupon) -> str:
        return reverse("merchants:batch", args=[row.batch_id])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        actor = actor_of(self.request)
        may = actor.can(tags.VERB)
        return {
            **context, "row": self.row, "person": self.person,
            "cards": [{"template": card.template, **card.context(self.row.customer, actor)}
                      for card in cards() if actor.can(card.verb)],
            "language": {"en": _t("English"), "ar": _t("Arabic")}.get(self.person.language, self.person.language),
            "form": TagsForm(merchant=merchant_of(self.request), row=self.row) if may else None,
            "crumbs": [(_t("Customers"), reverse("merchants:customer-list")), (self.title, "")],
        }  # fmt: skip


class CustomerTagsView(_OfCustomer, FormView):
    """Takes the tags of the customer's page; a page of its own where they are refused."""

    verb = tags.VERB
    submit_label = _("Save the tags")
    done = _("Tags saved.")

    def form(self, data: Any = None, files: Any = None) -> TagsForm:
        return TagsForm(data, merchant=merchant_of(self.request), row=self.row)

    def extra(self) -> dict[str, Any]:
        return {"title": _t("Tags"), "lead": name_of(opened(self.row.customer))}

    def cancel_url(self) -> str:
        return reverse("merchants:customer", args=[self.row.customer_id])

    def save(self, form: Any) -> str:
        tags.put(
            merchant=merchant_of(self.request), customer_id=self.row.customer_id, tags=form.wanted(),
            actor=actor_of(self.request), now=clock.now(),
        )  # fmt: skip
        return self.cancel_url()
