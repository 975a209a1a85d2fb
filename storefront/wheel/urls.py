"""The merchant's pages of its wheel, mounted at `merchant/` on every site."""

from django.urls import path

from storefront.wheel.web import desk, editor

app_name = "wheel"
urlpatterns = [
    path("wheel/", desk.Overview.as_view(), name="overview"),
    path("wheel/switch/", desk.Switch.as_view(), name="switch"),
    path("wheel/edit/", editor.Editor.as_view(), name="edit"),
    path("wheel/preview/", editor.Preview.as_view(), name="preview"),
    path("wheel/versions/", desk.Versions.as_view(), name="versions"),
    path("wheel/spins/", desk.SpinList.as_view(), name="spins"),
]
