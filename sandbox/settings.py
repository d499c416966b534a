"""What the sandbox needs to start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: str = ":memory:"
    """Folder of the SQLite file that keeps what clients wrote; `:memory:` keeps nothing."""
    seed: int = 1
    """Another seed is another world: other listings, other guests."""
    limits: bool = True
    """Whether the channels' documented rate limits are enforced."""
