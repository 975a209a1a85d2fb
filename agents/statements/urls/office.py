"""Mounted at `office/statements/` on every site."""

from django.urls import path

from agents.statements.web import lists, pages

app_name = "office-statements"
urlpatterns = [
    path("", lists.OfficeList.as_view(), name="list"),
    path("run/", pages.OfficeRun.as_view(), name="run"),
    path("<uuid:statement_id>/", pages.OfficePage.as_view(), name="page"),
    path("<uuid:statement_id>/en.pdf", pages.OfficeFile.as_view(), {"language": "en"}, name="en"),
    path("<uuid:statement_id>/ar.pdf", pages.OfficeFile.as_view(), {"language": "ar"}, name="ar"),
    path("<uuid:statement_id>/again/", pages.OfficeAgain.as_view(), name="again"),
    path("<uuid:statement_id>/correct/", pages.OfficeCorrect.as_view(), name="correct"),
]
