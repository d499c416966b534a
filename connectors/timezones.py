"""The names of time zones that mean the same everywhere."""

from functools import cache
from zoneinfo import available_timezones

# Files in a machine's folder of time zones that are no zones of a place.
OF_THE_MACHINE = frozenset({"localtime", "posixrules", "Factory"})


def is_iana(name: str | None) -> bool:
    """Whether this is the name of an IANA time zone."""
    return name in iana_names()


@cache
def iana_names() -> frozenset[str]:
    return frozenset(available_timezones()) - OF_THE_MACHINE
