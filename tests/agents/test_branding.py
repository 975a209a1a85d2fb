"""A site's own face: colours, pictures, legal pages, and no trace of the platform's."""

from __future__ import annotations

import io

from PIL import Image

from accounts.models import AuditEvent
from tenants.models import Site
from tenants.queries import sites
from tenants.walls import wall
from tests import factories
from tests.guards import test_url_matrix as matrix

BRAND = {
    "name": "Ada Deals", "legal_name": "", "tagline_en": "", "tagline_ar": "", "primary_colour": "#be123c",
    "accent_colour": "#0369a1", "language": "ar", "support_email": "", "support_phone_0": "SA", "support_phone_1": "",
    "address": "", "sender_name": "",
}  # fmt: skip


def picture(name="logo.png"):
    target = io.BytesIO()
    Image.new("RGB", (300, 100), "#be123c").save(target, "PNG")
    target.seek(0)
    target.name = name
    return target


def test_saving_the_brand_shows_at_once_under_a_new_version(ada_site, staff_of, client_of):
    client, _ = staff_of("ada")

    answer = client.post("/office/brand/", {**BRAND, "logo": picture()})

    assert answer.status_code == 302, answer.content.decode()
    with wall(ada_site, "site"):
        site = Site.objects.get(id=ada_site.id)
        assert (site.primary_colour, site.brand_version) == ("#be123c", ada_site.brand_version + 1)
        assert site.logo.startswith("/brand/logo-")
        assert "primary_colour" in AuditEvent.objects.get(verb="brand.edited").after
    sites.forget()
    css = client_of("ada").get("/brand.css?v=2")
    assert "#be123c" in css.content.decode()
    assert "max-age=31536000" in css["Cache-Control"]
    shown = client_of("ada").get(site.logo)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert client_of("bob").get(site.logo).status_code == 404
    assert client.get("/office/brand/").status_code == 200


def test_a_bad_colour_and_a_fake_picture_are_refused(ada_site, staff_of):
    client, _ = staff_of("ada")
    fake = io.BytesIO(b"GIF89a not a picture")
    fake.name = "logo.png"

    assert client.post("/office/brand/", {**BRAND, "primary_colour": "red;}"}).status_code == 422
    assert client.post("/office/brand/", {**BRAND, "logo": fake}).status_code == 422
    with wall(ada_site, "site"):
        assert Site.objects.get(id=ada_site.id).brand_version == ada_site.brand_version


def test_a_brand_picture_cannot_lead_out_of_its_folder(ada_site, client_of):
    for name in ("..%2f..%2fsecret.png", "%2e%2e/x.png", "logo.svg", "logo-.html"):
        assert client_of("ada").get(f"/brand/{name}").status_code in {400, 404}


def test_legal_pages_and_hidden_entries(ada_site, staff_of, client_of):
    client, _ = staff_of("ada")
    client.post("/office/legal/", {"terms_en": "Be kind.", "terms_ar": "", "privacy_en": "", "privacy_ar": ""})
    sites.forget()

    assert "Be kind." in client_of("ada").get("/terms/").content.decode()
    assert client_of("ada").get("/privacy/").status_code == 404

    client.post("/office/lists/", {"category": ["food"]})
    with wall(ada_site, "site"):
        hidden = Site.objects.get(id=ada_site.id).hidden_entries
        assert "category:food" not in hidden
        assert any(entry.startswith("category:") for entry in hidden)


def test_a_site_changes_its_brand_and_not_what_it_is(ada_site):
    import pytest
    from django.db import DatabaseError, transaction

    for column, value in (("currency", "USD"), ("state", "suspended"), ("kind", "main"), ("ready", False)):
        with wall(ada_site, "site"), pytest.raises(DatabaseError), transaction.atomic():
            Site.objects.filter(id=ada_site.id).update(**{column: value})


def test_no_page_of_an_agents_site_names_the_platform(db, settings):
    """Every page that answers GET, as visitor, staff and owner, in both languages; mails are tested where they are."""
    world = matrix.World()
    with wall(world.master, "master"):
        Site.objects.filter(id=world.master.id).update(name="Zanzibar Platform Corp")
    with wall(cluster_main(), "site"):
        Site.objects.filter(kind="main").update(name="Zanzibar Main")
    sites.forget()
    seen = 0
    for url in matrix.all_urls():
        if url.site != "ada":
            continue
        path = matrix.address(url, world.fill(url, foreign=False))
        for who in (matrix.VISITOR, "super_admin", "m:owner"):
            client = world.client("ada", who)
            client.cookies["language"] = "ar" if seen % 2 else "en"
            answer = matrix.ask(client, path)
            kind = answer.headers.get("Content-Type", "")
            if not kind.startswith(("text/", "application/json", "application/xml")) or answer.streaming:
                continue
            seen += 1
            text = answer.content.decode(errors="replace").lower()
            assert "zanzibar" not in text, path
            assert "couponry" not in text, path
    assert seen > 100


def cluster_main():
    from tests import cluster

    return cluster.site("main")


def test_the_crawl_would_find_a_name(ada_site, staff_of):
    """The control: a name that does stand on a page is found."""
    client, _ = staff_of("ada")

    assert "ada deals" in client.get("/office/").content.decode().lower()
    assert factories.PASSWORD not in client.get("/office/").content.decode()
