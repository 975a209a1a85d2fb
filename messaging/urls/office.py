"""All messages of a site, under /office/messages/."""

from django.urls import path

from messaging.web import log, months

app_name = "site-messages"
urlpatterns = [
    path("merchants/", months.MerchantMonthList.as_view(), name="merchants"),
    path("", log.SiteMessageList.as_view(), name="list"),
    path("<uuid:message_id>/", log.SiteMessagePage.as_view(), name="message"),
    path("<uuid:message_id>/settle/", log.SiteSettle.as_view(), name="settle"),
]
