"""The coupon centre: what stands there, in which order, found by which words, and what search engines read."""

from __future__ import annotations

import json
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel import clock
from tenants.walls import wall
from tests import factories
from tests.storefront.conftest import Browser, open_batch

DAY = factories.DAY


def steady(content, *own):
    """A page without what differs in every answer: ids of menus, the request's id, and what was asked for."""
    text = content.decode()
    for word in own:
        text = text.replace(str(word), "")
    return re.sub(r"menu-[0-9a-f]+|[0-9a-f]{32}", "", text)


def titles(response):
    return re.findall(r'class="offer-title"><a href="/b/[^"]+">([^<]+)</a>', response.content.decode())


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "paused"}, {"state": "generating"}, {"state": "void"}, {"state": "expired"}, {"sold_out": True},
        {"on_centre": False}, {"starts_at": clock.now() + DAY}, {"claim_until": clock.now() - DAY / 2},
        {"print_quantity": 5},
    ],
)  # fmt: skip
def test_only_what_one_can_take_now_stands_there(ada_site, mona, offer, browser, fields):
    with wall(ada_site, "site"):
        open_batch(mona, title_en="Hidden deal", **fields)

    assert titles(browser.get("/")) == ["Breakfast deal"]


@pytest.mark.parametrize("state", ["registered", "expired", "suspended", "archived"])
def test_only_active_merchants_stand_there(ada_site, browser, state):
    with wall(ada_site, "site"):
        open_batch(factories.make_merchant(state=state))

    assert titles(browser.get("/")) == []


def test_another_sites_offers_do_not_stand_there(offer):
    assert titles(Browser("bob.localhost").get("/")) == []


def test_three_sorts(ada_site, mona, browser):
    now = clock.now()
    with wall(ada_site, "site"):
        open_batch(mona, title_en="Old popular", created_at=now - 2 * DAY, popularity=9, claim_until=now + 9 * DAY)
        open_batch(mona, title_en="Ends first", created_at=now - 3 * DAY, claim_until=now + DAY)
        open_batch(mona, title_en="Newest", created_at=now, popularity=1)

    assert titles(browser.get("/")) == ["Old popular", "Newest", "Ends first"]
    assert titles(browser.get("/?sort=ending")) == ["Ends first", "Old popular", "Newest"]
    assert titles(browser.get("/?sort=newest")) == ["Newest", "Old popular", "Ends first"]


def test_filters_narrow_and_count(ada_site, browser):
    with wall(ada_site, "site"):
        riyadh = factories.make_merchant(category="coffee", city="riyadh")
        jeddah = factories.make_merchant(category="food", city="jeddah")
        open_batch(riyadh, title_en="Riyadh coffee")
        open_batch(jeddah, title_en="Jeddah food")
        open_batch(jeddah, title_en="Jeddah food two")

    assert titles(browser.get("/?city=riyadh")) == ["Riyadh coffee"]
    assert titles(browser.get("/?category=food&city=riyadh")) == []
    assert b"2 offers" in browser.get("/?category=food").content
    assert "(2)" in browser.get("/").content.decode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("breakfast", True), ("BREAK", True), ("mona", True), ("mona breakfast", True), ("الفُطُور", True),
        ("قهوه", True), ("food", True), ("المطاعم", True), ("pizza", False), ("mona pizza", False), ("'; --", False),
        ("<script>", False), ("%", False),
    ],
)  # fmt: skip
def test_search_reads_offers_merchants_and_categories_in_both_languages(ada_site, offer, browser, text, found):
    response = browser.get("/") if text is None else Browser().get(f"/?q={text}")

    assert response.status_code == 200
    assert (titles(response) == ["Breakfast deal"]) is found
    assert b"<script>" not in response.content


def test_more_offers_come_by_link_and_by_htmx_without_gap_or_double(ada_site, mona, browser):
    with wall(ada_site, "site"):
        for number in range(60):
            open_batch(mona, 1, coupons=False, title_en=f"Deal {number:02}", popularity=number % 7)
    seen, url = [], "/"
    while url:
        page = browser.get(url, **({"hx-request": "true"} if seen else {}))
        seen += titles(page)
        more = re.search(r'hx-get="([^"]+)"', page.content.decode())
        url = more[1].replace("&amp;", "&") if more else ""

    assert len(seen) == len(set(seen)) == 60
    assert "<html" not in page.content.decode()


def test_a_broken_cursor_is_the_first_page(offer, browser):
    assert titles(browser.get("/?after=broken")) == ["Breakfast deal"]


def test_at_most_twelve_queries(ada_site, mona, browser):
    with wall(ada_site, "site"):
        for _ in range(30):
            open_batch(mona, 1, coupons=False)
    browser.get("/")
    with wall(ada_site, "visitor"):
        cache.clear()
    with CaptureQueriesContext(connection) as queries:
        browser.get("/?q=offer&city=riyadh&sort=newest")

    assert len(queries) <= 12, [query["sql"][:80] for query in queries]


def test_arabic_is_right_to_left_with_figures_isolated(offer):
    text = Browser(language="ar").get("/").content.decode()

    assert '<html lang="ar" dir="rtl"' in text
    assert "عرض الفطور" in text
    assert '<bdi dir="ltr">20٪</bdi>' in text
    assert "قهوة منى" in text


def test_search_engines_find_titles_addresses_and_languages(offer, browser):
    home, page = (browser.get(path).content.decode() for path in ("/", f"/b/{offer.id}"))

    for text, path in ((home, "/"), (page, f"/b/{offer.id}")):
        assert f'<link rel="canonical" href="http://ada.localhost{path}">' in text
        for language in ("en", "ar"):
            assert f'hreflang="{language}" href="http://ada.localhost{path}?lang={language}"' in text
        assert '<meta name="description"' in text
        assert "noindex" not in text
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert (data["@type"], data["name"], data["availability"]) == (
        "Offer", "Breakfast deal", "https://schema.org/InStock"
    )  # fmt: skip
    assert "<title>Breakfast deal · Mona&#x27;s Coffee · Ada Deals</title>" in page


def test_robots_and_sitemap_are_the_sites_own(offer, browser):
    robots, sitemap = browser.get("/robots.txt").content.decode(), browser.get("/sitemap.xml").content.decode()

    assert "Disallow: /c/" in robots
    assert "Sitemap: http://ada.localhost/sitemap.xml" in robots
    assert f"<loc>http://ada.localhost/b/{offer.id}</loc>" in sitemap
    assert str(offer.id) not in Browser("bob.localhost").get("/sitemap.xml").content.decode()


def test_what_merchants_write_is_never_markup(ada_site, browser):
    evil = '"><script>alert(1)</script></script>'
    with wall(ada_site, "site"):
        merchant = factories.make_merchant(evil, slug="evil", page_text_en=evil)
        batch = open_batch(merchant, title_en=evil, terms_en=evil, offer_kind="other", offer_text_en=evil)

    for path in ("/", f"/b/{batch.id}", f"/b/{batch.id}/claim", "/s/evil/kiosk"):
        text = browser.get(path).content.decode()
        assert "<script>alert" not in text, path
        assert "alert(1)" in text or path.endswith("claim") or "kiosk" in path


def test_an_offer_that_is_gone_reads_the_same_as_one_that_never_was(ada_site, mona, browser):
    with wall(ada_site, "site"):
        paused = open_batch(mona, state="paused")

    keys = (paused.id, "00000000-0000-7000-8000-000000000000")
    answers = [browser.get(f"/b/{key}") for key in keys]

    assert [a.status_code for a in answers] == [404, 404]
    assert len({steady(a.content, key) for a, key in zip(answers, keys, strict=True)}) == 1


def test_pictures_are_public_small_and_cached(ada_site, mona, browser):
    import io

    from PIL import Image

    from tenants import files

    out = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(out, "PNG")
    with wall(ada_site, "site"):
        name = files.store(ada_site.id, "faces/one.png", out.getvalue())
        batch = open_batch(mona, face={**factories.FACE, "image": name})
        foreign = open_batch(mona, face={**factories.FACE, "image": "f" * 32 + "/secret.png"})

    picture = browser.get(f"/b/{batch.id}/image")
    again = browser.get(f"/b/{batch.id}/image", **{"if-none-match": picture["ETag"]})

    assert picture["Content-Type"] == "image/webp"
    assert "public" in picture["Cache-Control"]
    assert Image.open(io.BytesIO(picture.content)).size == (480, 240)
    assert again.status_code == 304
    assert browser.get(f"/b/{foreign.id}/image").status_code == 404
