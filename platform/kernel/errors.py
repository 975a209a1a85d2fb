"""The one base of every refusal the product makes.

Each failure is a class beside the service that raises it; one place per channel (form, API, socket) shows it.
"""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal a person can act on.

    `code` is stable and machine-readable, `message` says what happened and what to do (translated, may be lazy),
    `data` holds plain values for the API and the log: ids and numbers, never personal data.
    """

    code = "refused"
    status = 400

    def __init__(self, message: Any, *, code: str | None = None, **data: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.data = data

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The actor lacks the permission `verb`."""

    code = "not_allowed"
    status = 403


class NotFound(DomainError):
    """There is no such thing here, or it is not this actor's: the two are never told apart."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The thing changed meanwhile, or the same key was used for something else."""

    code = "conflict"
    status = 409
