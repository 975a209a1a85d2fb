"""Mounted at `merchant/statements/` on every site."""

from django.urls import path

from agents.statements.web import lists, pages

app_name = "own-statements"
urlpatterns = [
    path("", lists.OwnList.as_view(), name="list"),
    path("<uuid:statement_id>/", pages.OwnPage.as_view(), name="page"),
    path("<uuid:statement_id>/en.pdf", pages.OwnFile.as_view(), {"language": "en"}, name="en"),
    path("<uuid:statement_id>/ar.pdf", pages.OwnFile.as_view(), {"language": "ar"}, name="ar"),
]
