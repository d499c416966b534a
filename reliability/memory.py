"""The memory of a house's server processes while it is under load."""

import statistics
import threading
import time

from reliability.house import House

EVERY_SECONDS = 2.0


class Memory:
    """Samples the resident memory of the API and of each worker between its start and its stop."""

    def __init__(self, house: House) -> None:
        self._parts = [house.parts["api"], *house.workers]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.samples: dict[str, list[int]] = {part.name: [] for part in self._parts}

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(EVERY_SECONDS - time.monotonic() % EVERY_SECONDS):
            for part in self._parts:
                self.samples[part.name].append(part.memory())

    def growth(self) -> dict[str, tuple[float, float]]:
        """For each part: MB in the second and in the last quarter of the time (medians)."""
        found = {}
        for name, kilobytes in self.samples.items():
            quarter = max(len(kilobytes) // 4, 1)
            early, late = kilobytes[quarter : 2 * quarter] or kilobytes, kilobytes[-quarter:]
            found[name] = (statistics.median(early) / 1024, statistics.median(late) / 1024)
        return found
