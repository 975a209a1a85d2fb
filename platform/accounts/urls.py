"""Sign-in, second factor, sessions and one's own account, on every host.

Only those pages of allauth that we use: there is no open sign-up, and an address is proved by the invitation.
"""

from allauth.account import views as account
from allauth.usersessions import views as usersessions
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts.web import views

urlpatterns = [
    path("", views.home, name="account-home"),
    path("where/", views.where, name="account-where"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # allauth sends those without a password here; people of ours get one by a link.
    path("password/set/", RedirectView.as_view(pattern_name="account-home"), name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    # Named in allauth's own templates and flows; nothing to sign up to.
    path("signup/", RedirectView.as_view(pattern_name="account_login"), name="account_signup"),
    path("email/", RedirectView.as_view(pattern_name="account-home"), name="account_email"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", usersessions.list_usersessions, name="usersessions_list"),
    path("sessions/<int:session_id>/end/", views.end_session, name="account-session-end"),
    path("invitation/<str:token>/", views.invitation, name="account-invitation"),
    path("enter/<str:token>/", views.enter, name="account-enter"),
]
