"""What a surface's shell asks for while it is open; routed under the surface, so that it runs at the surface's level.

Include it once per surface: namespace `office-ui` at `office/ui/`, `merchant-ui` at `merchant/ui/`, and on the console
`console-ui` at `ui/shell/`.
"""

from __future__ import annotations

from django.urls import path

from ui.web import views

app_name = "surface-ui"
urlpatterns = [
    path("palette/", views.palette, name="palette"),
    path("bell/", views.bell, name="bell"),
]
