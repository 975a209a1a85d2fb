"""What goes in and out, in the words of the API: moments in UTC, money as decimal text with its currency."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import phonenumbers
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from merchants.api import ids
from merchants.models import Batch, Coupon, Redemption
from ui.text import minor_digits


class PhoneField(serializers.CharField):
    """A number in E.164, such as +966512345678."""

    default_error_messages = {"phone": "Write the number in E.164, such as +966512345678."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            parsed = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            self.fail("phone")
        if not phonenumbers.is_valid_number(parsed):
            self.fail("phone")
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


class MoneySerializer(serializers.Serializer[Any]):
    amount = serializers.CharField(help_text="Decimal text, such as 15.00.")
    currency = serializers.CharField(help_text="ISO 4217.")


def money(minor: int, currency: str) -> dict[str, str]:
    digits = minor_digits(currency)
    return {"amount": f"{Decimal(minor).scaleb(-digits):.{digits}f}", "currency": currency}


class OfferSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Batch.OfferKind.choices)
    percent = serializers.IntegerField(allow_null=True)
    amount = MoneySerializer(allow_null=True)
    text_en = serializers.CharField()
    text_ar = serializers.CharField()


class BatchSerializer(serializers.Serializer[Batch]):
    """A batch of coupons."""

    id = serializers.SerializerMethodField()
    number = serializers.IntegerField()
    title_en = serializers.CharField()
    title_ar = serializers.CharField()
    offer = serializers.SerializerMethodField()
    terms_en = serializers.CharField()
    terms_ar = serializers.CharField()
    category = serializers.CharField()
    country = serializers.CharField()
    city = serializers.CharField()
    state = serializers.ChoiceField(choices=Batch.State.choices)
    quantity = serializers.IntegerField()
    print_quantity = serializers.IntegerField()
    made = serializers.IntegerField(help_text="Coupons made so far; equals quantity once it is complete.")
    per_customer_limit = serializers.IntegerField()
    on_centre = serializers.BooleanField()
    in_store = serializers.BooleanField()
    starts_at = serializers.DateTimeField()
    claim_until = serializers.DateTimeField(help_text="The first instant at which nothing can be claimed any more.")
    use_days = serializers.IntegerField(allow_null=True)
    use_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(str)
    def get_id(self, batch: Batch) -> str | None:
        return ids.shown(ids.BATCH, batch.id)

    @extend_schema_field(OfferSerializer)
    def get_offer(self, batch: Batch) -> dict[str, Any]:
        currency = self.context["request"].site.currency
        return {
            "kind": batch.offer_kind, "percent": batch.offer_percent,
            "amount": money(batch.offer_amount, currency) if batch.offer_amount is not None else None,
            "text_en": batch.offer_text_en, "text_ar": batch.offer_text_ar,
        }  # fmt: skip


class CountsSerializer(serializers.Serializer[Any]):
    available = serializers.IntegerField()
    held = serializers.IntegerField()
    taken = serializers.IntegerField()
    redeemed = serializers.IntegerField()
    expired = serializers.IntegerField()
    lapsed = serializers.IntegerField()
    void = serializers.IntegerField()


class BatchDetailSerializer(BatchSerializer):
    """A batch with its coupons counted by state."""

    coupons = serializers.SerializerMethodField()

    @extend_schema_field(CountsSerializer)
    def get_coupons(self, batch: Batch) -> dict[str, int]:
        counts: dict[str, int] = self.context["counts"]
        return {state: counts.get(state, 0) for state in Coupon.State.values}


class NewBatchSerializer(serializers.Serializer[Any]):
    """What to generate. N coupon credits are taken at once."""

    template = serializers.CharField(help_text="`own:<id>` or `library:<id>`.")
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    print_quantity = serializers.IntegerField(min_value=0, default=0)
    title_en = serializers.CharField(max_length=80)
    title_ar = serializers.CharField(max_length=80, default="", allow_blank=True)
    offer_kind = serializers.ChoiceField(choices=Batch.OfferKind.choices)
    offer_percent = serializers.IntegerField(required=False, min_value=1, max_value=100)
    offer_amount = serializers.DecimalField(required=False, max_digits=14, decimal_places=3, min_value=Decimal(0))
    offer_text_en = serializers.CharField(max_length=80, default="", allow_blank=True)
    offer_text_ar = serializers.CharField(max_length=80, default="", allow_blank=True)
    terms_en = serializers.CharField(max_length=2000, default="", allow_blank=True)
    terms_ar = serializers.CharField(max_length=2000, default="", allow_blank=True)
    category = serializers.CharField(max_length=40, required=False)
    city = serializers.CharField(max_length=40, required=False)
    starts_at = serializers.DateTimeField(required=False, help_text="Now, unless set.")
    claim_until = serializers.DateTimeField()
    use_days = serializers.IntegerField(required=False, min_value=1, max_value=1096)
    use_until = serializers.DateTimeField(required=False)
    per_customer_limit = serializers.IntegerField(min_value=1, max_value=100, default=1)
    on_centre = serializers.BooleanField(default=True)
    in_store = serializers.BooleanField(default=True)


class CouponSerializer(serializers.Serializer[Coupon]):
    """A coupon of this merchant, never its holder."""

    id = serializers.SerializerMethodField()
    batch_id = serializers.SerializerMethodField()
    serial = serializers.CharField()
    state = serializers.ChoiceField(choices=Coupon.State.choices)
    lane = serializers.ChoiceField(choices=Coupon.Lane.choices)
    source = serializers.CharField()  # type: ignore[assignment]
    taken_at = serializers.DateTimeField(allow_null=True)
    use_until = serializers.DateTimeField(allow_null=True)
    redeemed_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(str)
    def get_id(self, coupon: Coupon) -> str | None:
        return ids.shown(ids.COUPON, coupon.id)

    @extend_schema_field(str)
    def get_batch_id(self, coupon: Coupon) -> str | None:
        return ids.shown(ids.BATCH, coupon.batch_id)


class NewClaimSerializer(serializers.Serializer[Any]):
    """Who claims, and what: the next coupon of a batch, or exactly the printed one with `serial`.

    Name and birthday are needed always. For a number that is known on the site the stored record counts, and the
    answer is the same.
    """

    batch_id = serializers.CharField(required=False)
    serial = serializers.CharField(required=False, max_length=40)
    phone = PhoneField(max_length=20)
    name = serializers.CharField(min_length=2, max_length=120)
    birthday = serializers.DateField()
    language = serializers.ChoiceField(choices=["en", "ar"], default="en")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("batch_id")) == bool(attrs.get("serial")):
            raise serializers.ValidationError({"batch_id": "Send either batch_id or serial."})
        return attrs

    def validate_birthday(self, value: dt.date) -> dt.date:
        if not value.year >= 1900 or value > dt.datetime.now(dt.UTC).date():
            raise serializers.ValidationError("This is not a birthday.")
        return value


class NewRedemptionSerializer(serializers.Serializer[Any]):
    """A scan. `nonce` makes a retry get the first answer; the Idempotency-Key does too."""

    serial = serializers.CharField(max_length=300, help_text="As scanned or typed; a coupon's address will do.")
    branch_id = serializers.CharField(required=False)
    phone = PhoneField(required=False, max_length=20, help_text="Only for a printed coupon nobody has taken.")
    nonce = serializers.UUIDField(required=False)


class RedemptionSerializer(serializers.Serializer[Redemption]):
    """A coupon used up."""

    id = serializers.SerializerMethodField()
    coupon_id = serializers.SerializerMethodField()
    batch_id = serializers.SerializerMethodField()
    branch_id = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    by = serializers.CharField(source="actor_label")
    undone_at = serializers.DateTimeField(allow_null=True)
    undo_reason = serializers.CharField()

    @extend_schema_field(str)
    def get_id(self, row: Redemption) -> str | None:
        return ids.shown(ids.REDEMPTION, row.id)

    @extend_schema_field(str)
    def get_coupon_id(self, row: Redemption) -> str | None:
        return ids.shown(ids.COUPON, row.coupon_id)

    @extend_schema_field(str)
    def get_batch_id(self, row: Redemption) -> str | None:
        return ids.shown(ids.BATCH, row.batch_id)

    @extend_schema_field({"type": "string", "nullable": True})
    def get_branch_id(self, row: Redemption) -> str | None:
        return ids.shown(ids.BRANCH, row.branch_id)


class UndoSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class WalletSerializer(serializers.Serializer[Any]):
    """One balance of credits. The three are never added up."""

    unit = serializers.ChoiceField(choices=["coupon", "wa_ui", "wa_bi"])
    balance = serializers.IntegerField()


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details, as `application/problem+json`."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    code = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]
    request_id = serializers.CharField()
