"""The pages of errors, to which `links.about` of each error points."""

import re
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from jsonapi.error_codes import meanings
from jsonapi.errors import not_found
from openapi.errors import RESPONSES
from partners.pages import CONTENT_SECURITY_POLICY
from partners.reading_only import reading_only

METHOD_NOT_ALLOWED = {"405": "The URL does not support the method; `Allow` names those that it supports."}


@reading_only
def errors(request: HttpRequest) -> HttpResponse:
    """All errors."""
    return _page(request, "Errors", _all())


@reading_only
def error(request: HttpRequest, name: str) -> HttpResponse:
    """One error by its code or status."""
    known = _all()
    if name not in known:
        return not_found(request, LookupError(name))
    return _page(request, name, {name: known[name]})


def _all() -> Mapping[str, str]:
    statuses = {str(status): words for status, (_, words) in RESPONSES.items()}
    return {**dict(sorted((statuses | METHOD_NOT_ALLOWED).items())), **meanings()}


def _page(request: HttpRequest, title: str, shown: Mapping[str, str]) -> HttpResponse:
    entries = [(name, _marked_up(words)) for name, words in shown.items()]
    response = render(request, "partners/errors.html", {"title": title, "entries": entries})
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def _marked_up(words: str) -> SafeString:
    """Code and emphasis of Markdown as HTML."""
    with_code = re.sub(r"`(.+?)`", r"<code>\1</code>", escape(words))
    return mark_safe(re.sub(r"\*(.+?)\*", r"<em>\1</em>", with_code))  # noqa: S308  escaped above
