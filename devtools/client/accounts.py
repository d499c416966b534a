"""`partners accounts`."""

import json
import sys
from typing import Annotated, Any

import httpx
import typer

from devtools.client.api import data_of, path, resource
from devtools.client.confirming import Yes, confirm
from devtools.client.failures import UsageFailure
from devtools.client.listing_pages import DEFAULT_LIMIT, Limit, resources, show_list
from devtools.client.option_texts import json_object
from devtools.client.output import Column, attributes, moment
from devtools.client.session import Session, command
from devtools.client.syncs import last_sync, watch
from devtools.client.users import UserId

MOST_SHOWN = 120  # characters of an account's credentials; some name hundreds of listings

app = typer.Typer(help="The users' accounts at channels.", no_args_is_help=True)

CHANNELS = ("coliving", "direct", "hostaway", "spotahome")
AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id.")]
Watch = Annotated[bool, typer.Option("--watch", "-w", help="Wait for the sync, and show its progress.")]
SandboxUrl = Annotated[
    str | None,
    typer.Option(envvar="PARTNERS_SANDBOX_URL", help="By default the port after the server's.", show_default=False),
]
COLUMNS = (
    Column("id", lambda account: account.get("id"), right=True),
    Column("user", lambda account: attributes(account).get("user-id"), right=True),
    Column("channel", lambda account: attributes(account).get("channel")),
    Column("label", lambda account: attributes(account).get("label"), wide=True),
    Column("valid", lambda account: attributes(account).get("valid")),
    Column("listings", lambda account: attributes(account).get("nb-listings"), right=True),
    Column("enabled", lambda account: attributes(account).get("nb-enabled-listings"), right=True),
    Column("sync", lambda account: sync_status(account).get("state")),
    Column("last synced", lambda account: moment(sync_status(account).get("last-successful-sync-at"))),
)


def sync_status(resource: Any) -> dict[str, Any]:
    found = attributes(resource).get("sync-status")
    return found if isinstance(found, dict) else {}


@command(app, "connect")
def connect(
    session: Session,
    user: UserId,
    channel: Annotated[str, typer.Argument(help="Such as hostaway.", autocompletion=lambda: list(CHANNELS))],
    credential: Annotated[
        list[str] | None,
        typer.Option(
            "--credential", "-c", help="NAME=VALUE, or NAME alone to be asked for the value.", show_default=False
        ),
    ] = None,
    credentials: Annotated[
        str | None, typer.Option(help="All credentials as JSON: a text, @FILE, or - for stdin.", show_default=False)
    ] = None,
    sandbox: Annotated[
        int | None,
        typer.Option(
            min=1, help="Use the sandbox's account with this number (`partners accounts sandbox`).", show_default=False
        ),
    ] = None,
    sandbox_url: SandboxUrl = None,
    watch_sync: Watch = False,
) -> None:
    """Connect a user's account at a channel. Without credentials, choose one of the sandbox's accounts."""
    ways = [way for way in (credential, credentials, sandbox) if way is not None]
    if len(ways) > 1:
        raise UsageFailure("Give --credential, --credentials or --sandbox, and only one of them.")
    if credential is not None:
        given = dict(map(_one_credential, credential))
    elif credentials is not None:
        given = json_object(credentials, "--credentials")
    else:
        given = _of_sandbox(session, channel, sandbox, sandbox_url)
    document = resource("accounts", channel=channel, credentials=given)
    created = session.api.call("POST", path("users", user, "accounts"), document)
    account = str(data_of(created).get("id"))
    if watch_sync:
        created = watch(session, path("users", user, "accounts", account), f"Account {account}")
    _show(session, created)


@command(app, "sandbox")
def list_sandbox_accounts(session: Session, sandbox_url: SandboxUrl = None) -> None:
    """List the ready accounts of the sandbox of `make serve`, for `connect --sandbox`."""
    rows = [
        {"channel": channel, "number": number, "credentials": each}
        for channel, accounts in _sandbox_accounts(session, sandbox_url).items()
        for number, each in enumerate(accounts, 1)
    ]
    if session.output.json:
        for row in rows:
            session.output.record(row)
        return
    columns = (
        Column("channel", lambda row: row["channel"]),
        Column("number", lambda row: row["number"], right=True),
        Column("credentials", lambda row: _shortened(json.dumps(row["credentials"])), wide=True),
    )
    session.output.table(columns, rows)


def _shortened(text: str) -> str:
    """A text that is not longer than MOST_SHOWN characters; `--json` shows the whole."""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} … ({len(text)} characters, whole with --json)"


@command(app, "ls")
def list_accounts(
    session: Session,
    user: Annotated[
        str | None, typer.Argument(metavar="USER", help="By default all users.", show_default=False)
    ] = None,
    limit: Limit = DEFAULT_LIMIT,
) -> None:
    """List the accounts of one user, or of all."""
    if user is not None:
        show_list(session, path("users", user, "accounts"), COLUMNS, limit=limit)
        return
    found: list[Any] = []
    for each in resources(session, "/users/", limit, {}):
        found += resources(session, path("users", str(each.get("id")), "accounts"), limit, {}, quiet=True)
        if limit and len(found) >= limit:
            session.output.note(f"The first {limit:,} are shown. --limit 0 shows all.")
            found = found[:limit]
            break
    if session.output.json:
        for account in found:
            session.output.record(account)
    else:
        session.output.table(COLUMNS, found)


@command(app, "show")
def show(session: Session, user: UserId, account: AccountId) -> None:
    """Show one account, its sync, and the listings that could not be read."""
    _show(session, session.api.get(path("users", user, "accounts", account)))


@command(app, "refresh")
def refresh(
    session: Session,
    user: UserId,
    account: AccountId,
    threshold: Annotated[
        int | None,
        typer.Option(min=0, help="Skip what was synced within this many minutes; 0 syncs all.", show_default=False),
    ] = None,
    watch_sync: Watch = False,
) -> None:
    """Sync an account now."""
    place = path("users", user, "accounts", account)
    before = last_sync(session.api.get(place)) if watch_sync else None
    answer = session.api.call("POST", f"{place}refresh/", query={"recent_sync_threshold_minutes": threshold})
    if watch_sync:
        _show(session, watch(session, place, f"Account {account}", before=before))
        return
    if session.output.json and answer is not None:
        session.output.document(answer)
    session.output.done(f"A sync of account {account} is queued.")


@command(app, "disconnect")
def disconnect(session: Session, user: UserId, account: AccountId, yes: Yes = False) -> None:
    """Disconnect an account: its credentials are erased, and its listings are no longer synced."""
    confirm(f"Disconnect account {account}? Its credentials are erased.", yes)
    session.api.call("DELETE", path("users", user, "accounts", account))
    session.output.done(f"Account {account} is disconnected.")


def _one_credential(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if equals:
        return name, value
    if not sys.stdin.isatty():
        raise UsageFailure(f"--credential {name} has no value, and there is no terminal to ask for it.")
    return name, str(typer.prompt(name, hide_input=True, err=True))


def _of_sandbox(session: Session, channel: str, number: int | None, url: str | None) -> dict[str, Any]:
    if number is None and not sys.stdin.isatty():
        raise UsageFailure("The credentials are missing: --credential, --credentials or --sandbox.")
    accounts = _sandbox_accounts(session, url)
    if channel not in accounts:
        raise UsageFailure(f"The sandbox has no channel {channel}, but {', '.join(accounts)}.")
    ready = accounts[channel]
    if number is None:
        session.output.note(f"The sandbox's accounts of {channel}:")
        for at, each in enumerate(ready, 1):
            session.output.note(f"  {at}  {json.dumps(each)}")
        number = int(typer.prompt("Number", type=int, default=1, err=True))
    if not 1 <= number <= len(ready):
        raise UsageFailure(f"The sandbox has {len(ready)} accounts of {channel}.")
    return ready[number - 1]


def _sandbox_accounts(session: Session, url: str | None) -> dict[str, list[dict[str, Any]]]:
    """The credentials of the sandbox's accounts by channel, the smallest account first."""
    url = url or session.server.sandbox_url
    if url is None:
        raise UsageFailure(f"{session.server.url} has no sandbox on this machine. Name one with --sandbox-url.")
    try:
        index = httpx.get(url, headers={"Accept": "application/json"}, timeout=10, trust_env=False).json()
        return {name: list(each["credentials"]) for name, each in index["channels"].items()}
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageFailure(f"No sandbox answers at {url}. `make serve` starts one.") from error


def _show(session: Session, document: Any) -> None:
    if session.output.json:
        session.output.document(document)
        return
    account = data_of(document)
    session.output.facts((column.title, column.value(account)) for column in COLUMNS)
    if error := sync_status(account).get("error"):
        session.output.facts([("error", error)])
    failed = attributes(account).get("failed-listings")
    for each in failed if isinstance(failed, list) else []:
        session.output.facts([("failed listing", each)])
