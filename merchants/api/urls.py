"""REST API, mounted at `api/v1/` on every site."""

from __future__ import annotations

from django.urls import path, re_path

from merchants.api import views

app_name = "api"
urlpatterns = [
    path("batches", views.BatchListView.as_view(), name="batch-list"),
    path("batches/<str:batch_id>", views.BatchView.as_view(), name="batch"),
    path("coupons/<str:serial>", views.CouponView.as_view(), name="coupon"),
    path("claims", views.ClaimView.as_view(), name="claim"),
    path("redemptions", views.RedemptionListView.as_view(), name="redemption-list"),
    path("redemptions/<str:redemption_id>/undo", views.UndoView.as_view(), name="redemption-undo"),
    path("wallets", views.WalletView.as_view(), name="wallet-list"),
    re_path(r"^(?P<rest>.*)$", views.unknown, name="unknown"),
]
