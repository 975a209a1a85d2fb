"""Brand, legal pages, lists and domains of a site: under /office/, and on the console under an agent."""

from django.urls import path

from agents.web import domains
from agents.web import sitepages as pages

app_name = "site"
urlpatterns = [
    path("brand/", pages.Brand.as_view(), name="brand"),
    path("brand/preview/", pages.BrandPreview.as_view(), name="brand-preview"),
    path("brand/preview.css", pages.BrandPreviewCss.as_view(), name="brand-preview-css"),
    path("brand/picture/<str:name>", pages.Picture.as_view(), name="picture"),
    path("legal/", pages.Legal.as_view(), name="legal"),
    path("lists/", pages.Lists.as_view(), name="lists"),
    path("domains/", domains.Domains.as_view(), name="domains"),
    path("domains/add/", domains.AddDomain.as_view(), name="domain-add"),
    path("domains/<uuid:domain_id>/verify/", domains.VerifyDomain.as_view(), name="domain-verify"),
    path("domains/<uuid:domain_id>/primary/", domains.MakePrimary.as_view(), name="domain-primary"),
    path("domains/<uuid:domain_id>/release/", domains.ReleaseDomain.as_view(), name="domain-release"),
    path("domains/<uuid:domain_id>/check/", domains.CheckDomain.as_view(), name="domain-check"),
]
