"""Mounted at `statements/` on the console."""

from django.urls import path

from agents.statements.web import lists, pages

app_name = "console-statements"
urlpatterns = [
    path("", lists.ConsoleList.as_view(), name="list"),
    path("run/", pages.ConsoleRun.as_view(), name="run"),
    path("<uuid:statement_id>/", pages.ConsolePage.as_view(), name="page"),
    path("<uuid:statement_id>/en.pdf", pages.ConsoleFile.as_view(), {"language": "en"}, name="en"),
    path("<uuid:statement_id>/ar.pdf", pages.ConsoleFile.as_view(), {"language": "ar"}, name="ar"),
    path("<uuid:statement_id>/again/", pages.ConsoleAgain.as_view(), name="again"),
    path("<uuid:statement_id>/correct/", pages.ConsoleCorrect.as_view(), name="correct"),
]
