"""What every endpoint does: key, limits, wall, scope, idempotency, headers."""

from __future__ import annotations

import json
from typing import Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actors import Actor
from accounts.permissions import PUBLIC
from kernel import clock, limits
from kernel.errors import DomainError
from kernel.limits import Bucket
from merchants.api import auth, idempotency, problems
from merchants.models import ApiKey
from tenants.models import Site
from tenants.walls import wall

PER_KEY, PER_SECONDS = 600, 60
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def site_of(request: Any) -> Site:
    return cast("Site", request.site)


class Paging(CursorPagination):
    """`next` and `previous` are addresses; `limit` up to 100."""

    page_size = 25
    page_size_query_param = "limit"
    max_page_size = 100
    cursor_query_param = "cursor"
    ordering = "-created_at"


class KeyAuthentication(BaseAuthentication):
    """Named for the schema only: the key is checked before the wall is narrowed, in MerchantView.dispatch."""

    def authenticate(self, request: Any) -> None:
        return None


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "merchants.api.base.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-API-Key"}


class MerchantView(APIView):
    """An endpoint of a merchant's own system. `scopes` says what a key needs for each method."""

    verb = PUBLIC  # the permission table knows people; keys have scopes, checked here
    authentication_classes = (KeyAuthentication,)
    scopes: ClassVar[dict[str, str]] = {}
    key_needed = False  # whether writes insist on an Idempotency-Key

    api_key: ApiKey
    actor: Actor
    act_id: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now, site = clock.now(), site_of(request)
        network = Bucket("api.unknown", limits.network(limits.client_address(request.META)), 30, 600)
        if not site.is_open:
            return problems.answer(request, 503, "suspended", "This site is closed for now.")
        if not limits.allow(network, site_id=site.id, now=now, cost=0).allowed:
            return self._finish(problems.answer(request, 429, "too_many", "Too many wrong keys."), retry=60)
        with wall(site, "site"):
            found = auth.find(auth.key_in(request), now=now)
        if found is None:
            limits.allow(network, site_id=site.id, now=now)
            refused = problems.answer(request, 401, "unknown_key", "Send a valid key as X-API-Key.")
            refused["WWW-Authenticate"] = 'Bearer realm="api"'
            return self._finish(refused)
        verdict = limits.allow(Bucket("api.key", str(found.id), PER_KEY, PER_SECONDS), site_id=site.id, now=now)
        if not verdict.allowed:
            return self._finish(problems.answer(request, 429, "too_many", "Slow down."), verdict=verdict)
        self.api_key = found
        self.actor = auth.actor_of(found, request.request_id)  # type: ignore[attr-defined]
        with wall(site, "merchant", merchant=found.merchant_id):
            response = self._once(request, *args, **kwargs)
        return self._finish(response, verdict=verdict)

    def _once(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The view's answer; for a write with an Idempotency-Key the one it gave before."""
        key = request.headers.get(idempotency.HEADER, "") if request.method in WRITES else ""
        self.act_id = idempotency.act_id(self.api_key, key)
        if not key:
            return self._rendered(super().dispatch(request, *args, **kwargs))
        digest = idempotency.request_hash(str(request.method), request.path, request.body)
        try:
            before = idempotency.begin(api_key=self.api_key, key=key, digest=digest, now=clock.now())
        except DomainError as refused:
            return problems.answer(request, refused.status, refused.code, refused.message)
        if before:
            kind = problems.CONTENT_TYPE if before.status >= 400 else "application/json"
            response = HttpResponse(json.dumps(before.body), status=before.status, content_type=kind)
            response["Idempotency-Replayed"] = "true"
            return response
        try:
            response = self._rendered(super().dispatch(request, *args, **kwargs))
        except BaseException:
            idempotency.end(api_key=self.api_key, key=key, status=500, body=None)
            raise
        body = json.loads(response.content) if response.content else None
        idempotency.end(api_key=self.api_key, key=key, status=response.status_code, body=body)
        return response

    @staticmethod
    def _rendered(response: Any) -> HttpResponse:
        """Rendered inside the wall: what is lazy must not be read outside it."""
        if isinstance(response, Response):
            return cast("HttpResponse", response.render())
        return response  # type: ignore[no-any-return]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        needed = self.scopes.get(request.method)
        if needed and needed not in self.api_key.scopes:
            raise PermissionDenied(f"This key lacks the scope {needed}.")
        if self.key_needed and request.method in WRITES and not request.headers.get(idempotency.HEADER):
            raise idempotency.KeyNeeded()

    def get_exception_handler(self) -> Any:
        return problems.handler

    def paged(self, rows: Any, serializer: Any, ordering: str) -> Response:
        """A page of rows by cursor."""
        pager: Any = Paging()
        pager.ordering = ordering
        page = pager.paginate_queryset(rows, self.request, view=self)
        rows = serializer(page, many=True, context={"request": self.request}).data
        return cast("Response", pager.get_paginated_response(rows))

    @staticmethod
    def _finish(response: HttpResponse, *, verdict: limits.Verdict | None = None, retry: int = 0) -> HttpResponse:
        response["Cache-Control"] = "no-store"
        if verdict and verdict.limit:
            response["RateLimit-Limit"] = str(verdict.limit)
            response["RateLimit-Remaining"] = str(verdict.remaining)
            response["RateLimit-Reset"] = str(PER_SECONDS if verdict.remaining else max(1, verdict.retry_after))
            retry = verdict.retry_after if not verdict.allowed else retry
        if retry:
            response["Retry-After"] = str(max(1, retry))
        return response
