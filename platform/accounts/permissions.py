"""The one table of who may do what, and `can`.

Every view names its verb; the middleware refuses a view without one. A role that is not listed may not. Scopes:
`console` (platform staff on the console), `site` (staff of a site), `merchant` (people of a merchant).
"""

from __future__ import annotations

from typing import Any

from accounts.roles import MerchantRole as M
from accounts.roles import StaffRole as S

CONSOLE, SITE, MERCHANT = "console", "site", "merchant"
PUBLIC = "public.view"  # everybody, signed in or not
SELF = "account.self"  # sign-in pages and one's own account: the door

_EVERY_STAFF = frozenset(S)
_LEADERS = frozenset({S.SUPER_ADMIN, S.MANAGEMENT})
_DESK = _LEADERS | {S.OPERATIONS, S.VIEWER, S.ANALYST, S.SUPPORT, S.FINANCE, S.FINANCE_VIEWER}
_MONEY_READERS = _LEADERS | {S.FINANCE, S.FINANCE_VIEWER, S.ANALYST}
_OWNERS = frozenset({M.OWNER})
_MANAGERS = frozenset({M.OWNER, M.MANAGER})
_CREW = frozenset(M)

# verb: {scope: roles}
TABLE: dict[str, dict[str, frozenset[Any]]] = {
    # console
    "console.view": {CONSOLE: _EVERY_STAFF},
    "agent.view": {CONSOLE: _DESK},
    "agent.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS})},
    "agent.suspend": {CONSOLE: frozenset({S.SUPER_ADMIN})},
    "merchant.overview": {CONSOLE: _DESK},
    "usage.view": {CONSOLE: _DESK},
    "main.enter": {CONSOLE: _LEADERS | {S.OPERATIONS, S.SUPPORT, S.FINANCE}},
    "library.view": {CONSOLE: _DESK | {S.MEDIA_BUYER}},
    "library.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS, S.MEDIA_BUYER})},
    "list.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS})},
    "wallet.adjust": {CONSOLE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "price.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "topup.view": {CONSOLE: _MONEY_READERS},
    "topup.record": {CONSOLE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "topup.confirm": {CONSOLE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "meta.view": {CONSOLE: _DESK},
    "meta.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS})},
    # console and sites
    "price.view": {CONSOLE: _MONEY_READERS, SITE: _MONEY_READERS},
    "ledger.view": {CONSOLE: _MONEY_READERS, SITE: _MONEY_READERS},
    "payments.view": {CONSOLE: _MONEY_READERS, SITE: _MONEY_READERS},
    "payments.manage": {CONSOLE: frozenset({S.SUPER_ADMIN}), SITE: frozenset({S.SUPER_ADMIN})},
    "statement.view": {CONSOLE: _MONEY_READERS, SITE: _MONEY_READERS, MERCHANT: _MANAGERS},
    "statement.run": {
        CONSOLE: frozenset({S.SUPER_ADMIN, S.FINANCE}),
        SITE: frozenset({S.SUPER_ADMIN, S.FINANCE}),
    },
    "staff.view": {CONSOLE: _LEADERS, SITE: _LEADERS},
    "staff.manage": {CONSOLE: frozenset({S.SUPER_ADMIN}), SITE: frozenset({S.SUPER_ADMIN})},
    "audit.view": {CONSOLE: _LEADERS, SITE: _LEADERS},
    "domain.view": {CONSOLE: _DESK, SITE: _LEADERS},
    "domain.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS}), SITE: frozenset({S.SUPER_ADMIN})},
    "brand.manage": {CONSOLE: frozenset({S.SUPER_ADMIN, S.OPERATIONS}), SITE: frozenset({S.SUPER_ADMIN})},
    # back office of a site
    "office.view": {SITE: _EVERY_STAFF},
    "merchant.view": {SITE: _DESK},
    "merchant.manage": {SITE: frozenset({S.SUPER_ADMIN, S.OPERATIONS})},
    "sale.view": {SITE: _MONEY_READERS | {S.OPERATIONS, S.SUPPORT}},
    "sale.record": {SITE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "sale.refund": {SITE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "earning.view": {SITE: _MONEY_READERS},
    "billing.manage": {SITE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "money.view": {SITE: _MONEY_READERS},
    "money.topup": {SITE: frozenset({S.SUPER_ADMIN, S.FINANCE})},
    "message.view": {SITE: _DESK, MERCHANT: _MANAGERS},
    "message.settle": {SITE: frozenset({S.SUPER_ADMIN, S.OPERATIONS, S.SUPPORT}), MERCHANT: _MANAGERS},
    # merchant area
    "message.send": {MERCHANT: _MANAGERS},
    "whatsapp.manage": {MERCHANT: _MANAGERS},
    "area.view": {MERCHANT: _MANAGERS},
    "profile.manage": {MERCHANT: _OWNERS},
    "branch.view": {MERCHANT: _MANAGERS},
    "branch.manage": {MERCHANT: _MANAGERS},
    "device.manage": {MERCHANT: _MANAGERS},
    "member.view": {MERCHANT: _MANAGERS},
    "member.manage": {MERCHANT: _OWNERS},
    "wallet.view": {MERCHANT: _MANAGERS},
    "purchase.view": {MERCHANT: _MANAGERS},
    "purchase.make": {MERCHANT: _OWNERS},
    "template.view": {MERCHANT: _MANAGERS},
    "template.manage": {MERCHANT: _MANAGERS},
    "batch.view": {MERCHANT: _MANAGERS},
    "batch.generate": {MERCHANT: _MANAGERS},
    "batch.manage": {MERCHANT: _MANAGERS},
    "coupon.view": {MERCHANT: _MANAGERS},
    "coupon.void": {MERCHANT: _MANAGERS},
    "coupon.export": {MERCHANT: _MANAGERS},
    "customer.view": {MERCHANT: _MANAGERS},
    "customer.tag": {MERCHANT: _MANAGERS},
    "consent.view": {MERCHANT: _MANAGERS},
    "consent.withdraw": {MERCHANT: _MANAGERS},
    "automation.view": {MERCHANT: _MANAGERS},
    "automation.manage": {MERCHANT: _MANAGERS},
    "apikey.manage": {MERCHANT: _OWNERS},
    "history.view": {MERCHANT: _MANAGERS},
    "wheel.view": {MERCHANT: _MANAGERS},
    "wheel.manage": {MERCHANT: _MANAGERS},
    "coupon.redeem": {MERCHANT: _CREW},
    "redemption.view": {MERCHANT: _CREW},
    "redemption.undo": {MERCHANT: _CREW},
    "redemption.undo_late": {MERCHANT: _MANAGERS},
    # whoever is signed in on that surface
    "job.view": {CONSOLE: _EVERY_STAFF, SITE: _EVERY_STAFF, MERCHANT: _CREW},
}


def allowed(verb: str, *, scope: str, roles: frozenset[str]) -> bool:
    """Whether one of `roles` may do `verb` in `scope`. Raises KeyError for a verb that is not in the table."""
    if verb == PUBLIC:
        return True
    if verb == SELF:
        return True
    return bool(TABLE[verb].get(scope, frozenset()) & roles)


def holders(verb: str, scope: str) -> list[Any]:
    """The roles that may do `verb`, for the page that says who can grant it."""
    return sorted(TABLE.get(verb, {}).get(scope, frozenset()))
