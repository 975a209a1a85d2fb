"""Addresses for the tests of the sidebar."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("office/", page, name="start"),
    path("office/people/", page, name="people"),
    path("office/coupons/", page, name="coupons"),
    path("office/money/", page, name="money"),
]
