"""What the registry refuses. `data["field"]` names the form's field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import Conflict, DomainError


class SlugRefused(DomainError):
    """The short name cannot be the first part of a host name, or is kept for the platform."""

    code = "slug_refused"

    def __init__(self) -> None:
        super().__init__(
            _("Use 2 to 40 small letters, digits and hyphens; some names are kept for the platform."), field="slug"
        )


class AddressTaken(Conflict):
    """The host name serves a site, or served another one until recently."""

    code = "address_taken"

    def __init__(self, field: str) -> None:
        super().__init__(_("This address is taken. Choose another one."), field=field)


class DomainRefused(DomainError):
    """Not a host name that a site may have."""

    code = "domain_refused"

    def __init__(self, message: Any) -> None:
        super().__init__(message, field="domain")


class DomainInUse(Conflict):
    """The domain cannot be released or changed as it is."""

    code = "domain_in_use"


class NotProved(DomainError):
    """Neither the record nor the file was found. `reason` says what the look-up met."""

    code = "not_proved"

    def __init__(self, message: Any, *, reason: str) -> None:
        super().__init__(message, reason=reason)
