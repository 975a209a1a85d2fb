from __future__ import annotations

import pytest

from messaging.meta.choices import CATEGORY, Purpose, Verdict, template_status, verdict_of


@pytest.mark.parametrize(
    ("code", "status", "verdict"),
    [
        (130429, 429, Verdict.RETRY_SOON),
        (131056, 429, Verdict.RETRY_PAIR),
        (131049, 400, Verdict.RETRY_LATER),
        (131048, 429, Verdict.PAUSE_SENDER),
        (132001, 404, Verdict.PAUSE_TEMPLATE),
        (132015, 400, Verdict.PAUSE_TEMPLATE),
        (132000, 400, Verdict.FIX_PAYLOAD),
        (131026, 400, Verdict.RECIPIENT_FINAL),
        (131050, 400, Verdict.OPTED_OUT),
        (131047, 400, Verdict.WINDOW_CLOSED),
        (190, 401, Verdict.TOKEN_DEAD),
        (0, 401, Verdict.TOKEN_DEAD),
        (205, 403, Verdict.PAUSE_SENDER),
        (131005, 403, Verdict.PAUSE_SENDER),
        (130497, 403, Verdict.RECIPIENT_FINAL),
    ],
)
def test_the_code_decides_whatever_the_http_status(code, status, verdict):
    assert verdict_of(code, status) == verdict
    assert verdict_of(code, None) == verdict
    assert verdict_of(code, 500) == verdict


def test_a_number_that_is_gone_rests_and_a_wrong_parameter_is_the_messages_own_fault():
    assert verdict_of(100, 400, 33) == Verdict.PAUSE_SENDER
    assert verdict_of(100, 400, 2494002) == verdict_of(100, 400) == Verdict.FIX_PAYLOAD


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(500, Verdict.RETRY_SOON), (503, Verdict.RETRY_SOON), (429, Verdict.RETRY_SOON), (400, Verdict.FIX_PAYLOAD),
     (None, Verdict.FIX_PAYLOAD)],
)  # fmt: skip
def test_a_code_that_nobody_knows_is_judged_by_the_http_status(status, verdict):
    assert verdict_of(999999, status) == verdict
    assert verdict_of(None, status) == verdict


def test_every_purpose_has_a_category_and_only_what_was_asked_for_is_utility():
    assert set(CATEGORY) == set(Purpose)
    assert {purpose for purpose, category in CATEGORY.items() if category == "UTILITY"} == {"coupon", "coupon_text"}
    assert {purpose for purpose, category in CATEGORY.items() if category == "AUTHENTICATION"} == {"code"}


@pytest.mark.parametrize(
    ("word", "status"),
    [("APPROVED", "APPROVED"), ("REINSTATED", "APPROVED"), ("paused", "PAUSED"), ("DISABLED", "DISABLED"),
     ("", "PENDING"), ("SOMETHING_NEW", "PENDING")],
)  # fmt: skip
def test_a_status_that_nobody_knows_is_not_usable(word, status):
    assert template_status(word) == status
