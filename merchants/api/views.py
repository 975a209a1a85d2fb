"""The endpoints. Each translates, and makes one call of a service or query."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import public
from credits.queries import balances
from kernel import clock, limits
from kernel.errors import Conflict, DomainError
from kernel.limits import Bucket
from merchants.api import ids, problems
from merchants.api import serializers as s
from merchants.api.base import MerchantView, site_of
from merchants.models import Batch, Branch, Coupon, Merchant, Redemption
from merchants.queries import batches as batch_queries
from merchants.queries import templates
from merchants.serials import found_in, is_valid, normalise
from merchants.services import claims, generation, redemption
from merchants.services.plans import BatchPlan
from merchants.services.templates import face_of
from ui.text import minor_digits

PROBLEM = OpenApiResponse(s.ProblemSerializer, "A problem, RFC 9457.")
PAGING = [
    OpenApiParameter("cursor", OpenApiTypes.STR, description="From `next` or `previous` of another page."),
    OpenApiParameter("limit", OpenApiTypes.INT, description="At most 100; 25 unless set."),
]
KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="The same key with the same request gets the same answer for 24 hours.",
)  # fmt: skip


def _page_of(serializer: Any) -> dict[int | str, Any]:
    name = serializer.__name__.removesuffix("Serializer")
    return {
        200: OpenApiResponse(
            response={
                "type": "object", "required": ["next", "previous", "results"],
                "properties": {
                    "next": {"type": "string", "format": "uri", "nullable": True},
                    "previous": {"type": "string", "format": "uri", "nullable": True},
                    "results": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
                },
            }
        ),
        "default": PROBLEM,
    }  # fmt: skip


@csrf_exempt
@public
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    """Whatever address the API does not have, in the API's own words."""
    return problems.answer(request, 404, "not_found", "There is no such address. The API is described at /api/docs/.")


class BatchListView(MerchantView):
    scopes = {"GET": "batches:read", "POST": "batches:write"}
    key_needed = True

    @extend_schema(
        operation_id="batches_list", summary="List batches, newest first", responses=_page_of(s.BatchSerializer),
        parameters=[
            *PAGING, OpenApiParameter("state", OpenApiTypes.STR, enum=Batch.State.values, description="Only these.")
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        rows = Batch.objects.all()
        if state := request.query_params.get("state"):
            rows = rows.filter(state=state)
        return self.paged(rows, s.BatchSerializer, "-created_at")

    @extend_schema(
        operation_id="batches_generate", summary="Generate a batch", request=s.NewBatchSerializer, parameters=[KEY],
        responses={201: s.BatchSerializer, "default": PROBLEM},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = s.NewBatchSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        merchant = Merchant.objects.get(id=self.api_key.merchant_id)
        plan = _plan(dict(asked.validated_data), merchant, site_of(request), clock.now())
        batch = generation.generate(
            batch_id=self.act_id, merchant_id=merchant.id, plan=plan, actor=self.actor, now=clock.now()
        )
        return Response(s.BatchSerializer(batch, context={"request": request}).data, status=201)


def _plan(given: dict[str, Any], merchant: Merchant, site: Any, now: dt.datetime) -> BatchPlan:
    """The plan of a request. Raises NoSuchTemplate, LayoutRefused, BadPlan comes later."""
    face = face_of(templates.find_design(given.pop("template")), site)
    amount = given.pop("offer_amount", None)
    minor = int(amount.scaleb(minor_digits(site.currency))) if amount is not None else None
    given.setdefault("category", merchant.category)
    given.setdefault("city", merchant.city)
    starts_at = given.pop("starts_at", now)
    return BatchPlan(
        **given, face=face, country=merchant.country, business_type=merchant.business_type, offer_amount=minor,
        starts_at=starts_at,
    )  # fmt: skip


class BatchView(MerchantView):
    scopes = {"GET": "batches:read"}

    @extend_schema(
        operation_id="batches_get", summary="One batch, with its coupons counted",
        responses={200: s.BatchDetailSerializer, "default": PROBLEM},
    )  # fmt: skip
    def get(self, request: Request, batch_id: str) -> Response:
        batch = batch_queries.get_batch(ids.read(ids.BATCH, batch_id))
        counts = batch_queries.numbers(batch).by_state
        return Response(s.BatchDetailSerializer(batch, context={"request": request, "counts": counts}).data)


class CouponView(MerchantView):
    scopes = {"GET": "coupons:read"}

    @extend_schema(
        operation_id="coupons_get", summary="Look up a coupon by its serial",
        responses={200: s.CouponSerializer, "default": PROBLEM},
    )  # fmt: skip
    def get(self, request: Request, serial: str) -> Response:
        now, site_id = clock.now(), site_of(request).id
        guesses = Bucket("api.guess", str(self.api_key.id), 60, 600)
        limits.must(guesses, site_id=site_id, now=now, cost=0)
        wanted = normalise(found_in(serial))
        coupon = Coupon.objects.filter(serial=wanted).first() if is_valid(wanted) else None
        if coupon is None:
            limits.allow(guesses, site_id=site_id, now=now)
            raise Http404
        return Response(s.CouponSerializer(coupon).data)


class ClaimRefused(Conflict):
    """A claim that made nothing; `code` is its outcome."""


_REFUSALS = {
    claims.HELD: "This number already has this coupon.",
    claims.SOLD_OUT: "All coupons are taken.",
    "gone": "This coupon cannot be taken.",
    "unknown": "This coupon cannot be taken.",
    "paused": "The offer is paused.",
    "not_yet": "The offer has not begun.",
    "over": "The offer is over.",
    "closed": "The offer is closed.",
}


class ClaimView(MerchantView):
    scopes = {"POST": "coupons:claim"}

    @extend_schema(
        operation_id="claims_create", summary="Claim a coupon for a customer", request=s.NewClaimSerializer,
        parameters=[KEY], responses={201: s.CouponSerializer, "default": PROBLEM},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = s.NewClaimSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        now = clock.now()
        limits.must(
            Bucket("claim.phone", given["phone"], 12, 3600),
            site_id=site_of(request).id,
            now=now,
        )
        serial = normalise(found_in(given.get("serial", "")))
        batch_id = ids.read(ids.BATCH, given["batch_id"]) if given.get("batch_id") else None
        result = claims.claim(
            phone=given["phone"], source=Coupon.Source.API, now=now, batch_id=batch_id, serial=serial,
            name=given["name"], birthday=given["birthday"], language=given["language"], may_prove=False,
        )  # fmt: skip
        if result.outcome != claims.TAKEN:
            code = "gone" if result.outcome == "unknown" and serial else result.outcome
            if code == "unknown":
                raise Http404
            raise ClaimRefused(_REFUSALS[code], code=code)
        return Response(s.CouponSerializer(Coupon.objects.get(id=str(result.coupon_id))).data, status=201)


class RedemptionRefused(Conflict):
    """A coupon that cannot be used here and now; `code` is the outcome."""


class RedemptionListView(MerchantView):
    scopes = {"GET": "coupons:read", "POST": "coupons:redeem"}

    @extend_schema(
        operation_id="redemptions_list", summary="List redemptions, newest first", parameters=PAGING,
        responses=_page_of(s.RedemptionSerializer),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return self.paged(Redemption.objects.all(), s.RedemptionSerializer, "-at")

    @extend_schema(
        operation_id="redemptions_create", summary="Redeem a coupon", request=s.NewRedemptionSerializer,
        parameters=[KEY], responses={201: s.RedemptionSerializer, "default": PROBLEM},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        asked = s.NewRedemptionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given, now, site_id = asked.validated_data, clock.now(), site_of(request).id
        guesses = Bucket("api.guess", str(self.api_key.id), 60, 600)
        limits.must(guesses, site_id=site_id, now=now, cost=0)
        answer = redemption.redeem(
            serial=found_in(given["serial"]), nonce=given.get("nonce") or self.act_id, actor=self.actor, now=now,
            branch_id=self._branch(given.get("branch_id", "")), phone=given.get("phone", ""),
        )  # fmt: skip
        if answer.outcome in {"unknown", "mistyped", "other_merchant"}:
            limits.allow(guesses, site_id=site_id, now=now)
        if not answer.ok:
            raise RedemptionRefused("This coupon cannot be redeemed here and now.", code=answer.outcome)
        row = Redemption.objects.get(id=str(answer.redemption_id))
        return Response(s.RedemptionSerializer(row).data, status=201)

    @staticmethod
    def _branch(text: str) -> Any:
        if not text:
            return None
        branch = Branch.objects.filter(id=ids.read(ids.BRANCH, text), active=True).first()
        if branch is None:
            raise DomainError("There is no such branch.", code="no_such_branch", field="branch_id")
        return branch.id


class UndoView(MerchantView):
    scopes = {"POST": "coupons:redeem"}

    @extend_schema(
        operation_id="redemptions_undo", summary="Take a redemption back", request=s.UndoSerializer, parameters=[KEY],
        responses={200: s.RedemptionSerializer, "default": PROBLEM},
    )  # fmt: skip
    def post(self, request: Request, redemption_id: str) -> Response:
        asked = s.UndoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        row = redemption.undo(
            redemption_id=ids.read(ids.REDEMPTION, redemption_id), reason=asked.validated_data["reason"],
            actor=self.actor, now=clock.now(),
        )  # fmt: skip
        return Response(s.RedemptionSerializer(row).data)


class WalletView(MerchantView):
    scopes = {"GET": "wallets:read"}

    @extend_schema(
        operation_id="wallets_list", summary="The three credit wallets",
        responses={200: s.WalletSerializer(many=True), "default": PROBLEM},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        found = balances.of_merchant(self.api_key.merchant_id)
        rows = [{"unit": unit, "balance": getattr(found, unit)} for unit in ("coupon", "wa_ui", "wa_bi")]
        return Response(s.WalletSerializer(rows, many=True).data)
