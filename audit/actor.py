"""Who acts now. What records a change needs no argument for it: `audit.services.record` reads it here.

Each kind of actor is named in one place: callers of the API in oauth/authentication.py and oauth/validator.py, commands
in audit/commands.py, jobs in jobs/outcomes.py. The console names its operator around every change:

    with acting_as(staff=request.user.get_username(), address=str(request_address(request))):
        retry_job(job_id, now=timezone.now())
"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`address` is anything whose text is the IP address that the request came from."""

    application_id: int | None = None
    credential_id: int | None = None
    token_end: str = ""
    staff: str = ""
    command: str = ""
    worker: str = ""
    address: object = None

    @property
    def is_operator(self) -> bool:
        return bool(self.staff or self.command)


UNKNOWN = Actor()
TOKEN_CHARACTERS = 4

_actor: ContextVar[Actor] = ContextVar("actor", default=UNKNOWN)


def current_actor() -> Actor:
    """Who acts now; UNKNOWN in a Python shell, for example."""
    return _actor.get()


@contextmanager
def acting_as(*, staff: str = "", command: str = "", worker: str = "", address: object = None) -> Iterator[None]:
    """Name the operator, the command or the job for all changes inside. The previous actor returns afterwards."""
    before = _actor.set(Actor(staff=staff, command=command, worker=worker, address=address))
    try:
        yield
    finally:
        _actor.reset(before)


@contextmanager
def nobody_yet() -> Iterator[None]:
    """Forget the actor, and what is named inside. A thread answers many requests, one after another."""
    before = _actor.set(UNKNOWN)
    try:
        yield
    finally:
        _actor.reset(before)


def note_caller(application_id: int, credential_id: int | None, *, token: bytes = b"", address: object = None) -> None:
    """Name the caller of the present request. Of the token only its last characters are kept.

    Every request calls it, so it asks nothing of the database.
    """
    end = token[-TOKEN_CHARACTERS:].decode("ascii", "replace")
    _actor.set(Actor(application_id, credential_id, end, address=address))


def operating_system_user() -> str:
    try:
        return getpass.getuser()[:255]
    except (KeyError, OSError):  # a container can run with a user id that has no name
        return f"uid {os.getuid()}"
