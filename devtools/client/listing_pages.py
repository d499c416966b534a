"""Lists of the API as commands show them: page after page, as far as `--limit` goes."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from devtools.client.api import Query
from devtools.client.output import Column
from devtools.client.session import Session

DEFAULT_LIMIT = 100
Limit = Annotated[int, typer.Option("--limit", min=0, help="The largest number of rows to show; 0 shows all.")]


def show_list(session: Session, path: str, columns: Sequence[Column], *, limit: int, **query: Any) -> None:
    """Print a list of the API, and say how many more there are."""
    output = session.output
    if output.json:
        for resource in resources(session, path, limit, query):
            output.record(resource)
        return
    output.table(columns, list(resources(session, path, limit, query)))


def resources(session: Session, path: str, limit: int, query: Query, *, quiet: bool = False) -> list[Any]:
    """The first resources of a list. A note says how many the list has if it has more."""
    found: list[Any] = []
    count = None
    for page in session.api.pages(path, query=query, most=limit or None):
        found += page["data"]
        meta = page.get("meta")
        pagination = meta.get("pagination") if isinstance(meta, dict) else None
        count = pagination.get("count") if isinstance(pagination, dict) else None
    if limit and (len(found) > limit or (isinstance(count, int) and count > limit)):
        of_all = f" of {count:,}" if isinstance(count, int) else ""
        session.output.note(f"The first {limit:,}{of_all} are shown. --limit 0 shows all.")
        return found[:limit]
    if not found and not session.output.json and not quiet:
        session.output.note("There are none.")
    return found
