"""Pages of customers, at the root of a site."""

from django.urls import path

from storefront.web import centre, claim, coupon, letters, mine, offer, pictures, prove, seo, store
from storefront.wheel.web import shown

app_name = "storefront"
urlpatterns = [
    path("", centre.home, name="home"),
    path("robots.txt", seo.robots, name="robots"),
    path("sitemap.xml", seo.sitemap, name="sitemap"),
    path("b/<uuid:batch_id>", offer.show, name="offer"),
    path("b/<uuid:batch_id>/claim", claim.from_centre, name="offer-claim"),
    path("b/<uuid:batch_id>/image", pictures.offer, name="picture"),
    path("b/<uuid:batch_id>/image/<slug:size>", pictures.offer, name="picture"),
    path("logo/<slug:slug>", pictures.logo, name="logo"),
    path("claim/details", claim.details, name="claim-details"),
    path("c/<str:serial>", coupon.show, name="coupon"),
    # What QR codes hold is upper case throughout; the coupon's page answers it as it is.
    path("C/<str:serial>", coupon.show, name="coupon-short"),
    path("c/<str:serial>/claim", claim.from_print, name="coupon-claim"),
    path("c/<str:serial>/thanks", coupon.thanks, name="thanks"),
    path("c/<str:serial>/whatsapp", coupon.delivery, name="coupon-delivery"),
    path("c/<str:serial>/keep", coupon.add, name="coupon-keep"),
    path("s/<slug:slug>", store.show, name="store"),
    path("s/<slug:slug>/kiosk", store.show, {"shared": True}, name="kiosk"),
    path("s/<slug:slug>/<uuid:batch_id>", claim.from_store, name="store-claim"),
    path("s/<slug:slug>/kiosk/<uuid:batch_id>", claim.from_store, {"shared": True}, name="kiosk-claim"),
    path("s/<slug:slug>/wheel", claim.from_wheel, name="wheel"),
    path("s/<slug:slug>/kiosk/wheel", claim.from_wheel, {"shared": True}, name="kiosk-wheel"),
    path("s/<slug:slug>/kiosk/wheel/result", shown.kiosk_result, name="kiosk-wheel-result"),
    path("s/<slug:slug>/wheel/<str:token>", shown.spin, name="wheel-spin"),
    path("s/<slug:slug>/wheel/<str:token>/review", shown.review, name="wheel-review"),
    path("my/", mine.show, name="mine"),
    path("my/code", prove.ask, name="prove"),
    path("my/code/enter", prove.enter, name="prove-code"),
    path("my/send/<str:serial>", prove.send_again, name="send-again"),
    path("my/<uuid:customer_id>/", mine.edit, name="me"),
    path("my/<uuid:customer_id>/messages/", letters.show, name="letters"),
    path("my/<uuid:customer_id>/messages/change/", letters.change, name="letters-change"),
]
