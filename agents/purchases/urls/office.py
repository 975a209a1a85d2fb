"""Sales and earnings, under the office."""

from django.urls import path

from agents.purchases.web import office

app_name = "sales"
urlpatterns = [
    path("sales/", office.SaleList.as_view(), name="list"),
    path("sales/<uuid:purchase_id>/", office.SalePage.as_view(), name="sale"),
    path("sales/<uuid:purchase_id>/refund/", office.Refund.as_view(), name="refund"),
    path("sales/<uuid:purchase_id>/looked-at/", office.LookedAt.as_view(), name="looked-at"),
    path("sales/<uuid:purchase_id>/proof/", office.SaleProof.as_view(), name="proof"),
    path("sales/<uuid:purchase_id>/papers/<uuid:paper_id>.pdf", office.SalePaper.as_view(), name="paper"),
    path("merchants/<uuid:merchant_id>/sell/", office.RecordSale.as_view(), name="record"),
    path("earnings/", office.Earnings.as_view(), name="earnings"),
    path("invoices/", office.Billing.as_view(), name="billing"),
]
