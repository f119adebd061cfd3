"""`make bench`: what each page costs, over HTTP, signed in, on the production server, on both databases.

    make bench                                       1,000, 20,000 and 100,000 tickets, both databases
    make bench BENCH="--sizes 1000 --kinds sqlite"   less

Prints p50, p95, SQL statements and CPU per page. Filled databases are kept in
instance/bench for the next run.
"""

import argparse
import http.client
import itertools
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import click
import sqlalchemy as sa
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from ictsupport import clock, create_app
from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.people.models import Person
from ictsupport.people.sessions import COOKIE_KEY, open_sign_in
from ictsupport.schema import upgrade
from ictsupport.tickets.lists.models import SavedView
from ictsupport.tickets.models import Message, Ticket
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.models import Clock

from ..postgres import Server
from . import corpus
from .clinics import measured as of_clinics
from .pages import PAGES, Page, Things

KEPT = Path("instance/bench")
MEMORY = {"shared_buffers": "512MB"}
"""What docs/running.md asks for: PostgreSQL's own default is meant for much smaller databases."""
KEY = "a key for measuring"
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
COUNTER = itertools.count()
CROWD, WARMING, ROUNDS = 8, 5, 10


@dataclass
class Result:
    page: str
    p50: float
    p95: float
    statements: int
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,20000,100000")
    parser.add_argument("--kinds", default="sqlite,postgresql")
    parser.add_argument("--runs", type=int, default=150)
    parser.add_argument("--only", default="", help="measure only pages whose name holds this")
    options = parser.parse_args()
    for kind in options.kinds.split(","):
        for size in map(int, options.sizes.split(",")):
            with database(kind, size) as settings:
                show(kind, size, list(measure(settings, options.runs, options.only)))
    return 0


@contextmanager
def database(kind: str, size: int) -> Iterator[Settings]:
    """A filled database of that kind and size."""
    with tempfile.TemporaryDirectory(prefix="ictsupport-bench-") as folder:
        kept = KEPT / f"{size}.{kind}"
        if kind == "sqlite":
            if not kept.exists():
                part = new_part(kept)
                fill(settings_for(f"sqlite:///{part.resolve()}", folder), size)
                part.rename(kept)
            copy = Path(folder) / "bench.db"
            shutil.copy(kept, copy)
            yield up_to_date(settings_for(f"sqlite:///{copy}", folder))
        else:
            if not kept.exists():
                part, filler = new_part(kept), Server(**MEMORY)
                try:
                    fill(settings_for(filler.address(), folder), size)
                    filler.keep(part)
                finally:
                    filler.stop()
                part.rename(kept)
            server = Server(kept, **MEMORY)
            try:
                yield up_to_date(settings_for(server.address(), folder))
            finally:
                server.stop()


def new_part(kept: Path) -> Path:
    """Where to fill what will be kept once it is whole."""
    part = kept.with_name(kept.name + ".part")
    KEPT.mkdir(parents=True, exist_ok=True)
    if part.is_dir():
        shutil.rmtree(part)
    part.unlink(missing_ok=True)
    return part


def up_to_date(settings: Settings) -> Settings:
    """What was kept before may lack the newest tables."""
    with create_app(settings).app_context():
        upgrade()
        db.session.remove()
        settle_down()
        db.engine.dispose()
    return settings


def settle_down() -> None:
    """Have PostgreSQL do now what it would by itself a minute later, while pages are timed."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")


def settings_for(address: str, folder: str) -> Settings:
    return Settings(database_url=address, instance=folder, secret_key=KEY, workers=False)


def fill(settings: Settings, size: int) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade()
        with click.progressbar(
            length=size, label=f"Filling {db.engine.dialect.name} with {size:,} tickets"
        ) as bar:
            corpus.fill(size, bar.update)
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


def measure(settings: Settings, runs: int, only: str) -> Iterator[Result]:
    app = create_app(settings)
    things, cookies = prepare(app)
    with serving(settings) as (port, pid):
        for page in PAGES:
            if only in page.name:
                visitor = Visitor(port, cookies[page.who])
                times, cpu = timed(visitor, page, things, runs, pid)
                yield Result(page.name, *times, statements_of(app, cookies[page.who], page, things), cpu)
    if not only:
        several = db_is_postgresql(settings)
        with serving(settings, processes=os.cpu_count() or 2 if several else 1) as (port, _):
            print(crowd(app, port, cookies["agent"], things), flush=True)
        for line in (sweep(app), *clinics(app)):
            print(line, flush=True)
    with app.app_context():
        db.engine.dispose()


def crowd(app: Flask, port: int, cookie: str, things: Things) -> str:
    """Eight people at once read the queue and a ticket, reply and raise: how long each waits, and that nothing is lost.

    What they do first, while the server's processes come to know their statements, is not timed.
    """
    by_name = {page.name: page for page in PAGES}
    once = [by_name[name] for name in ("queue", "ticket", "reply to a ticket", "raise a ticket")]

    def visit(rounds: int) -> list[float]:
        visitor, times = Visitor(port, cookie), []
        for page in once * rounds:
            request = prepared(visitor, page, things)
            start = time.perf_counter()
            request()
            times.append((time.perf_counter() - start) * 1000)
        return times

    before = written(app)
    with ThreadPoolExecutor(CROWD) as people:
        list(people.map(visit, [WARMING] * CROWD))
        times = sorted(itertools.chain.from_iterable(people.map(visit, [ROUNDS] * CROWD)))
    writes = 2 * CROWD * (WARMING + ROUNDS)
    lost = writes - (written(app) - before)
    p95 = times[int(len(times) * 0.95)]
    return f"{CROWD} at once: p50 {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, {lost} of {writes} writes lost"


def written(app: Flask) -> int:
    """How many tickets and messages there are."""
    with app.app_context():
        counts = (sa.select(sa.func.count()).select_from(table) for table in (Ticket, Message))
        return sum(db.session.scalar(count) or 0 for count in counts)


def sweep(app: Flask) -> str:
    """Looking for targets that have run out: among so many clocks that run, a hundred of which have."""
    with app.test_request_context():
        running = db.session.scalar(sa.select(sa.func.count()).select_from(Clock).where(Clock.RUNNING)) or 0
        late = sa.select(Clock.id).where(Clock.RUNNING, Clock.breaches_at > clock.now()).limit(100)
        past = clock.now() - timedelta(minutes=1)
        db.session.execute(sa.update(Clock).where(Clock.id.in_(late)).values(breaches_at=past))
        db.session.commit()
        start = time.perf_counter()
        found = sweep_breaches()
        db.session.commit()
        took = (time.perf_counter() - start) * 1000
    return f"sweep of {running:,} running clocks, {found} past their target: {took:.0f} ms"


def clinics(app: Flask) -> list[str]:
    """Listing the next clinics, booking, and planning a series of two years, without the server between."""
    with app.test_request_context():
        return [str(each) for each in of_clinics()]


def prepare(app: Flask) -> tuple[Things, dict[str, str]]:
    """Sign the people in, and find the things the pages are about."""
    with app.test_request_context():

        def person(name: str) -> Person:
            return db.session.scalars(sa.select(Person).where(Person.name == name)).one()

        member = db.session.scalars(sa.select(Person).where(Person.terms.any()).limit(1)).one()
        people = {"agent": person("Asha Iqbal"), "manager": person("Morgan Okafor"), "member": member}
        cookies = {who: cookie_for(app, open_sign_in(one)) for who, one in people.items()}
        tickets = sa.select(Ticket.reference).where(
            Ticket.OPEN, ~Ticket.confidential, Ticket.assignee_id.is_not(None)
        )
        view = SavedView(owner=people["agent"], name="Staff", query="?kind=staff&priority=4&priority=5")
        db.session.add(view)
        db.session.flush()
        open_work = sa.select(Ticket.id).where(Ticket.OPEN, ~Ticket.confidential)
        things = Things(
            open_ticket=db.session.scalars(tickets.limit(1)).one(),
            view=view.id,
            # Without the version that was seen: the presses that are measured come one after the other.
            hundred=" ".join(f"{row.id}.999999999" for row in db.session.execute(open_work.limit(100))),
            member=member.id,
        )
        db.session.commit()
    return things, cookies


def cookie_for(app: Flask, token: str) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({COOKIE_KEY: token})}"


def db_is_postgresql(settings: Settings) -> bool:
    """SQLite has one writer at a time, who waits less among the threads of one process (see docs/running.md)."""
    return settings.database_url.startswith("postgresql")


@contextmanager
def serving(settings: Settings, processes: int = 1) -> Iterator[tuple[int, int]]:
    """The production server in a process of its own, or in several."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": KEY,
        "ICTSUPPORT_INSTANCE": str(settings.instance),
    }
    one = ["waitress", "--host=127.0.0.1", f"--port={port}", f"--threads={settings.threads}"]
    many = ["gunicorn", f"--bind=127.0.0.1:{port}", f"--workers={processes}", f"--threads={settings.threads}"]
    many += ["--no-control-socket", "--keep-alive=60"]
    command = [sys.executable, "-m", *(one if processes == 1 else many), "wsgi:app"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, process.pid
        if processes == 1:
            print(f"memory of the server: {memory(process.pid):.0f} MB")
    finally:
        process.terminate()
        process.wait(10)


class Visitor:
    """A browser of the simplest kind: one connection kept open, one cookie."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Cookie": cookie, "Host": f"127.0.0.1:{port}", "Referer": f"http://127.0.0.1:{port}/"}
        self.cookie = cookie

    def get(self, path: str) -> str:
        self.connection.request("GET", path, headers=self.headers)
        return self.answer(path, (200,))

    def post(self, path: str, fields: dict[str, str]) -> str:
        headers = self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, urlencode(fields), headers)
        return self.answer(path, (302, 303))

    def answer(self, path: str, wanted: tuple[int, ...]) -> str:
        response = self.connection.getresponse()
        text = response.read().decode()
        if response.status not in wanted:
            raise SystemExit(f"{path} answered {response.status}: {text[:2000]}")
        for name, value in response.getheaders():
            if name == "Set-Cookie":
                self.headers["Cookie"] = value.partition(";")[0]
        return text


def hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to the address, or else of the page's own."""
    forms = [form for form in re.findall(r"<form.*?</form>", html, re.S) if 'name="csrf_token"' in form]
    own = [form for form in forms if "action=" not in form.partition(">")[0]]
    form = next((form for form in forms if f'action="{action}"' in form), own[0] if own else "")
    fields = {}
    for field in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
        if name:
            fields[name[1]] = value[1] if value else ""
    return fields


def timed(
    visitor: Visitor, page: Page, things: Things, runs: int, pid: int
) -> tuple[tuple[float, float], float]:
    """((p50, p95), CPU) in milliseconds; the first few requests are not counted."""
    times, spent = [], 0.0
    for n in range(runs + 5):
        request = prepared(visitor, page, things)
        before, start = cpu_of(pid), time.perf_counter()
        request()
        if n >= 5:
            times.append((time.perf_counter() - start) * 1000)
            spent += cpu_of(pid) - before
    times.sort()
    return (statistics.median(times), times[int(len(times) * 0.95)]), spent * 1000 / runs


def prepared(visitor: Visitor, page: Page, things: Things) -> Callable[[], str]:
    """The request to be timed; for a form, its page is fetched first and not timed."""
    path = page.path.format(**vars(things))
    if page.fields is None:
        return lambda: visitor.get(path)
    form = hidden(visitor.get((page.form or page.path).format(**vars(things))), path)
    fields = typed(page, things)
    return lambda: visitor.post(path, form | fields)


def typed(page: Page, things: Things) -> dict[str, str]:
    """What is filled in, never twice the same."""
    number = next(COUNTER)
    return {name: value.format(**vars(things), n=number) for name, value in (page.fields or {}).items()}


def statements_of(app: Flask, cookie: str, page: Page, things: Things) -> int:
    """SQL statements of one request, without BEGIN, PRAGMA and the like."""
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(None, 1)[0].upper() in STATEMENTS:
            found.append(statement)

    client = app.test_client()
    name, _, value = cookie.partition("=")
    client.set_cookie(name, value)
    path = page.path.format(**vars(things))
    if page.fields is not None:
        html = client.get((page.form or page.path).format(**vars(things))).text
        fields = hidden(html, path) | typed(page, things)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        client.post(path, data=fields, headers={"Referer": "http://localhost/"})
    else:
        client.get(path)
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        client.get(path)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)
    return len(found)


def cpu_of(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def show(kind: str, size: int, results: list[Result]) -> None:
    print(f"\n{kind}, {size:,} tickets\n{'page':34}{'p50 ms':>8}{'p95 ms':>8}{'SQL':>6}{'CPU ms':>8}")
    for r in results:
        print(f"{r.page:34}{r.p50:8.1f}{r.p95:8.1f}{r.statements:6}{r.cpu:8.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
