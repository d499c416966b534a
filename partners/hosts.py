"""Refuses requests for hosts that are not in ALLOWED_HOSTS, before anything is done."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


class HostMiddleware:
    """Raises DisallowedHost, which is answered with 400. Without it only a view that builds a link would notice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.get_host()
        return self.get_response(request)
