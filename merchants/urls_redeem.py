"""The redeem screen, mounted at `redeem/` on every site."""

from __future__ import annotations

from django.urls import path

from merchants.web import redeem, redemptions, shift

app_name = "redeem"
urlpatterns = [
    path("", redeem.ScanView.as_view(), name="scan"),
    path("answer/<uuid:nonce>/", redeem.AnswerView.as_view(), name="answer"),
    path("branch/", redeem.BranchView.as_view(), name="branch"),
    path("undo/<uuid:redemption_id>/", redeem.UndoView.as_view(), name="undo"),
    path("history/", redemptions.RedemptionListView.as_view(), name="history"),
    path("pair/", shift.PairView.as_view(), name="pair"),
    path("sign-in/", shift.SignInView.as_view(), name="sign-in"),
    path("sign-out/", shift.SignOutView.as_view(), name="sign-out"),
]
