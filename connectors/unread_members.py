"""Counts the optional members of channels' payloads that could not be read and were left out.

Values are never counted or logged, because they may be personal data.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from connectors.counts import Counts

logger = logging.getLogger(__name__)

Member = tuple[str, str]  # the payload, such as "Hostaway reservation", and the member's name on the wire


# How often each member could not be read since the process began.
UNREAD_MEMBERS: Counts[Member] = Counts()

_of_this_page: ContextVar[Counter[Member] | None] = ContextVar("unread_members_of_this_page", default=None)


def count_unread(payload: str, member: str) -> None:
    """Counts one member. Inside of `warned_once` the warning waits for the end of the page."""
    page = _of_this_page.get()
    if page is None:
        _report(Counter([(payload, member)]))
    else:
        page[payload, member] += 1


@contextmanager
def warned_once() -> Iterator[None]:
    """Reads a page or a calendar: each member that could not be read is logged once, with its count."""
    page: Counter[Member] = Counter()
    token = _of_this_page.set(page)
    try:
        yield
    finally:
        _of_this_page.reset(token)
        _report(page)


def _report(counts: Mapping[Member, int]) -> None:
    if not counts:
        return
    UNREAD_MEMBERS.add(counts)
    for (payload, member), count in sorted(counts.items()):
        logger.warning("%s: %s could not be read and was left out (%d).", payload, member, count)
