"""How often something may be tried: counted in the database, so that all machines count together."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from .. import clock, jobs, scheduler
from ..database import Rows, db, insert_all
from .models import Attempt


@dataclass(frozen=True)
class Limit:
    """So many tries within a stretch of time, for each account, address or network that is counted."""

    name: str
    most: int
    within: timedelta

    def excess(self, whom: str) -> int:
        """Count one more try, and say by how many the limit has now been passed (0: not at all)."""
        seconds = self.within.total_seconds()
        starts_at = datetime.fromtimestamp(clock.now().timestamp() // seconds * seconds, UTC)
        bucket = f"{self.name}:{hashlib.sha256(whom.encode()).hexdigest()[:40]}"
        one_more = [{"bucket": bucket, "starts_at": starts_at, "tries": 1}]
        insert_all(Rows(Attempt, one_more, keys=("bucket", "starts_at"), add=("tries",)))
        tries = db.session.scalar(
            select(Attempt.tries).where(Attempt.bucket == bucket, Attempt.starts_at == starts_at)
        )
        return max(0, (tries or 0) - self.most)


def network_of(address: str) -> str:
    """The neighbourhood of an address: what one household or attacker can easily move about in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


@jobs.handles("people.forget_attempts")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(Attempt).where(Attempt.starts_at < clock.now() - timedelta(days=2)))


scheduler.every("people.forget_attempts", hours=6)
