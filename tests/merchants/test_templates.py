"""A merchant's own pictures: safe, stored once, changed without touching what was made with them."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.errors import NotFound
from merchants.library.models import LibraryTemplate
from merchants.models import CouponTemplate
from merchants.paper.images import ImageKindRefused
from merchants.paper.layout import LayoutRefused
from merchants.queries import templates as read
from merchants.services import templates
from tenants import files
from tenants.walls import wall
from tests.factories import NOW
from tests.merchants.cast import browser, generate, open_shop, own_template, picture


def test_an_upload_gets_the_usual_places_and_a_small_copy(shop):
    template = own_template(shop, "Wide", width=1200, height=600)

    assert (template.width, template.height, template.content_type) == (1200, 600, "image/png")
    assert template.layout["qr"]["w"] >= 15
    answer = browser(shop).get("/merchant/files/" + template.image.split("/", 1)[1])
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    small = template.image.removesuffix(".png") + "-small.webp"
    assert files.exists(small)


@pytest.mark.parametrize(("ground", "ink"), [("#101418", "#ffffff"), ("#fff7e0", "#111111")])
def test_texts_of_an_upload_can_be_read_on_its_picture(shop, ground, ink):
    target = io.BytesIO()
    Image.new("RGB", (900, 500), ground).save(target, "PNG")

    with shop.open():
        made = templates.upload(name="Ground", data=target.getvalue(), actor=shop.owner, now=NOW)

    assert {text["colour"] for text in made.layout["texts"]} == {ink}



def test_what_is_no_picture_is_refused_and_nothing_is_kept(shop):
    with shop.open(), pytest.raises(ImageKindRefused):
        templates.upload(name="Bad", data=b"<svg onload=alert(1)>", actor=shop.owner, now=NOW)

    with shop.open():
        assert CouponTemplate.objects.count() == 0


def test_a_layout_that_cannot_be_printed_is_refused(shop):
    template = own_template(shop)
    layout = {**template.layout, "qr": {**template.layout["qr"], "w": 5, "h": 5}}

    with shop.open(), pytest.raises(LayoutRefused):
        templates.edit(template_id=template.id, layout=layout, actor=shop.owner, now=NOW)

    with shop.open():
        assert CouponTemplate.objects.get().layout == template.layout


def test_a_batch_keeps_the_face_it_was_made_with(shop):
    template = own_template(shop)
    with shop.open():
        face = templates.face_of(read.of_own(template), shop.site)
    batch = generate(shop, 5, face=face)

    with shop.open():
        templates.edit(template_id=template.id, name="New", data=picture(1000, 400), actor=shop.owner, now=NOW)
        templates.archive(template_id=template.id, actor=shop.owner, now=NOW)

        batch.refresh_from_db()
    assert batch.face["image"] == template.image
    assert files.exists(template.image)


def test_archived_templates_leave_the_picker_and_come_back(shop):
    template = own_template(shop)

    with shop.open():
        templates.archive(template_id=template.id, actor=shop.owner, now=NOW)
        with pytest.raises(NotFound):
            read.find_design(f"own:{template.id}")
        templates.restore(template_id=template.id, actor=shop.owner, now=NOW)

        assert read.find_design(f"own:{template.id}").name == "Own"


@pytest.mark.parametrize(
    "path", ["m/{other}/templates/x.png", "../secrets.png", "m/../m/{own}/x.png", "library/../x.png"]
)
def test_no_picture_of_another_merchant_and_no_other_file_is_served(shop, path):
    other = own_template(open_shop(shop.site))
    own = shop.merchant.id.hex
    client = browser(shop)

    assert client.get("/merchant/files/" + path.format(other=other.merchant_id.hex, own=own)).status_code == 404
    assert client.get("/merchant/files/" + other.image.split("/", 1)[1]).status_code == 404


def test_uploading_on_the_page(shop):
    client = browser(shop)
    upload = SimpleUploadedFile("coupon.png", picture(), "image/png")

    answer = client.post("/merchant/templates/new/", {"name": "From the page", "image": upload, "layout": ""})

    assert answer.status_code == 302
    assert "From the page" in client.get("/merchant/templates/").content.decode()


def test_a_refused_upload_says_why_and_keeps_the_name(shop):
    upload = SimpleUploadedFile("coupon.png", b"GIF89a nothing", "image/png")

    answer = browser(shop).post("/merchant/templates/new/", {"name": "Kept", "image": upload})

    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()


def test_placing_fields_on_the_page(shop):
    template = own_template(shop)
    layout = {**template.layout, "qr": {**template.layout["qr"], "x": template.layout["qr"]["x"] - 1}}
    url = f"/merchant/templates/{template.id}/"

    assert browser(shop).post(url, {"name": "Moved", "layout": json.dumps(layout)}).status_code == 302

    with shop.open():
        found = CouponTemplate.objects.get()
    assert (found.name, found.layout["qr"]["x"]) == ("Moved", template.layout["qr"]["x"] - 1)


def test_the_library_is_copied_into_the_site_and_outlives_its_template(shop, master_site):
    with wall(master_site, "master"):
        stored = files.store(master_site.id, "library/spring.png", picture(1000, 500))
        shared = LibraryTemplate.objects.create(
            name_en="Spring", name_ar="ربيع", category="food", image=stored, content_type="image/png", width=1000,
            height=500, layout=own_layout(), created_at=NOW,
        )  # fmt: skip

    client = browser(shop)
    assert "Spring" in client.get("/merchant/templates/library/").content.decode()
    assert client.get(f"/merchant/library/{shared.id}/small/")["Content-Type"] == "image/webp"
    with shop.open():
        face = templates.face_of(read.find_design(f"library:{shared.id}"), shop.site)
        again = templates.face_of(read.find_design(f"library:{shared.id}"), shop.site)
    assert face["image"] == again["image"]
    assert face["image"].startswith(shop.site.id.hex)
    assert files.read(shop.site.id, face["image"])

    with wall(master_site, "master"):
        LibraryTemplate.objects.update(enabled=False)
    with shop.open(), pytest.raises(NotFound):
        read.find_design(f"library:{shared.id}")


def own_layout():
    from merchants.paper.defaults import default_layout

    return default_layout(1000, 500).to_json()


def test_no_merchant_edits_anothers_template(shop):
    other = open_shop(shop.site)
    template = own_template(shop)

    for path in ("", "archive/", "restore/"):
        answer = browser(other).post(f"/merchant/templates/{template.id}/{path}", {"name": "Stolen"})
        assert answer.status_code == 404
    with shop.open():
        assert CouponTemplate.objects.get().name == "Own"
