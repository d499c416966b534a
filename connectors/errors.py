"""The errors that a connector may raise. It raises these, or lets connectors.http raise them, and nothing else."""

from collections.abc import Sequence

from connectors.texts import storable

LONGEST_TEXT = 1000  # characters
TOO_MANY_REQUESTS = 429


class ChannelError(Exception):
    """A channel did not answer as expected. Its text can be stored and shown to partners.

    The text may contain words of the channel. A long text is cut.
    """

    def __init__(self, message: str) -> None:
        super().__init__(storable(message[:LONGEST_TEXT]))


class CredentialsRefused(ChannelError):
    """The channel does not accept the credentials. A retry will not help."""


class BadCredential(CredentialsRefused):
    """A credential is malformed, so that the channel need not be asked. `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ChannelRefused(ChannelError):
    """The channel refused the request (an unknown or archived listing, a bad price). Do not retry it unchanged."""


class UnknownListings(ChannelRefused):
    """The channel does not have the listings in `channel_listing_ids`, or not for these credentials."""

    def __init__(self, message: str, channel_listing_ids: Sequence[str]) -> None:
        super().__init__(message)
        self.channel_listing_ids = tuple(channel_listing_ids)


class ChannelUnavailable(ChannelError):
    """The channel failed, timed out or is busy. Retry later: after `retry_after` seconds, if it names a time.

    `status` is the HTTP status of its answer, or None if no answer came or none that could be read.
    """

    def __init__(
        self,
        message: str,
        *,
        timed_out: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.timed_out = timed_out
        self.retry_after = retry_after
        self.status = status

    @property
    def is_busy(self) -> bool:
        """The channel asks for a wait, so the next request would be refused as well."""
        return self.status == TOO_MANY_REQUESTS or self.retry_after is not None


class NotAsked(ChannelUnavailable):
    """The channel was not asked: it is paused, or its limit or our share of it is used up. `retry_after` is set.

    That is no failure of whoever wanted to ask.
    """
