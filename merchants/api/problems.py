"""Every error as RFC 9457 problem details: type, title, status, detail, instance, code, errors[], request_id."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from kernel import limits
from kernel.errors import DomainError
from merchants.errors import BadPlan

log = structlog.get_logger("couponry.api")
CONTENT_TYPE = "application/problem+json"


def problem(
    request: Any, status: int, code: str, detail: Any = "", *, errors: list[dict[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    """The body of an error."""
    return {
        "type": f"urn:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": str(detail),
        "instance": request.path, "code": code, "errors": errors or [],
        "request_id": getattr(request, "request_id", ""), **more,
    }  # fmt: skip


def answer(request: HttpRequest, status: int, code: str, detail: Any = "", **more: Any) -> JsonResponse:
    """An error outside DRF's own handling."""
    return JsonResponse(problem(request, status, code, detail, **more), status=status, content_type=CONTENT_TYPE)


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: what the domain and DRF raise becomes a problem; anything else stays an error."""
    found = _body(error, context["request"])
    if found is None:
        return None
    response = Response(found, status=found["status"], content_type=CONTENT_TYPE)
    if isinstance(error, limits.TooMany):
        response["Retry-After"] = str(max(1, error.verdict.retry_after))
    return response


def _body(error: Exception, request: Any) -> dict[str, Any] | None:
    if isinstance(error, BadPlan):
        errors = [_field(name, "invalid", message) for name, message in error.errors.items()]
        return problem(request, error.status, error.code, error.message, errors=errors)
    if isinstance(error, DomainError):
        return problem(request, error.status, error.code, error.message, errors=_of_data(error))
    if isinstance(error, exceptions.ValidationError):
        return problem(request, 422, "invalid", "Some fields are wrong.", errors=list(_flat(error.get_full_details())))
    if isinstance(error, Http404):
        return problem(request, 404, "not_found", "There is no such thing.")
    if isinstance(error, PermissionDenied):
        return problem(request, 403, "not_allowed", "This key may not do that.")
    if isinstance(error, exceptions.APIException):
        return problem(request, error.status_code, str(error.get_codes()), error.detail)
    log.error("api error", exc_info=error)
    return problem(request, 500, "server_error", "Something went wrong on our side. The request id finds it.")


def _field(name: str, code: str, message: Any) -> dict[str, str]:
    return {"field": name, "code": code, "message": str(message)}


def _of_data(error: DomainError) -> list[dict[str, str]]:
    field = error.data.get("field")
    return [_field(str(field), error.code, error.message)] if field else []


def _flat(details: Any, path: str = "") -> Any:
    if isinstance(details, dict) and "message" in details and "code" in details:
        yield _field(path, details["code"], details["message"])
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    else:
        for inner in details:
            yield from _flat(inner, path)
