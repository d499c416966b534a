"""Who does what the console does."""

from contextlib import AbstractContextManager

from django.http import HttpRequest

from audit import actor
from throttling.client_address import request_address


def acting_as(request: HttpRequest, name: str = "") -> AbstractContextManager[None]:
    """Until the end, changes are recorded as those of the request's staff member, or of the named one at the login."""
    return actor.acting_as(staff=name or request.user.get_username(), address=request_address(request))
