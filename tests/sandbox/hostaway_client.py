"""A client of the sandbox's Hostaway, and its calendar."""

from typing import Any, Self

import httpx

SINGLE, SEVERAL = "/listings/100030001", "/listings/100030003"
"""A listing with one unit, and one with several."""
Row = dict[str, Any]


class Hostaway:
    """A client of the sandbox's Hostaway for one account."""

    def __init__(self, base_url: str, client_id: str) -> None:
        # Loading the certificate authorities would take most of a test's time.
        self.http = httpx.Client(base_url=f"{base_url}/hostaway/v1", timeout=30, verify=False)  # noqa: S501
        self.http.headers["Authorization"] = f"Bearer {self.issue_token(client_id).json()['access_token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def issue_token(self, client_id: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "scope": "general", "client_id": client_id}
        return self.http.post("/accessTokens", data=form | {"client_secret": "sandbox-secret"} | changed)

    def result(self, method: str, path: str, **options: Any) -> Any:
        """The result of a successful call."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "success"
        return answer.json()["result"]

    def get(self, path: str, **query: Any) -> Any:
        return self.result("GET", path, params=query)

    def refusal(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status code and reason of a failed call."""
        answer = self.http.request(method, path, **options)
        assert answer.json()["status"] == "fail", answer.text
        return answer.status_code, answer.json()["result"]


def calendar(hostaway: Hostaway, listing: str, first: str, last: str | None = None, **query: Any) -> list[Row]:
    """The nights `first` to `last`, both included; one night without `last`."""
    days: list[Row] = hostaway.get(f"{listing}/calendar", startDate=first, endDate=last or first, **query)
    return days


def free_nights(hostaway: Hostaway, listing: str, count: int) -> list[Row]:
    """The first consecutive free nights from April on."""
    days = calendar(hostaway, listing, "2026-04-01", "2026-12-31")
    for start in range(len(days)):
        run = days[start : start + count]
        if all(day["status"] == "available" for day in run):
            return run
    raise AssertionError("There are no free nights.")
