"""What a merchant reads of WhatsApp on a customer's page: consent, STOP, and the way to the messages."""

from __future__ import annotations

import pytest

from messaging.consent.models import OptIn
from messaging.consent.services import consent
from tests import factories
from tests.accounts.conftest import sign_in
from tests.factories import NOW
from tests.messaging.cast import open_phone
from tests.messaging.conftest import client_of, phone

__all__ = ["client_of", "phone"]
NUMBER = "+966512345678"


@pytest.fixture
def carl(phone):
    return phone.customer(phone=NUMBER)


@pytest.fixture
def read(phone, carl, client_of):
    """The page, as a manager of Mona's reads it."""
    client = sign_in(client_of("ada"), factories.make_member(phone.shop.merchant, "manager").email)
    return lambda: client.get(f"/merchant/customers/{carl.id}/").content.decode()


def test_what_was_agreed_to_when_where_and_in_which_words(phone, carl, read):
    optin = OptIn.objects.get(customer=carl)
    page = read()

    assert "Agreed" in page
    assert "Coupon centre" in page
    assert f'href="/merchant/consent/{optin.id}/"><bdi>{optin.text_version}</bdi>' in page
    assert f"/merchant/messages/?customer={carl.id}" in page
    assert "STOP" not in page


def test_a_stop_is_said_with_its_moment_and_where_it_was_said(phone, carl, read):
    consent.opt_out_number(phone=NUMBER, source="keyword", now=NOW)
    stopped = read()
    consent.resume_number(phone=NUMBER, source="keyword", now=NOW)

    assert "This number said STOP" in stopped
    assert "Word in a reply" in stopped
    assert "Stopped by the customer" in stopped
    assert "said STOP" not in read()


def test_who_never_agreed_is_shown_as_that_and_what_was_agreed_with_others_is_not_told(phone, carl, read):
    OptIn.objects.all().delete()
    factories.make_optin(open_phone(phone.shop.site).shop.merchant, carl)

    assert "never agreed to your messages" in read()
    assert "Agreed" not in read()
