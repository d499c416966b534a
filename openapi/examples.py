"""Examples of requests and responses, which tests execute (tests/contract/test_examples.py)."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jsonapi.media_types import JSON_API

FILE = Path(__file__).with_name("examples.yaml")


@cache
def examples() -> dict[str, Any]:
    """`operations` by operationId, each with the `request` and `response` it has; `errors` by status."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def add_examples(operation: dict[str, Any]) -> None:
    """Puts an operation's examples beside the schemas of its body and of its success."""
    example = examples()["operations"].get(operation["operationId"], {})
    if "request" in example:
        operation["requestBody"]["content"][JSON_API]["example"] = example["request"]
    if "response" in example:
        operation["responses"][str(example["status"])]["content"][JSON_API]["example"] = example["response"]
