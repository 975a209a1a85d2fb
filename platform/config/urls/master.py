"""URLs of the console."""

from django.urls import include, path

from agents.web import public

handler400 = "ui.web.errors.bad_request"
handler403 = "ui.web.errors.permission_denied"
handler404 = "ui.web.errors.not_found"
handler500 = "ui.web.errors.server_error"

urlpatterns = [
    path("account/", include("accounts.urls")),
    path("ui/", include("ui.urls")),
    path("ui/shell/", include("ui.surface_urls", namespace="console-ui")),
    path("brand.css", public.brand_css, name="brand-css"),
    path("brand/<str:name>", public.brand_picture, name="brand-picture"),
    path("", include("agents.urls.people")),
    path("", include("agents.payments.urls.webhook")),
    path("payments/", include("agents.payments.urls.pages")),
    path("statements/", include("agents.statements.urls.console")),
    path("whatsapp/", include("messaging.meta.urls")),
    path("", include("console.urls")),
    path("agents/<uuid:agent_id>/", include("agents.urls.sitepages")),
]
