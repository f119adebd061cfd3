"""`make test`: everything that is not a browser test first, side by side, then the browser part one by one."""

import os
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
COMPILED = Path(__file__).parents[1] / ".pytest_cache" / "compiled"


def main() -> int:
    keep_what_is_compiled()
    first = subprocess.call(
        [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", "-m", "not browser", *sys.argv[1:]]
    )
    if first:
        return first
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        print(
            "\nThe browser part was left out: there is no Chromium here. On Debian: apt-get install chromium\n"
        )
        return 0
    return subprocess.call([sys.executable, "-m", "pytest", "-m", "browser", *sys.argv[1:]])


def keep_what_is_compiled() -> None:
    """Where Python is told to keep nothing, every process compiles all it imports anew, seconds each time."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(COMPILED))


if __name__ == "__main__":
    sys.exit(main())
