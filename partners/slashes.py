"""Serves URLs without their trailing slash, as many JSON:API clients write them and people type them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path


class TrailingSlashMiddleware:
    """Adds a missing trailing slash to the path of a request if only the path with a slash is known.

    The same view answers, without a redirect, which would turn a client's POST into a GET. Links in the answer are
    those of the URL with the slash.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if not path.endswith("/") and not is_valid_path(path) and is_valid_path(f"{path}/"):
            request.path_info = request.META["PATH_INFO"] = f"{path}/"
            request.path = f"{request.path}/"
        return self.get_response(request)
