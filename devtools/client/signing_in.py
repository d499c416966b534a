"""`partners login`, `logout` and `whoami`."""

import sys
from contextlib import suppress
from typing import Annotated, Any

import httpx
import typer

from devtools.client.api import document_of
from devtools.client.failures import Failure, UsageFailure
from devtools.client.profiles import Profile
from devtools.client.safe_text import clean
from devtools.client.server import Server
from devtools.client.session import Session, command

DEMO_ID, DEMO_SECRET = "demo-partner", "demo-partner-secret"


def add_to(app: typer.Typer, **options: Any) -> None:
    for name, function in (("login", login), ("logout", logout), ("whoami", whoami)):
        command(app, name, **options)(function)


def login(
    session: Session,
    client_id: Annotated[
        str | None, typer.Option(envvar="PARTNERS_CLIENT_ID", help="Asked for if it is missing.", show_default=False)
    ] = None,
    client_secret: Annotated[
        str | None,
        typer.Option(envvar="PARTNERS_CLIENT_SECRET", help="Asked for if it is missing.", show_default=False),
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Log in as the demo application of `make serve`.")] = False,
) -> None:
    """Save the client id and secret of your application, after the server has accepted them."""
    server = session.server
    if demo:
        if not server.is_local:
            raise UsageFailure(f"The demo application exists at servers on this machine only, not at {server.url}.")
        client_id, client_secret = DEMO_ID, DEMO_SECRET
    if server.sends_openly:
        session.output.note(f"Warning: {server.url} is not encrypted. Others in the network can read the secret.")
    client_id = client_id or _ask_id(server)
    client_secret = client_secret or _ask_secret(server, client_id)
    profile = Profile(server.url, client_id, client_secret)
    token = session.request_token(profile)
    file = session.profiles.save(session.profile_name, profile)
    if session.output.json:
        session.output.record({**_public(session, profile), "scope": token.get("scope"), "file": str(file)})
        return
    session.output.done(f"Logged in to {server.url} as {client_id}.")
    session.output.facts(
        [
            ("profile", session.profile_name),
            ("scopes", token.get("scope")),
            ("saved in", f"{file}, readable by you only"),
        ]
    )


def logout(session: Session) -> None:
    """Delete the saved login, and revoke its token."""
    saved = session.saved
    if saved is None:
        raise UsageFailure(f"The profile {session.profile_name} is not logged in.")
    token = session.profiles.read_token(session.profile_name)
    session.profiles.delete(session.profile_name)
    if token and token.is_of(saved) and saved.url == session.server.url:
        with suppress(httpx.HTTPError):  # a server that is gone is no reason to keep the login
            form = {"token": token.access_token, "client_id": saved.client_id, "client_secret": saved.client_secret}
            session.http.post("/o/revoke_token/", data=form)
    if session.output.json:
        session.output.record(_public(session, saved))
    session.output.done(f"Logged out of {saved.url} (profile {session.profile_name}).")


def whoami(session: Session) -> None:
    """Show the application, the server and the scopes of the token."""
    profile = session.profile
    form = {"token": session.tokens.token(), "client_id": profile.client_id, "client_secret": profile.client_secret}
    token: dict[str, Any] = {}
    response = session.http.post("/o/introspect/", data=form)
    with suppress(Failure):  # a server that cannot tell has given the token all the same
        token = document_of(response) if response.is_success else {}
    if session.output.json:
        session.output.record({**_public(session, profile), "token": token})
        return
    session.output.facts(
        [("server", profile.url), ("client id", profile.client_id), ("profile", session.profile_name),
         ("scopes", token.get("scope"))]
    )  # fmt: skip


def _public(session: Session, profile: Profile) -> dict[str, Any]:
    return {"profile": session.profile_name, "url": profile.url, "client-id": profile.client_id}


def _ask_id(server: Server) -> str:
    _check_terminal("--client-id")
    default = DEMO_ID if server.is_local else None
    return str(typer.prompt(f"Client id at {clean(server.url)}", default=default, err=True))


def _ask_secret(server: Server, client_id: str) -> str:
    _check_terminal("--client-secret")
    if server.is_local and client_id == DEMO_ID:
        return str(
            typer.prompt("Client secret (Enter: the demo application's)", default=DEMO_SECRET, hide_input=True,
                         show_default=False, err=True)
        )  # fmt: skip
    return str(typer.prompt("Client secret", hide_input=True, err=True))


def _check_terminal(option: str) -> None:
    if not sys.stdin.isatty():
        raise UsageFailure(f"{option} is missing, and there is no terminal to ask for it.")
