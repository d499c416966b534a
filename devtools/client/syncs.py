"""Waiting for a sync, and showing how far it is."""

import time
from collections.abc import Mapping
from typing import Any

from devtools.client.api import data_of
from devtools.client.failures import Failure
from devtools.client.output import attributes
from devtools.client.safe_text import clean
from devtools.client.session import Session
from devtools.progress import progress

POLL_SECONDS = 1.0
_UNKNOWN_FOR_POLLS = 3
_WORDS = {"queued": "waits for a worker", "in_progress": "reads the channel", "unknown": "not started"}


def watch(session: Session, path: str, title: str, *, before: str | None = None) -> Any:
    """Poll an account or a listing until its sync has ended. Return its last document.

    `before` is the time of the last successful sync before this one began. Raises Failure if the sync has failed.
    """
    with progress(session.output.notes, title) as tell:
        polls_at_rest = 0
        while True:
            document = session.api.get(path)
            found = attributes(data_of(document))
            status = found.get("sync-status")
            status = status if isinstance(status, dict) else {}
            state, error = str(status.get("state")), status.get("error")
            if state == "completed" and status.get("last-successful-sync-at") != before:
                return document
            at_rest = state not in ("queued", "in_progress")
            polls_at_rest = polls_at_rest + 1 if at_rest else 0
            if polls_at_rest >= _UNKNOWN_FOR_POLLS:
                raise Failure(f"The sync has failed: {clean(error or 'the server names no reason')}")
            tell(sync_words(state, found))
            time.sleep(POLL_SECONDS)


def last_sync(document: Any) -> str | None:
    """When the last successful sync of an account or a listing ended."""
    status = attributes(data_of(document)).get("sync-status")
    found = status.get("last-successful-sync-at") if isinstance(status, dict) else None
    return None if found is None else str(found)


def sync_words(state: str, found: Mapping[str, Any]) -> str:
    """`found` are the attributes of an account or a listing."""
    words = _WORDS.get(state, state)
    listings = found.get("nb-listings")
    return f"{words}, {listings:,} listings found" if isinstance(listings, int) else words
