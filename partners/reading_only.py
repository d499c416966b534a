"""Views that only read."""

from collections.abc import Callable
from functools import wraps

import rest_framework.views  # noqa: F401  loads the settings' classes, which import jsonapi.errors themselves
from django.http import HttpRequest, HttpResponse

from jsonapi.errors import error_document, problem

View = Callable[[HttpRequest], HttpResponse]


def reading_only(view: View) -> View:
    """Restricts a view to GET and HEAD. The answer to other methods is 405."""

    @wraps(view)
    def restricted(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        response = error_document(405, problem(405, f'Method "{request.method}" not allowed.'))
        response["Allow"] = "GET, HEAD"
        return response

    return restricted
