import time
from pathlib import Path

import httpx
import pytest
from limits.storage import Storage

from connectors.errors import ChannelUnavailable
from connectors.http import ChannelHttp, Patience
from connectors.pacing import MARGIN, Pace
from connectors.wire import RateLimit
from tests.connectors.scripted_server import saying, scripted_channel
from throttling.storage import SharedFileStorage

ADDRESS = RateLimit(3, 1, "address")
ACCOUNT = RateLimit(2, 1, "account")


def pace_of(account: str, storage: Storage, *limits: RateLimit, channel: str = "seaside") -> Pace:
    return Pace(limits or (ADDRESS, ACCOUNT), channel=channel, account=account, storage=storage)


@pytest.mark.slow
def test_a_request_above_the_limit_waits_until_the_window_is_empty(storage: Storage) -> None:
    pace = pace_of("1", storage, ADDRESS)

    assert [pace.take() for _ in range(3)] == [0.0, 0.0, 0.0]
    wait = pace.take()
    assert 0.5 < wait <= 1 + MARGIN

    time.sleep(wait)
    assert pace.take() == 0.0


def test_accounts_share_the_limit_per_address_and_each_has_its_own_limit(storage: Storage) -> None:
    first, second = pace_of("1", storage), pace_of("2", storage)

    assert [first.take(), first.take()] == [0.0, 0.0]
    assert first.take() > 0  # the account's limit
    assert second.take() == 0.0
    assert second.take() > 0  # the address's limit


def test_a_request_that_must_wait_is_not_counted(storage: Storage) -> None:
    first, second = pace_of("1", storage), pace_of("2", storage)
    for _ in range(2):
        first.take()

    for _ in range(10):
        first.take()

    assert second.take() == 0.0


def test_background_work_leaves_a_part_of_the_limit_per_address_unused(storage: Storage) -> None:
    limits = [RateLimit(20, 60, "address"), RateLimit(20, 60, "account")]
    background = Pace(limits, channel="seaside", account="1", storage=storage, in_background=True)
    waited_for = pace_of("connecting", storage, *limits)

    assert [background.take() for _ in range(18)] == [0.0] * 18
    assert background.take() > 0
    assert [waited_for.take(), waited_for.take()] == [0.0, 0.0]
    assert waited_for.take() > 0


def test_background_work_may_use_the_whole_limit_per_account(storage: Storage) -> None:
    background = Pace(
        [RateLimit(20, 60, "account")], channel="seaside", account="1", storage=storage, in_background=True
    )

    assert [background.take() for _ in range(20)] == [0.0] * 20


def test_channels_do_not_share_limits(storage: Storage) -> None:
    busy, other = pace_of("1", storage), pace_of("1", storage, channel="hillside")
    while busy.take() == 0:
        pass

    assert other.take() == 0.0


def test_requests_are_sent_even_if_the_counters_cannot_be_opened(tmp_path: Path) -> None:
    broken = SharedFileStorage(tmp_path)  # a directory cannot be opened as a database

    assert pace_of("1", broken).take() == 0.0


@pytest.mark.slow
def test_requests_are_spread_so_that_no_window_exceeds_the_limit(storage: Storage) -> None:
    limit = RateLimit(4, 1, "address")
    with scripted_channel() as channel, httpx.Client(base_url=channel.base_url) as client:
        channel.script = [saying({})]
        wire = ChannelHttp("Seaside", client, pace=pace_of("1", storage, limit), timeout=5.0, patience=Patience(1, 5.0))

        for _ in range(10):
            wire.send("GET", "/homes")

    times = channel.asked_at
    assert len(times) == 10
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[4:], strict=False))
    assert times[-1] - times[0] < 5 * (1 + MARGIN)  # no request waits for a window that has room


def test_a_request_that_would_wait_too_long_fails_and_the_error_has_the_wait(storage: Storage) -> None:
    limit = RateLimit(1, 60, "address")
    with scripted_channel() as channel, httpx.Client(base_url=channel.base_url) as client:
        channel.script = [saying({})]
        wire = ChannelHttp("Seaside", client, pace=pace_of("1", storage, limit), timeout=5.0, patience=Patience(2, 3.0))
        wire.send("GET", "/homes")

        with pytest.raises(ChannelUnavailable) as caught:
            wire.send("GET", "/homes")

    assert caught.value.retry_after is not None
    assert 50 < caught.value.retry_after <= 60 + MARGIN
