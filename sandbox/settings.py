"""The settings of one sandbox."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    data_dir: str = ":memory:"
    """Folder of the SQLite file with the clients' writes; `:memory:` keeps them in memory only."""
    seed: int = 1
    """Another seed gives another world, with other listings and guests."""
    limits: bool = True
    """Whether the channels' documented rate limits are enforced."""
