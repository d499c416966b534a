"""How applications and their tokens appear in the audit trail."""

from audit.services import Resource
from oauth.models import AccessToken, Application, PersonalAccessToken


def audited_application(application: Application) -> Resource:
    """The name of a personal application is that of its user, with whom it is erased."""
    user_id = application.user.user_id if application.user_id else None
    return Resource("applications", application.pk, application.pk, user_id)


def audited_access_token(token: AccessToken) -> Resource:
    user_id = token.user.user_id if token.user_id else None
    return Resource("access-tokens", token.pk, token.application_id, user_id)


def audited_personal_token(token: PersonalAccessToken) -> Resource:
    """`token` needs its credential with the user."""
    user = token.credential.user
    return Resource("personal-access-tokens", token.pk, user.application_id, user.pk)
