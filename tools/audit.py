"""What is known of holes in the pinned versions: `python -m tools.audit constraints.txt`.

Runs pip-audit, and says so where it is not there or where its data cannot be reached: nothing is audited then, which is
no failure of the versions. Exits with 1 where a hole is known.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SECONDS = 300


def main(path: str) -> int:
    """Print each known hole of the versions in a file of requirements, and return how to exit."""
    try:
        report, why = _ask(path)
    except subprocess.TimeoutExpired:
        report, why = None, f"no answer within {SECONDS} s"
    skipped = [one for one in report["dependencies"] if "skip_reason" in one] if report else []
    if report and len(skipped) == len(report["dependencies"]):
        report, why = None, skipped[0]["skip_reason"] if skipped else "there are no versions"
    if report is None:
        print(f"Nothing was audited: {why}")
        return 0
    holes = [(one, hole) for one in report["dependencies"] for hole in one.get("vulns", [])]
    for one, hole in holes:
        fixed = ", ".join(hole["fix_versions"]) or "no version"
        print(f"{one['name']} {one['version']}: {hole['id']}, mended in {fixed}")
    print(f"{len(report['dependencies']) - len(skipped)} versions were looked up, {len(holes)} holes are known.")
    if skipped:
        print(f"Nothing is known of {', '.join(one['name'] for one in skipped)}.")
    return 1 if holes else 0


def _ask(path: str) -> tuple[Any, str]:
    """Return pip-audit's report, None where it has none, and then why."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", path, "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    try:
        return json.loads(done.stdout), ""
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
