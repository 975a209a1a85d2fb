"""Campaigns: list, form with the segment, preview, results, and what can be done with one."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views import View

from kernel import clock
from merchants import words
from merchants.models import Batch, Merchant
from merchants.queries.tags import list_tags
from merchants.web.base import ActView, FormView, actor_of, language, merchant_of, or_404, site_of
from messaging.automations.choices import OPEN, CampaignState, PauseReason
from messaging.automations.models import Campaign
from messaging.automations.queries import leftouts, screens
from messaging.automations.segments import Segment
from messaging.automations.services import campaigns, pausing, previews
from messaging.automations.services.pausing import CannotPause
from messaging.automations.web import figures
from messaging.automations.web.automations import is_temporary, notices_of
from messaging.automations.web.bubbles import bubbles_of
from messaging.automations.web.forms import CampaignForm
from messaging.queries import results
from tenants.queries import lists
from ui.clock import day_and_time
from ui.lists import NUMBER, WHEN, Action, Choice, Column, DateRange, Empty, ListView, StateKind


def begins(row: Campaign) -> str:
    """When it begins by the merchant's clock, in which it was typed; the page's may be another."""
    if row.scheduled_at is None:
        return ""
    return day_and_time(row.scheduled_at.astimezone(ZoneInfo(row.merchant.time_zone)))


class CampaignListView(ListView):
    verb = "automation.view"
    name = "campaigns"
    title = _("Campaigns")
    list_subtitle = _("One message with a coupon to customers who agreed, at a time that you choose.")
    columns = (
        Column("name", _("Name"), sort="name", primary=True),
        Column("state", _("State"), kind=StateKind("campaign"), sort="state"),
        Column("batch", _("Batch"), value=lambda row: row.batch.title(language())),
        Column("begins", _("Begins"), value=lambda row: begins(row)),
        Column("total", _("Recipients"), kind=NUMBER, sort="total"),
        Column("opened", _("Queued"), kind=NUMBER, sort="opened"),
        Column("created", _("Made"), value="created_at", kind=WHEN, sort="created_at", hidden=True),
    )
    search_fields = ("name",)
    filters = (
        Choice("state", _("State"), choices=CampaignState.choices),
        DateRange("created", _("Made"), field="created_at"),
    )
    default_sort = "-created"
    empty = Empty(
        _("No campaigns yet"), _("Write to many at once, for instance to those who have not been here for a month."),
        icon="megaphone", url_name="automations:campaign-new", label=_("Plan a campaign"),
    )  # fmt: skip

    def get_queryset(self) -> QuerySet[Campaign]:
        return screens.list_campaigns()

    def row_url(self, row: Campaign) -> str:
        return reverse("automations:campaign", args=[row.id])

    def actions(self) -> list[Action]:
        if not actor_of(self.request).can("automation.manage") or is_temporary(merchant_of(self.request)):
            return []
        return [Action(_("Plan a campaign"), reverse("automations:campaign-new"), icon="plus")]


class CampaignView(View):
    """One campaign: who gets it, what became of it."""

    verb = "automation.view"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        row: Campaign = or_404(screens.get_campaign, kwargs["campaign_id"])
        merchant, now = merchant_of(request), clock.now()
        before = row.started_at is None and row.state in {CampaignState.DRAFT, *OPEN}
        lost = lost_tags(row.wanted, merchant) if before else []
        counts = results.of_automations([row.id])[row.id]
        under_way = row.state == CampaignState.RUNNING and row.opened < row.total
        context = {
            "row": row, "begins": begins(row), "zone": merchant.time_zone, "batch_title": row.batch.title(language()),
            **notices_of(merchant, now=now),
            "forecast": None if before else previews.left_of_campaign(row, merchant, now=now),
            "results": None if before else {
                "figures": figures.of_source(row.id, counts), "left_out": leftouts.of_campaign(row),
                "parked": counts.parked, "taken_back": counts.taken_back,
            },
            "parked": counts.parked, "is_open": row.state in OPEN,
            "can_unschedule": row.state in OPEN and row.started_at is None,
            "can_pause": row.state in {CampaignState.SCHEDULED, CampaignState.RUNNING},
            "preview": previews.of_campaign(row, row.wanted, merchant, now=now) if before else None,
            "segment": words_of(row.wanted), "may": actor_of(request).can("automation.manage"),
            "lost": lost, "lost_words": _t(", ").join(lost),
            "job_url": reverse("merchants:job", args=[row.job_id]) if under_way and screens.is_at_work(row) else "",
            "under_way": under_way,
            "quiet_until": screens.quiet_until(row, now=now), "quiet_hours": quiet_words(row),
            "test_url": reverse("automations:campaign-test", args=[row.id]),
            "people_url": reverse("automations:campaign-people", args=[row.id]),
            **bubbles_of(row, merchant, request, now=now),
            "crumbs": [(_t("Campaigns"), reverse("automations:campaigns")), (row.name, "")],
        }  # fmt: skip
        return render(request, "automations/campaign.html", context)


def quiet_words(row: Campaign) -> str:
    """Its quiet hours: `21:00 – 09:00`."""
    if row.quiet_from == row.quiet_to:
        return _t("Never")
    return words.hours(row.quiet_from * 60, row.quiet_to * 60)


def lost_tags(wanted: Segment, merchant: Merchant) -> list[str]:
    """The tags of a segment that nobody carries any more."""
    carried = {tag.key for tag in list_tags(merchant.id)} if wanted.tags else set()
    return [tag for tag, key in zip(wanted.tags, wanted.tag_keys, strict=True) if key not in carried]


def words_of(wanted: Segment) -> list[tuple[str, str]]:
    """A segment as label and value pairs."""
    titles = {
        str(row.id): row.title(language())
        for row in Batch.objects.filter(id__in=[key for key in (wanted.claimed, wanted.redeemed) if key])
    }
    cities = lists.names("city", wanted.cities, language())
    said = [
        (_t("City"), _t(", ").join(cities.get(code, code) for code in wanted.cities)),
        (_t("One of the tags"), _t(", ").join(wanted.tags)),
        (_t("Last visit within so many days"), str(wanted.seen_within or "")),
        (_t("No visit for so many days"), str(wanted.away_for or "")),
        (_t("Took a coupon of"), titles.get(wanted.claimed, "")),
        (_t("Used a coupon of"), titles.get(wanted.redeemed, "")),
        (_t("Language"), {"en": _t("English"), "ar": _t("Arabic")}.get(wanted.language, "")),
    ]
    return [(label, value) for label, value in said if value] or [(_t("Everybody"), _t("who agreed to your messages"))]


class CampaignFormView(FormView):
    """A draft, new or changed. Nothing is sent before it is scheduled, on the page that shows who gets it."""

    verb = "automation.manage"
    template_name = "automations/campaign_form.html"
    title = _("Plan a campaign")
    submit_label = _("Save and preview")

    def _campaign(self) -> Campaign | None:
        key = self.kwargs.get("campaign_id")
        return or_404(screens.get_campaign, key) if key else None

    def form(self, data: Any = None, files: Any = None) -> CampaignForm:
        return CampaignForm(
            data, campaign=self._campaign(), merchant=merchant_of(self.request), site=site_of(self.request),
            now=clock.now(),
        )  # fmt: skip

    def cancel_url(self) -> str:
        key = self.kwargs.get("campaign_id")
        return reverse("automations:campaign", args=[key]) if key else reverse("automations:campaigns")

    def extra(self) -> dict[str, Any]:
        return {"temporary": is_temporary(merchant_of(self.request)), "zone": merchant_of(self.request).time_zone}

    def save(self, form: Any) -> str:
        saved = campaigns.save(
            merchant=merchant_of(self.request), plan=form.plan(), actor=actor_of(self.request), now=clock.now(),
            campaign_id=self.kwargs.get("campaign_id"),
        )  # fmt: skip
        return reverse("automations:campaign", args=[saved.id])


class _OnCampaign(ActView):
    verb = "automation.manage"

    def back(self, **kwargs: Any) -> str:
        return reverse("automations:campaign", args=[kwargs["campaign_id"]])

    def campaign(self) -> Campaign:
        found: Campaign = or_404(screens.get_campaign, self.kwargs["campaign_id"])
        return found


class ScheduleView(_OnCampaign):
    done = _("Scheduled.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        campaigns.schedule(
            merchant=merchant_of(request), campaign_id=self.campaign().id, actor=actor_of(request), now=self.now
        )
        return self.back(**kwargs)


class UnscheduleView(_OnCampaign):
    done = _("It is a draft again.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        campaigns.unschedule(
            merchant=merchant_of(request), campaign_id=self.campaign().id, actor=actor_of(request), now=self.now
        )
        return self.back(**kwargs)


class CopyView(_OnCampaign):
    done = _("Copied into a new draft.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        made = campaigns.copy(
            merchant=merchant_of(request), campaign_id=self.campaign().id, actor=actor_of(request), now=self.now
        )
        return reverse("automations:campaign-edit", args=[made.id])


class CancelView(_OnCampaign):
    done = _("Cancelled. What waits in the queue is taken back.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        campaigns.cancel(
            merchant=merchant_of(request), campaign_id=self.campaign().id, actor=actor_of(request), now=self.now
        )
        return self.back(**kwargs)


class PauseView(_OnCampaign):
    done = _("Paused. What waits in the queue waits with it.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        if not pausing.pause_campaign(self.campaign(), PauseReason.BY_HAND, actor=actor_of(request), now=self.now):
            raise CannotPause(_t("It is not running."))
        return self.back(**kwargs)


class ResumeView(_OnCampaign):
    done = _("It goes on.")

    def act(self, request: HttpRequest, **kwargs: Any) -> str:
        pausing.resume_campaign(campaign=self.campaign(), actor=actor_of(request), now=self.now)
        return self.back(**kwargs)
