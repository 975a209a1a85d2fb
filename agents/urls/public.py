"""The brand and the legal pages, for everybody."""

from django.urls import path

from agents.web import public

urlpatterns = [
    path("brand.css", public.brand_css, name="brand-css"),
    path("brand/<str:name>", public.brand_picture, name="brand-picture"),
    path("terms/", public.legal, {"kind": "terms"}, name="legal-terms"),
    path("privacy/", public.legal, {"kind": "privacy"}, name="legal-privacy"),
    path(".well-known/site-reach.txt", public.reach, name="site-reach"),
]
