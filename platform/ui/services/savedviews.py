"""Save, rename and delete a person's views of a list."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.errors import DomainError
from ui.models import SavedView

LIMIT = 20


class ViewRefused(DomainError):
    """The view cannot be saved: no name, the name is taken, or there are too many."""

    code = "view_refused"


def _name(text: str) -> str:
    name = " ".join(text.split())[:40]
    if not name:
        raise ViewRefused(_("Give the view a name."))
    return name


def save(*, actor: Any, page: str, name: str, query: str, now: dt.datetime) -> SavedView:
    """Keep a state of `page` under `name`. Raises ViewRefused."""
    name = _name(name)
    if SavedView.objects.filter(user_id=actor.id, page=page).count() >= LIMIT:
        raise ViewRefused(_("You have %(count)s views of this list. Delete one first.") % {"count": LIMIT})
    if len(query) > 1000:
        raise ViewRefused(_("This view has too many filters to be saved."))
    try:
        with transaction.atomic():
            return SavedView.objects.create(
                user_id=actor.id, merchant_id=actor.merchant_id, page=page, name=name, query=query, created_at=now
            )
    except IntegrityError as error:
        raise ViewRefused(_("You have a view with this name already.")) from error


def rename(*, actor: Any, view_id: uuid.UUID, name: str) -> None:
    """Give one's own view another name. Raises ViewRefused."""
    name = _name(name)
    try:
        with transaction.atomic():
            SavedView.objects.filter(id=view_id, user_id=actor.id).update(name=name)
    except IntegrityError as error:
        raise ViewRefused(_("You have a view with this name already.")) from error


def delete(*, actor: Any, view_id: uuid.UUID) -> None:
    """Forget one's own view; another's is left alone."""
    SavedView.objects.filter(id=view_id, user_id=actor.id).delete()
