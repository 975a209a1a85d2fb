"""The list component, over the one table of the shell itself."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ui.lists import (
    WHEN,
    Boolean,
    Bulk,
    BulkInput,
    BulkResult,
    Choice,
    Column,
    DateRange,
    Empty,
    ListView,
    MenuItem,
    paging,
)
from ui.models import SavedView
from ui.services import savedviews

START = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.usefixtures("in_ada_site")


def rename_all(view: ListView, rows: Any, request: Any) -> BulkResult:
    return BulkResult(rows.update(query="touched=1"), undo_url="/undo/")


class ViewList(ListView):
    name = "views"
    title = "Views"
    columns = [
        Column("name", "Name", sort="name", primary=True),
        Column("page", "Page", sort="page"),
        Column("merchant", "Merchant", value="merchant_id", sort="merchant_id", sort_nullable=True, hidden=True),
        Column("created", "Made", value="created_at", kind=WHEN, sort="created_at"),
    ]
    search_fields = ["name"]
    filters = [
        Choice("page", "Page", choices=[("a", "List a"), ("b", "List b")]),
        Boolean("owned", "Of a merchant", apply=lambda rows, yes: rows.filter(merchant_id__isnull=not yes)),
        DateRange("made", "Made", field="created_at"),
    ]
    default_sort = "-created"
    sizes = (3, 50)
    count_cap = 5
    empty = Empty("No views yet", "They keep a list as you like it.")
    bulk_actions = [Bulk("touch", "Touch", rename_all, verb="view.touch", confirm="Sure?")]

    def get_queryset(self) -> Any:
        return SavedView.objects.all()

    def row_url(self, row: SavedView) -> str:
        return f"/views/{row.id}/"

    def row_menu(self, row: SavedView) -> list[MenuItem]:
        return [MenuItem("Drop", f"/views/{row.id}/drop/", method="post", confirm="Really?")]


@pytest.fixture
def rows() -> list[SavedView]:
    owner = uuid.uuid4()
    return SavedView.objects.bulk_create(
        SavedView(
            user_id=owner, page="ab"[n % 2], name=f"view {n:02d}", created_at=START + dt.timedelta(days=n // 3),
            merchant_id=uuid.UUID(int=n) if n % 4 == 0 else None,
        )
        for n in range(10)
    )  # fmt: skip


def names(response: Any) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>([^<]+)<', response.content.decode())


def show(make_request: Any, **data: Any) -> Any:
    return ViewList.as_view()(make_request("/office/views/", **data))


def link(response: Any, rel: str) -> dict[str, str]:
    import html
    from urllib.parse import parse_qsl

    found = re.search(rf'rel="{rel}" href="\?([^"]*)"', response.content.decode())
    return dict(parse_qsl(html.unescape(found[1]))) if found else {}


def walk(make_request: Any, **data: Any) -> list[str]:
    """All names, page by page to the end and back to the beginning; both ways must agree."""
    forward, response = [], show(make_request, **data)
    while True:
        forward.append(names(response))
        following = link(response, "next")
        if not following:
            break
        response = show(make_request, **following)
    back = [forward[-1]]
    while previous := link(response, "prev"):
        response = show(make_request, **previous)
        back.insert(0, names(response))
    assert back == forward
    return [name for page in forward for name in page]


@pytest.mark.parametrize("sort", ["name", "-name", "page", "-page", "created", "-created", "merchant", "-merchant"])
def test_every_row_is_shown_once_in_the_order_of_the_sorted_column(rows, make_request, sort):
    seen = walk(make_request, sort=sort)

    assert sorted(seen) == [row.name for row in rows]
    field = {"created": "created_at", "merchant": "merchant_id"}.get(sort.lstrip("-"), sort.lstrip("-"))
    by_name = {row.name: getattr(row, field) for row in rows}
    values = [by_name[name] for name in seen]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=sort.startswith("-"))
    assert values[len(known) :] == [None] * (len(values) - len(known))


def test_a_list_of_one_page_has_no_way_on(rows, make_request):
    response = show(make_request, size=50)

    assert len(names(response)) == 10
    assert link(response, "next") == {}
    assert link(response, "prev") == {}


def test_a_forged_cursor_leads_to_the_first_page(rows, make_request):
    assert names(show(make_request, after="forged")) == names(show(make_request))


def test_counting_stops_at_the_cap(rows, make_request):
    assert "5+ entries" in show(make_request).content.decode()
    assert "2 entries" in show(make_request, q="view 0", page="a", owned="0", made_from="2026-11-01", made_to="2026-11-03").content.decode()


def test_a_deep_page_reads_no_more_than_itself(rows, make_request):
    second = link(show(make_request, sort="name"), "next")

    with CaptureQueriesContext(connection) as queries:
        show(make_request, **second)

    select = next(query["sql"] for query in queries if "_list_key" in query["sql"] and "COUNT" not in query["sql"])
    assert "OFFSET" not in select
    assert "LIMIT 4" in select
    assert len(queries) == 3  # the page, the capped count, the saved views


def test_search_wants_every_word(rows, make_request):
    assert names(show(make_request, q="view 07")) == ["view 07"]
    assert names(show(make_request, q="07 VIEW")) == ["view 07"]


def test_filters_narrow_and_show_as_chips_that_can_be_removed(rows, make_request):
    response = show(make_request, page="b", size=50, sort="name")

    assert names(response) == ["view 01", "view 03", "view 05", "view 07", "view 09"]
    body = response.content.decode()
    assert "List b" in body
    assert 'href="?size=50&amp;sort=name" aria-label="Remove the filter Page"' in body


def test_a_filter_value_that_is_none_of_the_choices_is_ignored(rows, make_request):
    assert len(names(show(make_request, page="zzz", size=50))) == 10


def test_days_of_a_range_are_days_of_the_sites_zone(rows, make_request, ada_site):
    SavedView.objects.filter(name="view 00").update(created_at=dt.datetime(2026, 11, 5, 22, 30, tzinfo=dt.UTC))
    ada_site.time_zone = "Asia/Riyadh"

    here = names(show(make_request, made_from="2026-11-06", made_to="2026-11-06"))

    assert here == ["view 00"]


def test_nothing_yet_and_nothing_matches_are_two_different_messages(make_request):
    assert "No views yet" in show(make_request).content.decode()
    assert "Nothing matches" in show(make_request, q="nobody").content.decode()


def test_htmx_gets_the_region_and_the_history_gets_the_page(rows, make_request):
    region = show(make_request, headers={"HX-Request": "true"})
    restored = show(make_request, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" not in region.content.decode()
    assert "<html" in restored.content.decode()
    assert "HX-Request" in region.headers["Vary"]


def test_chosen_columns_are_shown_and_the_primary_one_always(rows, make_request):
    body = show(make_request, cols="merchant").content.decode()

    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', body)
    assert heads == ["Name", "Merchant"]


def post(make_request: Any, query: str = "", **data: Any) -> tuple[Any, list[str]]:
    request = make_request(f"/office/views/{query}", method="post", **data)
    response = ViewList.as_view()(request)
    return response, [str(message) for message in get_messages(request)]


def test_a_bulk_action_touches_the_chosen_rows_only(rows, make_request):
    response, said = post(make_request, data={"bulk": "touch", "ids": [str(rows[1].id), str(rows[2].id), "junk"]})

    assert response.status_code == 302
    assert said == ["Done for 2."]
    assert set(SavedView.objects.filter(query="touched=1").values_list("name", flat=True)) == {"view 01", "view 02"}


def test_all_that_match_means_the_filtered_list(rows, make_request):
    _response, said = post(make_request, "?page=a", data={"bulk": "touch", "whole": "1"})

    assert said == ["Done for 5."]
    assert set(SavedView.objects.filter(query="touched=1").values_list("page", flat=True)) == {"a"}


def test_a_bulk_action_over_its_limit_does_nothing(rows, make_request, monkeypatch):
    monkeypatch.setattr(ViewList, "bulk_limit", 9)

    _response, said = post(make_request, data={"bulk": "touch", "whole": "1"})

    assert said == ["This works on at most 9 at a time. Narrow the list first."]
    assert not SavedView.objects.filter(query="touched=1").exists()


def test_a_bulk_action_that_one_may_not_do_is_refused_and_changes_nothing(rows, make_request, person):
    person.forbidden = frozenset({"view.touch"})

    with pytest.raises(PermissionDenied):
        post(make_request, data={"bulk": "touch", "whole": "1"})

    assert not SavedView.objects.filter(query="touched=1").exists()
    assert 'name="ids"' not in show(make_request).content.decode()


def test_the_bulk_bar_has_a_field_with_suggestions_for_those_who_may_act(rows, make_request, monkeypatch):
    field = BulkInput("word", "Your word", max_length=7, options=lambda view: [view.name, '"<b>'])
    monkeypatch.setattr(ViewList, "bulk_input", field)

    page = show(make_request).content.decode()

    assert '<input class="input" form="list-bulk" name="word" maxlength="7" placeholder="Your word"' in page
    assert f'<option value="{ViewList.name}"><option value="&quot;&lt;b&gt;">' in page
    monkeypatch.setattr(ViewList, "bulk_actions", [])
    assert 'name="word"' not in show(make_request).content.decode()


def test_an_unknown_bulk_action_is_a_bad_request(rows, make_request):
    assert post(make_request, data={"bulk": "burn", "whole": "1"})[0].status_code == 400


def test_a_view_is_saved_with_its_filters_and_becomes_a_tab(rows, make_request, person):
    response, said = post(make_request, "?page=a&sort=name&after=x", data={"view": "save", "name": " Mine  first "})

    assert said == ["View saved."]
    assert response.headers["Location"] == "/office/views/?page=a&sort=name"
    kept = SavedView.objects.get(user_id=person.id)
    assert (kept.page, kept.name, kept.query) == ("views", "Mine first", "page=a&sort=name")
    assert re.search(r'href="\?page=a&amp;sort=name" aria-current="page">Mine first', show(make_request, page="a", sort="name").content.decode())


def test_a_name_that_is_taken_is_refused_with_words(rows, make_request):
    post(make_request, "?page=a", data={"view": "save", "name": "Mine"})

    _response, said = post(make_request, "?page=b", data={"view": "save", "name": "Mine"})

    assert said == ["You have a view with this name already."]


def test_nobody_renames_or_deletes_anothers_view(rows, make_request, person):
    foreign = rows[0]

    post(make_request, data={"view": "rename", "id": str(foreign.id), "name": "Taken over"})
    post(make_request, data={"view": "delete", "id": str(foreign.id)})

    assert SavedView.objects.get(id=foreign.id).name == "view 00"


def test_ones_own_view_is_renamed_and_deleted(make_request, person):
    own = savedviews.save(actor=person, page="views", name="Old", query="page=a", now=START)

    post(make_request, data={"view": "rename", "id": str(own.id), "name": "New"})
    assert SavedView.objects.get(id=own.id).name == "New"
    post(make_request, data={"view": "delete", "id": str(own.id)})
    assert not SavedView.objects.filter(id=own.id).exists()


def test_the_export_holds_exactly_the_view_in_its_order(rows, make_request):
    response = show(make_request, export="csv", page="b", sort="-name", cols="page")

    text = b"".join(response.streaming_content).decode("utf-8-sig")
    response.close()
    assert text.split("\r\n") == ['"Name","Page"', *(f'"view {n:02d}","b"' for n in (9, 7, 5, 3, 1)), ""]


def test_an_export_reads_in_chunks_without_losing_a_row(rows):
    sort = paging.Sort("page", descending=False)

    seen = [row.name for row in paging.each(SavedView.objects.all(), sort, limit=100, chunk=3)]

    assert sorted(seen) == [row.name for row in rows]


def test_an_export_over_its_limit_says_so_instead_of_cutting(rows, make_request, monkeypatch):
    monkeypatch.setattr(ViewList, "export_limit", 9)
    request = make_request("/office/views/", export="csv")

    response = ViewList.as_view()(request)

    assert response.status_code == 302
    assert ["at most 9 rows" in str(message) for message in get_messages(request)] == [True]


def test_export_needs_its_own_verb_where_the_list_names_one(rows, make_request, person, monkeypatch):
    monkeypatch.setattr(ViewList, "export_verb", "view.export")
    person.forbidden = frozenset({"view.export"})

    assert "export=csv" not in show(make_request).content.decode()
    with pytest.raises(PermissionDenied):
        show(make_request, export="csv")


def test_a_filter_cannot_take_a_reserved_name(make_request):
    class Wrong(ViewList):
        filters = [Choice("sort", "Sort", choices=[])]

    with pytest.raises(ValueError, match="sort"):
        Wrong.as_view()(make_request("/office/views/"))
