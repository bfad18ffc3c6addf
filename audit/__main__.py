"""python -m audit [licences] [sbom] [vulnerabilities]: everything when nothing is named. 1 on a finding, else 0."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from audit.licences import refusals
from audit.lock import LOCK, read_lock

SBOM: Final = Path("build/sbom.json")
WITHIN: Final = 300  # seconds


def check_licences() -> bool:
    pinned = read_lock()
    refused = refusals(pinned)
    for line in refused:
        print(f"licences: {line}")
    print(f"licences: {len(pinned)} packages, {len(refused)} refused")
    return not refused


def write_sbom() -> bool:
    """Write the list of all packages, the same for the same lock."""
    SBOM.parent.mkdir(exist_ok=True)
    asked = ["cyclonedx_py", "requirements", "--output-reproducible", "--pyproject", "pyproject.toml", "-o", str(SBOM)]
    made = subprocess.run([sys.executable, "-m", *asked, str(LOCK)], capture_output=True, text=True, timeout=WITHIN)  # noqa: S603
    if made.returncode:
        print(f"sbom: cannot be made\n{made.stderr}")
        return False
    listed = {part["name"].lower() for part in json.loads(SBOM.read_text(encoding="utf-8"))["components"]}
    missing = {package.name.lower() for package in read_lock()} - listed
    print(f"sbom: {len(listed)} packages in {SBOM}" + (f"; missing: {', '.join(sorted(missing))}" if missing else ""))
    return not missing


def find_vulnerabilities() -> bool:
    """Ask the advisory service about every pinned package. Without a network nothing is known, and that is said."""
    asked = [
        "pip_audit",
        "-r",
        str(LOCK),
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    try:
        ran = subprocess.run([sys.executable, "-m", *asked], capture_output=True, text=True, timeout=WITHIN)  # noqa: S603
        answered = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError, subprocess.TimeoutExpired):
        print("vulnerabilities: NOT CHECKED, for there is no network or the advisory service does not answer")
        return True
    found = [(part, flaw) for part in answered for flaw in part.get("vulns", ())]
    for part, flaw in found:
        mended = ", ".join(flaw["fix_versions"]) or "nowhere yet"
        print(f"vulnerabilities: {part['name']} {part['version']}: {flaw['id']}, mended in {mended}")
    print(f"vulnerabilities: {len(answered)} packages asked about, {len(found)} found")
    return not found


STEPS: Final[dict[str, Callable[[], bool]]] = {
    "licences": check_licences,
    "sbom": write_sbom,
    "vulnerabilities": find_vulnerabilities,
}


def main(wanted: list[str]) -> int:
    """Take the steps that are named; all of them when none is."""
    unknown = set(wanted) - set(STEPS)
    if unknown:
        print(f"known: {' '.join(STEPS)}")
        return 2
    went_well = [STEPS[name]() for name in wanted or STEPS]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
