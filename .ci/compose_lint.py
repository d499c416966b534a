"""Parses a compose file strictly: unknown keys, values, networks and volumes are errors."""

import re
import sys
from pathlib import Path

import yaml
from compose_spec import PyCompose


def main() -> None:
    file = Path(sys.argv[1])
    text = re.sub(r"\$\{\w+(?::-([^}]*)|:\?)\}", lambda match: match[1] or "x", file.read_text())
    # The library does not know merge keys (<<), which YAML itself resolves.
    compose = PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text)))
    compose.validate()
    print(f"{file}: {len(compose.to_dict()['services'])} services")


if __name__ == "__main__":
    main()
