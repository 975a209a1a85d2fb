"""A new key in front: everything sealed moves under it, and nothing is lost."""

from __future__ import annotations

import ast
import io
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command

from agents.payments.queries import keys
from config.rotation import SEALED
from kernel import crypto
from merchants.models import Customer, Registration
from tenants.walls import wall
from tests import factories
from tests.factories import DAY, NOW
from tests.payments.cast import WHSEC, connect
from tests.standins import KEY

ROOT = Path(__file__).parents[2]
OLD = "t1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
NEW = "t2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@pytest.fixture
def world(ada_site, master_site):
    with wall(master_site, "master"):
        connect("sk_live_platform_canary")
    with wall(ada_site, "site"):
        connect()
        user = factories.make_user()
        totp = crypto.seal("TOTPSECRET", site_id=ada_site.id, field="mfa")
        Authenticator.objects.create(user=user, type="totp", data={"secret": totp, "other": 1})
        Registration.objects.create(
            details=crypto.seal("{}", site_id=ada_site.id, field="registration"), language="en", token_hash="x",
            created_at=NOW, expires_at=NOW + DAY,
        )  # fmt: skip
        yield factories.make_customer("+966512345678")


def rotate():
    out = io.StringIO()
    call_command("rotate_field_keys", stdout=out)
    return out.getvalue()


def test_everything_sealed_opens_with_the_new_key_alone(world, ada_site, master_site, settings):
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    said = rotate()
    settings.FIELD_KEYS = NEW

    assert "8 values are under the new key now." in said
    assert keys.keys_of(master_site).secret == "sk_live_platform_canary"
    assert (keys.keys_of(ada_site).secret, keys.keys_of(ada_site).webhook_secret) == (KEY, WHSEC)
    found = Customer.objects.get(id=world.id)
    assert crypto.open_sealed(found.phone_sealed, site_id=ada_site.id, field="phone") == "+966512345678"
    assert crypto.open_sealed(found.birthday_sealed, site_id=ada_site.id, field="birthday") == "1990-05-17"
    assert crypto.open_sealed(Registration.objects.get().details, site_id=ada_site.id, field="registration") == "{}"
    data = Authenticator.objects.get().data
    assert crypto.open_sealed(data["secret"], site_id=ada_site.id, field="mfa") == "TOTPSECRET"
    assert data["other"] == 1
    assert rotate().strip() == "Everything is under the first key."


def test_a_missing_older_key_stops_it_and_says_so(world, settings):
    settings.FIELD_KEYS = NEW

    with pytest.raises(CommandError, match="older key is missing"):
        rotate()


def test_every_sealed_column_of_the_project_is_in_the_list():
    named = {(s.model, s.column) for s in SEALED}
    found = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if field.name.endswith("_sealed")
    }

    assert found <= named


def sealed_names():
    """What values that were just sealed are put into: attributes, keyword arguments, entries of a dictionary."""
    for room in ("accounts", "agents", "credits", "kernel", "merchants", "messaging", "storefront", "tenants"):
        for path in [*(ROOT / room).rglob("*.py"), *(ROOT / "platform" / room).rglob("*.py")]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Assign) and seals(node.value):
                    yield from (target.attr for target in node.targets if isinstance(target, ast.Attribute))
                elif isinstance(node, ast.keyword) and seals(node.value):
                    yield node.arg
                elif isinstance(node, ast.Dict):
                    pairs = zip(node.keys, node.values, strict=True)
                    yield from (key.value for key, value in pairs if isinstance(key, ast.Constant) and seals(value))


def seals(node):
    return any(isinstance(part, ast.Call) and ast.unparse(part.func) == "crypto.seal" for part in ast.walk(node))


def test_what_is_sealed_under_any_other_name_is_in_the_list_too():
    known = {s.column for s in SEALED} | {name for s in SEALED for name in s.names}
    found = set(sealed_names())

    assert {"details", "to_sealed"} <= found
    assert found <= known


def test_batches_go_on_where_the_last_one_ended(world, ada_site, settings, monkeypatch):
    monkeypatch.setattr("config.rotation.BATCH", 2)
    for number in range(5):
        factories.make_customer(f"+96655500000{number}")
    settings.FIELD_KEYS = f"{NEW},{OLD}"
    rotate()
    settings.FIELD_KEYS = NEW

    for found in Customer.objects.all():
        assert crypto.open_sealed(found.phone_sealed, site_id=ada_site.id, field="phone").startswith("+966")
