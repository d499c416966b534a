"""The guides at /guides/: the site that `make docs` builds from docs/ into `GUIDES_DIR`."""

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from whitenoise import WhiteNoise
from whitenoise.responders import Response

from partners.pages import CONTENT_SECURITY_POLICY
from partners.reading_only import reading_only


@reading_only
def guides(request: HttpRequest, _page: str = "") -> HttpResponse:
    """A file of the guides; 404 if there is none, or if the guides are not built."""
    folder = settings.ENVIRONMENT.guides_dir
    built = (folder / "index.html").is_file()
    file = _found(folder, request.path_info) if built else None
    if file is not None:
        return _answer(file.get_response(request.method, request.META))
    response = render(request, "partners/no_guide.html", {"built": built}, status=404)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _answer(found: Response) -> HttpResponse:
    with found.file or BytesIO() as file:
        return HttpResponse(file.read(), status=found.status, headers=dict(found.headers))


def _found(folder: Path, path: str) -> Any:
    """The file or redirect for a path, or None."""
    if settings.ENVIRONMENT.is_production:
        return _scanned(folder).files.get(path)
    # The guides can be built again while the server runs.
    return WhiteNoise(None, folder, "guides", autorefresh=True, **OPTIONS).find_file(path)


@cache
def _scanned(folder: Path) -> WhiteNoise:
    return WhiteNoise(None, folder, "guides", **OPTIONS)


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY


OPTIONS: Any = {
    "index_file": True,
    "mimetypes": {".yaml": "application/yaml"},
    "allow_all_origins": False,
    "add_headers_function": _add_headers,
}
