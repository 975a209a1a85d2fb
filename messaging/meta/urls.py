"""Mounted at `whatsapp/` on the console."""

from django.urls import path

from messaging.meta.web import pages, senders, texts, webhook

app_name = "meta"
urlpatterns = [
    path("webhook/", webhook.webhook, name="webhook"),
    path("", pages.AccountPage.as_view(), name="account"),
    path("connect/", pages.SaveAccount.as_view(), name="connect"),
    path("check/", pages.CheckAccount.as_view(), name="check"),
    path("subscribe/", pages.Subscribe.as_view(), name="subscribe"),
    path("remove/", pages.RemoveAccount.as_view(), name="remove"),
    path("numbers/", senders.SenderList.as_view(), name="senders"),
    path("numbers/new/", senders.ConnectSender.as_view(), name="sender-connect"),
    path("numbers/<uuid:sender_id>/", senders.SenderPage.as_view(), name="sender"),
    path("numbers/<uuid:sender_id>/edit/", senders.EditSender.as_view(), name="sender-edit"),
    path("numbers/<uuid:sender_id>/check/", senders.CheckSender.as_view(), name="sender-check"),
    path("numbers/<uuid:sender_id>/pause/", senders.PauseSender.as_view(), name="sender-pause"),
    path("numbers/<uuid:sender_id>/resume/", senders.ResumeSender.as_view(), name="sender-resume"),
    path("numbers/<uuid:sender_id>/off/", senders.SwitchOff.as_view(), name="sender-off"),
    path("numbers/<uuid:sender_id>/remove/", senders.RemoveSender.as_view(), name="sender-remove"),
    path("texts/", texts.TextList.as_view(), name="texts"),
    path("texts/<uuid:text_id>/", texts.TextPage.as_view(), name="text"),
    path("texts/<uuid:text_id>/again/", texts.SubmitAgain.as_view(), name="text-again"),
    path("texts/<uuid:text_id>/unpause/", texts.Unpause.as_view(), name="text-unpause"),
]
