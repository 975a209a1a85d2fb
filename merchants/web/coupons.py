"""Coupons: the list, withdrawing one, and the files of a batch."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kernel import clock
from kernel.errors import DomainError
from kernel.ids import uuid_or_none
from merchants.models import Batch, Coupon
from merchants.queries import batches as read
from merchants.serials import normalise
from merchants.services import batches, exports
from merchants.web.base import FormView, actor_of, language, or_404
from merchants.web.batchforms import ExportForm, ReasonForm
from merchants.web.couponlist import CouponRows
from ui.components import Tab
from ui.lists import (
    SERIAL,
    WHEN,
    Bulk,
    BulkResult,
    Choice,
    Column,
    DateRange,
    Empty,
    ListView,
    MenuItem,
    StateKind,
)
from ui.text import thousands

USABLE = {Coupon.State.AVAILABLE, Coupon.State.HELD, Coupon.State.TAKEN}


def _batch_choices(view: Any) -> list[tuple[str, str]]:
    found = list(Batch.objects.order_by("-created_at")[:50])
    asked = uuid_or_none(view.request.GET.get("batch"))
    if asked and all(batch.id != asked for batch in found):
        found += list(Batch.objects.filter(id=asked))
    return [(str(batch.id), f"{batch.number} · {batch.title(language())}") for batch in found]


def withdraw_many(view: ListView, rows: QuerySet[Coupon], request: HttpRequest) -> BulkResult:
    """Withdraw the chosen coupons that are still usable."""
    done = failed = 0
    for coupon_id in rows.values_list("id", flat=True):
        try:
            batches.void_coupon(
                coupon_id=coupon_id, reason=_t("Withdrawn from the list"), actor=actor_of(request), now=clock.now()
            )
            done += 1
        except DomainError:
            failed += 1
    message = ngettext("%(count)s coupon withdrawn.", "%(count)s coupons withdrawn.", done) % {"count": thousands(done)}
    return BulkResult(done, failed, message)


class CouponListView(CouponRows):
    verb = "coupon.view"
    export_verb = "coupon.export"
    name = "coupons"
    title = _("Coupons")
    own_columns = (
        Column("serial", _("Serial"), kind=SERIAL, primary=True),
        Column("batch", _("Offer"), value=lambda c: c.batch.title(language())),
        Column("state", _("State"), kind=StateKind("coupon")),
        Column("lane", _("Lane"), value="get_lane_display", hidden=True),
        Column("source", _("Taken through"), value=lambda c: c.get_source_display() if c.source else ""),
        Column("taken", _("Taken"), value="taken_at", kind=WHEN, sort="taken_at", sort_nullable=True),
        Column("use_until", _("Use until"), kind=WHEN, hidden=True),
        Column("redeemed", _("Redeemed"), value="redeemed_at", kind=WHEN, sort="redeemed_at", sort_nullable=True),
        Column("reason", _("Withdrawn because"), value="void_reason", hidden=True),
    )
    search_hint = _("Whole serial")
    own_filters = (
        Choice("batch", _("Batch"), choices=_batch_choices),
        Choice("state", _("State"), choices=Coupon.State.choices, multiple=True),
        Choice("lane", _("Lane"), choices=Coupon.Lane.choices),
        Choice("source", _("Taken through"), choices=Coupon.Source.choices),
        DateRange("taken_at", _("Taken")),
        DateRange("redeemed_at", _("Redeemed")),
    )
    bulk_actions = (
        Bulk("void", _("Withdraw"), withdraw_many, icon="ban", tone="bad", verb="coupon.void",
             confirm=_("Withdrawn coupons stop working, also those that customers hold. Credits of untaken ones come back at the batch's end.")),  # noqa: E501
    )  # fmt: skip
    bulk_limit = 1_000
    empty = Empty(
        _("No coupons yet"), _("Generate a batch, and its coupons stand here."), icon="ticket",
        url_name="merchants:batch-create", label=_("Generate coupons"),
    )  # fmt: skip

    def list_coupons(self) -> QuerySet[Coupon]:
        return Coupon.objects.select_related("batch").defer("batch__face", "batch__terms_en", "batch__terms_ar")

    def search(self, rows: QuerySet[Coupon], text: str) -> QuerySet[Coupon]:
        """A serial is found whole or not at all: half of one is half a secret."""
        return rows.filter(serial=normalise(text))

    def row_menu(self, row: Coupon) -> list[MenuItem]:
        menu = [MenuItem(_("The batch"), reverse("merchants:batch", args=[row.batch_id]), icon="layers")]
        menu += super().row_menu(row)
        if row.state in USABLE:
            menu.append(MenuItem(_("Withdraw"), reverse("merchants:coupon-void", args=[row.id]), "ban", tone="bad"))
        return menu

    def tabs(self) -> list[Tab]:
        batch_id = uuid_or_none(self.request.GET.get("batch"))
        if batch_id is None:
            return []
        return [
            Tab(_("The batch"), reverse("merchants:batch", args=[batch_id])),
            Tab(_("Coupons"), self.request.get_full_path(), current=True),
        ]


class CouponVoidView(FormView):
    """Withdraws one coupon, with a reason."""

    verb = "coupon.void"
    template_name = "merchants/batch_act.html"
    title = _("Withdraw a coupon")
    submit_label = _("Withdraw the coupon")
    done = _("The coupon is withdrawn.")

    def _coupon(self) -> Coupon:
        return or_404(self._read)  # type: ignore[no-any-return]

    def _read(self) -> Coupon:
        from merchants.errors import NoSuchCoupon

        found = Coupon.objects.select_related("batch").filter(id=self.kwargs["coupon_id"]).first()
        if found is None:
            raise NoSuchCoupon()
        return found

    def form(self, data: Any = None, files: Any = None) -> ReasonForm:
        return ReasonForm(data)

    def extra(self) -> dict[str, Any]:
        coupon = self._coupon()
        lines = [_t("It stops working at once. This cannot be undone.")]
        if coupon.state == Coupon.State.TAKEN:
            lines.append(_t("A customer holds it. Its credit is used up and does not come back."))
        else:
            lines.append(_t("Its credit comes back when the batch ends."))
        return {"lead": coupon.batch.title(language()), "serial": coupon.serial, "consequences": lines}

    def cancel_url(self) -> str:
        return f"{reverse('merchants:coupon-list')}?batch={self._coupon().batch_id}"

    def save(self, form: Any) -> str:
        coupon = batches.void_coupon(
            coupon_id=self._coupon().id,
            reason=form.cleaned_data["reason"],
            actor=actor_of(self.request),
            now=clock.now(),
        )
        return f"{reverse('merchants:coupon-list')}?batch={coupon.batch_id}"


class ExportView(FormView):
    """Chooses the file of a batch's print lane; a job makes it."""

    verb = "coupon.export"
    template_name = "merchants/batch_export.html"
    title = _("Print and export")
    submit_label = _("Make the file")

    @property
    def batch(self) -> Batch:
        batch_id: uuid.UUID = self.kwargs["batch_id"]
        return or_404(read.get_batch, batch_id)  # type: ignore[no-any-return]

    def form(self, data: Any = None, files: Any = None) -> ExportForm:
        return ExportForm(data, online=read.numbers(self.batch).online_free)

    def cancel_url(self) -> str:
        return reverse("merchants:batch", args=[self.kwargs["batch_id"]])

    def extra(self) -> dict[str, Any]:
        numbers = read.numbers(self.batch)
        return {"lead": self.batch.title(language()), "numbers": numbers, "batch": self.batch}

    def save(self, form: Any) -> str:
        job = exports.start(
            batch_id=self.kwargs["batch_id"], form=form.cleaned_data["form"], actor=actor_of(self.request),
            now=clock.now(), move_online=form.cleaned_data.get("move_online", False),
        )  # fmt: skip
        return reverse("merchants:job", args=[job.id])
