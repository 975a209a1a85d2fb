"""A year of many merchants, written by SQL around the services: what statements say of it is counted here anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)

# Merchant n of the site; the same text gives it in SQL and in Python.
MERCHANT = "00000000-0000-7000-9000-{:012x}"
_ID = "('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid"

_MERCHANTS = f"""
INSERT INTO "{{schema}}".merchants_merchant (id, number, plan, state, brand_name, brand_name_ar, legal_name, slug, category,
  business_type, country, city, address, contact_name, contact_email, contact_phone, logo, time_zone, page_text_en,
  page_text_ar, review_link, review_step, created_at, activated_at)
SELECT {_ID}, 50000 + n, 'annual', 'active', 'Shop ' || n, 'متجر ' || n, 'Shop ' || n || ' LLC', 'shop-' || n, 'food', 'shop',
  'SA', 'riyadh', 'Street ' || n, '', '', '', '', CASE WHEN n %% 3 = 0 THEN 'UTC' ELSE 'Asia/Riyadh' END, '', '', '', false,
  %(start)s - interval '1 day', %(start)s - interval '1 day'
FROM generate_series(1, %(count)s) n;
"""
_FAR = """
INSERT INTO credits_account (id, site_id, kind, unit, owner_type, owner_id, opened_at)
SELECT uuidv7(), %(site)s, kind, unit, 'platform', %(site)s, %(start)s
FROM unnest(ARRAY['issued', 'consumed']) kind, unnest(ARRAY['coupon', 'wa_ui', 'wa_bi']) unit
ON CONFLICT DO NOTHING;
"""
_WALLETS = f"""
INSERT INTO credits_account (id, site_id, kind, unit, owner_type, owner_id, merchant_id, balance, version, opened_at)
SELECT uuidv7(), %(site)s, 'wallet', unit, 'merchant', {_ID}, {_ID}, 0, 0, %(start)s - interval '1 day'
FROM generate_series(1, %(count)s) n, unnest(ARRAY['coupon', 'wa_ui', 'wa_bi']) unit;
"""
# Every fourth line buys 200, the others spend at most 50 each: no wallet falls below zero. Some stand exactly on the
# edge of a month, in UTC or in Riyadh, and a second before it.
_MOVES = """
CREATE TEMP TABLE moves AS
WITH raw AS (
  SELECT a.id AS account, a.merchant_id, a.unit,
    CASE k %% 10
      WHEN 0 THEN date_trunc('month', t.at) WHEN 1 THEN date_trunc('month', t.at) - interval '3 hours'
      WHEN 2 THEN date_trunc('month', t.at) - interval '3 hours 1 second' WHEN 3 THEN date_trunc('month', t.at) - interval '1 second'
      ELSE t.at END AS at, random() AS r
  FROM credits_account a, generate_series(1, %(lines)s) k,
    LATERAL (SELECT (%(start)s + random() * interval '360 days' + (k + a.opened_at::date - a.opened_at::date) * interval '1 second') AS at) t
  WHERE a.site_id = %(site)s AND a.kind = 'wallet' AND a.merchant_id::text LIKE '00000000-0000-7000-9000-%%'
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY account ORDER BY at, r) AS version FROM raw
), signed AS (
  SELECT *, CASE WHEN version %% 4 = 1 THEN 200 ELSE -(1 + floor(r * 50))::bigint END AS amount FROM placed
)
SELECT uuidv7() AS transfer, account, merchant_id, unit, at, version, amount::bigint,
  sum(amount) OVER (PARTITION BY account ORDER BY version)::bigint AS balance_after FROM signed;
"""
_POST = """
INSERT INTO credits_transfer (id, site_id, merchant_id, kind, request_hash, related_type, reason, actor_kind, actor_label, at)
SELECT transfer, %(site)s, merchant_id, 'grant', decode(repeat('00', 32), 'hex'), '', 'line ' || version, 'system', 'test', at FROM moves;
INSERT INTO credits_entry (id, transfer_id, account_id, site_id, owner_type, merchant_id, unit, action, amount, balance_after,
  version, related_type, at)
SELECT uuidv7(), transfer, account, %(site)s, 'merchant', merchant_id, unit, CASE WHEN amount > 0 THEN 'purchase' ELSE 'deduct' END,
  amount, balance_after, version, '', at FROM moves;
INSERT INTO credits_entry (id, transfer_id, account_id, site_id, owner_type, unit, action, amount, related_type, at)
SELECT uuidv7(), m.transfer, a.id, %(site)s, 'platform', m.unit, '', -m.amount, '', m.at
FROM moves m JOIN credits_account a ON a.site_id = %(site)s AND a.unit = m.unit
 AND a.kind = CASE WHEN m.amount > 0 THEN 'issued' ELSE 'consumed' END;
UPDATE credits_account a SET balance = l.balance_after, version = l.version, last_at = l.at
FROM (SELECT DISTINCT ON (account) * FROM moves ORDER BY account, version DESC) l WHERE l.account = a.id;
DROP TABLE moves;
"""


def fill(connection: Any, site: Any, *, merchants: int, lines: int, start: dt.datetime = START) -> None:
    """`merchants` merchants of `site` with three wallets each, and `lines` lines on each wallet over a year."""
    given = {"site": site.id, "start": start, "count": merchants, "lines": lines}
    connection.execute("SET search_path = public")
    with connection.transaction():
        connection.execute("SELECT setseed(0.42)")
        for statement in (_MERCHANTS.replace("{schema}", site.schema_name), _FAR, _WALLETS, _MOVES):
            connection.execute(statement, given)
        for statement in _POST.split(";\n"):
            if statement.strip():
                connection.execute(statement, given if "%(" in statement else None)
    connection.execute("ANALYZE credits_entry")
