"""Creates and deletes users."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from audit.actions import Action
from audit.services import created, erase_person, record
from jobs.keys import key_of
from jobs.queue import enqueue
from jsonapi.refusals import Conflict
from users.audited import audited_user
from users.email_addresses import normal_form
from users.models import Account, Credential, User
from users.services.departure import run_steps
from users.services.erasure import ERASE_DEPARTED_USERS, ROWS_PER_BATCH, retention

# Logins with an email begin with the id of their application.
LOGIN_WITHOUT_EMAIL = Concat(Value("#"), Cast("pk", CharField()))


class EmailTaken(Conflict):
    """Another user or credential of the application has this email."""

    pointer = "/data/attributes/email"


@transaction.atomic(savepoint=False)
def create_user(
    *, application_id: int, first_name: str, last_name: str, email: str, locale: str, now: datetime
) -> User:
    """Create a user of the application with a primary credential that cannot log in (contract, *Who is who*).

    Raises EmailTaken if another user or credential of the application has the email; users.email_addresses says which
    texts are the same address.
    """
    user = User(
        application_id=application_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
        email_key=normal_form(email),
        locale=locale,
        created_at=now,
    )
    credential = Credential(
        user=user,
        email=email,
        login=login_of(application_id, email),
        password=make_password(None),
        credential_type=Credential.Type.API,
        global_permissions=Credential.Permissions.ADMIN,
        is_primary=True,
        created_at=now,
    )
    try:
        with transaction.atomic():
            user.save()
            credential.save()
    except IntegrityError as error:
        if not _is_taken(user, credential):
            raise
        raise EmailTaken("A user with this email already exists.") from error
    record(
        Action.USER_CREATED,
        audited_user(user),
        created(first_name=first_name, last_name=last_name, email=email, locale=locale, credential_id=credential.pk),
        now=now,
    )
    return user


def login_of(application_id: int, email: str) -> str:
    """The login of the application's credential with this email."""
    return f"{application_id}:{normal_form(email)}"


def _is_taken(user: User, credential: Credential) -> bool:
    users = User.objects.filter(application=user.application_id, email_key=user.email_key)
    return users.exists() or Credential.objects.filter(login=credential.login).exists()


@transaction.atomic(savepoint=False)
def delete_user(user: User, *, now: datetime) -> None:
    """Delete a user softly (contract, *Users*): syncs and pricing stop, and no token can see the user any longer.

    Names and emails are erased here, also in the audit trail. Unique columns get values that no address has. Listings
    keep the data of their channels (title, address, reservations without guests) until users.services.erasure erases
    all rows.
    """
    User.objects.filter(pk=user.pk).update(
        deleted_at=now, first_name="", last_name="", email=f"deleted-{user.pk}@deleted.invalid", email_key=None
    )
    run_steps(user, now)
    Account.objects.filter(user=user).update(
        deleted_at=now,
        valid=False,
        label="",
        # Some channels identify their hosts by email address.
        channel_account_id=Concat(Value("deleted-"), Cast("pk", CharField())),
        channel_display_id=None,
        email=None,
    )
    user.credentials.update(is_active=False, email=None, login=LOGIN_WITHOUT_EMAIL)
    record(Action.USER_DELETED, audited_user(user), now=now)
    while erase_person(user.pk, ROWS_PER_BATCH) == ROWS_PER_BATCH:
        pass
    if not retention():
        enqueue(ERASE_DEPARTED_USERS, key=key_of(ERASE_DEPARTED_USERS, user.pk), now=now)
