"""Pages of long lists."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MOST_COUNTED = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts at most MOST_COUNTED rows, so that a list of millions opens at once. Filters find older ones."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return len(rows.order_by()[: MOST_COUNTED + 1].values_list("pk"))
