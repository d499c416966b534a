"""Compression of answers, for clients that accept it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

from jsonapi.conditional import COMPRESSED

# A smaller answer fits into one packet uncompressed, so compression would cost time and save none.
WORTHWHILE_BYTES = 1400


class _Exact(GZipMiddleware):
    """Compresses the same content to the same bytes. Other answers get a random padding, Django's protection of secrets
    against callers who choose a part of the same answer.
    """

    max_random_bytes = 0


class CompressionMiddleware(GZipMiddleware):
    """The compressed form of an answer with a strong entity tag gets a strong tag of its own, with the ending `-gzip`.

    Django would make the tag weak, and `If-Match` never holds for a weak tag.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self._exact = _Exact(get_response)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, HttpResponse) and len(response.content) < WORTHWHILE_BYTES:
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        tag = response.headers.get("ETag", "")
        if not tag.startswith('"'):
            compressed: HttpResponseBase = super().process_response(request, response)
            return compressed
        compressed = self._exact.process_response(request, response)
        if compressed.headers["ETag"] != tag:
            compressed.headers["ETag"] = f'{tag[:-1]}{COMPRESSED}"'
        return compressed
