"""The profiles of JSON:API that this server implements: cursor pagination.

<https://jsonapi.org/profiles/ethanresnick/cursor-pagination/>
"""

from jsonapi.media_types import JSON_API

CURSORS = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

# The profile's page names itself with `http`, and both forms are in use without the last slash.
_SPELLINGS = frozenset(f"{scheme}{CURSORS[5:].rstrip('/')}{end}" for scheme in ("http", "https") for end in ("", "/"))


def with_profile(uri: str) -> str:
    """JSON:API's media type with the profile."""
    return f'{JSON_API}; profile="{uri}"'


def cursor_profile(accept: str) -> str | None:
    """The URI, as the `Accept` header spells it, by which it asks for cursor pagination; None if it does not."""
    if "profile" not in accept:
        return None
    from django.http.request import MediaType  # rarely needed

    for entry in accept.split(","):
        media_type = MediaType(entry)
        if f"{media_type.main_type}/{media_type.sub_type}".lower() == JSON_API:
            for uri in str(media_type.params.get("profile", "")).split():
                if uri in _SPELLINGS:
                    return uri
    return None


ERRORS = {
    "sort": f"{CURSORS}unsupported-sort",
    "size": f"{CURSORS}max-size-exceeded",
}
