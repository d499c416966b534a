"""The errors that a connector may raise. It raises these, or lets connectors.http raise them, and nothing else."""

from collections.abc import Sequence

from connectors.texts import storable


class ChannelError(Exception):
    """Anything a channel answers that is not an answer. `str()` of it is fit to be stored and for a partner to read.

    It may hold words of the channel's own.
    """

    def __init__(self, message: str) -> None:
        super().__init__(storable(message))


class CredentialsRefused(ChannelError):
    """The channel does not accept the credentials: asking again will not help."""


class BadCredential(CredentialsRefused):
    """A credential that cannot be right, whatever the channel would say; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ChannelRefused(ChannelError):
    """The channel understood and said no (an unknown listing, an archived one, a bad price): never retry as is."""


class UnknownListings(ChannelRefused):
    """Listing ids that the channel does not have, or not for these credentials; named in `channel_listing_ids`."""

    def __init__(self, message: str, channel_listing_ids: Sequence[str]) -> None:
        super().__init__(message)
        self.channel_listing_ids = tuple(channel_listing_ids)


class ChannelUnavailable(ChannelError):
    """The channel failed, timed out or is busy: try again later, after `retry_after` seconds where it said so."""

    def __init__(self, message: str, *, timed_out: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.timed_out = timed_out
        self.retry_after = retry_after
