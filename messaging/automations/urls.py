"""Mounted at `merchant/automations/` on every site."""

from __future__ import annotations

from django.urls import path

from messaging.automations.choices import Kind
from messaging.automations.web import automations, bubbles, campaigns, people

app_name = "automations"
urlpatterns = [
    path("", automations.OverviewView.as_view(), name="overview"),
    path("campaigns/", campaigns.CampaignListView.as_view(), name="campaigns"),
    path("campaigns/new/", campaigns.CampaignFormView.as_view(), name="campaign-new"),
    path("campaigns/<uuid:campaign_id>/", campaigns.CampaignView.as_view(), name="campaign"),
    path("campaigns/<uuid:campaign_id>/edit/", campaigns.CampaignFormView.as_view(), name="campaign-edit"),
    path("campaigns/<uuid:campaign_id>/people/", people.PeopleView.as_view(), name="campaign-people"),
    path("campaigns/<uuid:campaign_id>/test/", bubbles.TestView.as_view(), name="campaign-test"),
    path("campaigns/<uuid:campaign_id>/schedule/", campaigns.ScheduleView.as_view(), name="campaign-schedule"),
    path("campaigns/<uuid:campaign_id>/unschedule/", campaigns.UnscheduleView.as_view(), name="campaign-unschedule"),
    path("campaigns/<uuid:campaign_id>/copy/", campaigns.CopyView.as_view(), name="campaign-copy"),
    path("campaigns/<uuid:campaign_id>/pause/", campaigns.PauseView.as_view(), name="campaign-pause"),
    path("campaigns/<uuid:campaign_id>/resume/", campaigns.ResumeView.as_view(), name="campaign-resume"),
    path("campaigns/<uuid:campaign_id>/cancel/", campaigns.CancelView.as_view(), name="campaign-cancel"),
]
for _kind in Kind.values:
    urlpatterns += [
        path(f"{_kind}/", automations.EditView.as_view(kind=_kind), name=_kind),
        path(f"{_kind}/people/", people.PeopleView.as_view(kind=_kind), name=f"{_kind}-people"),
        path(f"{_kind}/test/", bubbles.TestView.as_view(kind=_kind), name=f"{_kind}-test"),
        path(f"{_kind}/pause/", automations.PauseView.as_view(kind=_kind), name=f"{_kind}-pause"),
        path(f"{_kind}/resume/", automations.ResumeView.as_view(kind=_kind), name=f"{_kind}-resume"),
    ]
