"""Staff, roles and the audit trail: on the console at the top, on a site under /office/."""

from django.urls import path

from agents.web import people, roles

app_name = "people"
urlpatterns = [
    path("staff/", people.StaffList.as_view(), name="staff"),
    path("staff/invite/", people.Invite.as_view(), name="invite"),
    path("staff/invitations/", people.InvitationList.as_view(), name="invitations"),
    path("staff/invitations/<uuid:invitation_id>/resend/", people.Resend.as_view(), name="resend"),
    path("staff/invitations/<uuid:invitation_id>/withdraw/", people.Withdraw.as_view(), name="withdraw"),
    path("staff/<uuid:user_id>/", people.Person.as_view(), name="person"),
    path("staff/<uuid:user_id>/roles/", people.EditRoles.as_view(), name="edit-roles"),
    path("staff/<uuid:user_id>/deactivate/", people.Deactivate.as_view(), name="deactivate"),
    path("staff/<uuid:user_id>/reactivate/", people.Reactivate.as_view(), name="reactivate"),
    path("roles/", roles.Roles.as_view(), name="roles"),
    path("audit/", roles.AuditList.as_view(), name="audit"),
]
