"""One line in the log for each request, each turn of a job, and each request to a channel or receiver of events.

The lines have no paths, query strings, headers and bodies: callers and channels put tokens and addresses there.
"""

import logging
from typing import Any

from connectors import observing as channels
from jobs import observing as jobs
from partners.observability import requests
from throttling.client_address import request_address

access = logging.getLogger("partners.access")
work = logging.getLogger("partners.jobs")
asked_channels = logging.getLogger("partners.channels")


class AccessLines(requests.Observer):
    """A line for each request, except those of monitors."""

    quiet = frozenset({"healthz", "readyz", "metrics"})

    def ended(self, asked: requests.Asked) -> None:
        if asked.operation in self.quiet and asked.status < 500:
            return
        fields: dict[str, Any] = {
            "application": asked.application_id,
            "operation": asked.operation,
            "method": asked.method,
            "route": asked.route,
            "status": asked.status,
            "duration_ms": round(asked.seconds * 1000, 1),
            "waited_ms": round(asked.waited * 1000, 1),
            "address": str(request_address(asked.request) or ""),
            "bytes": asked.bytes,
        }
        access.info(
            "%s %s %s %.1f ms",
            asked.method,
            asked.operation,
            asked.status,
            asked.seconds * 1000,
            extra={"fields": fields},
        )


class JobLines(jobs.Observer):
    """A line for each turn of a job. Reasons of failures are logged where they happen (jobs/outcomes.py)."""

    def ended(self, turn: jobs.Turn) -> None:
        job = turn.job
        fields = {
            "kind": job.kind,
            "job": job.id,
            "application": job.party.application_id or None,
            "user": job.party.user_id or None,
            "account": job.party.account_id or None,
            "attempt": job.attempts,
            "outcome": turn.outcome,
            "duration_ms": round(turn.seconds * 1000),
        }
        work.info("%s %s, attempt %d, %.2f s", job, turn.outcome, job.attempts, turn.seconds, extra={"fields": fields})


class ChannelLines(channels.Observer):
    """A line for each request to a channel, and for each delivery to a receiver."""

    def ended(self, exchange: channels.Exchange) -> None:
        fields = {
            "channel": exchange.channel,
            "method": exchange.method,
            "host": exchange.host,
            "path": exchange.path,
            "status": exchange.status,
            "failure": exchange.failure or None,
            "duration_ms": round(exchange.seconds * 1000, 1),
            "attempt": exchange.attempt,
        }
        asked_channels.info(
            "%s %s%s %s %.1f ms",
            exchange.method,
            exchange.host,
            exchange.path,
            exchange.outcome,
            exchange.seconds * 1000,
            extra={"fields": fields},
        )
