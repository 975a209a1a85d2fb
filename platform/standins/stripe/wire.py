"""What goes over the wire: nested form fields, Stripe's errors, ids."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"
_PART = re.compile(r"\[([^\]]*)\]")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class ApiError(Exception):
    """An answer in Stripe's error form."""

    def __init__(self, status: int, kind: str, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.code, self.param = status, kind, message, code, param

    def body(self, request_id: str) -> Json:
        error = {"type": self.kind, "message": self.message, "request_log_url": f"https://dashboard/{request_id}"}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, param: str = "", code: str = "", status: int = 400) -> ApiError:
    return ApiError(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, wanted: str) -> ApiError:
    return invalid(f"No such {kind}: '{wanted}'", param="id", code="resource_missing", status=404)


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_" + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def decode(text: str) -> Json:
    """`a[b][0][c]=d` as nested dictionaries; numbered and `[]` parts become lists."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        head, _, _rest = name.partition("[")
        path = [head, *_PART.findall(name)]
        _put(tree, path, value)
    return {key: _listed(value) for key, value in tree.items()}


def _put(tree: Json, path: list[str], value: str) -> None:
    for part in path[:-1]:
        step = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(step, dict):
            raise invalid("Invalid request: a field is both a value and a group.", param=path[0])
        tree = step
    tree[path[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(item) for key, item in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def whole(value: Any, param: str, *, least: int = 0) -> int:
    """A number out of a form. Raises ApiError."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid integer: {value}", param=param, code="parameter_invalid_integer") from None
    if number < least:
        raise invalid(f"This value must be greater than or equal to {least}.", param=param)
    return number


def metadata(value: Any, param: str = "metadata") -> dict[str, str]:
    """Metadata within Stripe's limits. Raises ApiError."""
    found = value or {}
    if not isinstance(found, dict):
        raise invalid("Invalid object", param=param)
    if len(found) > 50 or any(len(k) > 40 or len(str(v)) > 500 for k, v in found.items()):
        raise invalid("Metadata has too many or too long entries.", param=param)
    return {key: str(text) for key, text in found.items() if text != ""}


def page_of(items: list[Json], query: Json, url: str) -> Json:
    """A list object of at most `limit` items, newest first."""
    limit = min(whole(query.get("limit", 10), "limit", least=1), 100)
    after = query.get("starting_after")
    if after:
        ids = [item["id"] for item in items]
        items = items[ids.index(after) + 1 :] if after in ids else []
    return {"object": "list", "url": url, "has_more": len(items) > limit, "data": items[:limit]}
