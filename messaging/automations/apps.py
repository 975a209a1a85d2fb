"""The wing's app: what answers its events, its place in the merchant area, the words of its states."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AutomationsConfig(AppConfig):
    name = "messaging.automations"
    label = "automations"

    def ready(self) -> None:
        from merchants.services import tags
        from messaging import sources
        from messaging.automations import tasks
        from messaging.automations.queries import sources as own
        from messaging.automations.services import campaigns

        _show()
        sources.register(sources.Owner(own.resting, own.names))
        tags.follow(campaigns.follow_renaming)
        # Loading it registers what answers this wing's events.
        assert tasks.JOB


def _show() -> None:
    from messaging.automations.choices import CampaignState, Outcome, State
    from ui import navigation, states
    from ui.navigation import NavItem
    from ui.states import State as Shown

    group = _("WhatsApp")
    navigation.register(
        "merchant",
        NavItem(_("Automations"), "cake", "automations:overview", "automation.view", 37, group, "a"),
        NavItem(_("Campaigns"), "megaphone", "automations:campaigns", "automation.view", 38, group),
    )
    navigation.register_command(
        "merchant", NavItem(_("Plan a campaign"), "plus", "automations:campaign-new", "automation.manage", 3)
    )
    states.register(
        "automation",
        {
            State.OFF: Shown(State.OFF.label, "neutral", "circle"),
            State.ON: Shown(State.ON.label, "good"),
            State.PAUSED: Shown(State.PAUSED.label, "warning", "circle-pause"),
        },
    )
    states.register(
        "recipient",
        {one: Shown(one.label, "good" if one == Outcome.WILL_GET else "neutral", "") for one in Outcome},
    )
    states.register(
        "campaign",
        {
            CampaignState.DRAFT: Shown(CampaignState.DRAFT.label, "neutral", "pencil"),
            CampaignState.SCHEDULED: Shown(CampaignState.SCHEDULED.label, "info", "calendar-check"),
            CampaignState.RUNNING: Shown(CampaignState.RUNNING.label, "info", "loader"),
            CampaignState.PAUSED: Shown(CampaignState.PAUSED.label, "warning", "circle-pause"),
            CampaignState.DONE: Shown(CampaignState.DONE.label, "good"),
            CampaignState.CANCELLED: Shown(CampaignState.CANCELLED.label, "neutral", "ban"),
        },
    )
