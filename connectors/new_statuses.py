"""Counts the statuses of reservations that this server does not know. Such a reservation takes no nights by itself:
the channel's calendar decides whether its nights are free.

A status is a word of the channel's own vocabulary and no personal data, so it may be logged.
"""

import logging

from connectors.counts import Counts

logger = logging.getLogger(__name__)

LONGEST_WORD = 32  # characters
MOST_WORDS = 100  # A channel that sends a new text with each row must not fill memory and log.
OTHERS = "(others)"

NewStatus = tuple[str, str]  # the payload, such as "Hostaway reservation", and the status

NEW_STATUSES: Counts[NewStatus] = Counts()


def count_new_status(payload: str, written: str | None) -> None:
    """Count a status that is new to us. The first one of a process is logged."""
    word = "".join(letter for letter in written or "(none)" if letter.isprintable())[:LONGEST_WORD]
    is_new = NEW_STATUSES.first((payload, word), most=MOST_WORDS)
    if is_new is None:
        NEW_STATUSES.add({(payload, OTHERS): 1})
    elif is_new:
        logger.warning(
            "%s: the status %s is not known. Such reservations take nights only in the channel's calendar.",
            payload,
            word,
        )
