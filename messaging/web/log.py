"""The log of messages, for a merchant and for a site's staff: list, one message, and settling what is unknown."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.web.base import Page, PostAction
from kernel import clock
from kernel.ids import uuid_or_none
from merchants.models import Coupon, Merchant
from merchants.serials import is_valid, normalise
from merchants.services.customers import opened, typed_index
from merchants.web.base import language, or_404
from messaging import quiet, sources, words
from messaging.choices import Charge, State, Trigger, Type
from messaging.meta.choices import category_words
from messaging.meta.queries import senders
from messaging.models import Message
from messaging.queries import log, results
from messaging.services import outcomes
from messaging.web import narrowing, unpaid
from ui.components import Tab
from ui.lists import PHONE, SERIAL, WHEN, Boolean, Choice, Column, DateRange, Empty, ListView, StateKind

MONTH = dt.timedelta(days=30)
MERCHANTS = 200  # to choose from; any other is found by the search, or linked to from its page


def _phone(message: Message) -> str:
    return opened(message.customer).phone if message.customer and not message.customer.erased_at else ""


def _name(message: Message) -> str:
    return message.customer.name if message.customer else ""


class MessageList(ListView):
    """A merchant's own messages."""

    verb = "message.view"
    name = "messages"
    title = _("Messages")
    list_subtitle = _("Every WhatsApp message of yours, what became of it, and what it cost.")
    columns = [
        Column("who", _("To"), value=_name, sort="customer__name", sort_nullable=True, primary=True),
        Column("trigger", _("Sent for"), value=lambda m: m.get_trigger_display(), sort="trigger"),
        Column("state", _("State"), kind=StateKind("message"), sort="state"),
        Column("coupon", _("Coupon"), value="coupon.state", kind=StateKind("coupon")),
        Column("type", _("Type"), value=lambda m: m.get_type_display(), sort="type"),
        Column("charge", _("Credit"), value=lambda m: m.get_charge_display()),
        Column("offer", _("Offer"), value=lambda m: m.batch.title(language()) if m.batch else ""),
        Column("at", _("Queued at"), value="created_at", kind=WHEN, sort="created_at"),
        Column("error", _("Reason"), value=lambda m: words.reason(m), hidden=True),
        Column("serial", _("Serial"), value="coupon.serial", kind=SERIAL, hidden=True),
        Column("template", _("Template"), value=words.template, hidden=True),
        Column("phone", _("Phone number"), kind=PHONE, value=_phone, hidden=True),
        Column("delivered", _("Delivered at"), value="delivered_at", kind=WHEN, hidden=True),
        Column("billed", _("Billed by Meta"), value=words.billed, hidden=True),
        Column("id", _("Message id"), value=lambda m: str(m.id), hidden=True),
    ]  # fmt: skip
    search_fields = ["customer__name", "label"]
    search_hint = _("Name, campaign, serial or phone")
    region_template = "messaging/list_region.html"
    filters = [
        Choice("state", _("State"), choices=State.choices, multiple=True),
        Choice("coupon", _("Coupon"), choices=Coupon.State.choices, field="coupon__state", multiple=True),
        Choice("batch", _("Batch"), choices=lambda view: view.batches),
        narrowing.OneCustomer("customer", _("Customer"), field="customer_id"),
        Choice("type", _("Type"), choices=Type.choices),
        Choice("trigger", _("Sent for"), choices=Trigger.choices, multiple=True),
        Choice("source", _("Automation or campaign"), choices=lambda view: view.sources,
               apply=lambda rows, asked: results.last_of_each(rows.filter(automation_id=asked))),
        Choice("charge", _("Credit"), choices=Charge.choices, multiple=True),
        Boolean("problem", _("Failed or unknown"), apply=lambda rows, yes: _problems(rows, wanted=yes)),
        DateRange("at", _("Queued at"), field="created_at"),
    ]  # fmt: skip
    default_sort = "-at"
    page_name = "messages:message"
    empty = Empty(
        _("No messages yet"), _("When customers take coupons, or an automation runs, their messages stand here."),
        icon="message-circle",
    )  # fmt: skip

    @cached_property
    def sources(self) -> list[tuple[uuid.UUID, Any]]:
        return sources.names(uuid_or_none(self.request.GET.get("source")))

    @cached_property
    def batches(self) -> list[tuple[str, str]]:
        return narrowing.batch_choices(self)

    def get_queryset(self) -> QuerySet[Message]:
        return log.list_messages()

    def search(self, rows: QuerySet[Message], text: str) -> QuerySet[Message]:
        """A serial is found whole or not at all, as in the list of coupons, and so is a phone number."""
        serial, index = normalise(text), typed_index(text)
        if is_valid(serial):
            return rows.filter(coupon__serial=serial)
        return rows.filter(customer__phone_index=index) if index else super().search(rows, text)

    def get_region_context(self) -> dict[str, Any]:
        return {"counts": log.count(self.matching)}

    def row_url(self, row: Message) -> str:
        return reverse(self.page_name, args=[row.id])


def figures(list_url: str, *, now: dt.datetime) -> list[tuple[Any, log.Figures, str]]:
    """The last 30 days by type: name, figures, and where its messages are listed."""
    found = log.figures(since=now - MONTH)
    return [(Type(kind).label, counts, f"{list_url}?type={kind}") for kind, counts in found.items()]


@dataclass(frozen=True)
class Unknown:
    """What waits for somebody to decide: in words, and where it is listed."""

    title: str
    url: str


def unknown(list_url: str, *, merchant_id: uuid.UUID | None = None) -> Unknown | None:
    """Messages of one merchant or of all whose outcome nobody knows, however old; None where there are none."""
    count = log.count_unknown(merchant_id=merchant_id)
    more = f"&merchant={merchant_id}" if merchant_id else ""
    return Unknown(words.unknown(count), f"{list_url}?state=unknown{more}") if count else None


def _problems(rows: QuerySet[Message], *, wanted: bool) -> QuerySet[Message]:
    bad = [State.FAILED, State.UNKNOWN, State.CANCELLED]
    return rows.filter(state__in=bad) if wanted else rows.exclude(state__in=bad)


def _merchant_choices(view: Any) -> list[tuple[str, str]]:
    return [(str(merchant.id), merchant.name(language())) for merchant in view.merchants]


class SiteMessageList(MessageList):
    """All merchants' messages, for the site's staff."""

    name = "site-messages"
    template_name = "messaging/list.html"
    list_subtitle = _("Every WhatsApp message of this site.")
    columns = [
        *MessageList.columns[:1],
        Column("merchant", _("Merchant"), value=lambda m: m.merchant.name(language()) if m.merchant else _("This site"),
               sort="merchant__brand_name", sort_nullable=True),
        *MessageList.columns[1:],
    ]  # fmt: skip
    search_fields = [
        *MessageList.search_fields, "merchant__brand_name", "merchant__brand_name_ar",
    ]  # fmt: skip
    search_hint = _("Name, merchant, serial or phone")
    filters = [
        Choice("merchant", _("Merchant"), choices=_merchant_choices),
        *(one for one in MessageList.filters if one.name != "source"),  # there are far too many to choose from
    ]
    page_name = "site-messages:message"

    def tabs(self) -> list[Tab]:
        return narrowing.tabs("list")

    @cached_property
    def merchants(self) -> list[Merchant]:
        return log.list_merchants(asked=uuid_or_none(self.request.GET.get("merchant")), limit=MERCHANTS)

    @cached_property
    def merchant(self) -> Merchant | None:
        """The merchant that the list is narrowed to."""
        asked = uuid_or_none(self.request.GET.get("merchant"))
        return next((merchant for merchant in self.merchants if merchant.id == asked), None)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        merchant = self.merchant
        return {
            **super().get_context_data(**context),
            "number": senders.mine(), "rests": senders.rests(now=clock.now()),
            "unknown": unknown(reverse("site-messages:list"), merchant_id=merchant.id if merchant else None),
            "merchant": merchant, "merchant_name": merchant.name(language()) if merchant else "",
        }  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One line of a message's story."""

    at: dt.datetime
    what: str
    code: str
    detail: str


def steps_of(message: Message) -> list[Step]:
    """What happened to a message, oldest first."""
    return [
        Step(dt.datetime.fromisoformat(at), words.step(what), what, words.detail(detail))
        for at, what, detail in message.history
    ]


@dataclass(frozen=True)
class Waiting:
    """When a queued message goes out at the earliest; `why` says that quiet hours are the reason, where they are."""

    due: dt.datetime
    why: str


def waiting(message: Message, *, now: dt.datetime) -> Waiting | None:
    """None for a message that waits for no time: its turn has come, or it is not in the queue."""
    hours = quiet.Hours(message.quiet_zone, message.quiet_from, message.quiet_to) if message.quiet_zone else None
    start = max(now, message.due_at)
    due = hours.next_allowed(start) if hours else start
    if message.state != State.QUEUED or due <= now:
        return None
    if hours is None or (due == start and due != hours.next_allowed(now)):
        return Waiting(due, "")
    hour = f"{due.astimezone(ZoneInfo(hours.zone)):%H:%M}"
    return Waiting(due, _t("Waits for %(hour)s where the customer is: quiet hours.") % {"hour": hour})


class MessagePage(Page):
    verb = "message.view"
    list_name, settle_name, back_label = "messages:list", "messages:settle", _("Messages")

    def get(self, request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
        message, now = or_404(log.get, message_id), clock.now()
        context: dict[str, Any] = {
            "message": message, "steps": steps_of(message), "reason": words.reason(message),
            "waiting": waiting(message, now=now),
            "template": words.template(message), "category": category_words(message.category),
            "billed": words.billed(message), "phone": _phone(message),
            "name": _name(message),
            "offer": message.batch.title(language()) if message.batch else "",
            "back_url": reverse(self.list_name), "back_label": self.back_label,
            "settle_url": reverse(self.settle_name, args=[message.id])
            if message.state == State.UNKNOWN and self.actor.can("message.settle") else "",
            "may_again": message.trigger != Trigger.CODE,
            "send_url": unpaid.send_url(message, self.actor, now=now),
            "shows_merchant": self.list_name != "messages:list",
        }  # fmt: skip
        return render(request, "messaging/message.html", context)


class SiteMessagePage(MessagePage):
    list_name, settle_name = "site-messages:list", "site-messages:settle"


class Settle(PostAction):
    """A person decides about a message whose outcome nobody knows."""

    verb = "message.settle"
    done = _("Settled.")
    page_name = "messages:message"

    def act(self) -> str:
        message = or_404(log.get, self.kwargs["message_id"])
        outcomes.settle_by_person(
            message.id, send_again=self.request.POST.get("act") == "again", actor=self.actor, now=clock.now(),
            merchant_id=message.merchant_id,
        )  # fmt: skip
        return self.back()

    def back(self) -> str:
        return reverse(self.page_name, args=[self.kwargs["message_id"]])


class SiteSettle(Settle):
    page_name = "site-messages:message"
