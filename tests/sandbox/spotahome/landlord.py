"""A landlord who calls the sandbox's Spotahome over HTTP, and the documented error bodies."""

from typing import Any

import httpx

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Days of each month; February has 29, because prices have no year."""
PROBLEM_TYPE = "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"
PROBLEMS: dict[int, dict[str, Any]] = {
    400: {
        "detail": "The request could not be understood by the server due to malformed syntax",
        "status": 400,
        "title": "Bad Request",
        "type": PROBLEM_TYPE,
    },
    401: {"detail": "Unauthorized user", "status": 401, "title": "Unauthorized", "type": PROBLEM_TYPE},
    403: {"detail": "Forbidden access", "status": 403, "title": "Forbidden", "type": PROBLEM_TYPE},
    404: {"detail": "The resource was not found", "status": 404, "title": "Not Found", "type": PROBLEM_TYPE},
    409: {
        "detail": "The request could not be completed due to a conflict with the current state of the resource",
        "status": 409,
        "title": "Conflict",
        "type": PROBLEM_TYPE,
    },
    500: {
        "detail": "Internal Server Error",
        "status": 500,
        "title": "Internal Server Error",
        "type": PROBLEM_TYPE,
    },
}


def invalid(**messages: dict[str, str]) -> dict[str, Any]:
    """The body of a 422. Its type is cut off in the documentation."""
    return {
        "detail": "The request was well formed but was unable to be followed due to semantic errors",
        "status": 422,
        "title": "Unprocessable Entity",
        "type": "`http://www.w3.org/Protocols/rfc2616/rfc2616",
        "validationMessages": messages,
    }


class Landlord:
    """A client with one token. Its methods take the documented paths, below the documented base."""

    def __init__(self, http: httpx.Client, base_url: str, token: str | None) -> None:
        self._http = http
        self._base_url = f"{base_url}/spotahome/api"
        self._headers = {"Authorization": token} if token else {}

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """`body` is a JSON document, or bytes that are sent unchanged."""
        content: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._http.request(method, self._base_url + path, headers=self._headers, **content)

    def get(self, path: str) -> Any:
        """The document of a 200."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, method: str, path: str, body: Any = None, *, status: int = 204) -> None:
        """A successful change, which is answered without a body."""
        answer = self.call(method, path, body)
        assert (answer.status_code, answer.content) == (status, b"")

    def listing(self, listing_id: int) -> Any:
        return self.get(f"/listings/{listing_id}")

    def assert_refused(self, status: int, method: str, path: str, body: Any = None) -> None:
        """The call must fail with the documented body of this status."""
        answer = self.call(method, path, body)
        assert (answer.status_code, answer.json()) == (status, PROBLEMS[status])
