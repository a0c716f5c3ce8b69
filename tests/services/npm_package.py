"""The npm package `standardwebhooks`, in the ignored folder .cache/. `python -m tests.services.npm_package`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.services.kafka_jars import CACHE
from tests.services.missing import Missing, program

PACKAGES = {"standardwebhooks": "1.1.1", "@stablelib/base64": "1.0.1", "fast-sha256": "1.3.0"}  # with all it needs
TIMEOUT_S = 120


def node_modules() -> Path:
    """The folder from which Node imports it, fetched on first use. Raises Missing."""
    folder = CACHE / "npm" / f"standardwebhooks-{PACKAGES['standardwebhooks']}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            _fetch(Path(scratch) / "fetched")
            try:
                (Path(scratch) / "fetched").rename(folder)
            except OSError:
                if not folder.exists():  # else another run was quicker
                    raise
    return folder / "node_modules"


def _fetch(folder: Path) -> None:
    npm = program("npm", "npm")
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": PACKAGES}))
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--silent"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise Missing(f"the npm package standardwebhooks: nothing in {TIMEOUT_S} s; is there a network?") from exc
    if done.returncode or not (folder / "node_modules" / "standardwebhooks").is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        raise Missing(f"the npm package standardwebhooks does not come: {(done.stdout + done.stderr)[-800:]}")


if __name__ == "__main__":
    try:
        print(f"standardwebhooks {PACKAGES['standardwebhooks']} in {node_modules().relative_to(CACHE.parent)}")
    except Missing as reason:
        sys.exit(str(reason))
