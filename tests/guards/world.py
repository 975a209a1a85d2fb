"""Every URL of the resolver, and a world with one of everything to fill their arguments from."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts import permissions
from accounts.middleware import SESSION_SEEN, surface
from accounts.models import Invitation, Membership
from accounts.roles import MerchantRole, StaffRole
from agents.models import Agent, TopUp
from agents.purchases.models import Paper, Purchase
from agents.statements.models import Statement
from credits.pricing.models import PriceItem
from kernel.models import Job
from merchants import models as m
from merchants.library.models import LibraryTemplate
from messaging.automations.models import Campaign
from messaging.consent.models import OptIn
from messaging.models import Message
from tenants.models import Domain, ListEntry, MerchantCard
from tenants.services import cards
from tenants.walls import wall
from tests import cluster, factories
from tests.meta.cast import make_sender, make_templates

NOW = factories.NOW
VISITOR = "visitor"
NOTHING = uuid.UUID("00000000-0000-7000-8000-00000000dead")

# Arguments that name no row: any value will do.
CONSTANTS = {
    "unit": "coupon", "name": "logo-0123456789abcdef.png", "size": "small", "page": "forms", "form": "html",
    "token": "AAAAAAAAAAAAAAAAAAAAAAAA", "uidb36": "1", "key": "set-password", "session_id": 1, "path": "nothing.png",
    "kind": "png", "format": "csv", "part": "1", "paper": "a4", "shape": "a4", "rest": "nothing",
}  # fmt: skip
# Where an own object may still be answered with 404, because a file or token behind it is not there in this test.
MAY_BE_ABSENT = {"name", "path", "rest", "token", "size", "session_id", "page"}

# The job of this world has made nothing yet, nobody gave a proof, and its statements were never printed.
_FILES = {f"{space}-statements:{language}" for space in ("own", "office", "console") for language in ("en", "ar")}
NO_RESULT_YET = _FILES | {"merchants:job-file", "sales:proof", "money:topup-proof", "console:topup-proof"}

OBJECTS_OF_MERCHANT = {
    "batch_id": m.Batch, "coupon_id": m.Coupon, "template_id": m.CouponTemplate, "branch_id": m.Branch,
    "device_id": m.Device, "redemption_id": m.Redemption, "key_id": m.ApiKey, "invitation_id": Invitation,
    "purchase_id": Purchase, "paper_id": Paper, "message_id": Message, "optin_id": OptIn, "campaign_id": Campaign, "statement_id": Statement, "membership_id": Membership, "member_id": Membership, "job_id": Job,
}  # fmt: skip


@dataclass(frozen=True)
class Url:
    site: str  # the host of the tests that serves it
    route: str
    name: str
    view: Any
    params: tuple[str, ...]

    @property
    def surface(self) -> str:
        return "master" if self.site == "master" and not self.route.startswith("account/") else surface(_Typed, "/" + self.route)

    @property
    def verb(self) -> str:
        for holder in (self.view, getattr(self.view, "view_class", None), getattr(self.view, "cls", None)):
            if getattr(holder, "verb", None):
                return str(holder.verb)
        return permissions.SELF if self.surface == "door" else ""

    def __str__(self) -> str:
        return f"{self.site}:/{self.route}"


class _Typed:
    type = "site"


def walk(resolver: Any, prefix: str = "", names: str = "", params: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for pattern in resolver.url_patterns:
        found = (*params, *pattern.pattern.regex.groupindex)
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, f"{names}{pattern.name}", pattern.callback, found
        else:
            space = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from walk(pattern, route, space, found)


def all_urls() -> list[Url]:
    return [
        Url(site, *found)
        for site, urlconf in (("master", "config.urls.master"), ("ada", "config.urls.site"))
        for found in walk(get_resolver(urlconf))
    ]


class World:
    """One of everything on Ada's site for Mona and for Sam, on Bob's site for somebody, and on the console."""

    def __init__(self) -> None:
        self.ada, self.bob, self.master = cluster.site("ada"), cluster.site("bob"), cluster.site("master")
        self.clients: dict[tuple[str, str], Client] = {}
        with wall(self.ada, "site"):
            self.mona, self.sam = (self._furnished() for _ in range(2))
            self.statement = factories.make_statement()
            self.staff_invitation = self._invitation()
            self.staff = {role: factories.make_staff(role) for role in StaffRole.values}
            self.members = {role: factories.make_member(self.mona, role) for role in MerchantRole.values}
            self.domain = self._domain(self.ada, "ada-own.example")
        with wall(self.bob, "site"):
            self.bobs = self._furnished()
            self.bob_invitation = self._invitation()
            self.bob_statement = factories.make_statement()
            self.bob_staff = factories.make_staff()
            self.bob_domain = self._domain(self.bob, "bob-own.example")
        with wall(self.master, "master"):
            self.console_staff = {role: factories.make_staff(role) for role in StaffRole.values}
            self.console_invitation = self._invitation()
            self.agent = Agent.objects.create(
                number=1, site_id=self.ada.id, company="Ada Ltd", contact_name="Ada", contact_email="ada@example.com",
                created_at=NOW,
            )  # fmt: skip
            for site, agent_id in ((self.ada, self.agent.id), (self.bob, uuid.uuid4())):
                TopUp.objects.create(
                    site_id=site.id, agent_id=agent_id, method="bank", state="pending_confirmation", amount=100,
                    currency="SAR", created_at=NOW, created_label="Ada",
                )  # fmt: skip
            self.library = LibraryTemplate.objects.create(
                name_en="Plain", name_ar="سادة", image="x", content_type="image/png", width=1000, height=500,
                layout=_layout(), created_at=NOW,
            )  # fmt: skip

            self.price_item = self._price_item()
        self.sender, *self.texts = make_sender(self.ada), *make_templates(self.ada)

    def _price_item(self) -> PriceItem:
        from tests.pricing.cast import make_item, put

        item = make_item()
        put(item, 10_000, 1_000)
        return item

    def _furnished(self) -> m.Merchant:
        from credits.services import wallets

        merchant = factories.make_merchant()
        factories.make_one_of_everything(merchant)
        wallets.open_for_merchant(merchant_id=merchant.id, now=NOW)
        cards.keep(merchant=merchant, now=NOW)
        site_id = MerchantCard.objects.get(id=merchant.id).site_id
        Job.objects.create(site_id=site_id, merchant_id=merchant.id, kind="test", title="Test", created_at=NOW)
        m.CouponTemplate.objects.filter(merchant=merchant).update(layout=_layout())
        return merchant

    def _invitation(self) -> Invitation:
        return Invitation.objects.create(
            email=f"{uuid.uuid4().hex}@example.com", name="New", roles=["viewer"], token_hash=uuid.uuid4().hex,
            created_at=NOW, expires_at=NOW + factories.DAY,
        )  # fmt: skip

    def _domain(self, site: Any, name: str) -> Domain:
        return Domain.objects.create(tenant=site, domain=name, token="t", created_at=NOW)

    def client(self, site: str, who: str) -> Client:
        """A browser of a role (`viewer`, `m:owner`) or of a visitor; made once."""
        key = (site, who)
        if key not in self.clients:
            self.clients[key] = self._signed_in(site, who)
        return self.clients[key]

    def _signed_in(self, site: str, who: str) -> Client:
        client = Client(headers={"host": cluster.HOSTS[site]})
        if who == VISITOR:
            return client
        people = self.console_staff if site == "master" else self.staff
        user = self.members[who.removeprefix("m:")] if who.startswith("m:") else people[who]
        with wall(self.master if site == "master" else self.ada, "master" if site == "master" else "site"):
            session = SessionStore()
            session.update(
                {
                    SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(), SESSION_SEEN: int(time.time()),
                }
            )  # fmt: skip
            session.save()
        client.cookies["session"] = session.session_key
        return client

    def fill(self, url: Url, *, foreign: bool) -> dict[str, Any]:
        """The URL's arguments. Raises KeyError for one that nobody said how to fill."""
        return {param: self._value(url, param, foreign=foreign) for param in url.params}

    def _value(self, url: Url, param: str, *, foreign: bool) -> Any:
        special = self._special(url, foreign=foreign)
        if param in special:
            return special[param]
        if param in CONSTANTS:
            return CONSTANTS[param]
        if url.surface in {"merchant", "visitor"} and param in OBJECTS_OF_MERCHANT:
            return self._row(url, OBJECTS_OF_MERCHANT[param], foreign=foreign)
        raise KeyError(f"{url}: say in tests/guards/world.py how to fill {param!r}")

    def _special(self, url: Url, *, foreign: bool) -> dict[str, Any]:
        if url.surface == "master":
            return {
                "agent_id": NOTHING if foreign else self.agent.id,
                "merchant_id": NOTHING if foreign else self.mona.id,
                "template_id": NOTHING if foreign else self.library.id,
                "entry_id": NOTHING if foreign else self._entry(),
                "topup_id": NOTHING if foreign else self._topup(foreign=False),
                "item_id": NOTHING if foreign else self.price_item.id,
                "statement_id": NOTHING if foreign else self.statement.id,
                "domain_id": self.bob_domain.id if foreign else self.domain.id,
                "user_id": NOTHING if foreign else self.console_staff["viewer"].id,
                "sender_id": NOTHING if foreign else self.sender.id,
                "text_id": NOTHING if foreign else self.texts[0].id,
                "invitation_id": NOTHING if foreign else self.console_invitation.id,
            }
        if url.surface == "site":
            of_merchant = "merchant_id" in url.params
            return {
                "merchant_id": self.bobs.id if foreign else self.mona.id,
                **self._sold(self.bobs if foreign else self.mona), "topup_id": self._topup(foreign=foreign),
                "statement_id": (self.bob_statement if foreign else self.statement).id,
                "message_id": NOTHING if foreign else self._row(url, Message, foreign=False),
                "user_id": self.bob_staff.id if foreign else self.staff["viewer"].id,
                "domain_id": self.bob_domain.id if foreign else self.domain.id,
                "invitation_id": self._merchant_invitation(foreign=foreign)
                if of_merchant
                else (self.bob_invitation if foreign else self.staff_invitation).id,
            }
        if url.surface == "visitor":
            return {
                "slug": (self.bobs if foreign else self.mona).slug,
                "serial": self._row(url, m.Coupon, foreign=foreign, field="serial"),
                "customer_id": NOTHING,
            }
        if url.name == "buy:order":
            return {"item_id": NOTHING}  # what is not sold is refused on the page, never as absent
        if "library-image" in url.name:
            return {"template_id": NOTHING if foreign else self.library.id}
        if "nonce" in url.params:
            return {"nonce": self._row(url, m.Scan, foreign=foreign, field="nonce")}
        if "customer_id" in url.params:
            return {"customer_id": self._row(url, m.MerchantCustomer, foreign=foreign, field="customer_id")}
        if "user_id" in url.params:
            return {"user_id": self._row(url, Membership, foreign=foreign, field="user_id")}
        return {}

    def _sold(self, merchant: m.Merchant) -> dict[str, Any]:
        with wall(self.bob if merchant is self.bobs else self.ada, "site"):
            paper = Paper.objects.get(merchant=merchant)
            return {"purchase_id": paper.purchase_id, "paper_id": paper.id}

    def _topup(self, *, foreign: bool) -> uuid.UUID:
        with wall(self.master, "master"):
            return TopUp.objects.get(site_id=(self.bob if foreign else self.ada).id).id

    def _entry(self) -> uuid.UUID:
        with wall(self.master, "master"):
            return ListEntry.objects.filter(kind="city").values_list("id", flat=True)[0]

    def _merchant_invitation(self, *, foreign: bool) -> uuid.UUID:
        with wall(self.bob if foreign else self.ada, "site"):
            merchant = self.bobs if foreign else self.mona
            return Invitation.objects.filter(merchant_id=merchant.id).values_list("id", flat=True)[0]

    def _row(self, url: Url, model: Any, *, foreign: bool, field: str = "id") -> Any:
        """Foreign to a merchant is another merchant of the site; foreign to a visitor is another site."""
        away = foreign and url.surface == "visitor"
        merchant = self.bobs if away else self.sam if foreign else self.mona
        with wall(self.bob if away else self.ada, "site"):
            return model.objects.filter(merchant_id=merchant.id).order_by("id").values_list(field, flat=True)[0]


def _layout() -> dict[str, Any]:
    from merchants.paper.defaults import default_layout

    return default_layout(1000, 500).to_json()
