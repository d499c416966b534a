"""The parameters `limit` and `offset`."""

from collections.abc import Mapping

from sandbox.hostaway.arguments import whole

DEFAULT_LIMIT, MAX_LIMIT = 100, 500


def read_page(query: Mapping[str, str]) -> tuple[int, int]:
    """Limit and offset. A larger limit than MAX_LIMIT gives MAX_LIMIT. Raises Fail 400."""
    limit = whole(query, "limit", least=1)
    return min(DEFAULT_LIMIT if limit is None else limit, MAX_LIMIT), whole(query, "offset") or 0
