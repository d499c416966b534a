"""Tables and links in pages of the console."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

Table = dict[str, Any]

LINK = '<a class="underline text-primary-600 dark:text-primary-500" href="{}">{}</a>'


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """What the theme's component `table.html` takes. Cells are escaped, unless they are safe strings such as links."""
    return {"headers": list(headers), "rows": [list(row) for row in rows]}


def link(text: object, url_name: str, *arguments: object) -> SafeString:
    """A link to a page of the console, by its name without the namespace."""
    return format_html(LINK, reverse(f"console:{url_name}", args=arguments), text)


def list_link(text: object, url_name: str, query: str) -> SafeString:
    """A link to a list of the console that is filtered by a query such as `state=failed`."""
    return format_html(LINK, f"{reverse(f'console:{url_name}')}?{query}", text)


def instant(moment: datetime | None) -> str:
    """A time in UTC to the second, or a dash."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "—"
