"""A merchant's buying pages, mounted at `merchant/` on every site."""

from django.urls import path

from agents.purchases.web import shop

app_name = "buy"
urlpatterns = [
    path("buy/", shop.PlanPage.as_view(), name="plan"),
    path("buy/plan/", shop.ChoosePlan.as_view(), name="choose-plan"),
    path("buy/<uuid:item_id>/", shop.Order.as_view(), name="order"),
    path("purchases/", shop.PurchaseList.as_view(), name="purchases"),
    path("purchases/<uuid:purchase_id>/", shop.PurchasePage.as_view(), name="purchase"),
    path("purchases/<uuid:purchase_id>/pay/", shop.Pay.as_view(), name="pay"),
    path("purchases/<uuid:purchase_id>/back/", shop.Back.as_view(), name="back"),
    path("purchases/<uuid:purchase_id>/status/", shop.Status.as_view(), name="status"),
    path("purchases/<uuid:purchase_id>/cancel/", shop.Cancel.as_view(), name="cancel"),
    path("purchases/<uuid:purchase_id>/papers/<uuid:paper_id>.pdf", shop.PaperFile.as_view(), name="paper"),
]
