"""The console's own pages."""

from django.conf import settings
from django.urls import path

from agents.web import people
from console.web import (
    agents,
    dashboard,
    library,
    lists,
    mailbox,
    main_site,
    merchants,
    priceforms,
    prices,
    usage,
    wallets,
)

app_name = "console"
urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="dashboard"),
    path("agents/", agents.AgentList.as_view(), name="agents"),
    path("agents/new/", agents.CreateAgent.as_view(), name="agent-create"),
    path("agents/<uuid:agent_id>/", agents.AgentPage.as_view(), name="agent"),
    path("agents/<uuid:agent_id>/status/", agents.AgentStatus.as_view(), name="agent-status"),
    path("agents/<uuid:agent_id>/edit/", agents.EditAgent.as_view(), name="agent-edit"),
    path("agents/<uuid:agent_id>/suspend/", agents.Suspend.as_view(), name="agent-suspend"),
    path("agents/<uuid:agent_id>/reopen/", agents.Reopen.as_view(), name="agent-reopen"),
    path("agents/<uuid:agent_id>/again/", agents.MakeAgain.as_view(), name="agent-again"),
    path("merchants/", merchants.MerchantList.as_view(), name="merchants"),
    path("merchants/<uuid:merchant_id>/", merchants.MerchantPage.as_view(), name="merchant"),
    path("merchants/<uuid:merchant_id>/grant/", merchants.Grant.as_view(), name="merchant-grant"),
    path("merchants/<uuid:merchant_id>/adjust/", merchants.Adjust.as_view(), name="merchant-adjust"),
    path("merchants/<uuid:merchant_id>/ledger/<str:unit>/", merchants.MerchantLedger.as_view(), name="merchant-ledger"),
    path("library/", library.LibraryList.as_view(), name="library"),
    path("library/new/", library.AddTemplate.as_view(), name="template-add"),
    path("library/<uuid:template_id>/", library.TemplatePage.as_view(), name="template"),
    path("library/<uuid:template_id>/edit/", library.EditTemplate.as_view(), name="template-edit"),
    path("library/<uuid:template_id>/enable/", library.Enable.as_view(), name="template-enable"),
    path("library/<uuid:template_id>/disable/", library.Disable.as_view(), name="template-disable"),
    path("library/<uuid:template_id>/picture/", library.Picture.as_view(), name="template-picture"),
    path("prices/", prices.PriceList.as_view(), name="prices"),
    path("prices/history/", prices.PriceHistory.as_view(), name="price-history"),
    path("prices/items/", prices.ItemList.as_view(), name="price-items"),
    path("prices/items/new/", priceforms.AddItem.as_view(), name="price-item-add"),
    path("prices/items/<uuid:item_id>/", prices.ItemPage.as_view(), name="price-item"),
    path("prices/items/<uuid:item_id>/edit/", priceforms.EditItem.as_view(), name="price-item-edit"),
    path("prices/items/<uuid:item_id>/enable/", prices.Enable.as_view(), name="price-item-enable"),
    path("prices/items/<uuid:item_id>/disable/", prices.Disable.as_view(), name="price-item-disable"),
    path("prices/items/<uuid:item_id>/set/", priceforms.SetPrice.as_view(), name="price-set"),
    path("prices/items/<uuid:item_id>/set/preview/", priceforms.Preview.as_view(), name="price-preview"),
    path("prices/items/<uuid:item_id>/withdraw/", prices.Withdraw.as_view(), name="price-withdraw"),
    path("wallets/", wallets.WalletList.as_view(), name="wallets"),
    path("wallets/<uuid:agent_id>/", wallets.AgentWallet.as_view(), name="agent-wallet"),
    path("wallets/<uuid:agent_id>/adjust/", wallets.Adjust.as_view(), name="wallet-adjust"),
    path("wallets/<uuid:agent_id>/transfer/", wallets.RecordTransfer.as_view(), name="wallet-record"),
    path("top-ups/", wallets.TopUpList.as_view(), name="topups"),
    path("top-ups/<uuid:topup_id>/", wallets.TopUpPage.as_view(), name="topup"),
    path("top-ups/<uuid:topup_id>/confirm/", wallets.Confirm.as_view(), name="topup-confirm"),
    path("top-ups/<uuid:topup_id>/reject/", wallets.Reject.as_view(), name="topup-reject"),
    path("top-ups/<uuid:topup_id>/proof/", wallets.Proof.as_view(), name="topup-proof"),
    path("usage/", usage.UsageList.as_view(), name="usage"),
    path("usage/cities/", usage.CityList.as_view(), name="usage-cities"),
    path("lists/", lists.EntryList.as_view(), name="lists"),
    path("lists/new/", lists.AddEntry.as_view(), name="list-add"),
    path("lists/<uuid:entry_id>/", lists.EditEntry.as_view(), name="list-edit"),
    path("staff/<uuid:user_id>/care/", people.EditCare.as_view(), name="edit-care"),
    path("main/", main_site.Enter.as_view(), name="enter-main"),
]
if settings.DEMO:
    urlpatterns += [
        path("mailbox/", mailbox.Mailbox.as_view(), name="mailbox"),
        path("mailbox/<str:name>/", mailbox.Mail.as_view(), name="mail"),
    ]
