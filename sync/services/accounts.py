"""Connecting channel accounts, asking for their syncs, and disconnecting them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from audit.actions import Action
from audit.services import HIDDEN, created, record
from connectors import registry
from connectors.errors import BadCredential, ChannelRefused, ChannelUnavailable, CredentialsRefused, UnknownListings
from connectors.values import ChannelAccount
from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING, SYNC_ACCOUNT
from jobs.models import LIVE_STATES, Job
from jobs.parties import Party
from jobs.queue import AlreadyQueued, bring_forward, cancel_jobs, enqueue
from jsonapi.refusals import Conflict, InvalidValues, NotThere, Refusal, pointer_to
from listings.services.departure import delete_listings_of, disable_unshown, lock_listings_of
from oauth.encryption import encrypt
from sync.asking import asking, check_refused, count_refused
from sync.connecting import verify
from sync.events import FIRST
from sync.models import AccountConnection, ConnectorDetails
from users.audited import ACCOUNT_COLUMNS, audited_account
from users.models import Account, User
from users.services.erasure import erase_some
from users.services.locking import lock_in_order, lock_user_of

DEFAULT_RECENT_SYNC_MINUTES = 60
DISCONNECTED = "The account was disconnected."

# Codes in `meta` of errors, with the meanings that `links.about` shows.
CODES = {
    "invalid_credentials": "The channel does not accept the credentials.",
    "channel_not_supported": "This server does not support the channel.",
    "already_connected": "The account is already connected, and its credentials are valid.",
    "unknown_listings": "The channel does not have the listings in `meta.listing-ids`.",
    "channel_refused": "The channel refused for another reason, which the detail contains.",
    "channel_error": "The channel failed; try again later.",
    "channel_timeout": "The channel did not answer in time; try again later.",
}


class ChannelRefusal(Refusal):
    """The channel, or this server's support for it, prevents the connection; `meta.code` says why."""

    def __init__(self, detail: str, *, channel: str, code: str, retry_after: float | None = None, **meta: Any) -> None:
        super().__init__(detail, meta={"channel": channel, "code": code, **meta}, retry_after=retry_after)


class ChannelFailed(ChannelRefusal):
    status = 502


def ask_channel(application_id: int, channel: str, credentials: Mapping[str, Any]) -> ChannelAccount:
    """Asks the channel whose credentials these are. Call it outside a transaction: it waits for the answer.

    Raises InvalidValues (400) for an unknown channel and for credential fields that are missing or cannot be right,
    ChannelRefusal (422) when the channel is not supported or refuses the credentials, ChannelFailed (502) when it
    fails, and the errors of sync.asking (429, 503) when too many requests wait for channels, or a channel has refused
    too many credentials of the application.
    """
    if channel in registry.KNOWN_UNSUPPORTED:
        raise ChannelRefusal(f"{channel} is not supported here.", channel=channel, code="channel_not_supported")
    _check_credential_fields(channel, credentials)
    check_refused(application_id, channel)
    with asking(application_id):
        return _ask(application_id, channel, credentials)


def _check_credential_fields(channel: str, credentials: Mapping[str, Any]) -> None:
    connector = registry.find(channel)
    if connector is None:
        known = ", ".join(sorted(registry.SUPPORTED))
        raise InvalidValues([("/data/attributes/channel", "invalid_choice", f"Unknown channel. Supported: {known}.")])
    known_fields = {**connector.required_credentials, **connector.optional_credentials}
    problems = [
        (name, "required", f"{name} is required.")
        for name in connector.required_credentials
        if credentials.get(name) in (None, "", [])
    ]
    problems += [
        (name, "unknown", f"{channel} has no credential field of this name.")
        for name in credentials
        if name not in known_fields
    ]
    problems += [
        (name, "invalid", f"{name} must be text, a whole number or a list of these.")
        for name, value in credentials.items()
        if name in known_fields and value not in (None, "", []) and not _is_credential_value(value)
    ]
    if problems:
        raise InvalidValues([(pointer_to("credentials", name), code, detail) for name, code, detail in problems])


def _is_credential_value(value: Any) -> bool:
    if isinstance(value, list):
        return len(value) <= 1000 and all(_is_credential_value(v) and not isinstance(v, list) for v in value)
    if isinstance(value, str):
        return len(value) <= 4096 and value.isprintable()
    return isinstance(value, int) and not isinstance(value, bool)


def _ask(application_id: int, channel: str, credentials: Mapping[str, Any]) -> ChannelAccount:
    try:
        return verify(channel, credentials, application_id=application_id)
    except BadCredential as error:
        raise InvalidValues([(pointer_to("credentials", error.field), "invalid", str(error))]) from error
    except CredentialsRefused as error:
        count_refused(application_id, channel)
        raise ChannelRefusal(str(error), channel=channel, code="invalid_credentials") from error
    except UnknownListings as error:
        ids: dict[str, Any] = {"listing-ids": list(error.channel_listing_ids)}
        raise ChannelRefusal(str(error), channel=channel, code="unknown_listings", **ids) from error
    except ChannelRefused as error:
        raise ChannelRefusal(str(error), channel=channel, code="channel_refused") from error
    except ChannelUnavailable as error:
        code = "channel_timeout" if error.timed_out else "channel_error"
        raise ChannelFailed(str(error), channel=channel, code=code, retry_after=error.retry_after) from error


@transaction.atomic(savepoint=False)
def connect_account(
    user: User, *, channel: str, credentials: Mapping[str, Any], known_as: ChannelAccount, now: datetime
) -> Account:
    """Connects an account of the user at a channel and queues its first sync (contract, *Accounts*).

    `known_as` is the answer of `ask_channel` for these credentials. An account that was deleted, or whose credentials
    the channel no longer accepts, keeps its id and gets the new credentials.

    Raises ChannelRefusal (422) when the account is connected already, NotThere (404) for a user who was deleted
    meanwhile.
    """
    # The user may have been deleted while the channel was asked. From here on a deletion has to wait.
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk, deleted_at=None).first():
        raise NotThere(f"User {user.pk} not found")
    already = ChannelRefusal(f"This {channel} account is connected already.", channel=channel, code="already_connected")
    account = (
        Account.objects.select_for_update()
        .filter(user=user, channel=channel, channel_account_id=known_as.channel_account_id)
        .first()
    )
    before = {} if account is None else {name: getattr(account, name) for name in ACCOUNT_COLUMNS}
    action = Action.ACCOUNT_CREDENTIALS_REPLACED
    if account is None:
        action = Action.ACCOUNT_CONNECTED
        account = Account(user=user, channel=channel, channel_account_id=known_as.channel_account_id, created_at=now)
    elif account.deleted_at is None and account.valid:
        raise already
    elif account.deleted_at is not None:
        action = Action.ACCOUNT_REVIVED
    account.channel_display_id = known_as.display_id
    account.label = known_as.label[:255]
    account.email = known_as.email
    account.valid = True
    account.deleted_at = None
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:  # another request has connected it meanwhile
        raise already from error
    AccountConnection.objects.update_or_create(
        account=account,
        defaults={
            "encrypted_channel_credentials": encrypt(credentials),
            "encrypted_session": encrypt(known_as.session) if known_as.session else "",
            "cursor": {},
            "paused_at": None,
        },
    )
    after = {name: getattr(account, name) for name in ACCOUNT_COLUMNS}
    changes = {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
    record(action, audited_account(account), changes | {"credentials": [None, HIDDEN]}, now=now)
    # A refresh that raced with the disconnection may have left a job.
    cancel_jobs([key_of(SYNC_ACCOUNT, account.pk)], reason=DISCONNECTED, now=now)
    enqueue_sync(account, recent_sync_threshold_minutes=0, priority=Job.Priority.AWAITED, now=now, first=True)
    return account


class SyncIsQueued(Conflict):
    """A sync of the account is queued or running."""


def enqueue_sync(
    account: Account,
    *,
    recent_sync_threshold_minutes: int,
    priority: Job.Priority,
    now: datetime,
    due_at: datetime | None = None,
    first: bool = False,
) -> Job:
    """Queues a sync that skips listings synced within the threshold (0: none). `first` after a connection.

    Raises AlreadyQueued while a sync of the account is queued or running.
    """
    return enqueue(
        SYNC_ACCOUNT,
        key=key_of(SYNC_ACCOUNT, account.pk),
        arguments={
            "account_id": account.pk,
            "recent_sync_threshold_minutes": recent_sync_threshold_minutes,
            **({FIRST: True} if first else {}),
        },
        party=Party(account.user.application_id, account.user_id, account.pk),
        priority=priority,
        now=now,
        due_at=due_at,
    )


def refresh_account(account: Account, *, recent_sync_threshold_minutes: int, now: datetime) -> Job:
    """The sync that a partner asks for.

    Raises SyncIsQueued while one is queued or running, and Conflict while the account is paused.
    """
    if AccountConnection.objects.filter(account=account, paused_at__isnull=False).exists():
        raise Conflict("The account is paused by an operator. It is not synced until it is resumed.")
    job: Job | None = None
    with transaction.atomic(savepoint=False):
        try:
            job = enqueue_sync(
                account,
                recent_sync_threshold_minutes=recent_sync_threshold_minutes,
                priority=Job.Priority.AWAITED,
                now=now,
            )
        except AlreadyQueued:
            pass
        else:
            changes = created(recent_sync_threshold_minutes=recent_sync_threshold_minutes, job_id=job.pk)
            record(Action.ACCOUNT_REFRESH_REQUESTED, audited_account(account), changes, now=now)
    if job is None:
        raise SyncIsQueued("A sync of this account is queued or running.")
    return job


@transaction.atomic(savepoint=False)
def hurry_sync(account: Account, *, now: datetime) -> None:
    """Make a regular sync that is queued the one that somebody waits for.

    Call it after `refresh_account` has raised SyncIsQueued, outside the transaction that this error rolls back.
    """
    bring_forward(key_of(SYNC_ACCOUNT, account.pk), priority=Job.Priority.AWAITED, now=now)


def lock_account(account: Account) -> None:
    """Lock the account with its user, its live sync and its listings until the transaction ends."""
    # Workers and the deletion of a user lock in the same order. A trigger that notes a change of the user's status
    # locks the user.
    lock_user_of(account)
    list(Job.objects.select_for_update().filter(key=key_of(SYNC_ACCOUNT, account.pk), state__in=LIVE_STATES))
    lock_listings_of(account)
    lock_in_order(Account.objects.filter(pk=account.pk))


@transaction.atomic(savepoint=False)
def delete_account(account: Account, *, now: datetime) -> None:
    """Soft delete: its channel credentials are erased, and its listings that no other live account shows disabled."""
    lock_account(account)
    cancel_jobs([key_of(SYNC_ACCOUNT, account.pk)], reason=DISCONNECTED, now=now)
    Account.objects.filter(pk=account.pk).update(deleted_at=now)
    AccountConnection.objects.filter(account=account).delete()
    record(Action.ACCOUNT_DELETED, audited_account(account), now=now)
    disable_unshown(account, now)


def disconnect_user(user: User, now: datetime) -> None:
    """The step of users.services.departure: a deleted user's listings are no longer synced, priced or pushed."""
    live = Job.objects.filter(user_id=user.pk, state__in=LIVE_STATES).values_list("key", flat=True)
    keys = [key_of(SYNC_ACCOUNT, pk) for pk in Account.objects.filter(user=user).values_list("pk", flat=True)]
    # Workers lock the job before the listing when they read, and the listing before the job when they push.
    cancel_jobs([*keys, *live.exclude(kind=PUSH_LISTING)], reason=DISCONNECTED, now=now)
    delete_listings_of(user, now)
    cancel_jobs(live.filter(kind=PUSH_LISTING), reason=DISCONNECTED, now=now)
    AccountConnection.objects.filter(account__user=user).delete()


def erase_connections_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure: what connectors know about the channel listings of a deleted user."""
    return erase_some(ConnectorDetails.objects.filter(channel_listing__account__user=user_id), limit) or erase_some(
        AccountConnection.objects.filter(account__user=user_id), limit
    )
