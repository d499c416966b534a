"""Questions before something is deleted."""

import sys
from typing import Annotated

import typer

from devtools.client.failures import UsageFailure
from devtools.client.safe_text import clean

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str, yes: bool) -> None:
    """Raises typer.Abort if the user says no, and UsageFailure if nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageFailure("There is no terminal to ask for a confirmation. Add --yes.")
    typer.confirm(clean(question), abort=True, err=True)
