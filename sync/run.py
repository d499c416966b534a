"""One run of a sync: the state that its steps share, and how errors of the channel end its job."""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import DataError, transaction
from django.db.models import Q

from audit.actions import Action
from audit.services import record
from connectors.connection import Connection
from connectors.errors import ChannelError, ChannelRefused, ChannelUnavailable, CredentialsRefused, NotAsked
from connectors.observing import Tally, also
from connectors.protocol import Channel
from connectors.registry import NoConnector
from jobs.running import GiveUp, RunningJob, TryLater
from listings.services.failing import note_failure, waiting
from oauth.encryption import Undecryptable
from sync.channels import connector
from sync.connecting import connection_for
from sync.models import AccountConnection
from users.audited import audited_account
from users.models import Account
from users.services.locking import lock_user_of

logger = logging.getLogger(__name__)

# The shortest wait for a process with the right keys. A job is tried again often enough for half an hour.
RESTARTED_WITHIN = timedelta(minutes=5)

# After this many failed listings in a row the channel is asked for something else.
IN_A_ROW = 3
SHORTEST_SECRET = 12  # characters; shorter words, such as the number of an account, also mean something else
MOST_NAMED = 5  # failures in the error of a job
# Errors of our own in reading one listing's data. They must not cost the other listings.
OWN_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, DataError)


@dataclass(slots=True)
class SyncRun:
    """`failures`: the reason for each listing that could not be read, by the channel's id.

    `left_out`: the same for what is no listing that we know, "" for what names none. `cursor` is what the connection
    had stored when the run began, kept current with what the run stores. `reads_all`: somebody has asked for all
    listings, so those that wait for their next attempt are read too.
    """

    job: RunningJob
    account: Account
    channel: Channel
    connection: Connection
    cursor: Mapping[str, Any]
    reads_all: bool = False
    failures: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    _in_a_row: int = 0
    _most_in_a_row: int = IN_A_ROW

    def fail(self, channel_listing_id: str | None, reason: str) -> None:
        """Stores that a listing failed, which is tried again at its own time, or that something was left out."""
        logger.warning("%s: listing %s failed: %s", self.job, channel_listing_id, reason)
        with transaction.atomic():
            self.job.fence()
            is_known = channel_listing_id is not None and note_failure(
                self.account, channel_listing_id, reason, attempt_began=self.job.created_at, now=self.job.now()
            )
        if is_known and channel_listing_id is not None:
            self.failures[channel_listing_id] = reason
        else:
            self.left_out[channel_listing_id or ""] = reason

    def waiting(self) -> Q:
        """Channel listings that failed and are not read in this run."""
        return waiting(self.job.now(), asked_at=self.job.created_at if self.reads_all else None)

    def said(self, error: ChannelError) -> str:
        """The text of the error, without our credentials."""
        return said(error, self.connection.channel_credentials)

    @contextmanager
    def one_listing(self, channel_listing_id: str) -> Iterator[None]:
        """An error inside fails this listing only, unless the channel answers nothing at all."""
        try:
            yield
        except (CredentialsRefused, NotAsked):
            raise
        except ChannelUnavailable as error:
            self.fail(channel_listing_id, self.said(error))
            self._in_a_row += 1
            if self._in_a_row >= self._most_in_a_row:
                self._ask_for_something_else()
        except ChannelError as error:
            self.fail(channel_listing_id, self.said(error))
            self._in_a_row = 0
        except OWN_ERRORS as error:
            logger.exception("%s: listing %s failed with an internal error", self.job, channel_listing_id)
            self.fail(channel_listing_id, f"Internal error ({type(error).__name__}).")
        else:
            self._in_a_row, self._most_in_a_row = 0, IN_A_ROW

    def _ask_for_something_else(self) -> None:
        """Asks for the list of listings. Raises ChannelUnavailable if the channel does not answer that either."""
        next(iter(self.channel.listings(self.connection)), None)
        self._in_a_row, self._most_in_a_row = 0, 2 * self._most_in_a_row

    def explain_failures(self) -> str:
        """A sentence for people, which names the first few failures."""
        return _named(self.left_out | self.failures)

    def explain_left_out(self) -> str:
        return _named(self.left_out)


def said(error: Exception, credentials: Mapping[str, Any]) -> str:
    """The text of the error. A channel may quote the credentials that we sent, and the text is stored and logged."""
    text = str(error)
    values = [value for value in credentials.values() if isinstance(value, str) and "://" not in value]
    for secret in [*values, *(part for value in values for part in value.split("."))]:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return text


def _named(reasons: Mapping[str, str]) -> str:
    named = [f"listing {of}: {reason}" if of else reason for of, reason in reasons.items()]
    rest = len(named) - MOST_NAMED
    return "; ".join(named[:MOST_NAMED]) + (f"; and {rest} more" if rest > 0 else "")


def later(seconds: float | None) -> float:
    """A little later, so that the jobs that wait for the same do not come at the same moment."""
    return max(seconds or 0.0, 1.0) * random.uniform(1.0, 1.25)  # noqa: S311  not a secret


@contextmanager
def opened(job: RunningJob, account: Account, *, tick: Callable[[], None] | None = None) -> Iterator[SyncRun]:
    """A run over an account. Turns the channel's errors into TryLater and GiveUp; for `tick` see connection_for.

    The requests of the run are counted in the job's row.
    """
    tally = Tally(account.channel, job.channel_requests(account.pk))
    job.count_channel_requests(account.pk, tally.summary)
    credentials: Mapping[str, Any] = {}
    try:
        with also(tally):
            connection = connection_for(account, job, tick=tick)
            credentials = connection.channel_credentials
            cursors = AccountConnection.objects.filter(pk=account.pk).values_list("cursor", flat=True)
            yield SyncRun(job, account, connector(account.channel), connection, cursors.first() or {})
    except CredentialsRefused as error:
        with transaction.atomic():
            lock_user_of(account)
            job.fence()
            if Account.objects.filter(pk=account.pk, valid=True).update(valid=False):
                changes = {"valid": [True, False], "reason": [None, said(error, credentials)]}
                record(Action.ACCOUNT_BECAME_INVALID, audited_account(account), changes, now=job.now())
        raise GiveUp(said(error, credentials)) from error
    except NotAsked as error:
        raise TryLater(str(error), after=later(error.retry_after), counted=False) from error
    except ChannelUnavailable as error:
        raise TryLater(said(error, credentials), after=error.retry_after) from error
    except Undecryptable as error:
        # Keys are being rotated, and this process has not been restarted. Another one can open it.
        raise TryLater(str(error), after=RESTARTED_WITHIN.total_seconds()) from error
    except (ChannelRefused, NoConnector) as error:
        raise GiveUp(said(error, credentials)) from error
