"""What `partners login` saves: one file for each profile, which only its owner can read."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from devtools.client.failures import UsageFailure

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ONLY_OWNER, _ONLY_OWNER_FOLDER = 0o600, 0o700


@dataclass(frozen=True)
class Profile:
    """An application at one server."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class SavedToken:
    """An app-level access token of a profile. `expires_at` is in seconds since 1970."""

    url: str
    client_id: str
    access_token: str = field(repr=False)
    expires_at: float

    def is_of(self, profile: Profile) -> bool:
        return (self.url, self.client_id) == (profile.url, profile.client_id)


class Profiles:
    """The profiles in one folder. All methods raise UsageFailure if a file cannot be used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, name: str) -> Profile | None:
        saved = self._read(self._file(name))
        return None if saved is None else _profile(saved, self._file(name))

    def save(self, name: str, profile: Profile) -> Path:
        self.delete(name)  # and the token of an earlier login
        self._write(self._file(name), asdict(profile))
        return self._file(name)

    def delete(self, name: str) -> None:
        for file in (self._token_file(name), self._file(name)):
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise UsageFailure(f"{file} cannot be deleted: {error.strerror}.") from error

    def read_token(self, name: str) -> SavedToken | None:
        """The token that was saved last, or None."""
        file = self._token_file(name)
        saved = self._read(file)
        if saved is None:
            return None
        try:
            return SavedToken(saved["url"], saved["client_id"], saved["access_token"], float(saved["expires_at"]))
        except (TypeError, KeyError, ValueError):
            return None  # the next token replaces the file

    def save_token(self, name: str, token: SavedToken) -> None:
        self._write(self._token_file(name), asdict(token))

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise UsageFailure(f"A profile's name has letters, digits, _ and -, unlike {name!r}.")
        return self.folder / f"{name}.json"

    def _token_file(self, name: str) -> Path:
        # Apart from the profile, so that a new token never writes over a login of the same moment.
        return self._file(name).with_suffix(".token")

    def _read(self, file: Path) -> dict[str, Any] | None:
        try:
            with file.open(encoding="utf-8") as opened:
                if os.fstat(opened.fileno()).st_mode & 0o077:
                    raise UsageFailure(f"Others can read {file}. Run: chmod 600 {file}")
                saved = json.load(opened)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise UsageFailure(f"{file} cannot be read: {error.strerror}.") from error
        except ValueError as error:
            raise UsageFailure(f"{file} is damaged. Delete it, and log in again.") from error
        return saved if isinstance(saved, dict) else {}

    def _write(self, file: Path, content: dict[str, Any]) -> None:
        new = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(mode=_ONLY_OWNER_FOLDER, parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            # The mode is set when the file is created: at no time can others read it.
            descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _ONLY_OWNER)
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                json.dump(content, opened, indent=2)
            new.replace(file)
        except OSError as error:
            raise UsageFailure(f"{file} cannot be written: {error.strerror}.") from error


def config_folder(environment: Mapping[str, str]) -> Path:
    """The user's folder of this program: `partners` in `XDG_CONFIG_HOME`, which is `~/.config` by default."""
    return Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "partners"


def _profile(saved: dict[str, Any], file: Path) -> Profile:
    try:
        return Profile(str(saved["url"]), str(saved["client_id"]), str(saved["client_secret"]))
    except KeyError as error:
        raise UsageFailure(f"{file} is damaged. Delete it, and log in again.") from error
