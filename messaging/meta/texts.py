"""What the templates say, in both languages, and how Meta is given them.

The first two answer what the customer asked for a moment ago: they only tell, name what was asked for, and promote
nothing, so that Meta files them under utility. The others are marketing and say how to stop. Parameters are, in this
order: the customer's name, the merchant's brand, the offer, the day it ends; a festival's name stands before the offer.
A code's text is Meta's own. Of what a merchant may choose among, the first is what goes out unless it chooses another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messaging.meta.choices import AUTHENTICATION, CATEGORY, WITHOUT_IMAGE, Purpose

LANGUAGES = ("en", "ar")
CODE_MINUTES = 10
EXAMPLES = {
    "en": {"name": "Sara", "brand": "Palm Café", "festival": "Eid al-Fitr", "offer": "Free cappuccino",
           "until": "31 December 2030"},
    "ar": {"name": "سارة", "brand": "مقهى النخلة", "festival": "عيد الفطر المبارك", "offer": "كابتشينو مجاني",
           "until": "31 ديسمبر 2030"},
}  # fmt: skip
USUAL = ("name", "brand", "offer", "until")
OF_FESTIVAL = ("name", "brand", "festival", "offer", "until")
EXAMPLE_SERIAL = "ABCD-EFGH-JKLM"


@dataclass(frozen=True, slots=True)
class Text:
    body: str
    footer: str = ""
    button: str = ""


_STOP = {"en": "Reply STOP to get no more offers.", "ar": "أرسل «إيقاف» لكي لا تصلك عروض أخرى."}
_OPEN = {"en": "Open coupon", "ar": "فتح القسيمة"}

_TEXTS: dict[tuple[Purpose, str], Text] = {
    (Purpose.COUPON, "en"): Text(
        "Hello {{1}}, here is the coupon you asked for at {{2}}: {{3}}.\n\n"
        "You can use it until {{4}}. Show this picture or the coupon's page when you pay.",
        "Sent because you took this coupon.", _OPEN["en"],
    ),
    (Purpose.COUPON, "ar"): Text(
        "مرحبًا {{1}}، هذه القسيمة التي طلبتها من {{2}}: {{3}}.\n\n"
        "يمكنك استخدامها حتى {{4}}. اعرض هذه الصورة أو صفحة القسيمة عند الدفع.",
        "وصلتك هذه الرسالة لأنك أخذت هذه القسيمة.", _OPEN["ar"],
    ),
    (Purpose.COUPON_TEXT, "en"): Text(
        "Hello {{1}}, the coupon you asked for at {{2}} is ready: {{3}}.\n\n"
        "You can use it until {{4}}. Open it below and show its page when you pay.",
        "Sent because you took this coupon.", _OPEN["en"],
    ),
    (Purpose.COUPON_TEXT, "ar"): Text(
        "مرحبًا {{1}}، القسيمة التي طلبتها من {{2}} جاهزة: {{3}}.\n\n"
        "يمكنك استخدامها حتى {{4}}. افتحها من الزر أدناه واعرض صفحتها عند الدفع.",
        "وصلتك هذه الرسالة لأنك أخذت هذه القسيمة.", _OPEN["ar"],
    ),
    (Purpose.CODE, "en"): Text(
        "*{{1}}* is your verification code. For your security, do not share this code.", button="Copy code"
    ),
    (Purpose.CODE, "ar"): Text(
        "*{{1}}* هو رمز التحقق الخاص بك. للحفاظ على أمانك، لا تشارك هذا الرمز.", button="نسخ الرمز"
    ),
    (Purpose.REMINDER, "en"): Text(
        "Hello {{1}}, your coupon from {{2}} is still waiting for you: {{3}}.\n\n"
        "It ends on {{4}}, so drop by before then. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.REMINDER, "ar"): Text(
        "مرحبًا {{1}}، قسيمتك من {{2}} ما زالت بانتظارك: {{3}}.\n\n"
        "تنتهي في {{4}}، فلا تفوّتها. افتحها من الزر أدناه واعرضها عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.BIRTHDAY, "en"): Text(
        "Happy birthday, {{1}}! {{2}} has a present for you: {{3}}.\n\n"
        "It is yours until {{4}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.BIRTHDAY, "ar"): Text(
        "كل عام وأنت بخير يا {{1}}! لك هدية من {{2}}: {{3}}.\n\n"
        "هي لك حتى {{4}}. افتحها من الزر أدناه واعرضها عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.RECALL, "en"): Text(
        "Hello {{1}}, it has been a while. {{2}} would love to see you again and keeps this for you: {{3}}.\n\n"
        "It is valid until {{4}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.RECALL, "ar"): Text(
        "مرحبًا {{1}}، مضى وقت منذ زيارتك الأخيرة. يسرّ {{2}} أن يراك من جديد، وهذا العرض محجوز لك: {{3}}.\n\n"
        "يسري حتى {{4}}. افتحه من الزر أدناه واعرضه عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.BIRTHDAY_TREAT, "en"): Text(
        "Hello {{1}}, {{2}} would like to celebrate your birthday with you. This treat is on us: {{3}}.\n\n"
        "Come by until {{4}}, alone or with friends. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.BIRTHDAY_TREAT, "ar"): Text(
        "مرحبًا {{1}}، يسرّ {{2}} أن يحتفل معك بعيد ميلادك، وهذه ضيافتنا لك: {{3}}.\n\n"
        "ننتظرك حتى {{4}}، وحدك أو مع من تحب. افتحها من الزر أدناه واعرضها عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.RECALL_MISSED, "en"): Text(
        "Hello {{1}}, we have missed you at {{2}}. Here is a good reason to come back: {{3}}.\n\n"
        "It is yours until {{4}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.RECALL_MISSED, "ar"): Text(
        "مرحبًا {{1}}، اشتقنا إليك في {{2}}. وإليك سببًا جميلًا للعودة: {{3}}.\n\n"
        "هو لك حتى {{4}}. افتحه من الزر أدناه واعرضه عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.FESTIVAL, "en"): Text(
        "Hello {{1}}, {{2}} sends you warm wishes for {{3}}, and a gift to go with them: {{4}}.\n\n"
        "It is valid until {{5}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.FESTIVAL, "ar"): Text(
        "مرحبًا {{1}}، أطيب التهاني من {{2}} بمناسبة {{3}}، ومعها هدية لك: {{4}}.\n\n"
        "تسري حتى {{5}}. افتحها من الزر أدناه واعرضها عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.CAMPAIGN, "en"): Text(
        "Hello {{1}}, there is something new for you at {{2}}: {{3}}.\n\n"
        "It is valid until {{4}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.CAMPAIGN, "ar"): Text(
        "مرحبًا {{1}}، لدى {{2}} جديد لك: {{3}}.\n\n"
        "يسري حتى {{4}}. افتحه من الزر أدناه واعرضه عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.CAMPAIGN_THANKS, "en"): Text(
        "Hello {{1}}, thank you for your visits to {{2}}. With our thanks comes this for you: {{3}}.\n\n"
        "It is valid until {{4}}. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.CAMPAIGN_THANKS, "ar"): Text(
        "مرحبًا {{1}}، شكرًا لزياراتك إلى {{2}}. هذه لفتة تقدير لك: {{3}}.\n\n"
        "تسري حتى {{4}}. افتحها من الزر أدناه واعرضها عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
    (Purpose.CAMPAIGN_DAYS, "en"): Text(
        "Hello {{1}}, for a few days only {{2}} has this for you: {{3}}.\n\n"
        "It ends on {{4}}, so come by soon. Open it below and show it when you pay.",
        _STOP["en"], _OPEN["en"],
    ),
    (Purpose.CAMPAIGN_DAYS, "ar"): Text(
        "مرحبًا {{1}}، لأيام قليلة فقط لدى {{2}} هذا العرض لك: {{3}}.\n\n"
        "ينتهي في {{4}}، فلا تتأخر. افتحه من الزر أدناه واعرضه عند الدفع.",
        _STOP["ar"], _OPEN["ar"],
    ),
}  # fmt: skip
_PLACE = re.compile(r"\{\{\d+\}\}")


def text_of(purpose: Purpose, language: str) -> Text:
    """Raises KeyError for a language without texts."""
    return _TEXTS[purpose, language]


def parameters(purpose: Purpose, body: str) -> tuple[str, ...]:
    """What stands in the places of a text of ours for `purpose`, in order. An older one may be approved still: `body`
    is what Meta has."""
    wanted = OF_FESTIVAL if purpose == Purpose.FESTIVAL else USUAL
    return wanted if len(_PLACE.findall(body)) == len(wanted) else USUAL


def filled(purpose: Purpose, body: str, values: Mapping[str, str]) -> str:
    """A text with these values in its places."""
    for place, name in enumerate(parameters(purpose, body), start=1):
        body = body.replace(f"{{{{{place}}}}}", values[name])
    return body


def has_image(purpose: Purpose) -> bool:
    return purpose not in WITHOUT_IMAGE


def components(purpose: Purpose, language: str, *, link_base: str, handle: str) -> list[dict[str, Any]]:
    """A template as Meta is given it. `link_base` is what stands before the serial; `handle` the picture's example."""
    text = text_of(purpose, language)
    if CATEGORY[purpose] == AUTHENTICATION:
        copy = {"type": "OTP", "otp_type": "COPY_CODE", "text": text.button}
        return [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": CODE_MINUTES},
            {"type": "BUTTONS", "buttons": [copy]},
        ]
    link = {
        "type": "URL", "text": text.button, "url": f"{link_base}{{{{1}}}}", "example": [f"{link_base}{EXAMPLE_SERIAL}"],
    }  # fmt: skip
    example = [EXAMPLES[language][name] for name in parameters(purpose, text.body)]
    parts: list[dict[str, Any]] = [
        {"type": "BODY", "text": text.body, "example": {"body_text": [example]}},
        {"type": "FOOTER", "text": text.footer},
        {"type": "BUTTONS", "buttons": [link]},
    ]
    if has_image(purpose):
        parts.insert(0, {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}})
    return parts
