"""Judge the bill of materials and the audit of the requirements: `dependencies.py bill|audit <file> <file>`.

The exit code is 1 for a bill that is incomplete, and for a known vulnerability that is not accepted with a reason. A
service of vulnerabilities that does not answer is reported and passes: CI must also run without a network.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml


def check_bill(bill: dict[str, Any], lock: str) -> str:
    """Return what is wrong with the bill, or "". It must name every locked requirement with its version."""
    named = {(_normal(each["name"]), each.get("version")) for each in bill.get("components", ())}
    locked = {
        (_normal(name), version) for name, version in re.findall(r"^([\w.-]+)(?:\[.*\])?==([^\s;\\]+)", lock, re.M)
    }
    missing = sorted(f"{name} {version}" for name, version in locked - named)
    if not locked or missing:
        return f"The bill lacks {', '.join(missing) or 'everything'}."
    return ""


def check_audit(report: str, accepted: dict[str, str]) -> tuple[int, list[str]]:
    """Return the exit code, and what to print."""
    try:
        dependencies = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        dependencies = []
    asked = [each for each in dependencies if "skip_reason" not in each]
    if not asked:
        return 0, ["The service of vulnerabilities does not answer: nothing was audited."]
    said = [f"{len(asked)} of {len(dependencies)} requirements were audited."]
    found = {
        vulnerability["id"]: f"{each['name']} {each['version']}: {vulnerability['id']}, fixed in "
        f"{', '.join(vulnerability.get('fix_versions') or ()) or 'no version'}"
        for each in asked
        for vulnerability in each.get("vulns", ())
    }
    said += [f"{text} (accepted: {accepted[id_]})" for id_, text in found.items() if accepted.get(id_)]
    said += [f"{id_} is accepted, but nothing has it any more." for id_ in accepted if id_ not in found]
    open_ones = [text for id_, text in found.items() if not accepted.get(id_)]
    return int(bool(open_ones)), said + open_ones


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(what: str, first: Path, second: Path) -> int:
    if what == "bill":
        wrong = check_bill(json.loads(first.read_text()), second.read_text())
        print(wrong or f"{first} names every requirement.")
        return int(bool(wrong))
    code, said = check_audit(first.read_text(), yaml.safe_load(second.read_text()) or {})
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
