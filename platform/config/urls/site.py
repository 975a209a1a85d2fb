"""URLs of a site."""

from django.urls import include, path

from merchants.api.schema import DocsView, SchemaView

handler400 = "ui.web.errors.bad_request"
handler403 = "ui.web.errors.permission_denied"
handler404 = "ui.web.errors.not_found"
handler500 = "ui.web.errors.server_error"

urlpatterns = [
    path("account/", include("accounts.urls")),
    path("ui/", include("ui.urls")),
    path("office/ui/", include("ui.surface_urls", namespace="office-ui")),
    path("office/", include("agents.urls.office")),
    path("office/", include("agents.urls.people")),
    path("office/", include("agents.urls.sitepages")),
    path("office/", include("agents.purchases.urls.office")),
    path("office/wallet/", include("agents.urls.wallet")),
    path("office/statements/", include("agents.statements.urls.office")),
    path("office/payments/", include("agents.payments.urls.pages")),
    path("merchant/ui/", include("ui.surface_urls", namespace="merchant-ui")),
    path("merchant/", include("merchants.urls")),
    path("merchant/", include("agents.purchases.urls.shop")),
    path("merchant/", include("messaging.urls.own")),
    path("office/messages/", include("messaging.urls.office")),
    path("merchant/statements/", include("agents.statements.urls.own")),
    path("merchant/automations/", include("messaging.automations.urls")),
    path("merchant/consent/", include("messaging.consent.urls")),
    path("merchant/", include("storefront.wheel.urls")),
    path("join/", include("agents.urls.join")),
    path("", include("agents.urls.public")),
    path("", include("agents.payments.urls.webhook")),
    path("redeem/", include("merchants.urls_redeem")),
    path("api/v1/", include("merchants.api.urls")),
    path("api/schema/", SchemaView.as_view(), name="api-schema"),
    path("api/docs/", DocsView.as_view(), name="api-docs"),
    path("", include("storefront.urls")),
]
