"""`make test`: everything that is not a browser test first, then the browser part; two at a time."""

import os
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
COMPILED = Path(__file__).parents[1] / ".pytest_cache" / "compiled"


def main() -> int:
    keep_what_is_compiled()
    if failed := run("not browser", *sys.argv[1:]):
        return failed
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        print(
            "\nThe browser part was left out: there is no Chromium here. On Debian: apt-get install chromium\n"
        )
        return 0
    os.environ["ICTSUPPORT_TEST_SQLITE_ONLY"] = "1"  # the pages are served from SQLite
    return run("browser", *(sys.argv[1:] or ["tests/browser"]))


def run(which: str, *more: str) -> int:
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-m", which, *more]
    )


def keep_what_is_compiled() -> None:
    """Where Python is told to keep nothing, every process compiles all it imports anew, seconds each time."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(COMPILED))


if __name__ == "__main__":
    sys.exit(main())
