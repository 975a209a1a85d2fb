"""The first page of the merchant area."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from credits.queries import balances
from kernel import clock
from merchants import notices, words
from merchants.queries import dashboard as read
from merchants.services.plans import last_moment
from merchants.web.base import language, merchant_of, site_of

KEPT_SECONDS = 60


class DashboardView(View):
    verb = "area.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        merchant, site, now = merchant_of(request), site_of(request), clock.now()
        key = f"merchant-figures:{merchant.id.hex}"
        figures = cache.get(key)
        if figures is None:
            figures = (now, read.figures(now=now, zone=merchant.time_zone))
            cache.set(key, figures, KEPT_SECONDS)
        begun = read.start(merchant)
        context = {
            "merchant": merchant, "title": merchant.name(language()), "notices": notices.of(request, merchant, now),
            "balance": balances.of_merchant(merchant.id),
            "as_of": figures[0], "figures": figures[1], "start": begun, "steps": _steps(begun),
            "running": [
                (batch, batch.title(language()), words.offer(batch, site.currency), last_moment(batch.claim_until))
                for batch in read.list_running(now=now)
            ],
            "taken_url": f"{reverse('merchants:coupon-list')}?taken_at=30d",
            "redeemed_url": f"{reverse('merchants:coupon-list')}?redeemed_at=30d",
            "customers_url": f"{reverse('merchants:customer-list')}?first=30d",
            "store_url": f"/s/{merchant.slug}",
        }  # fmt: skip
        return render(request, "merchants/dashboard.html", context)


def _steps(begun: read.Start) -> list[tuple[bool, str, str, str]]:
    return [
        (begun.profile, _("Add your logo and a few words"), _("They stand on your store's page and posters."),
         reverse("merchants:profile")),
        (begun.branch, _("Add your first branch"), _("Cashiers and devices belong to a branch."),
         reverse("merchants:branch-create")),
        (begun.template, _("Upload a template"), _("Your picture, with serial and code placed on it."),
         reverse("merchants:template-create")),
        (begun.credits, _("Get coupon credits"), _("One for each coupon. Choose your plan, then a package."),
         reverse("buy:plan")),
        (begun.batch, _("Generate your first batch"), _("You see the finished coupon before it costs anything."),
         reverse("merchants:batch-create")),
    ]  # fmt: skip
