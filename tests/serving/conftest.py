from collections.abc import Iterator

import pytest

from tests.running_api import Api, running_api


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """One process, which waits two seconds for a body."""
    with running_api(BODY_TIMEOUT_SECONDS="2") as running:
        yield running
