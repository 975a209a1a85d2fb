"""The payments page: under /office/payments/ on a site, under /payments/ on the console."""

from django.urls import path

from agents.payments.web import pages

app_name = "payments"
urlpatterns = [
    path("", pages.PaymentsPage.as_view(), name="page"),
    path("keys/", pages.SaveKeys.as_view(), name="keys"),
    path("check/", pages.CheckKeys.as_view(), name="check"),
    path("remove/", pages.RemoveKeys.as_view(), name="remove"),
    path("messages/", pages.EventList.as_view(), name="events"),
]
