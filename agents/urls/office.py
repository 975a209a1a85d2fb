"""The back office's own pages."""

from django.urls import path

from agents.web import dashboard, merchants, prices

app_name = "office"
urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="dashboard"),
    path("prices/", prices.PriceBook.as_view(), name="prices"),
    path("merchants/", merchants.MerchantList.as_view(), name="merchants"),
    path("merchants/new/", merchants.CreateMerchant.as_view(), name="merchant-create"),
    path("merchants/<uuid:merchant_id>/", merchants.MerchantPage.as_view(), name="merchant"),
    path("merchants/<uuid:merchant_id>/edit/", merchants.EditMerchant.as_view(), name="merchant-edit"),
    path("merchants/<uuid:merchant_id>/suspend/", merchants.Suspend.as_view(), name="merchant-suspend"),
    path("merchants/<uuid:merchant_id>/archive/", merchants.Archive.as_view(), name="merchant-archive"),
    path("merchants/<uuid:merchant_id>/reopen/", merchants.Reopen.as_view(), name="merchant-reopen"),
    path(
        "merchants/<uuid:merchant_id>/invitations/<uuid:invitation_id>/resend/",
        merchants.ResendOwner.as_view(),
        name="merchant-resend",
    ),
    path("merchants/<uuid:merchant_id>/ledger/<str:unit>/", merchants.MerchantLedger.as_view(), name="merchant-ledger"),
]
