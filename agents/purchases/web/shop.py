"""A merchant's plan and credits: what there is to buy, paying, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.purchases.choices import Kind, State
from agents.purchases.models import Purchase
from agents.purchases.queries import purchases
from agents.purchases.services import reversing, starting
from agents.purchases.web import paperfile
from agents.web.base import Page, PostAction
from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from merchants.models import Merchant
from merchants.services.lifecycle import NOT_YET
from merchants.web.base import language, merchant_of, or_404, site_of
from tenants.queries import sites
from ui.lists import WHEN, Choice, Column, DateRange, Empty, ListView, MoneyKind, StateKind

_UI = (_("WhatsApp UI credits"), _("One for each message that a customer sets off."), "message-circle")
# In the order in which a merchant wants them: its plan first.
GROUPS = (
    (Kind.ANNUAL_FEE, _("Annual plan"), _("A year of everything. Renewed early, it is added to the end."), "calendar"),
    (Kind.COUPON_PACK, _("Coupon credits"), _("One for each coupon you generate."), "ticket"),
    (Kind.TEMPORARY_UI_PACK, *_UI),
    (Kind.UI_PACK, *_UI),
    (Kind.BI_PACK, _("WhatsApp BI credits"), _("One for each message that you set off."), "megaphone"),
)  # fmt: skip
CHOOSING = NOT_YET - {Merchant.State.PENDING_WALLET}


class PlanPage(Page):
    """The plan, and the offers as cards."""

    verb = "purchase.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant, now = merchant_of(request), clock.now()
        shelf = starting.shelf(merchant_id=merchant.id, now=now)
        groups = []
        for kind, title, text, icon in GROUPS:
            cards = [self._card(offer) for offer in shelf.offers if offer.kind == kind]
            if cards:
                groups.append({"title": title, "text": text, "icon": icon, "cards": cards})
        temporary = merchant.plan == Merchant.Plan.TEMPORARY
        context = {
            "merchant": merchant, "groups": groups, "mode": shelf.mode,
            "may_buy": self.actor.can("purchase.make") and bool(shelf.mode),
            "may_choose": self.actor.can("purchase.make") and merchant.state in CHOOSING,
            "temporary": temporary, "other_plan": Merchant.Plan.ANNUAL if temporary else Merchant.Plan.TEMPORARY,
            "open": list(purchases.list_own().filter(state__in=[State.PENDING_PAYMENT, State.PENDING_WALLET])
                         .order_by("-created_at")[:3]),
            "language": language(),
        }  # fmt: skip
        return render(request, "purchases/plan.html", context)

    def _card(self, offer: Any) -> dict[str, Any]:
        carried = [(unit, getattr(offer, unit)) for unit in ("coupon", "wa_ui", "wa_bi") if getattr(offer, unit)]
        # Made with the page: pressing the button twice makes one order.
        return {"offer": offer, "name": offer.name(language()), "carried": carried, "key": uuid.uuid4()}


class ChoosePlan(PostAction):
    verb = "purchase.make"
    done = _("Your plan is changed.")

    def act(self) -> str:
        plan = self.request.POST.get("plan", "")
        if plan not in Merchant.Plan.values:
            raise DomainError(_t("Choose a plan."))
        starting.choose_plan(
            merchant_id=merchant_of(self.request).id, plan=plan, actor=self.actor, now=clock.now()
        )
        return self.back()

    def back(self) -> str:
        return reverse("buy:plan")


class Order(PostAction):
    """Order an item and go on to pay it."""

    verb = "purchase.make"

    def act(self) -> str:
        key = uuid_or_none(self.request.POST.get("key")) or uuid.uuid4()
        made = starting.order(
            purchase_id=key, merchant_id=merchant_of(self.request).id, item_id=self.kwargs["item_id"],
            actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return reverse("buy:pay", args=[made.id])

    def back(self) -> str:
        return reverse("buy:plan")


class _OfPurchase(Page):
    @property
    def purchase(self) -> Purchase:
        found: Purchase = or_404(purchases.get_own, self.kwargs["purchase_id"])
        return found

    def page_url(self) -> str:
        return reverse("buy:purchase", args=[self.kwargs["purchase_id"]])


class Pay(_OfPurchase):
    """On the way to Stripe's page. A page of ours in between: forms of ours may not lead to another host."""

    verb = "purchase.make"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        purchase, base = self.purchase, sites.base_url(site_of(request))
        try:
            url = starting.checkout(
                purchase_id=purchase.id, merchant_id=merchant_of(request).id,
                return_url=base + reverse("buy:back", args=[purchase.id]), cancel_url=base + self.page_url(),
                language=language(), email=getattr(request.user, "email", "") or "", actor=self.actor, now=clock.now(),
            )  # fmt: skip
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.page_url())
        context = {"purchase": purchase, "name": purchase.name(language()), "url": url}
        return render(request, "purchases/pay.html", context)


class Back(_OfPurchase):
    """Where Stripe sends the payer: settle, then show."""

    verb = "purchase.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        purchase = self.purchase
        try:
            starting.look(
                purchase_id=purchase.id, merchant_id=merchant_of(request).id, actor=self.actor, now=clock.now()
            )
        except DomainError as error:
            messages.warning(request, str(error))
        return HttpResponseRedirect(self.page_url())


class PurchasePage(_OfPurchase):
    """One purchase: state, what it gave, its papers."""

    verb = "purchase.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        purchase = self.purchase
        waits_long = bool(purchase.paid_at and clock.now() >= purchase.paid_at + reversing.PATIENCE)
        may = self.actor.can("purchase.make")
        context = {
            "purchase": purchase, "name": purchase.name(language()), "papers": purchases.papers_of(purchase.id),
            "carried": purchase.credits.items(),
            "may_pay": may and purchase.state in {State.PENDING_PAYMENT, State.EXPIRED, State.FAILED},
            "may_cancel": may and (purchase.state == State.PENDING_PAYMENT
                                   or (purchase.state == State.PENDING_WALLET and waits_long)),
        }  # fmt: skip
        return render(request, "purchases/purchase.html", context)


class Status(_OfPurchase):
    """The state alone, asked for every few seconds; once it is final the page is loaded anew."""

    verb = "purchase.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID) -> HttpResponse:
        purchase = self.purchase
        response = render(request, "purchases/_state.html", {"purchase": purchase})
        if not purchase.is_open:
            response.headers["HX-Refresh"] = "true"
        return response


class Cancel(PostAction, _OfPurchase):
    """Give up an unpaid order; or one that has waited 14 days for its activation, for the money."""

    verb = "purchase.make"
    done = _("Cancelled.")

    def act(self) -> str:
        purchase = self.purchase
        cancel = reversing.give_up if purchase.state == State.PENDING_WALLET else starting.cancel
        cancel(
            purchase_id=purchase.id, merchant_id=merchant_of(self.request).id, actor=self.actor, now=clock.now()
        )
        return self.page_url()

    def back(self) -> str:
        return self.page_url()


class PaperFile(_OfPurchase):
    """An invoice or credit note as a PDF."""

    verb = "purchase.view"

    def get(self, request: HttpRequest, purchase_id: uuid.UUID, paper_id: uuid.UUID) -> HttpResponse:
        return paperfile.answer(request, purchase=self.purchase, paper_id=paper_id, language=language())


def carried_text(purchase: Purchase) -> str:
    """`2,000 coupon credits`, for a list."""
    words = {"coupon": _t("coupon"), "wa_ui": _t("WhatsApp UI"), "wa_bi": _t("WhatsApp BI")}
    return ", ".join(f"{amount:,} {words[unit]}" for unit, amount in purchase.credits.items()) or "—"


class PurchaseList(ListView):
    verb = "purchase.view"
    name = "purchases"
    title = _("Purchases")
    columns = (
        Column("name", _("Item"), value=lambda p: p.name(language()), primary=True),
        Column("state", _("State"), kind=StateKind("purchase"), sort="state"),
        Column("credits", _("Credits"), value=carried_text),
        Column("retail", _("Price"), kind=MoneyKind("currency"), sort="retail"),
        Column("refunded", _("Refunded"), kind=MoneyKind("currency"), hidden=True),
        Column("created", _("Ordered"), value="created_at", kind=WHEN, sort="created_at"),
        Column("paid", _("Paid"), value="paid_at", kind=WHEN, hidden=True),
    )
    search_fields = ("name_en", "name_ar")
    filters = (
        Choice("state", _("State"), choices=State.choices, multiple=True),
        Choice("kind", _("Kind"), choices=[choice for choice in Kind.choices if choice[0] != Kind.AD], multiple=True),
        DateRange("created", _("Ordered"), field="created_at"),
    )
    default_sort = "-created"
    empty = Empty(
        _("Nothing bought yet"), _("Plans and credits you buy stand here, with their invoices."), icon="receipt",
        url_name="buy:plan", label=_("Plan and credits"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Purchase]:
        return purchases.list_own()

    def row_url(self, row: Purchase) -> str:
        return reverse("buy:purchase", args=[row.id])
