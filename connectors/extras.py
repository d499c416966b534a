"""Requests whose answers a listing can do without: a channel that fails one of them does not lose the listing."""

import logging
from collections.abc import Callable
from typing import TypeVar

from connectors.errors import ChannelRefused, ChannelUnavailable
from connectors.payloads import Malformed

Answered = TypeVar("Answered")
logger = logging.getLogger(__name__)

# After three requests in a row without an answer, no more are sent, because each may last until the timeout.
SILENT_IN_A_ROW = 3


class Unanswered(Exception):
    """The channel did not answer the request, or not with what it documents."""


class Extras:
    """The optional requests of one run over an account's listings. `what` names them in the log."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._silent = 0

    def ask(self, request: Callable[[], Answered]) -> Answered:
        """What `request` returns. Pass `optional=True` to ChannelHttp.send in it.

        Raises Unanswered if the channel refuses or fails, CredentialsRefused, and ChannelUnavailable if it is busy.
        """
        if self._silent >= SILENT_IN_A_ROW:
            raise Unanswered
        try:
            answer = request()
        except ChannelUnavailable as error:
            if error.is_busy:
                raise
            self._silent = 0 if error.status else self._silent + 1
            logger.warning("%s are left out: %s", self._what, error)
            raise Unanswered from error
        except (ChannelRefused, Malformed) as error:
            self._silent = 0
            logger.info("%s are left out: %s", self._what, error)
            raise Unanswered from error
        self._silent = 0
        return answer
