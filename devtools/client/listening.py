"""`partners listen`: webhooks on this machine, while the command runs."""

import os
import signal
import socket
import threading
import time
from typing import Annotated, Any

import httpx
import typer
from rich.text import Text

from devtools.client.api import data_of, path, resource
from devtools.client.events import event_line, follow, show_event
from devtools.client.failures import Failure, Refused, UsageFailure
from devtools.client.output import attributes
from devtools.client.safe_text import clean
from devtools.client.server import http_url
from devtools.client.session import Session, command
from devtools.client.webhooks import event_types
from devtools.event_receiver import Arrival, EventReceiver, event_receiver
from devtools.interrupted import Interrupted

TEST_TYPE = "webhook_endpoint.test"
TEST_SECONDS = 15
FORWARD_SECONDS = 10
_WAKE_SECONDS = 0.5
_FORWARDED = ("content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature")


def add_to(app: typer.Typer, **options: Any) -> None:
    command(app, "listen", **options)(listen)


def listen(
    session: Session,
    forward_to: Annotated[
        str | None, typer.Option(help="Send each event on to this URL, such as your own receiver.", show_default=False)
    ] = None,
    events: Annotated[
        str | None, typer.Option(help="Types, separated by commas; by default all.", show_default=False)
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(help="A URL that leads to --port of this machine, for a server elsewhere.", show_default=False),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the receiver; 0 is a free one.")] = 0,
) -> None:
    """Receive webhooks, and print one line for each event, until Ctrl-C.

    A temporary endpoint is registered, and deleted at the end. If the server cannot reach this machine, events are read
    from the API instead.
    """
    types = event_types(events)
    forwarding = Forwarding(forward_to) if forward_to else None
    session.tokens.token()  # say now if the login does not work
    reason = _reason_not_to_register(session, public_url)
    if reason is None:
        reason = _receive(session, forwarding, types, public_url, port)
        if reason is None:
            return
    session.output.note(f"{reason} Reading new events from {session.server.url}/api/v1/events/ instead.")
    if forward_to:
        session.output.note("They have no signatures, so nothing is forwarded.")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        for event in follow(session, {}):
            if not types or attributes(event).get("event-type") in types:
                show_event(session, event)
    except KeyboardInterrupt:
        return


class Forwarding:
    """Sends deliveries on to a URL, with their signatures."""

    def __init__(self, url: str) -> None:
        self._url = http_url(url)
        self._http = httpx.Client(timeout=FORWARD_SECONDS, trust_env=False)

    def send(self, arrival: Arrival) -> tuple[int, str]:
        """The status for the server, and what happened in words."""
        headers = {name: arrival.headers[name] for name in _FORWARDED if name in arrival.headers}
        start = time.monotonic()
        try:
            answer = self._http.post(self._url, content=arrival.body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return 502, f"{clean(self._url)} did not answer: {clean(error) or type(error).__name__}"
        return (
            answer.status_code,
            f"{answer.status_code} from {clean(self._url)} in {1000 * (time.monotonic() - start):.0f} ms",
        )


class Printing:
    """Prints deliveries, which arrive in several threads, and says how to answer them."""

    def __init__(self, session: Session, forwarding: Forwarding | None) -> None:
        self._output, self._forwarding, self._lock = session.output, forwarding, threading.Lock()

    def __call__(self, arrival: Arrival) -> int:
        event = arrival.event
        meta = event.get("meta") if isinstance(event, dict) else None
        type_ = str(meta.get("type")) if isinstance(meta, dict) else ""
        if type_ == TEST_TYPE:
            return 204
        status, forwarded = self._forwarding.send(arrival) if self._forwarding else (204, "")
        with self._lock:
            if self._output.json:
                self._output.record(event)
            else:
                data = event.get("data") if isinstance(event, dict) else None
                line = event_line(
                    type_, arrival.headers["webhook-id"], meta.get("sent-at") if meta else None, data, attributes(data)
                )
                self._output.line(line)
            if forwarded:
                good = 200 <= status < 300
                self._output.note(Text.assemble("  → ", (clean(forwarded), "green" if good else "red")))
        return status


def _reason_not_to_register(session: Session, public_url: str | None) -> str | None:
    if public_url is None and not session.server.is_local:
        return f"{session.server.url} cannot reach this machine (see --public-url)."
    return None


def _receive(
    session: Session, forwarding: Forwarding | None, types: list[str] | None, public_url: str | None, port: int
) -> str | None:
    """Receive until the command is interrupted, then return None. Or return why the server's webhooks do not come."""
    # From here on a signal only sets a flag: an endpoint that is created is always deleted as well.
    hangup = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    interrupted = Interrupted(*([signal.SIGHUP] if hangup else []))
    try:
        with event_receiver(port=port, answer=Printing(session, forwarding)) as receiver:
            try:
                endpoint = _register(session, receiver, types, public_url)
            except Refused as refusal:
                return f"The server refused the endpoint: {str(refusal).splitlines()[0]}"
            try:
                return _print_until(interrupted, session, receiver, endpoint, forwarding is not None)
            finally:
                _unregister(session, endpoint)
    except OSError as error:
        raise UsageFailure(f"Port {port} cannot be used: {error.strerror}.") from error


def _print_until(
    interrupted: Interrupted, session: Session, receiver: EventReceiver, endpoint: str, forwards: bool
) -> str | None:
    session.api.call("POST", path("webhook-endpoints", endpoint, "test"))
    deadline = time.monotonic() + TEST_SECONDS
    while not receiver.wait_for({TEST_TYPE}, _WAKE_SECONDS):
        if interrupted:
            return None
        if time.monotonic() > deadline:
            reason = f"the server cannot reach {receiver.url}, or no worker runs"
            return f"No test event has arrived within {TEST_SECONDS} s: {reason}."
    session.output.note(f"Ready. Events of {session.server.url} arrive at {receiver.url}. Ctrl-C ends.")
    if forwards:
        session.output.note(f"Their signing secret is {receiver.secret}")
    told = 0
    while not interrupted:
        with receiver.arrived:
            receiver.arrived.wait(_WAKE_SECONDS)
        if receiver.refused > told:
            told = receiver.refused
            session.output.note(Text(f"{told} requests had no valid signature.", style="red"))
    return None


def _register(session: Session, receiver: EventReceiver, types: list[str] | None, public_url: str | None) -> str:
    """Create the endpoint, and return its id."""
    name = f"partners listen on {socket.gethostname()}, process {os.getpid()}"
    document = resource("webhook-endpoints", url=public_url or receiver.url, event_types=types, description=name)
    created = data_of(session.api.call("POST", "/webhook-endpoints/", document))
    receiver.secret = str(attributes(created).get("secret"))
    return str(created.get("id"))


def _unregister(session: Session, endpoint: str) -> None:
    try:
        session.api.call("DELETE", path("webhook-endpoints", endpoint))
    except Failure as failure:
        first = str(failure).splitlines()[0]
        session.output.note(f"The endpoint {endpoint} remains: {first} Later: partners webhooks delete {endpoint}")
