"""`partners webhooks`."""

from typing import Annotated, Any

import typer

from devtools.client.api import data_of, path, resource
from devtools.client.confirming import Yes, confirm
from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, show_list
from devtools.client.output import Column, attributes, moment, related
from devtools.client.session import Session, command

app = typer.Typer(help="Endpoints that receive events, and their deliveries.", no_args_is_help=True)

EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="The endpoint's id.")]
DeliveryId = Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")]
ENDPOINTS = (
    Column("id", lambda each: each.get("id"), right=True),
    Column("url", lambda each: attributes(each).get("url"), wide=True),
    Column("events", lambda each: ", ".join(map(str, attributes(each).get("event-types") or [])) or "all", wide=True),
    Column("enabled", lambda each: attributes(each).get("enabled")),
    Column("description", lambda each: attributes(each).get("description"), wide=True),
)
DELIVERIES = (
    Column("id", lambda each: each.get("id"), right=True),
    Column("event", lambda each: attributes(each).get("event-type")),
    Column("endpoint", lambda each: related(each, "endpoint"), right=True),
    Column("state", lambda each: attributes(each).get("state")),
    Column("attempts", lambda each: attributes(each).get("attempts-made"), right=True),
    Column("created", lambda each: moment(attributes(each).get("created-at"))),
    Column("next attempt", lambda each: moment(attributes(each).get("next-attempt-at"))),
)


@command(app, "ls")
def list_endpoints(session: Session, limit: Limit = DEFAULT_LIMIT) -> None:
    """List endpoints."""
    show_list(session, "/webhook-endpoints/", ENDPOINTS, limit=limit)


@command(app, "create")
def create(
    session: Session,
    receiver: Annotated[str, typer.Argument(metavar="URL", help="Where events are sent.")],
    events: Annotated[
        str | None, typer.Option(help="Types, separated by commas; by default all.", show_default=False)
    ] = None,
    description: Annotated[str | None, typer.Option(help="For people.", show_default=False)] = None,
) -> None:
    """Create an endpoint, and print its signing secret, which is not shown again."""
    document = resource("webhook-endpoints", url=receiver, event_types=event_types(events), description=description)
    _show(session, session.api.call("POST", "/webhook-endpoints/", document))


@command(app, "delete")
def delete(session: Session, endpoint: EndpointId, yes: Yes = False) -> None:
    """Delete an endpoint."""
    confirm(f"Delete endpoint {endpoint}?", yes)
    session.api.call("DELETE", path("webhook-endpoints", endpoint))
    session.output.done(f"Endpoint {endpoint} is deleted.")


@command(app, "test")
def test(session: Session, endpoint: EndpointId) -> None:
    """Send an endpoint an event of the type webhook_endpoint.test."""
    _show_delivery(session, session.api.call("POST", path("webhook-endpoints", endpoint, "test")))


@command(app, "rotate")
def rotate(
    session: Session,
    endpoint: EndpointId,
    overlap: Annotated[
        int | None, typer.Option(help="Minutes in which the old secret signs, too.", show_default="a day")
    ] = None,
) -> None:
    """Print a new signing secret."""
    query = {"overlap_minutes": overlap}
    _show(session, session.api.call("POST", path("webhook-endpoints", endpoint, "rotate-secret"), query=query))


@command(app, "deliveries")
def list_deliveries(
    session: Session,
    endpoint: Annotated[str | None, typer.Option(help="Only those to this endpoint.")] = None,
    event: Annotated[str | None, typer.Option(help="Only those of this event.")] = None,
    state: Annotated[str | None, typer.Option(help="pending, succeeded or failed.")] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List deliveries, the newest first."""
    query = {"filter[endpoint]": endpoint, "filter[event]": event, "filter[state]": state}
    show_list(session, "/webhook-deliveries/", DELIVERIES, limit=limit, **query)


@command(app, "replay")
def replay(session: Session, delivery: DeliveryId) -> None:
    """Send the event of a delivery again."""
    _show_delivery(session, session.api.call("POST", path("webhook-deliveries", delivery, "replay")))


def event_types(text: str | None) -> list[str] | None:
    return None if text is None else [type_.strip() for type_ in text.split(",") if type_.strip()]


def _show(session: Session, document: Any) -> None:
    if session.output.json:
        session.output.document(document)
        return
    endpoint = data_of(document)
    session.output.facts(
        [*((column.title, column.value(endpoint)) for column in ENDPOINTS),
         ("signing secret", attributes(endpoint).get("secret"))]
    )  # fmt: skip


def _show_delivery(session: Session, document: Any) -> None:
    if session.output.json:
        session.output.document(document)
        return
    session.output.facts((column.title, column.value(data_of(document))) for column in DELIVERIES)
