"""How many requests may wait for a channel, and how many credentials a channel is asked to check."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from limits.storage import MemoryStorage, Storage
from pytest_django import Settings

from connectors.http import REQUEST
from sandbox.server import RunningSandbox
from sync.asking import TooManyOfApplicationWait, TooManyWait, asking
from sync.channels import Tuning
from tests.connectors.sandbox_connection import environment_of
from tests.connectors.scripted_server import Scripted, scripted_channel
from tests.factories import ApplicationFactory, UserFactory
from tests.partner import Partner
from tests.running_server import running_server
from throttling.counters import storage
from throttling.slots import shared_slot
from throttling.storage import SharedFileStorage
from users.models import User

CREDENTIALS = {"client_id": "10003", "client_secret": "sandbox-secret"}
SetLimits = Callable[..., None]


class TestSlots:
    @pytest.fixture(params=["memory", "file"])
    def counters(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
        if request.param == "memory":
            yield MemoryStorage()
        else:
            with closing(SharedFileStorage(tmp_path / "limits.sqlite3")) as shared:
                yield shared

    def test_only_so_many_hold_a_slot_at_the_same_time(self, counters: Storage) -> None:
        with ExitStack() as held:
            taken = [held.enter_context(shared_slot(counters, "a", most=2, longest=60)) for _ in range(3)]
            other = held.enter_context(shared_slot(counters, "b", most=2, longest=60))

        assert taken == [True, True, False]
        assert other

    def test_a_slot_is_free_again_after_its_holder(self, counters: Storage) -> None:
        for _ in range(5):
            with suppress(ZeroDivisionError), shared_slot(counters, "a", most=1, longest=60) as is_free:
                assert is_free
                raise ZeroDivisionError

    def test_a_slot_of_a_process_that_was_killed_is_free_again(self, counters: Storage) -> None:
        killed = shared_slot(counters, "a", most=1, longest=1)
        killed.__enter__()

        with shared_slot(counters, "a", most=1, longest=1) as is_free:
            assert not is_free
        time.sleep(1.1)
        with shared_slot(counters, "a", most=1, longest=1) as is_free:
            assert is_free

    def test_slots_are_free_while_they_cannot_be_counted(self, tmp_path: Path) -> None:
        broken = SharedFileStorage(tmp_path)  # a directory cannot be opened as a database

        with shared_slot(broken, "a", most=1, longest=60) as is_free:
            assert is_free


@pytest.fixture
def limits(settings: Settings, sandbox: RunningSandbox) -> SetLimits:
    """Changes settings. The channels are the sandbox's."""
    storage().reset()

    def set_limits(**values: int) -> None:
        settings.ENVIRONMENT = environment_of(sandbox, **values)

    set_limits()
    return set_limits


def test_an_application_has_a_part_of_the_requests_that_may_wait(limits: SetLimits) -> None:
    limits(channel_waits_per_process=3, channel_waits_per_application=2)

    with asking(1), asking(1), pytest.raises(TooManyOfApplicationWait), asking(1):
        pass
    with asking(1), asking(1), asking(2), pytest.raises(TooManyWait), asking(3):
        pass
    with asking(1), asking(1), asking(2):
        pass


def test_the_requests_that_wait_are_bounded_without_the_shared_counters(
    limits: SetLimits, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    limits(channel_waits_per_process=3, channel_waits_per_application=2)
    monkeypatch.setattr("sync.asking.storage", lambda: SharedFileStorage(tmp_path))

    with asking(1), asking(1), asking(2), pytest.raises(TooManyWait), asking(3):
        pass
    with asking(1), asking(1), pytest.raises(TooManyOfApplicationWait), asking(1):
        pass


def test_the_bound_of_an_application_holds_in_all_processes(limits: SetLimits) -> None:
    limits(channel_waits_per_application=1)

    with shared_slot(storage(), "channel-wait:1", most=1, longest=60), pytest.raises(TooManyOfApplicationWait):
        asking(1).__enter__()


def user_of(partner: Partner) -> User:
    return UserFactory(application=partner.application)


def connect(partner: Partner, user: User, channel: str = "hostaway", **changes: str) -> Any:
    credentials = changes if channel == "direct" else CREDENTIALS | changes
    return partner.post(f"/users/{user.pk}/accounts/", "accounts", channel=channel, credentials=credentials)


def test_a_connect_beyond_the_bound_is_answered_at_once(
    partner: Partner, other_partner: Partner, limits: SetLimits, sandbox: RunningSandbox
) -> None:
    limits(channel_waits_per_process=2, channel_waits_per_application=1)
    application = partner.application.pk

    with asking(application):
        refused = connect(partner, user_of(partner))
        accepted = connect(other_partner, user_of(other_partner))
    with asking(application), asking(application + 1000):
        unavailable = connect(other_partner, user_of(other_partner))

    assert (refused.status, refused.header("Retry-After")) == (429, "2")
    assert accepted.status == 201
    assert (unavailable.status, unavailable.header("Retry-After")) == (503, "2")
    assert connect(partner, user_of(partner)).status == 201


def test_a_channel_is_asked_about_few_wrong_credentials_of_an_application(
    partner: Partner, other_partner: Partner, limits: SetLimits, sandbox: RunningSandbox
) -> None:
    limits(refused_credentials_per_minute=3)
    user = user_of(partner)

    answers = [connect(partner, user, client_secret=f"guess {number}") for number in range(5)]

    assert [answer.status for answer in answers] == [422, 422, 422, 429, 429]
    assert 1 <= int(answers[-1].header("Retry-After") or 0) <= 60
    assert len(sandbox.log.matching(path="/v1/accessTokens")) == 3
    assert connect(partner, user).status == 429
    assert connect(other_partner, user_of(other_partner)).status == 201


def test_malformed_credentials_are_no_guesses(partner: Partner, limits: SetLimits) -> None:
    limits(refused_credentials_per_minute=1)
    user = user_of(partner)

    answers = [connect(partner, user, "direct", api_key="key.secret", base_url="ftp://pms.example") for _ in range(3)]

    assert [answer.status for answer in answers] == [400, 400, 400]


def test_connecting_accounts_has_a_limit_of_its_own(partner: Partner, limits: SetLimits) -> None:
    limits(connects_per_minute=2)
    user = user_of(partner)

    assert [connect(partner, user).status for _ in range(3)] == [201, 422, 429]
    assert partner.get(f"/users/{user.pk}/accounts/").status == 200


def test_wrong_credentials_of_one_partner_leave_the_channels_limit_to_the_others(
    partner: Partner, limits: SetLimits, sandbox: RunningSandbox, settings: Settings
) -> None:
    """Hostaway's documented limit of 15 requests in 10 seconds is for all partners together."""
    limits(hostaway_requests_per_10s=15)
    settings.CHANNEL_TUNING = Tuning(request=replace(REQUEST, longest_wait=0.1))
    user = user_of(partner)
    guesses = [connect(partner, user, client_secret="wrong") for _ in range(31)]
    others = [Partner(ApplicationFactory()) for _ in range(5)]

    answers = [connect(other, user_of(other)) for other in others]

    assert [answer.status for answer in answers] == [201] * 5
    asked = [guess.status for guess in guesses].count(422)
    assert asked <= 8
    refused = guesses[-1]
    assert (refused.status, refused.error["meta"]["code"]) == (502, "channel_error")
    assert int(refused.header("Retry-After") or 0) >= 1


def test_a_channel_that_never_answers_does_not_stop_the_server() -> None:
    with scripted_channel() as channel:
        channel.script = [Scripted(hang=60)]
        with (
            running_server(HOSTAWAY_BASE_URL=channel.base_url) as server,
            httpx.Client(base_url=f"{server.base_url}/api/v1", timeout=40) as api,
        ):
            api.headers.update(
                {"Authorization": f"Bearer {server.token()}", "Content-Type": "application/vnd.api+json"}
            )
            person = {"first-name": "Ann", "last-name": "Bo", "email": "ann@example.com"}
            created = api.post("/users/", json={"data": {"type": "users", "attributes": person}}).raise_for_status()
            path = f"/users/{created.json()['data']['id']}/accounts/"
            account = {"channel": "hostaway", "credentials": CREDENTIALS}
            document = {"data": {"type": "accounts", "attributes": account}}
            with ThreadPoolExecutor(12) as pool:
                began = time.monotonic()
                connects = [pool.submit(api.post, path, json=document) for _ in range(12)]
                waits = [_seconds(lambda: httpx.get(f"{server.base_url}/healthz", timeout=30)) for _ in range(40)]
                waits += [_seconds(lambda: api.get("/users/")) for _ in range(20)]
                assert time.monotonic() - began < 10  # Channels are still being asked.
                statuses = sorted(connect.result().status_code for connect in connects)

    assert max(waits) < 1.5
    assert set(statuses) == {429, 502}
    assert statuses.count(502) <= 2


def _seconds(call: Callable[[], httpx.Response]) -> float:
    began = time.monotonic()
    call().raise_for_status()
    return time.monotonic() - began
