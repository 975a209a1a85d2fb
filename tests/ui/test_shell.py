"""The shell: what it offers to whom, and that it stands where there is nothing to stand on."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import translation

from kernel.errors import NotAllowed
from ui import errors, jobs, navigation
from ui.components import Hit
from ui.context import Shell
from ui.navigation import NavItem
from ui.web import errors as pages
from ui.web import views


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """Registrations of a test stay in it."""
    for store in ("_items", "_commands", "_searches"):
        monkeypatch.setattr(navigation, store, {surface: [] for surface in navigation.SURFACES})
    monkeypatch.setattr(navigation, "_switchers", {})
    monkeypatch.setattr(jobs, "_bells", [])


@pytest.fixture
def routed(settings):
    settings.ROOT_URLCONF = "tests.ui.routes"


def links(request, surface="office"):
    return [(group, [link.label for link in found]) for group, found in navigation.groups(request, surface)]


def test_the_sidebar_shows_what_one_may_do_in_its_order(make_request, person, routed):
    navigation.register(
        "office",
        NavItem("Wallets", "wallet", "money", verb="ledger.view", order=30, group="Money"),
        NavItem("Merchants", "store", "people", verb="merchant.view", order=10, group="Work"),
        NavItem("Coupons", "ticket", "coupons", order=20, group="Work"),
        NavItem("Elsewhere", "map", "not-on-this-host", order=5),
    )
    person.forbidden = frozenset({"ledger.view"})

    assert links(make_request()) == [("Work", ["Merchants", "Coupons"])]


def test_the_deepest_entry_over_a_page_is_the_current_one(make_request, routed):
    navigation.register("office", NavItem("Start", "house", "start"), NavItem("Merchants", "store", "people"))

    (_group, found), = navigation.groups(make_request("/office/people/42/"), "office")

    assert [(link.label, link.current) for link in found] == [("Start", False), ("Merchants", True)]


def test_an_entry_is_registered_once_however_often_it_is_said(make_request, routed):
    for _ in range(3):
        navigation.register("office", NavItem("Merchants", "store", "people"))

    assert links(make_request()) == [("", ["Merchants"])]


@pytest.mark.parametrize(
    ("kind", "path", "surface"),
    [("master", "/agents/", "console"), ("site", "/office/x/", "office"), ("site", "/merchant/", "merchant"),
     ("site", "/redeem/", "merchant"), ("site", "/", ""), ("site", "/c/2345/", "")],
)  # fmt: skip
def test_a_path_belongs_to_a_surface(kind, path, surface):
    request = RequestFactory().get(path)
    request.site = SimpleNamespace(type=kind)

    assert navigation.surface_of(request) == surface


def test_the_palette_asks_the_searches_of_its_surface(make_request):
    navigation.register_search("office", lambda request, text: [Hit(f"Merchant {text}", "/office/people/1/", hint="Riyadh")])
    navigation.register_search("merchant", lambda request, text: [Hit("Not here", "/")])

    answer = views.palette(make_request("/office/ui/palette/", q=" noor "))

    assert answer.content.decode() == (
        '{"hits": [{"label": "Merchant noor", "url": "/office/people/1/", "hint": "Riyadh", "icon": "arrow-right"}]}'
    )


def test_the_bell_counts_what_is_running(make_request):
    jobs.register_bell(
        lambda request: [
            SimpleNamespace(title="PDF", state="running", percent=40, url="/job/1/"),
            SimpleNamespace(title="CSV", state="done", percent=100, url="/job/2/"),
        ]
    )

    html = views.bell(make_request("/office/ui/bell/")).content.decode()

    assert "Jobs: 1 running" in html
    assert 'href="/job/1/"' in html


def test_there_is_nothing_to_switch_to_for_one(make_request):
    navigation.register_switcher("office", lambda request: [SimpleNamespace(label="Only", current=True)])

    assert Shell(make_request()).switches == []


def test_the_chosen_language_is_kept_and_one_goes_back():
    request = RequestFactory().post("/ui/language/", {"language": "ar", "next": "/office/?q=1"})

    answer = views.language(request)

    assert answer.headers["Location"] == "/office/?q=1"
    assert answer.cookies["language"].value == "ar"
    assert answer.cookies["language"]["httponly"]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_language_switch_leads_nowhere_else(target):
    answer = views.language(RequestFactory().post("/ui/language/", {"language": "ar", "next": target}))

    assert answer.headers["Location"] == "/"


def test_an_unknown_language_is_not_kept():
    assert "language" not in views.language(RequestFactory().post("/ui/language/", {"language": "xx"})).cookies


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("bare", [True, False])
def test_error_pages_stand_with_and_without_a_site(language, bare, make_request):
    request = RequestFactory().get("/nowhere/") if bare else make_request("/nowhere/")
    with translation.override(language):
        answers = {
            400: pages.bad_request(request),
            403: pages.permission_denied(request, PermissionDenied("batch.view")),
            404: pages.not_found(request),
            500: pages.server_error(request),
            503: pages.suspended(request),
        }

    for status, answer in answers.items():
        html = answer.content.decode()
        assert answer.status_code == status
        assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html
        assert "Couponry" not in html


def test_a_403_says_what_is_missing_and_who_can_give_it():
    errors.describe_verbs({"guide.dance": "dance"}, who="the owner of the shop")
    request = RequestFactory().get("/office/")

    for error in (PermissionDenied("guide.dance"), NotAllowed("No.", verb="guide.dance")):
        html = pages.permission_denied(request, error).content.decode()
        assert "Your account lacks the permission to dance." in html
        assert "Ask the owner of the shop to give it to you." in html
        assert "guide.dance" in html


def test_a_403_without_a_verb_does_not_show_its_reason_as_a_permission():
    html = pages.permission_denied(RequestFactory().get("/"), PermissionDenied("for some long reason")).content.decode()

    assert "some long reason" not in html


def test_a_500_touches_no_context_processor_and_no_database(monkeypatch):
    monkeypatch.setattr("ui.context.shell", None)

    assert "Something broke on our side" in pages.server_error(RequestFactory().get("/")).content.decode()


def test_htmx_gets_a_sentence_and_not_a_page():
    answer = pages.not_found(RequestFactory(headers={"HX-Request": "true"}).get("/"))

    assert answer.content.decode() == "Nothing is here"
