"""What every command has: the options `--json`, `--url` and `--profile`, the API that they choose, and the output."""

import inspect
import os
from collections.abc import Callable, Mapping
from functools import cached_property, wraps
from typing import Annotated, Any

import httpx
import typer

from devtools.client.api import Api, connection, request_token
from devtools.client.failures import UsageFailure
from devtools.client.output import Output
from devtools.client.profiles import Profile, Profiles, config_folder
from devtools.client.server import DEFAULT_URL, Server, server_at
from devtools.client.tokens import ClientTokens, GivenToken, Tokens

_PANEL = "Options of every command"
_AsJson = Annotated[
    bool, typer.Option("--json", help="Print the API's documents; of lists one object a line.", rich_help_panel=_PANEL)
]
_Url = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="PARTNERS_URL", rich_help_panel=_PANEL, show_default=False,
        help=f"The server; by default the profile's, or {DEFAULT_URL}.",
    ),
]  # fmt: skip
_ProfileName = Annotated[
    str, typer.Option("--profile", envvar="PARTNERS_PROFILE", help="The saved login.", rich_help_panel=_PANEL)
]


class Session:
    """One run of a command. Properties raise Failure where something is missing."""

    def __init__(self, environment: Mapping[str, str], *, url: str | None, profile: str, as_json: bool) -> None:
        self.environment = environment
        self.profile_name = profile
        self.output = Output(json=as_json)
        self.profiles = Profiles(config_folder(environment))
        self._url = url

    @cached_property
    def saved(self) -> Profile | None:
        return self.profiles.read(self.profile_name)

    @cached_property
    def server(self) -> Server:
        return server_at(self._url or (self.saved.url if self.saved else DEFAULT_URL))

    @cached_property
    def http(self) -> httpx.Client:
        return connection(self.server)

    @cached_property
    def profile(self) -> Profile:
        """The application that the command acts for."""
        client_id = self.environment.get("PARTNERS_CLIENT_ID")
        if client_id:
            secret = self.environment.get("PARTNERS_CLIENT_SECRET")
            if not secret:
                raise UsageFailure("PARTNERS_CLIENT_ID is set, and PARTNERS_CLIENT_SECRET is missing.")
            return Profile(self.server.url, client_id, secret)
        if self.saved is None:
            named = "" if self.profile_name == "default" else f" --profile {self.profile_name}"
            raise UsageFailure(f"You are not logged in. Run: partners login{named}")
        if self.saved.url != self.server.url:
            # Otherwise `--url` would send the secret of one server to another.
            raise UsageFailure(
                f"The profile {self.profile_name} is for {self.saved.url}. For {self.server.url}, log in to another "
                f"profile: partners login --url {self.server.url} --profile NAME"
            )
        return self.saved

    @cached_property
    def tokens(self) -> Tokens:
        if token := self.environment.get("PARTNERS_TOKEN"):
            return GivenToken(token)
        # Only the login's tokens are kept in a file.
        kept_in = self.profiles if self.profile is self.saved else None
        return ClientTokens(self.profile, self.request_token, kept_in, self.profile_name)

    @cached_property
    def api(self) -> Api:
        return Api(self.http, self.tokens, self.output.note)

    def request_token(self, profile: Profile, **parameters: str) -> Any:
        return request_token(self.http, profile, self.output.note, **parameters)

    def close(self) -> None:
        if "http" in self.__dict__:
            self.http.close()


def command(app: typer.Typer, name: str, **options: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function as a command. It gets a Session; the options of every command are added to its own."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name, **options)(_with_session(function))
        return function

    return register


def _with_session(function: Callable[..., None]) -> Callable[..., None]:
    @wraps(function)
    def run(*, as_json: bool, url: str | None, profile: str, **arguments: Any) -> None:
        session = Session(os.environ, url=url, profile=profile, as_json=as_json)
        try:
            function(session, **arguments)
        finally:
            session.close()

    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    ours = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, default, annotation in (
            ("as_json", False, _AsJson), ("url", None, _Url), ("profile", "default", _ProfileName),
        )
    ]  # fmt: skip
    parameters = [*(each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own), *ours]
    # Typer reads the parameters from the signature and from the annotations.
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
