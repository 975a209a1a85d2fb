"""A merchant's messages, under /merchant/."""

from django.urls import path

from messaging.web import log, unpaid, whatsapp

app_name = "messages"
urlpatterns = [
    path("whatsapp/", whatsapp.WhatsAppPage.as_view(), name="whatsapp"),
    path("whatsapp/delivery/", whatsapp.SwitchDelivery.as_view(), name="switch"),
    path("messages/", log.MessageList.as_view(), name="list"),
    path("messages/<uuid:message_id>/", log.MessagePage.as_view(), name="message"),
    path("messages/send/", unpaid.SendAll.as_view(), name="send-all"),
    path("messages/<uuid:message_id>/send/", unpaid.SendOne.as_view(), name="send"),
    path("messages/<uuid:message_id>/settle/", log.Settle.as_view(), name="settle"),
]
