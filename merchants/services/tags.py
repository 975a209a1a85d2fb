"""A merchant's tags on its customers: on one, on many, renamed, deleted.

Writers of one merchant take turns at its row, so that a tag has one spelling there. A tag that somebody carries
already keeps its spelling however it is typed; only renaming changes it. The trail says how many, never which words: it
is read by more people, and it is never erased.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import CharField, F, Func, Q, Value
from django.utils.translation import gettext as _

from accounts.actors import Actor, must
from accounts.services import audit
from kernel.errors import NotFound
from merchants import locks
from merchants import tags as words
from merchants.models import Merchant, MerchantCustomer
from merchants.queries.tags import list_tags
from merchants.tags import BadTag
from ui.text import thousands

MOST_AT_ONCE = 10_000
VERB = "customer.tag"
_WITHOUT = """
UPDATE merchants_merchantcustomer SET (tags, tag_keys) = (
    SELECT coalesce(array_agg(tag ORDER BY place), '{}'), coalesce(array_agg(key ORDER BY place), '{}')
    FROM unnest(tags, tag_keys) WITH ORDINALITY AS one (tag, key, place) WHERE key <> %(key)s
) WHERE id = ANY(%(ids)s)
"""
# Who carries both keeps one, at the place of the first.
_RENAMED = """
UPDATE merchants_merchantcustomer SET (tags, tag_keys) = (
    SELECT array_agg(tag ORDER BY place), array_agg(key ORDER BY place) FROM (
        SELECT CASE WHEN key IN (%(key)s, %(new)s) THEN %(name)s ELSE tag END AS tag,
               CASE WHEN key = %(key)s THEN %(new)s ELSE key END AS key, min(place) AS place
        FROM unnest(tags, tag_keys) WITH ORDINALITY AS one (tag, key, place) GROUP BY 1, 2
    ) AS merged
) WHERE id = ANY(%(ids)s)
"""


@dataclass(frozen=True, slots=True)
class Renaming:
    """What those who name a tag elsewhere are told, in the transaction that renames it."""

    merchant: Merchant
    key: str
    name: str
    actor: Actor
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Tagged:
    """`changed`: customers that got or lost the tag; `full`: those left out because they carry as many as one may."""

    changed: int
    full: int = 0


_followers: list[Callable[[Renaming], None]] = []


def follow(function: Callable[[Renaming], None]) -> None:
    """Have `function` told of every renaming, before the customers' rows are locked. Called once, by a room above."""
    if function not in _followers:
        _followers.append(function)


def put(
    *, merchant: Merchant, customer_id: uuid.UUID, tags: Iterable[str], actor: Actor, now: dt.datetime
) -> list[str]:
    """Let one customer of the merchant carry exactly these. Raises NotAllowed, NotFound, BadTag."""
    must(actor, VERB, merchant)
    wanted = words.clean_all(tags)
    with transaction.atomic():
        locks.merchant(merchant.id)
        row = locks.merchant_customer(merchant.id, customer_id)
        before, after = row.tags, _as_known(merchant, wanted)
        if after != before:
            row.tags, row.tag_keys = after, [words.key(tag) for tag in after]
            row.save(update_fields=["tags", "tag_keys"])
            many = {"tags": len(before)}, {"tags": len(after)}
            audit.record("customer.tag", row, actor=actor, now=now, before=many[0], after=many[1])
    return after


def add(
    *, merchant: Merchant, row_ids: Collection[uuid.UUID], tag: str, actor: Actor, now: dt.datetime
) -> Tagged:  # fmt: skip
    """Give a tag to these `MerchantCustomer` rows; those of others are passed over. Raises NotAllowed, BadTag."""
    must(actor, VERB, merchant)
    name = words.clean(tag)
    _must_be_few(row_ids)
    with transaction.atomic():
        locks.merchant(merchant.id)
        (name,) = _as_known(merchant, [name])
        key = words.key(name)
        rows = MerchantCustomer.objects.filter(merchant_id=merchant.id, customer__erased_at=None, id__in=row_ids)
        ids = locks.merchant_customers(rows.exclude(tag_keys__contains=[key]))
        lacking = MerchantCustomer.objects.filter(id__in=ids)
        changed = lacking.filter(tags__len__lt=words.MOST).update(
            tags=_with("tags", name), tag_keys=_with("tag_keys", key)
        )
        if changed:
            _note("tag.add", merchant, changed, actor, now)
    return Tagged(changed, full=len(ids) - changed)


def remove(
    *, merchant: Merchant, row_ids: Collection[uuid.UUID], tag: str, actor: Actor, now: dt.datetime
) -> Tagged:  # fmt: skip
    """Take a tag from these `MerchantCustomer` rows; those of others are passed over. Raises NotAllowed, BadTag."""
    must(actor, VERB, merchant)
    name = words.clean(tag)
    _must_be_few(row_ids)
    with transaction.atomic():
        locks.merchant(merchant.id)
        changed = _without(merchant, words.key(name), Q(id__in=row_ids))
        if changed:
            _note("tag.remove", merchant, changed, actor, now)
    return Tagged(changed)


def delete(*, merchant: Merchant, tag: str, actor: Actor, now: dt.datetime) -> int:
    """Take a tag from everybody; how many carried it. Raises NotAllowed, NotFound.

    Whoever names it elsewhere keeps the word and finds nobody: taking it out of a segment would widen that.
    """
    must(actor, VERB, merchant)
    with transaction.atomic():
        locks.merchant(merchant.id)
        changed = _without(merchant, words.key(tag), Q()) if words.is_clean(tag) else 0
        if not changed:
            raise NotFound(_("Nobody carries this tag."))
        _note("tag.delete", merchant, changed, actor, now)
    return changed


def rename(*, merchant: Merchant, tag: str, to: str, actor: Actor, now: dt.datetime) -> int:
    """Call a tag otherwise everywhere; how many carried it. One of the new name becomes the same tag.

    Raises NotAllowed, NotFound, BadTag.
    """
    must(actor, VERB, merchant)
    name, key = words.clean(to), words.key(tag)
    new = words.key(name)
    with transaction.atomic():
        locks.merchant(merchant.id)
        rows = MerchantCustomer.objects.filter(merchant_id=merchant.id)
        carried = rows.filter(tag_keys__contains=[key]).count() if words.is_clean(tag) else 0
        if not carried:
            raise NotFound(_("Nobody carries this tag."))
        for told in _followers:
            told(Renaming(merchant, key, name, actor, now))
        ids = locks.merchant_customers(rows.filter(tag_keys__overlap=[key, new]))
        with connection.cursor() as cursor:
            cursor.execute(_RENAMED, {"key": key, "new": new, "name": name, "ids": ids})
        _note("tag.rename", merchant, carried, actor, now)
    return carried


def _as_known(merchant: Merchant, tags: list[str]) -> list[str]:
    """The tags as the merchant spells them already. Raises BadTag where they would be too many different ones."""
    known = {tag.key: tag.name for tag in list_tags(merchant.id)}
    keys = [words.key(tag) for tag in tags]
    if set(keys) - set(known) and len(set(known) | set(keys)) > words.MOST_KINDS:
        most = {"most": words.MOST_KINDS}
        raise BadTag(_("You use %(most)s different tags: delete one before you make another.") % most)
    return [known.get(key, tag) for key, tag in zip(keys, tags, strict=True)]


def _must_be_few(row_ids: Collection[uuid.UUID]) -> None:
    if len(row_ids) > MOST_AT_ONCE:
        most = {"most": thousands(MOST_AT_ONCE)}
        raise BadTag(_("At most %(most)s customers at a time.") % most)


def _with(column: str, value: str) -> Func:
    return Func(F(column), Value(value, output_field=CharField()), function="array_append")


def _without(merchant: Merchant, key: str, which: Q) -> int:
    rows = MerchantCustomer.objects.filter(which, merchant_id=merchant.id, tag_keys__contains=[key])
    ids = locks.merchant_customers(rows)
    with connection.cursor() as cursor:
        cursor.execute(_WITHOUT, {"key": key, "ids": ids})
    return len(ids)


def _note(verb: str, merchant: Merchant, customers: int, actor: Actor, now: dt.datetime) -> None:
    audit.record(verb, merchant, actor=actor, now=now, after={"customers": customers}, merchant_id=merchant.id)
