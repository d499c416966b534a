"""`partners events`, and the line that stands for one event."""

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, resources
from devtools.client.output import attributes, moment, related
from devtools.client.safe_text import clean
from devtools.client.session import Session, command

app = typer.Typer(help="What has happened: the events of the last 30 days.", no_args_is_help=True)

POLL_SECONDS = 1.0
_COLOURS = {"account": "cyan", "listing": "green", "webhook_endpoint": "dim"}
_TELLING = ("title", "label", "status", "error", "new-base-price", "new-currency", "base-price", "currency",
            "in-active-market")  # fmt: skip

Type = Annotated[str | None, typer.Option("--type", help="Such as listing.created.")]
Listing = Annotated[str | None, typer.Option(help="Only those of this listing.")]
User = Annotated[str | None, typer.Option(help="Only those of this user.")]
Since = Annotated[str | None, typer.Option(help="A day in UTC, such as 2026-06-15.")]


@command(app, "ls")
def list_events(
    session: Session, type_: Type = None, listing: Listing = None, user: User = None, since: Since = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:  # fmt: skip
    """List events, the oldest first."""
    query = {**filters(type_, listing, user), "filter[since]": since}
    for event in resources(session, "/events/", limit, query):
        show_event(session, event)


@command(app, "follow")
def follow_events(
    session: Session, type_: Type = None, listing: Listing = None, user: User = None, since: Since = None
) -> None:
    """Show events as they happen, until Ctrl-C. With --since, begin with those of a day."""
    for event in follow(session, filters(type_, listing, user), since=since):
        show_event(session, event)


def filters(type_: str | None = None, listing: str | None = None, user: str | None = None) -> dict[str, str | None]:
    return {"filter[event-type]": type_, "filter[listing]": listing, "filter[user]": user}


def follow(session: Session, query: Mapping[str, Any], *, since: str | None = None) -> Iterator[Any]:
    """Yield new events for ever. A server without cursors is refused by its own words."""
    cursor = "" if since else _last_cursor(session, query)
    start = {**query, "filter[since]": since}
    while True:
        page = session.api.get("/events/", **{**start, "page[after]": cursor, "page[size]": 100})
        events = page.get("data") if isinstance(page, dict) else None
        for event in events if isinstance(events, list) else []:
            yield event
            cursor = _cursor(event) or cursor
        if not events:
            time.sleep(POLL_SECONDS)


def show_event(session: Session, event: Any) -> None:
    """One event of `GET /events/`."""
    if session.output.json:
        session.output.record(event)
        return
    found = attributes(event)
    payload = found.get("payload")
    session.output.line(
        event_line(
            str(found.get("event-type")), str(found.get("webhook-id")), found.get("occurred-at"), event,
            payload if isinstance(payload, dict) else {},
        )
    )  # fmt: skip


def event_line(type_: str, webhook_id: str, at: object, resource: Any, payload: Mapping[str, Any]) -> Text:
    """Time, type, id, what it is about, and what its payload tells. `resource` has the relationships."""
    about = [f"{name} {id_}" for name in ("user", "account", "listing") if (id_ := related(resource, name))]
    telling = [str(payload[name]) for name in _TELLING if payload.get(name) is not None]
    return Text.assemble(
        (clean(moment(at)), "dim"), "  ", (clean(type_), _COLOURS.get(type_.partition(".")[0], "")), "  ",
        (clean(webhook_id), "dim"), "  ", clean(", ".join(about)), "  ", clean(" ".join(telling)),
    )  # fmt: skip


def _last_cursor(session: Session, query: Mapping[str, Any]) -> str:
    page = session.api.get("/events/", **{**query, "page[before]": "", "page[size]": 1})
    events = page.get("data") if isinstance(page, dict) else None
    return _cursor(events[-1]) if isinstance(events, list) and events else ""


def _cursor(event: Any) -> str:
    found = event
    for member in ("meta", "page", "cursor"):
        found = found.get(member) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
