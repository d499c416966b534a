"""The headers of answers of deprecated operations: `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link`."""

from typing import Any

from django.utils.http import http_date

from jsonapi.operations import Deprecation


def set_deprecation_headers(response: Any, deprecation: Deprecation) -> None:
    """Announce the deprecation in an answer. Other links of the answer stay."""
    links = [response.headers["Link"]] if "Link" in response.headers else []
    response.headers["Deprecation"] = f"@{int(deprecation.since.timestamp())}"  # a date of RFC 9651
    links.append(f'<{deprecation.link}>; rel="deprecation"; type="text/html"')
    if deprecation.sunset:
        response.headers["Sunset"] = http_date(deprecation.sunset.timestamp())
        links.append(f'<{deprecation.link}>; rel="sunset"; type="text/html"')
    response.headers["Link"] = ", ".join(links)
