"""Names of the levels and of the database roles behind them.

A level is who is asking. Every level has a group role, which policies name, and (but for `registry` and `relay`) one
role per schema, which grants name: `<schema>_<level>`. The name of a site's role carries the site's id.
"""

from __future__ import annotations

SITE_LEVELS = ("site", "merchant", "holder", "visitor")
MASTER_LEVELS = ("master",)
# Levels without a schema: finding the site of a host, and draining the outbox.
PUBLIC_LEVELS = ("registry", "relay")
GROUPS = tuple(f"couponry_{level}" for level in (*SITE_LEVELS, *MASTER_LEVELS, *PUBLIC_LEVELS))

# The console's row in the registry. Fixed, so that policies can name it.
MASTER_ID = "00000000-0000-7000-8000-000000000001"
OWN_MASTER = f"site_id = '{MASTER_ID}'::uuid"

OWNER = "couponry_owner"
APP = "couponry_app"
BANK = "couponry_bank"  # owns the ledger's posting function, and nothing else

# The site id inside a role name, in SQL: role s<32 hex>_site.
SITE_OF_ROLE = "substr(current_user::text, 2, 32)::uuid"
MERCHANT_SETTING = "nullif(current_setting('couponry.merchant', true), '')::uuid"
PROOF_SETTING = "nullif(current_setting('couponry.proof', true), '')::uuid"


def levels_of(schema_type: str) -> tuple[str, ...]:
    """The levels that have a role in a schema of this type."""
    return {"site": SITE_LEVELS, "master": MASTER_LEVELS}.get(schema_type, ())


def role(schema: str, level: str) -> str:
    """The database role of `level` in `schema`."""
    if level in PUBLIC_LEVELS:
        return f"couponry_{level}"
    return f"{schema}_{level}"
