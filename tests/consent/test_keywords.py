"""Words that stop and resume, as people write them, and sentences that only contain them."""

from __future__ import annotations

import pytest

from messaging.consent.keywords import word_of


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "STOP!!!", "“Stop”", "*stop*", "st\u200bop", "ＳＴＯＰ", "Unsubscribe", "CANCEL", "opt-out",
     "Opt Out", "stop all", "إيقاف", "ايقاف", "أيقاف", "إيقـــاف", "إِيقَاف", "«إيقاف»", "إيقاف.", "أوقف", "اوقف", "توقف",
     "توقّف", "إلغاء", "الغاء", "الغا", "إلغاء الاشتراك", "الغاء الإشتراك", "قف", "\u200fإيقاف\u200f", "ایقاف", "🛑 stop",
     "Stop please", "please stop", "STOP messages", "Stop promotions", "Please, stop sending me these messages!", "unsub",
     "stop all offers now", "أوقف الرسائل", "اوقف الرسائل من فضلك", "إيقاف جميع العروض", "لا تراسلني", "لا تراسلوني",
     "لا أريد رسائل", "لو سمحت أوقفوا الرسائل"],
)  # fmt: skip
def test_it_stops(text):
    assert word_of(text) == "stop"


@pytest.mark.parametrize(
    "text", ["START", "start!", "Unstop", "resume", "ابدأ", "ابدا", "إبدأ", "أبدأ", "اِبدأ", "اشتراك"]
)
def test_it_resumes(text):
    assert word_of(text) == "start"


@pytest.mark.parametrize(
    "text",
    ["", " ", "?", "hello", "please do not stop", "when does the offer end?", "non-stop", "I want to start", "stopped",
     "stop at the shop?", "do you stop messages", "the bus stop", "messages please", "إلغاء الطلب", "توقف الحافلة",
     "متى تتوقف العروض", "لا توقف", "stop " * 20, "👍"],
)  # fmt: skip
def test_any_other_message_means_nothing(text):
    assert word_of(text) is None
