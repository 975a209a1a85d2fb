"""All messages of a site, under /office/messages/."""

from django.urls import path

from messaging.web import log

app_name = "site-messages"
urlpatterns = [
    path("", log.SiteMessageList.as_view(), name="list"),
    path("<uuid:message_id>/", log.SiteMessagePage.as_view(), name="message"),
    path("<uuid:message_id>/settle/", log.SiteSettle.as_view(), name="settle"),
]
