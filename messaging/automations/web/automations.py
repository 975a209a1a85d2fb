"""The overview, and one page for each kind with its preview."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views import View

from credits.choices import CreditUnit
from credits.queries import balances
from kernel import clock
from kernel.errors import DomainError
from merchants.models import Merchant
from merchants.web.base import ActView, actor_of, language, merchant_of, or_404, put_errors, site_of
from messaging.automations.choices import Kind, State
from messaging.automations.models import Automation
from messaging.automations.queries import leftouts, screens
from messaging.automations.services import pausing, previews, switching
from messaging.automations.web import figures
from messaging.automations.web.bubbles import bubbles_of
from messaging.automations.web.forms import AutomationForm
from messaging.meta.queries import senders
from messaging.queries import results
from tenants.walls import current_site, wall

ABOUT = {
    Kind.BIRTHDAY: ("cake", _("A greeting with a coupon around the customer's birthday.")),
    Kind.RECALL: ("undo-2", _("A coupon for customers who have stayed away for some time.")),
    Kind.FESTIVAL: ("calendar-heart", _("A coupon on the festivals that you choose.")),
    Kind.REMINDER: ("alarm-clock", _("A word before a coupon that was taken runs out.")),
}


# Of its figures, those that a card shows.
ON_CARD = (_("Sent"), _("Read"), _("Redeemed"))


def is_temporary(merchant: Merchant) -> bool:
    return merchant.plan != Merchant.Plan.ANNUAL


def notices_of(merchant: Merchant, *, now: dt.datetime) -> dict[str, bool]:
    """What keeps everything from going out: the plan, or that the site has no sender, or that it rests.

    Merchants cannot read senders; the answer is no secret.
    """
    with wall(current_site(), "site"):
        is_on = senders.is_on()
        rests = senders.rests(now=now)
    return {"temporary": is_temporary(merchant), "whatsapp_on": is_on, "rests": rests}


def bi_credits(merchant: Merchant) -> int:
    return balances.wallet_of_merchant(merchant.id, CreditUnit.WA_BI).available


def rule(automation: Automation, merchant: Merchant, *, now: dt.datetime) -> str:
    """When it writes, in a few words."""
    if automation.kind == Kind.BIRTHDAY:
        return _birthday_rule(automation)
    if automation.kind == Kind.FESTIVAL:
        today = clock.local_date(now, merchant.time_zone)
        coming = switching.next_festival(automation, merchant, today=today)
        return _t("Next: %(festival)s") % {"festival": coming.festival.name(language())} if coming else ""
    days = automation.days or 0
    said = (
        ngettext("After %(days)s day without a visit", "After %(days)s days without a visit", days)
        if automation.kind == Kind.RECALL
        else ngettext("%(days)s day before a coupon ends", "%(days)s days before a coupon ends", days)
    )
    return said % {"days": days}


def _birthday_rule(automation: Automation) -> str:
    said = []
    if automation.days_before == 0:
        said.append(_t("On the birthday"))
    elif automation.days_before:
        days = automation.days_before
        said.append(ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days})
    if automation.days_after:
        days = automation.days_after
        said.append(ngettext("%(days)s day after", "%(days)s days after", days) % {"days": days})
    return " · ".join(said)


class OverviewView(View):
    verb = "automation.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant, now = merchant_of(request), clock.now()
        found = screens.list_automations()
        period = figures.period_of(request, now=now)
        counts = results.of_automations([row.id for row in found.values()], since=period.since)
        cards = [
            {
                "kind": kind, "label": kind.label, "icon": ABOUT[kind][0], "text": ABOUT[kind][1],
                "automation": found.get(kind),
                "figures": [
                    one for one in figures.of_source(found[kind].id, counts[found[kind].id], first=period.first)
                    if one.label in ON_CARD
                ] if kind in found else [],
                "rule": rule(found[kind], merchant, now=now) if kind in found else "",
                "url": reverse(f"automations:{kind}"), "pause_url": reverse(f"automations:{kind}-pause"),
                "resume_url": reverse(f"automations:{kind}-resume"),
            }
            for kind in Kind
        ]  # fmt: skip
        context = {
            "cards": cards, "periods": period.tabs, **notices_of(merchant, now=now), "credits": bi_credits(merchant),
            "campaigns": list(screens.list_campaigns().order_by("-created_at")[:4]),
        }  # fmt: skip
        return render(request, "automations/overview.html", context)


class EditView(View):
    """Settings of one kind. *Preview* shows what the typed settings would do, and saves nothing."""

    verb = "automation.manage"
    kind = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant, now = merchant_of(request), clock.now()
        automation = switching.get_or_new(merchant, self.kind, now=now)
        return self._show(request, self._form(request, automation, now), automation, now)

    def post(self, request: HttpRequest) -> HttpResponse:
        merchant, now = merchant_of(request), clock.now()
        automation = switching.get_or_new(merchant, self.kind, now=now)
        form = self._form(request, automation, now, request.POST)
        if not form.is_valid():
            return self._show(request, form, automation, now, 422)
        tried = previews.with_setting(merchant, self.kind, form.setting(), now=now)
        if request.POST.get("act") == "preview":
            return self._show(request, form, tried, now)
        try:
            saved = switching.edit(
                merchant=merchant, kind=self.kind, setting=form.setting(), actor=actor_of(request), now=now
            )
        except DomainError as error:
            put_errors(form, error)
            return self._show(request, form, tried, now, 422)
        messages.success(request, _t("Saved.") if saved.state != State.PAUSED else _t("Saved. It is still paused."))
        return redirect("automations:overview")

    def _form(self, request: HttpRequest, automation: Automation, now: dt.datetime, data: Any = None) -> AutomationForm:
        return AutomationForm(
            data, automation=automation, merchant=merchant_of(request), site=site_of(request), now=now
        )

    def _show(
        self, request: HttpRequest, form: AutomationForm, automation: Automation, now: dt.datetime, status: int = 200
    ) -> HttpResponse:
        merchant, kind = merchant_of(request), Kind(self.kind)
        preview = previews.of_automation(automation, merchant, now=now)
        period = figures.period_of(request, now=now)
        shown = None if automation._state.adding else _results(automation, period)
        context = {
            "form": form, "kind": kind, "title": kind.label, "text": ABOUT[kind][1], "automation": automation,
            **notices_of(merchant, now=now), "preview": preview,
            "festival_name": preview.festival.festival.name(language()) if preview.festival else "",
            "results": shown, "periods": period.tabs,
            "pause_url": reverse(f"automations:{kind}-pause"), "resume_url": reverse(f"automations:{kind}-resume"),
            # The list goes by what is saved: not by what is only being tried.
            "people_url": reverse(f"automations:{kind}-people") if request.method == "GET" else "",
            "test_url": reverse(f"automations:{kind}-test"), **bubbles_of(automation, merchant, request, now=now),
        }  # fmt: skip
        return render(request, "automations/edit.html", context, status=status)


def _results(automation: Automation, period: figures.Period) -> dict[str, Any]:
    """What came of it in a period: figures, who was left out, how many messages wait in the queue."""
    counts = results.of_automations([automation.id], since=period.since)[automation.id]
    return {
        "figures": figures.of_source(automation.id, counts, first=period.first),
        "left_out": leftouts.of_automation(automation, since=period.since),
        "parked": results.count_parked(automation.id),
    }


class _Act(ActView):
    verb = "automation.manage"
    kind = ""

    def automation(self) -> Automation:
        found: Automation = or_404(screens.get_automation, self.kind)
        return found

    def back(self, **kwargs: Any) -> str:
        return reverse("automations:overview")


class PauseView(_Act):
    done = _("Paused. What waits in the queue waits with it.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        pausing.pause_by_hand(automation=self.automation(), actor=actor_of(request), now=self.now)
        return self.back()


class ResumeView(_Act):
    done = _("It goes on.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        pausing.resume(automation=self.automation(), actor=actor_of(request), now=self.now)
        return self.back()
