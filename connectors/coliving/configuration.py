"""The configuration of the Coliving connector."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColivingConfiguration:
    """`base_url` has no slash at its end. Coliving's documentation leaves the next three members open.

    Connecting an account checks its listing ids, one request each, for `checking_seconds` at most: a host may have
    more houses than can be asked for before our own answer is due (connectors.http.REQUEST).
    """

    base_url: str
    write_method: str = "PUT"
    since_parameter: str = "version"
    push_availability: bool = False
    checking_seconds: float = 5.0
