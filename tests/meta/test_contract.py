"""The stand-in against a client that somebody else wrote: what pywa sends is taken, and what we send pywa understands."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image
from pywa import WhatsApp, errors, types, utils
from pywa.types import templates as t
from pywa.types.message_status import MessageStatusType, PricingCategory, PricingType
from pywa.types.user_preferences import MarketingPreference, UserMarketingPreferences

from config.embedded import wait_for
from messaging.meta import texts
from messaging.meta.choices import Purpose
from tests.meta import cast
from tests.meta.test_stand_in import Receiver

PHONE = "966501234567"


@pytest.fixture
def number(whatsapp, ada_site):
    return whatsapp.add_site(ada_site)


@pytest.fixture
def other(whatsapp, number):
    """pywa's client, led to the stand-in."""
    found = WhatsApp(phone_id=number, token=cast.TOKEN, waba_id=cast.WABA, app_id=cast.APP, api_version="26.0")
    found.api._session.base_url = f"{whatsapp.url}/v26.0"
    yield found
    found.api._session.close()


@pytest.fixture
def hook(whatsapp):
    found = Receiver()
    whatsapp.control("account", webhook=found.url)
    whatsapp.control("switches", latency=0.02, batch=1)
    yield found
    found.server.shutdown()
    found.server.server_close()


def picture():
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "#0f766e").save(out, "PNG")
    return out.getvalue()


def bodies_of(hook, word):
    return [(text, signature) for _, text, signature in hook.got if word in text.decode()]


def test_a_template_with_picture_and_button_is_taken(other, whatsapp, ada_site):
    sent = other.send_template(
        to=f"+{PHONE}",
        name=f"coupon_s{ada_site.number}",
        language=t.TemplateLanguage.ENGLISH,
        params=[
            t.HeaderImage.params(image=picture(), mime_type="image/png"),
            t.BodyText.params("Carl", "Mona", "20 %", "1 May"),
            t.URLButton.params(url_variable="AB2C-3D4E", index=0),
        ],
        tracker="job-1",
    )

    (message,) = whatsapp.messages(PHONE)
    assert (sent.id, message["callback"]) == (message["id"], "job-1")
    assert message["shown"]["body"] == "Hello Carl, Mona has 20 % for you until 1 May."
    assert message["shown"]["buttons"][0]["url"].endswith("AB2C-3D4E")
    assert message["shown"]["media"]["id"] in whatsapp.look("media")


def test_text_and_picture_go_inside_the_window_only(other, whatsapp, number):
    with pytest.raises(errors.ReEngagementMessage):
        other.send_message(to=PHONE, text="Hello")

    said = whatsapp.control("inbound", number=number, phone=PHONE, text="Hi")
    assert other.mark_message_as_read(message_id=said["id"])
    other.send_message(to=PHONE, text="Hello")
    other.send_image(to=PHONE, image=picture(), mime_type="image/png", caption="عرض")

    assert [message["type"] for message in whatsapp.messages(PHONE)] == ["text", "text", "image"]


def test_somebody_is_written_to_by_an_id(other, whatsapp, number):
    known = whatsapp.control("inbound", number=number, phone=PHONE, text="Hi", hidden=True)["from_user_id"]

    other.send_message(to=known, text="Hello")

    assert whatsapp.messages(PHONE)[-1]["body"]["recipient"] == known


@pytest.mark.parametrize(
    ("ending", "error"),
    [("9026", errors.MessageUndeliverable), ("9056", errors.TooManyMessages), ("9016", errors.ServiceUnavailable)],
)  # fmt: skip
def test_errors_are_metas(other, ada_site, ending, error):
    with pytest.raises(error):
        other.send_template(
            to=f"96650555{ending}", name=f"coupon_text_s{ada_site.number}", language=t.TemplateLanguage.ENGLISH,
            params=[t.BodyText.params("a", "b", "c", "d"), t.URLButton.params(url_variable="A", index=0)],
        )  # fmt: skip


def test_media_goes_up_and_comes_down(other):
    content = picture()

    media = other.upload_media(content, mime_type="image/png", filename="a.png")
    known = other.get_media_url(media.id)

    assert (known.mime_type, known.file_size) == ("image/png", len(content))
    assert other.get_media_bytes(url=known.url) == content
    assert other.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError):
        other.get_media_url(media.id)


def test_templates_are_listed_in_pages_and_read(other):
    listed, after = [], None
    while True:
        page = other.get_templates(pagination=types.Pagination(limit=5, after=after))
        listed += page
        if not page.has_next:
            break
        after = page.after

    assert len({template.id for template in listed}) == len(listed) == 24
    assert {template.status for template in listed} == {t.TemplateStatus.APPROVED}


@pytest.mark.parametrize("purpose", [Purpose.COUPON_TEXT, Purpose.CAMPAIGN, Purpose.CODE])
def test_our_texts_are_what_pywa_reads_back(other, whatsapp, purpose):
    parts = texts.components(purpose, "ar", link_base="https://ada.example/c/", handle="")
    if texts.has_image(purpose):
        session = other.api.create_upload_session(
            app_id=cast.APP, file_name="a.png", file_length=len(picture()), file_type="image/png"
        )
        handle = other.api.upload_file(upload_session_id=session["id"], file=picture(), file_offset=0)["h"]
        parts = texts.components(purpose, "ar", link_base="https://ada.example/c/", handle=handle)
    asked = {"name": f"own_{purpose}", "language": "ar", "category": texts.CATEGORY[purpose], "components": parts}
    made = other.api.create_template(waba_id=cast.WABA, template=asked)

    found = other.get_template(made["id"])

    assert (found.name, found.status, found.language) == (
        asked["name"],
        t.TemplateStatus.APPROVED,
        t.TemplateLanguage.ARABIC,
    )
    assert any(isinstance(part, t.BodyText | t.AuthenticationBody) for part in found.components)


def test_pywa_validates_and_reads_our_webhooks(other, whatsapp, hook, number, ada_site):
    other.send_template(
        to=PHONE, name=f"coupon_text_s{ada_site.number}", language=t.TemplateLanguage.ARABIC, tracker="job-7",
        params=[t.BodyText.params("a", "b", "c", "d"), t.URLButton.params(url_variable="A", index=0)],
    )  # fmt: skip
    whatsapp.control("inbound", number=number, phone=PHONE, text="إيقاف", name="سارة")
    whatsapp.control("preference", number=number, phone=PHONE, value="stop")
    wait_for(lambda: len(hook.got) >= 4, seconds=10, what="four webhooks")

    for _, text, signature in hook.got:
        assert utils.webhook_updates_validator(cast.APP_SECRET, text, signature)
        assert not utils.webhook_updates_validator("other", text, signature)
    (delivered,) = [json.loads(text) for text, _ in bodies_of(hook, '"delivered"')]
    status = types.MessageStatus.from_update(other, delivered)
    assert (status.status, status.tracker, status.from_user.wa_id) == (MessageStatusType.DELIVERED, "job-7", PHONE)
    assert (status.pricing.category, status.pricing.type) == (PricingCategory.UTILITY, PricingType.REGULAR)
    (inbound,) = [json.loads(text) for text, _ in bodies_of(hook, '"text": {"body"')]
    message = types.Message.from_update(other, inbound)
    assert (message.text, message.from_user.name, message.from_user.wa_id) == ("إيقاف", "سارة", PHONE)
    (wish,) = [json.loads(text) for text, _ in bodies_of(hook, "user_preferences")]
    assert UserMarketingPreferences.from_update(other, wish).value == MarketingPreference.STOP


def test_pywa_reads_a_failed_status_and_a_templates_news(other, whatsapp, hook, ada_site):
    other.send_template(
        to="966505558049", name=f"coupon_text_s{ada_site.number}", language=t.TemplateLanguage.ENGLISH,
        params=[t.BodyText.params("a", "b", "c", "d"), t.URLButton.params(url_variable="A", index=0)],
    )  # fmt: skip
    whatsapp.control("template", name=f"coupon_s{ada_site.number}", language="en", status="PAUSED")
    wait_for(lambda: len(hook.got) >= 2, seconds=10, what="two webhooks")

    (failed,) = [json.loads(text) for text, _ in bodies_of(hook, '"failed"')]
    status = types.MessageStatus.from_update(other, failed)
    assert (status.status, status.error.code) == (MessageStatusType.FAILED, 131049)
    (paused,) = [json.loads(text) for text, _ in bodies_of(hook, "message_template_status_update")]
    update = t.TemplateStatusUpdate.from_update(other, paused)
    assert update.new_status == t.TemplateStatus.PAUSED
