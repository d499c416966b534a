"""Creating and deleting users."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from oauth2_provider.models import get_access_token_model

from jobs.queue import cancel_jobs
from jsonapi.refusals import Conflict
from users.models import Account, Credential, User


class EmailTaken(Conflict):
    pointer = "/data/attributes/email"


@transaction.atomic
def create_user(
    *, application_id: int, first_name: str, last_name: str, email: str, locale: str, now: datetime
) -> User:
    """A user of the application, with a primary credential that cannot log in (contract, *Who is who*).

    Raises EmailTaken when a live user or credential has the address, in whatever case.
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
        raise EmailTaken("A user with this email exists already.") from error
    return user


@transaction.atomic
def delete_user(user: User, *, now: datetime) -> None:
    """Soft delete (contract, *Users*): nothing syncs or is priced any more, and nothing names the person.

    The rows stay, under made-up names where each needs one of its own, which nobody can have taken. Listings keep what
    their channels told of them (title, address, reservations without guests): it describes the place, and no token can
    see it any more.
    """
    User.objects.filter(pk=user.pk).update(
        deleted_at=now, first_name="", last_name="", email=f"deleted-{user.pk}-{uuid4().hex}@deleted.invalid"
    )
    # Jobs, listings, accounts: the order in which workers lock them.
    cancel_jobs(account_ids=user.accounts.values("pk"), now=now)
    lock_in_order(user.listings.all())
    user.listings.update(enabled=False, deleted_at=now)
    Account.objects.filter(user=user).update(
        deleted_at=now,
        valid=False,
        label="",
        # Some channels know their hosts by their email address.
        channel_account_id=Concat(Value("deleted-"), Cast("pk", CharField())),
        channel_display_id=None,
        email=None,
        encrypted_credentials="",
        encrypted_session="",
    )
    get_access_token_model().objects.filter(user__user=user).delete()
    for credential in user.credentials.all():
        credential.personal_access_tokens.all().delete()
    user.credentials.update(is_active=False, email=None)


def lock_in_order(rows: QuerySet[Any]) -> None:
    """Until the transaction ends; by id, as everybody who locks many does, so that nobody waits in a circle."""
    list(rows.select_for_update(of=("self",), no_key=True).order_by("pk").only("pk"))
