"""Reads the room types of houses. One house that cannot be read does not cost the others."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from connectors.coliving import mapping
from connectors.coliving.session import NotAtColiving, Session
from connectors.errors import ChannelError, ChannelUnavailable, CredentialsRefused
from connectors.payloads import Malformed
from connectors.unread_members import warned_once
from connectors.values import RemoteListing, Unreadable

logger = logging.getLogger(__name__)

# Coliving has failed after three houses in a row without any answer, or if its first three houses all fail.
IN_A_ROW = 3

Read = RemoteListing | Unreadable


def read_houses(session: Session, houses: Iterable[str]) -> Iterator[list[Read]]:
    """The room types of each house. Houses that no longer exist are skipped.

    A house that cannot be read is one Unreadable with the id of the house. If nothing at all can be read, this raises
    ChannelError.
    """
    answered, failed, silent = False, 0, 0
    failure: ChannelError | None = None
    for house in houses:
        try:
            read = _read_house(house, session)
        except NotAtColiving:
            logger.warning("Coliving does not have listing %s (any more).", house)
            read = []
        except CredentialsRefused:
            raise
        except ChannelError as error:
            failure, failed = error, failed + 1
            is_busy = isinstance(error, ChannelUnavailable) and error.is_busy
            is_silent = isinstance(error, ChannelUnavailable) and error.status is None
            silent = silent + 1 if is_silent else 0
            if is_busy or silent >= IN_A_ROW or (failed >= IN_A_ROW and not answered):
                raise
            yield [Unreadable(house, str(error))]
            continue
        answered, silent = True, 0
        yield read
    if failure is not None and not answered:
        raise failure


def _read_house(house: str, session: Session) -> list[Read]:
    """Raises NotAtColiving and other ChannelErrors."""
    rows = session.room_types(house)
    with warned_once():
        return [read_room_type(row, house, session) for row in rows]


def read_room_type(row: Any, house: str, session: Session) -> Read:
    try:
        return mapping.room_type(row, house, session.channel_credentials.place)
    except Malformed as error:
        return mapping.unreadable(row, house, error)
