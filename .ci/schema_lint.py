"""Lint the published schema with Redocly (recommended rules) and Spectral (OpenAPI and OWASP rules).

Usage: schema_lint.py <folder with node_modules> <schema file> … (`.ci/schema-lint` installs the linters there).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

EXCEPTIONS = {entry["rule"] for entry in yaml.safe_load(Path(__file__).with_name("schema-lint.yaml").read_text())}
SPECTRAL_RULES = {"extends": ["spectral:oas", "@stoplight/spectral-owasp-ruleset"]}


def redocly(tools: Path, schema: str) -> list[tuple[str, str]]:
    config = tools / "redocly.yaml"
    config.write_text("extends: [recommended]\n")
    command = [tools / "node_modules/.bin/redocly", "lint", schema, "--config", config, "--format=json"]
    output = subprocess.run([*command, "--max-problems=100000"], capture_output=True, text=True, check=False).stdout
    problems = json.loads(output)["problems"]
    return [(p["ruleId"], f"{p['message']} at {p['location'][0].get('pointer')}") for p in problems]


def spectral(tools: Path, schema: str) -> list[tuple[str, str]]:
    ruleset = tools / ".spectral.yaml"
    ruleset.write_text(yaml.safe_dump(SPECTRAL_RULES))
    with tempfile.NamedTemporaryFile(suffix=".json") as found:
        command = [tools / "node_modules/.bin/spectral", "lint", schema, "--ruleset", ruleset]
        subprocess.run([*command, "--format=json", "--output", found.name, "--quiet"], check=False)
        problems = json.loads(Path(found.name).read_text())
    return [(p["code"], f"{p['message']} at {'.'.join(map(str, p['path']))}") for p in problems]


def main(tools: Path, schemas: list[str]) -> int:
    found = [problem for schema in schemas for lint in (redocly, spectral) for problem in lint(tools, schema)]
    for rule, message in found:
        if rule not in EXCEPTIONS:
            print(f"{rule}: {message}")
    unneeded = EXCEPTIONS - {rule for rule, _ in found}
    for rule in sorted(unneeded):
        print(f"{rule}: has no findings, so its exception is not needed")
    bad = [rule for rule, _ in found if rule not in EXCEPTIONS]
    print(f"{len(bad)} problems, {len(found) - len(bad)} accepted under {len(EXCEPTIONS)} exceptions")
    return bool(bad or unneeded)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
