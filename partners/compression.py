"""Response compression, for clients that ask for it, where it pays."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

# One packet carries that much as it is; compressing it costs time and saves none.
WORTHWHILE_BYTES = 1400


class CompressionMiddleware(GZipMiddleware):
    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        if not response.streaming and len(response.content) < WORTHWHILE_BYTES:
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        return super().process_response(request, response)
