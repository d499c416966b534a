"""Views that only read."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import rest_framework.views  # noqa: F401  loads the settings' classes, which import jsonapi.errors themselves
from django.http import HttpRequest, HttpResponse

from jsonapi.errors import error_document, problem

View = Callable[..., HttpResponse]  # takes the request, and what the URL captures


def reading_only(view: View) -> View:
    """Restricts a view to GET and HEAD. The answer to other methods is 405."""

    @wraps(view)
    def restricted(request: HttpRequest, **captured: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request, **captured)
        response = error_document(405, problem(405, f'Method "{request.method}" not allowed.'))
        response["Allow"] = "GET, HEAD"
        return response

    return restricted
