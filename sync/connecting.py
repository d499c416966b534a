"""From credentials to something a connector can work with."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings

import clock
from connectors.clients import client_for
from connectors.connection import Connection
from connectors.errors import CredentialsRefused
from connectors.http import LONGEST_IN_TIMEOUTS, ChannelHttp, Patience
from connectors.pacing import Pace
from connectors.pauses import Pauses
from connectors.protocol import Channel
from connectors.values import ChannelAccount
from jobs.models import Job
from jobs.running import RunningJob
from oauth.encryption import Undecryptable, decrypt, encrypt
from sync.channels import connector, tuning
from sync.models import AccountConnection
from throttling.counters import storage
from users.models import Account


def verify(slug: str, credentials: Mapping[str, Any], *, application_id: int) -> ChannelAccount:
    """Asks the channel whose credentials these are; somebody of the application waits for the answer.

    Raises CredentialsRefused (BadCredential among them), ChannelRefused or ChannelUnavailable.
    """
    channel = connector(slug)
    session: dict[str, Any] = {}
    connection = Connection(
        channel_credentials=credentials,
        recall=lambda: session,
        remember=session.update,
        http=_http(
            channel,
            credentials,
            application_id=application_id,
            account=f"connecting for {application_id}",
            patience=tuning().request,
            in_background=False,
        ),
        now=clock.now,
    )
    return replace(channel.verify(connection), session=session)


def connection_for(
    account: Account, job: RunningJob | None = None, *, tick: Callable[[], None] | None = None
) -> Connection:
    """The connection of a connected account; with a job, its lease is kept while requests wait.

    `tick` is called in place of that, before every request and while waiting; what it raises breaks off.

    Raises CredentialsRefused for an account that was disconnected meanwhile, oauth.encryption.Undecryptable,
    NoConnector for a channel that is no longer supported, and BadCredential where the address among the
    credentials may no longer be used.
    """
    live = AccountConnection.objects.filter(account=account)
    stored = live.first()
    if stored is None:
        raise CredentialsRefused("The account is no longer connected.")
    credentials = decrypt(stored.encrypted_channel_credentials)

    def recall() -> Mapping[str, Any]:
        try:
            return decrypt(live.values_list("encrypted_session", flat=True).first() or "")
        except Undecryptable:  # by a process with newer keys; the connector logs in again
            return {}

    def remember(session: Mapping[str, Any]) -> None:
        live.update(encrypted_session=encrypt(session))

    return Connection(
        channel_credentials=credentials,
        recall=recall,
        remember=remember,
        http=_http(
            connector(account.channel),
            credentials,
            application_id=account.user.application_id,
            account=account.channel_account_id,
            patience=tuning().worker,
            in_background=True,
            is_urgent=job is not None and job.priority == Job.Priority.QUICK,
            tick=tick or (job.keep_lease if job else lambda: None),
        ),
        now=job.now if job else clock.now,
    )


def _http(
    channel: Channel,
    credentials: Mapping[str, Any],
    *,
    application_id: int,
    account: str,
    patience: Patience,
    in_background: bool,
    is_urgent: bool = False,
    tick: Callable[[], None] = lambda: None,
) -> ChannelHttp:
    wire = channel.wire(credentials)
    timeout = settings.ENVIRONMENT.channel_timeout_seconds
    return ChannelHttp(
        channel.name,
        client_for(wire.base_url, timeout, public_only=wire.public_only),
        pace=Pace(
            wire.limits if settings.ENVIRONMENT.channel_limits else (),
            channel=f"{channel.slug}{clock.place()}",
            application=str(application_id),
            account=account,
            storage=storage(),
            in_background=in_background,
            is_urgent=is_urgent,
        ),
        pauses=Pauses(
            storage(),
            # What one partner's own address does tells nothing about that of another.
            host=f"{channel.slug}:{wire.base_url}" + (f":{application_id}" if wire.named_by_partner else ""),
            account=account,
            longest_probe=LONGEST_IN_TIMEOUTS * timeout,
        ),
        timeout=timeout,
        patience=patience,
        tick=tick,
        slug=channel.slug,
        words=wire.words,
    )
