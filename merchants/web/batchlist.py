"""The batches of a merchant, and one batch with its numbers, its files and what can be done with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from credits.queries import statements
from kernel import clock
from merchants import words
from merchants.models import Batch, Merchant
from merchants.queries import batches as read
from merchants.queries import history
from merchants.queries import jobs as job_read
from merchants.services import batches, generation, plans
from merchants.web.base import ActView, FormView, actor_of, file_url, language, merchant_of, or_404, site_of
from merchants.web.batches import NEW_BATCH, new_batch_url
from merchants.web.batchforms import ExtendForm, ReasonForm
from ui.lists import (
    CREDITS,
    DATE,
    NUMBER,
    WHEN,
    Action,
    Boolean,
    Choice,
    Column,
    DateRange,
    Empty,
    ListView,
    MenuItem,
    StateKind,
)
from ui.text import thousands

OPEN = {Batch.State.ACTIVE, Batch.State.PAUSED}


class BatchListView(ListView):
    verb = "batch.view"
    name = "batches"
    title = _("Batches")
    columns = (
        Column("title", _("Offer"), value=lambda b: b.title(language()), sort="title_en", primary=True),
        Column("number", _("No."), kind=NUMBER, sort="number"),
        Column("state", _("State"), kind=StateKind("batch"), sort="state"),
        Column("quantity", _("Coupons"), kind=CREDITS, sort="quantity"),
        Column("taken", _("Taken"), kind=CREDITS, sort="taken"),
        Column("redeemed", _("Redeemed"), kind=CREDITS, sort="redeemed"),
        Column(
            "claim_until", _("Ends"), kind=DATE, value=lambda b: plans.last_moment(b.claim_until), sort="claim_until"
        ),
        Column("created", _("Generated"), value="created_at", kind=WHEN, sort="created_at"),
        Column("refunded", _("Credits returned"), kind=CREDITS, sort="refunded", hidden=True),
    )
    search_fields = ("title_en", "title_ar")
    filters = (
        Choice("state", _("State"), choices=Batch.State.choices, multiple=True),
        Choice("offer", _("Offer"), field="offer_kind", choices=Batch.OfferKind.choices),
        Boolean("printed", _("For print"), apply=lambda rows, yes: rows.filter(print_quantity__gt=0) if yes
                else rows.filter(print_quantity=0)),
        DateRange("ends", _("Ends"), field="claim_until"),
        DateRange("made", _("Generated"), field="created_at"),
    )  # fmt: skip
    default_sort = "-created"
    empty = Empty(
        _("No batches yet"), _("A batch is one offer with as many coupons as you like."), icon="layers",
        url_name="merchants:batch-create", label=NEW_BATCH,
    )  # fmt: skip

    def get_queryset(self) -> Any:
        return read.list_batches()

    def row_url(self, row: Batch) -> str:
        return reverse("merchants:batch", args=[row.id])

    def row_menu(self, row: Batch) -> list[MenuItem]:
        menu = [MenuItem(_("Coupons"), _coupons_url(row), icon="ticket")]
        if row.state == Batch.State.ACTIVE:
            menu.append(
                MenuItem(_("Pause"), reverse("merchants:batch-pause", args=[row.id]), "circle-pause", method="post")
            )
        if row.state == Batch.State.PAUSED:
            menu.append(
                MenuItem(_("Resume"), reverse("merchants:batch-resume", args=[row.id]), "circle-play", method="post")
            )
        menu.append(MenuItem(_("Use again"), new_batch_url(**{"from": row.id}), icon="copy"))
        return menu

    def actions(self) -> list[Action]:
        return [Action(NEW_BATCH, reverse("merchants:batch-create"), icon="plus")]


def _coupons_url(batch: Batch, **query: str) -> str:
    from urllib.parse import urlencode

    return f"{reverse('merchants:coupon-list')}?{urlencode({'batch': str(batch.id), **query})}"


class BatchView(View):
    verb = "batch.view"

    def get(self, request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
        batch = or_404(read.get_batch, batch_id)
        merchant, site = merchant_of(request), site_of(request)
        numbers = read.numbers(batch)
        context = {
            "batch": batch, "title": batch.title(language()), "numbers": numbers, "merchant": merchant,
            "states": [(state, count, _coupons_url(batch, state=state)) for state, count in _in_order(numbers)],
            "all_url": _coupons_url(batch),
            "taken_url": f"{_coupons_url(batch)}&state=taken&state=redeemed&state=lapsed",
            "used_url": _coupons_url(batch, state="redeemed"), "free_url": _coupons_url(batch, state="available"),
            "offer": words.offer(batch, site.currency), "days": words.days(batch.weekdays),
            "hours": words.hours(batch.hour_from, batch.hour_to), "expiry": words.expiry(batch, merchant.time_zone),
            "branches": read.branches_of(batch), "layout": batch.face["layout"] if batch.face.get("image") else None,
            "image_url": file_url(batch.face.get("image", "")),
            "words": words.on_paper(batch, merchant, site.currency),
            "history": history.of_object(batch.id), "entries": list(_entries(batch)),
            "files": job_read.list_of_object(batch.id),
            "job": generation.job_of(batch) if batch.state == "generating" else None,
            "is_open": batch.state in OPEN and batch.claim_until > clock.now(),
            "clone_url": new_batch_url(**{"from": batch.id}),
            "terms": batch.terms(language()),
            "crumbs": [(_t("Batches"), reverse("merchants:batch-list")), (batch.title(language()), "")],
            "taken_percent": numbers.taken * 100 // max(1, batch.made),
            "used_percent": numbers.of("redeemed") * 100 // max(1, numbers.taken),
            "returns": numbers.never_taken if batch.state != Batch.State.EXPIRED else batch.refunded,
        }  # fmt: skip
        return render(request, "merchants/batch.html", context)


def _in_order(numbers: read.Numbers) -> list[tuple[str, int]]:
    order = ("available", "held", "taken", "redeemed", "lapsed", "expired", "void")
    return [(state, numbers.by_state[state]) for state in order if numbers.by_state.get(state)]


def _entries(batch: Batch) -> Any:
    return statements.entries(merchant_id=batch.merchant_id, related_id=batch.id)[:20]


class _OnBatch(ActView):
    def back(self, **kwargs: Any) -> str:
        return reverse("merchants:batch", args=[kwargs["batch_id"]])


class PauseView(_OnBatch):
    verb = "batch.manage"
    done = _("Paused. Nobody can take a coupon now; taken ones stay valid.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        batches.pause(batch_id=kwargs["batch_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class ResumeView(_OnBatch):
    verb = "batch.manage"
    done = _("Open again: customers can take coupons.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        batches.resume(batch_id=kwargs["batch_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class CancelView(_OnBatch):
    """Stops a batch that is being generated."""

    verb = "batch.manage"
    done = _("Stopped. The credits of coupons that were not made are back.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        generation.cancel(batch_id=kwargs["batch_id"], actor=actor_of(request), now=self.now)
        return self.back(**kwargs)


class _BatchForm(FormView):
    """A form about one batch, with its consequences above the button."""

    template_name = "merchants/batch_act.html"

    @property
    def batch(self) -> Batch:
        return or_404(read.get_batch, self.kwargs["batch_id"])  # type: ignore[no-any-return]

    def cancel_url(self) -> str:
        return reverse("merchants:batch", args=[self.kwargs["batch_id"]])

    def lines(self, batch: Batch, merchant: Merchant) -> list[str]:
        raise NotImplementedError

    def extra(self) -> dict[str, Any]:
        batch = self.batch
        return {"lead": batch.title(language()), "consequences": self.lines(batch, merchant_of(self.request))}


class ExtendView(_BatchForm):
    verb = "batch.manage"
    title = _("Extend the batch")
    submit_label = _("Extend")
    done = _("The batch ends later now.")

    def form(self, data: Any = None, files: Any = None) -> ExtendForm:
        return ExtendForm(data, last=words.last_day(self.batch.claim_until, merchant_of(self.request).time_zone))

    def lines(self, batch: Batch, merchant: Merchant) -> list[str]:
        return [
            _t("Coupons that were taken already keep the end they were taken with."),
            _t("The credits of untaken coupons come back at the new end, not at the old one."),
            _t("The end cannot be moved back again."),
        ]

    def save(self, form: Any) -> str:
        merchant = merchant_of(self.request)
        until = plans.end_of(form.cleaned_data["claim_until"], merchant.time_zone)
        batches.extend(
            batch_id=self.kwargs["batch_id"], claim_until=until, actor=actor_of(self.request), now=clock.now()
        )
        return self.cancel_url()


class VoidView(_BatchForm):
    verb = "coupon.void"
    title = _("Withdraw the batch")
    submit_label = _("Withdraw all coupons")

    def form(self, data: Any = None, files: Any = None) -> ReasonForm:
        return ReasonForm(data)

    def lines(self, batch: Batch, merchant: Merchant) -> list[str]:
        numbers = read.numbers(batch)
        held = numbers.of("taken")
        until = words.last_day(batch.claim_until, merchant.time_zone)
        return [
            ngettext(
                "%(count)s coupon that a customer holds stops working.",
                "%(count)s coupons that customers hold stop working.", held,
            ) % {"count": thousands(held)},
            _t("Nobody can take one any more. This cannot be undone."),
            ngettext(
                "Nothing comes back now: %(count)s credit returns after %(day)s.",
                "Nothing comes back now: %(count)s credits return after %(day)s.", numbers.never_taken,
            ) % {"count": thousands(numbers.never_taken), "day": until},
        ]  # fmt: skip

    def save(self, form: Any) -> str:
        batches.void(
            batch_id=self.kwargs["batch_id"], reason=form.cleaned_data["reason"], actor=actor_of(self.request),
            now=clock.now(),
        )  # fmt: skip
        return self.cancel_url()
