"""Why a command ends without success, in words, with its exit code."""

from typing import Any


class Failure(Exception):
    """The text is shown to the user, `document` instead of it with `--json`."""

    exit_code = 1

    def document(self) -> Any:
        return {"errors": [{"detail": str(self)}]}


class UsageFailure(Failure):
    """The command cannot be carried out as it was given."""

    exit_code = 2


class Unreachable(Failure):
    """No Partners API answers at the address."""

    exit_code = 3


class Refused(Failure):
    """The API refused a request. `answer` is its error document, or None."""

    def __init__(self, status: int, text: str, *, answer: Any = None) -> None:
        super().__init__(text)
        self.status = status
        self._answer = answer

    def document(self) -> Any:
        return super().document() if self._answer is None else self._answer
