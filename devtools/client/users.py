"""`partners users`."""

from typing import Annotated, Any

import typer

from devtools.client.api import data_of, path, resource
from devtools.client.confirming import Yes, confirm
from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, show_list
from devtools.client.output import Column, attributes, moment
from devtools.client.session import Session, command

app = typer.Typer(help="Your customers: hosts and property managers.", no_args_is_help=True)

UserId = Annotated[str, typer.Argument(metavar="USER", help="The user's id.")]
COLUMNS = (
    Column("id", lambda user: user.get("id"), right=True),
    Column("name", lambda user: name_of(user), wide=True),
    Column("email", lambda user: attributes(user).get("email"), wide=True),
    Column("status", lambda user: attributes(user).get("status")),
    Column("created", lambda user: moment(attributes(user).get("created-at"))),
)


def name_of(user: Any) -> str:
    found = attributes(user)
    return f"{found.get('first-name') or ''} {found.get('last-name') or ''}".strip()


@command(app, "create")
def create(
    session: Session,
    email: Annotated[str, typer.Option(help="Unique among your users.")],
    first_name: Annotated[str, typer.Option()],
    last_name: Annotated[str, typer.Option()],
    locale: Annotated[str | None, typer.Option(help="Such as `en`.", show_default=False)] = None,
) -> None:
    """Create a user."""
    document = resource("users", email=email, first_name=first_name, last_name=last_name, locale=locale)
    _show(session, session.api.call("POST", "/users/", document))


@command(app, "ls")
def list_users(
    session: Session,
    email: Annotated[str | None, typer.Option(help="Only the user with this email.")] = None,
    updated_since: Annotated[
        str | None, typer.Option(help="Only those changed since, such as 2026-06-01T00:00:00Z.")
    ] = None,
    sort: Annotated[str | None, typer.Option(help="Such as `-created-at`.")] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List users."""
    filters = {"filter[email]": email, "filter[updated-since]": updated_since, "sort": sort}
    show_list(session, "/users/", COLUMNS, limit=limit, **filters)


@command(app, "show")
def show(session: Session, user: UserId) -> None:
    """Show one user."""
    _show(session, session.api.get(path("users", user)))


@command(app, "delete")
def delete(session: Session, user: UserId, yes: Yes = False) -> None:
    """Delete a user, with accounts and listings."""
    confirm(f"Delete user {user} with all accounts and listings?", yes)
    session.api.call("DELETE", path("users", user))
    session.output.done(f"User {user} is deleted.")


@command(app, "token")
def token(
    session: Session,
    user: UserId,
    scope: Annotated[str | None, typer.Option(help="Scopes, separated by spaces; by default all.")] = None,
) -> None:
    """Print an access token for the resources of one user only."""
    parameters = {"user_id": user, **({"scope": scope} if scope else {})}
    answer = session.request_token(session.profile, **parameters)
    if session.output.json:
        session.output.record(answer)
    else:
        session.output.line(str(answer["access_token"]))


def _show(session: Session, document: Any) -> None:
    if session.output.json:
        session.output.document(document)
        return
    user = data_of(document)
    session.output.facts((column.title, column.value(user)) for column in COLUMNS)
