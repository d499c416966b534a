"""Creates and deletes users."""

from datetime import datetime
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from jsonapi.refusals import Conflict
from users.models import Account, Credential, User
from users.services.departure import run_steps


class EmailTaken(Conflict):
    """Another user or credential has this email."""

    pointer = "/data/attributes/email"


@transaction.atomic(savepoint=False)
def create_user(
    *, application_id: int, first_name: str, last_name: str, email: str, locale: str, now: datetime
) -> User:
    """Create a user of the application with a primary credential that cannot log in (contract, *Who is who*).

    Raises EmailTaken if another user or credential has the email; upper and lower case are equal.
    """
    user = User(
        application_id=application_id,
        first_name=first_name,
        last_name=last_name,
        email=email,
        locale=locale,
        created_at=now,
    )
    credential = Credential(
        user=user,
        email=email,
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
        raise EmailTaken("A user with this email already exists.") from error
    return user


@transaction.atomic(savepoint=False)
def delete_user(user: User, *, now: datetime) -> None:
    """Delete a user softly (contract, *Users*): syncs and pricing stop, and personal data is erased.

    The rows stay in the database. Unique columns get values that no other row can have. Listings keep the data of
    their channels (title, address, reservations without guests), because it describes the place. No token can see it
    any longer.
    """
    User.objects.filter(pk=user.pk).update(
        deleted_at=now, first_name="", last_name="", email=f"deleted-{user.pk}-{uuid4().hex}@deleted.invalid"
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
    user.credentials.update(is_active=False, email=None)
