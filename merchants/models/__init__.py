"""Tables of a site's merchants, all behind the merchant wall."""

from merchants.models.apikey import ApiKey, IdempotencyRecord
from merchants.models.batch import Batch, BatchBranch
from merchants.models.branch import Branch, Device
from merchants.models.coupon import Coupon
from merchants.models.customer import Customer, CustomerDevice, CustomerEdit, MerchantCustomer
from merchants.models.merchant import Merchant
from merchants.models.redemption import Redemption, Scan
from merchants.models.registration import Registration
from merchants.models.template import CouponTemplate

__all__ = [
    "ApiKey", "Batch", "BatchBranch", "Branch", "Coupon", "CouponTemplate", "Customer", "CustomerDevice",
    "CustomerEdit", "Device", "IdempotencyRecord", "Merchant", "MerchantCustomer", "Redemption", "Registration",
    "Scan",
]  # fmt: skip
