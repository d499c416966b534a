"""`partners customizations`."""

import json
from typing import Annotated, Any

import typer
from rich.text import Text

from devtools.client.api import data_of, path
from devtools.client.failures import UsageFailure
from devtools.client.listings import ListingId
from devtools.client.option_texts import json_object
from devtools.client.output import attributes
from devtools.client.safe_text import clean
from devtools.client.session import Session, command

app = typer.Typer(help="The rules of a listing's prices and stays.", no_args_is_help=True)

# The end of the URL, and the type of the resource.
TYPES = {
    "base-price": "base-price-customizations",
    "min-max-prices": "min-max-price-customizations",
    "extra-guest-fees": "extra-guest-fee-customizations",
    "min-stays": "min-stay-customizations",
    "max-stays": "max-stay-customizations",
    "time-based-adjustments": "time-based-adjustment-customizations",
    "checkin-checkout-days": "checkin-checkout-day-customizations",
}
_NAMES = f"One of {', '.join(TYPES)}, or the beginning of one."


def _complete() -> list[str]:
    return list(TYPES)


@command(app, "get")
def get(
    session: Session,
    listing: ListingId,
    name: Annotated[
        str | None, typer.Argument(help=f"{_NAMES} By default all.", autocompletion=_complete, show_default=False)
    ] = None,
) -> None:
    """Show one customization of a listing, or all seven."""
    last = [] if name is None else [full_name(name)]
    document = session.api.get(path("listings", listing, "customizations", *last))
    if session.output.json:
        session.output.document(document)
        return
    found = attributes(data_of(document))
    if name is not None:
        session.output.facts(found.items())
        return
    for part, members in found.items():
        session.output.line(Text(clean(part), style="bold"))
        session.output.facts((members if isinstance(members, dict) else {}).items(), indent=2)


@command(app, "set")
def set_(
    session: Session,
    listing: ListingId,
    name: Annotated[str, typer.Argument(help=_NAMES, autocompletion=_complete)],
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ATTRIBUTE=VALUE]...", help="Values are JSON: 80, null, '[…]'. Others stay unchanged."),
    ] = None,
    from_json: Annotated[
        str | None,
        typer.Option("--from", help="All attributes as JSON: a text, @FILE, or - for stdin.", show_default=False),
    ] = None,
) -> None:
    """Change a customization of a listing."""
    name = full_name(name)
    given = {} if from_json is None else json_object(from_json, "--from")
    given |= dict(_change(text) for text in changes or [])
    if not given:
        raise UsageFailure("Nothing is to be changed. Give ATTRIBUTE=VALUE or --from.")
    document = {"data": {"type": TYPES[name], "id": listing, "attributes": given}}
    answer = session.api.call("PATCH", path("listings", listing, "customizations", name), document)
    if session.output.json:
        session.output.document(answer)
        return
    session.output.facts(attributes(data_of(answer)).items())


def full_name(text: str) -> str:
    """The customization that is meant. Raises UsageFailure if it is none, or if several begin like this."""
    meant = [text] if text in TYPES else [name for name in TYPES if name.startswith(text)]
    if len(meant) != 1:
        raise UsageFailure(f"The customizations are {', '.join(TYPES)}; {text!r} is the beginning of {len(meant)}.")
    return meant[0]


def _change(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageFailure(f"A change has the form ATTRIBUTE=VALUE, unlike {text!r}.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value  # a text needs no quotes
