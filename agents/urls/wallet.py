"""The agent's prepaid wallet, under the office."""

from django.urls import path

from agents.web import wallet

app_name = "money"
urlpatterns = [
    path("", wallet.WalletPage.as_view(), name="wallet"),
    path("top-up/", wallet.TopUpPage.as_view(), name="top-up"),
    path("transfer/", wallet.TransferPage.as_view(), name="transfer"),
    path("alert/", wallet.AlertPage.as_view(), name="alert"),
    path("top-ups/", wallet.TopUpList.as_view(), name="topups"),
    path("top-ups/<uuid:topup_id>/", wallet.TopUpDetail.as_view(), name="topup"),
    path("top-ups/<uuid:topup_id>/pay/", wallet.TopUpPay.as_view(), name="topup-pay"),
    path("top-ups/<uuid:topup_id>/back/", wallet.TopUpBack.as_view(), name="topup-back"),
    path("top-ups/<uuid:topup_id>/proof/", wallet.TopUpProof.as_view(), name="topup-proof"),
]
