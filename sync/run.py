"""One run of a sync: the state that its steps share, and how errors of the channel end its job."""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from connectors.connection import Connection
from connectors.errors import ChannelError, ChannelRefused, ChannelUnavailable, CredentialsRefused, NotAsked
from connectors.protocol import Channel
from connectors.registry import NoConnector
from jobs.running import GiveUp, RunningJob, TryLater
from sync.channels import connector
from sync.connecting import connection_for
from sync.models import AccountConnection
from sync.secrets import Undecryptable
from users.models import Account

logger = logging.getLogger(__name__)

# The shortest wait for a process with the right keys. A job is tried again often enough for half an hour.
RESTARTED_WITHIN = timedelta(minutes=5)

# After this many listings in a row without an answer the fault is the channel's, not the listings'.
SILENT_IN_A_ROW = 3


@dataclass(slots=True)
class SyncRun:
    """`failures`: the reason for each listing that could not be read, by the channel's id.

    `cursor` is what the connection had stored when the run began, kept current with what the run stores.
    """

    job: RunningJob
    account: Account
    channel: Channel
    connection: Connection
    cursor: Mapping[str, Any]
    failures: dict[str, str] = field(default_factory=dict)
    _silent: int = 0

    def fail(self, channel_listing_id: str | None, reason: str) -> None:
        logger.warning("%s: listing %s failed: %s", self.job, channel_listing_id, reason)
        self.failures[channel_listing_id or "?"] = reason

    @contextmanager
    def one_listing(self, channel_listing_id: str) -> Iterator[None]:
        """An error inside fails this listing only, unless the channel no longer answers at all."""
        try:
            yield
        except (CredentialsRefused, NotAsked):
            raise
        except ChannelError as error:
            self._silent += isinstance(error, ChannelUnavailable)
            if self._silent >= SILENT_IN_A_ROW:
                raise
            self.fail(channel_listing_id, str(error))
        else:
            self._silent = 0

    def explain_failures(self) -> str:
        """A sentence for people, which names the first few listings."""
        named = [f"listing {listing_id}: {reason}" for listing_id, reason in list(self.failures.items())[:5]]
        rest = len(self.failures) - len(named)
        return "; ".join(named) + (f"; and {rest} more" if rest else "")


def later(seconds: float | None) -> float:
    """A little later, so that the jobs that wait for the same do not come at the same moment."""
    return max(seconds or 0.0, 1.0) * random.uniform(1.0, 1.25)  # noqa: S311  not a secret


@contextmanager
def opened(job: RunningJob, account: Account, *, tick: Callable[[], None] | None = None) -> Iterator[SyncRun]:
    """A run over an account. Turns the channel's errors into TryLater and GiveUp; for `tick` see connection_for."""
    try:
        connection = connection_for(account, job, tick=tick)
        cursors = AccountConnection.objects.filter(pk=account.pk).values_list("cursor", flat=True)
        yield SyncRun(job, account, connector(account.channel), connection, cursors.first() or {})
    except CredentialsRefused as error:
        with transaction.atomic():
            job.fence()
            Account.objects.filter(pk=account.pk).update(valid=False)
        raise GiveUp(str(error)) from error
    except NotAsked as error:
        raise TryLater(str(error), after=later(error.retry_after), counted=False) from error
    except ChannelUnavailable as error:
        raise TryLater(str(error), after=error.retry_after) from error
    except Undecryptable as error:
        # Keys are being rotated, and this process has not been restarted. Another one can open it.
        raise TryLater(str(error), after=RESTARTED_WITHIN.total_seconds()) from error
    except (ChannelRefused, NoConnector) as error:
        raise GiveUp(str(error)) from error
