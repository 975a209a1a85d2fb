"""The merchant's wheel: whether it runs, how its spins came out, its versions, and every spin."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants.models import Batch, Customer
from merchants.serials import is_valid, normalise
from merchants.web.base import ActView, actor_of, language, merchant_of, site_of
from storefront.wheel import words
from storefront.wheel.choices import Outcome, Source
from storefront.wheel.models import Segment, Spin, WheelVersion
from storefront.wheel.queries import wheels
from storefront.wheel.services import wheels as service
from tenants.walls import current_site
from ui.components import Tab
from ui.lists import DATE, NUMBER, SERIAL, WHEN, Choice, Column, DateRange, Empty, ListView, StateKind


def tabs_of(here: str) -> list[Tab]:
    """The wing's pages."""
    pages = (("overview", _("Wheel")), ("spins", _("Spins")), ("versions", _("Versions")))
    return [Tab(label, reverse(f"wheel:{name}"), current=name == here) for name, label in pages]


class Overview(View):
    verb = "wheel.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant, now = merchant_of(request), clock.now()
        wheel = wheels.mine(merchant.id)
        context: dict[str, Any] = {
            "merchant": merchant, "wheel": wheel, "tabs": tabs_of("overview"),
            "may_manage": actor_of(request).can("wheel.manage"),
        }  # fmt: skip
        if wheel:
            version = wheels.in_play(wheel)
            context |= self._shown(version, now)
            if not wheel.is_on:
                currency = site_of(request).currency
                context["held_back"] = [words.batch_name(one, currency) for one in wheels.held_back(wheel)]
        return render(request, "wheel/overview.html", context)

    def _shown(self, version: WheelVersion, now: Any) -> dict[str, Any]:
        currency = site_of(self.request).currency
        figures = wheels.figures(version, now=now)
        rests = wheels.barred(version, now=now)
        free = wheels.free_of({row.segment.batch_id for row in figures.rows if row.segment.batch_id})
        rows = [
            {
                "row": row, "prize": words.batch_name(row.segment.batch, currency),
                "free": free.get(row.segment.batch_id, 0) if row.segment.batch_id else None,
                "rests": words.BARRED.get(rests.get(row.segment.position, "")),
            }
            for row in figures.rows
        ]  # fmt: skip
        prizes = [row.segment for row in figures.rows if row.segment.batch_id]
        always = version.always_batch
        return {
            "version": version, "figures": figures, "rows": rows,
            "slices": [row.segment for row in figures.rows],
            "can_be_won": any(rests.get(one.position, "") in {"", "pacing"} for one in prizes),
            "on_centre": [one for one in prizes if one.batch and one.batch.on_centre],
            "always": words.batch_name(always, currency) if always else "",
        }  # fmt: skip


class Switch(ActView):
    """On or off."""

    verb = "wheel.manage"

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        is_on = request.POST.get("on") == "1"
        self.done = _("The wheel runs.") if is_on else _("The wheel is switched off.")
        service.switch(is_on=is_on, actor=actor_of(request), now=self.now)
        return self.back()

    def back(self, **kwargs: Any) -> str:
        return reverse("wheel:overview")


class Versions(View):
    verb = "wheel.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        wheel = wheels.mine(merchant_of(request).id)
        found = wheels.versions(wheel) if wheel else []
        currency = site_of(request).currency
        rows = [
            {
                "version": version, "in_play": place == 0, "slices": sorted(version.segments.all(), key=_position),
                "changes": words.changes(found[place + 1] if place + 1 < len(found) else None, version, currency),
            }
            for place, version in enumerate(found)
        ]  # fmt: skip
        return render(request, "wheel/versions.html", {"rows": rows, "wheel": wheel, "tabs": tabs_of("versions")})


def _position(segment: Segment) -> int:
    return segment.position


def _segments(view: Any) -> list[tuple[str, str]]:
    found = Segment.objects.select_related("version").order_by("-version__number", "position")[:200]
    return [(str(one.id), f"{one.version.number} · {one.label(language())}") for one in found]


def _versions(view: Any) -> list[tuple[str, str]]:
    found = WheelVersion.objects.order_by("-number").values_list("id", "number")[:200]
    return [(str(key), str(number)) for key, number in found]


def _prizes(view: Any) -> list[tuple[str, str]]:
    """The batches that any version of the wheel gives out, newest first."""
    prizes = Segment.objects.exclude(batch=None).values("batch_id")
    found = Batch.objects.filter(id__in=prizes).order_by("-created_at")[:200]
    currency = current_site().currency
    return [(str(one.id), words.batch_name(one, currency)) for one in found]


def _given(row: Spin) -> str:
    return words.batch_name(row.coupon.batch, current_site().currency) if row.coupon else ""


class SpinList(ListView):
    """Every spin. A customer shows by name, and only one who claimed here: no phone number stands in this list."""

    verb = "wheel.view"
    name = "spins"
    title = _("Spins")
    default_sort = "-at"
    search_hint = _("Name, segment or whole serial")
    empty = Empty(_("Nobody has spun yet"), _("Every spin of your wheel is listed here."), icon="ferris-wheel")
    columns = (
        Column("at", _("When"), value="created_at", kind=WHEN, sort="created_at", primary=True),
        Column("outcome", _("Result"), value="outcome", kind=StateKind("spin")),
        Column("segment", _("Segment"), value=lambda row: row.segment.label(language()) if row.segment else ""),
        Column("prize", _("Prize"), value=_given),
        Column("serial", _("Coupon"), value=lambda row: row.coupon.serial if row.coupon else "", kind=SERIAL),
        Column("customer", _("Customer"), value="customer_name"),
        Column("version", _("Version"), value=lambda row: row.version.number, kind=NUMBER),
        Column("source", _("Where"), value=lambda row: row.get_source_display()),
        Column("always", _("Given in any case"), kind=SERIAL, hidden=True,
               value=lambda row: row.always_coupon.serial if row.always_coupon else ""),
        Column("day", _("Day"), value="day", kind=DATE, hidden=True),
        Column("random", _("Number drawn"), hidden=True, value=lambda row: _last(row, "random")),
        Column("weights", _("Weights in play"), hidden=True, value=lambda row: _last(row, "weights")),
    )  # fmt: skip
    filters = (
        Choice("segment", _("Segment"), choices=_segments, field="segment_id"),
        Choice("prize", _("Prize"), choices=_prizes, field="batch_id"),
        Choice("outcome", _("Result"), choices=Outcome.choices),
        Choice("version", _("Version"), choices=_versions, field="version_id"),
        Choice("source", _("Where"), choices=Source.choices),
        DateRange("day", _("Day"), field="created_at"),
    )

    def get_queryset(self) -> QuerySet[Spin]:
        # Behind the merchant's wall the record of a customer who never claimed here is not to be seen: no join.
        name = Customer.objects.filter(id=OuterRef("customer_id")).values("name")[:1]
        rows = Spin.objects.select_related("segment", "version", "coupon__batch", "always_coupon")
        return rows.annotate(customer_name=Subquery(name))

    def search(self, queryset: QuerySet[Spin], text: str) -> QuerySet[Spin]:
        """By a part of the customer's name or the segment's label; a serial is found whole or not at all."""
        serial = normalise(text)
        if is_valid(serial):
            return queryset.filter(Q(coupon__serial=serial) | Q(always_coupon__serial=serial))
        labels = Q(segment__label_en__icontains=text) | Q(segment__label_ar__icontains=text)
        return queryset.filter(labels | Q(customer_name__icontains=text))

    def tabs(self) -> list[Tab]:
        return tabs_of("spins")


def _last(row: Spin, name: str) -> str:
    """Of the draw that counted."""
    value = row.draws[-1][name] if row.draws else ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
