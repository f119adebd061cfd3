"""ictsupport rebuild: everything that is derived, made anew from what it was derived from."""

import sys

import click
from flask.cli import with_appcontext

from ..database import READONLY, db
from ..tickets.rebuilding import Difference, Rebuild, rebuilds

SHOWN = 50


@click.command("rebuild")
@click.option(
    "--check",
    is_flag=True,
    help="Only report what differs, and change nothing. Exits with 1 if anything does.",
)
@click.argument("names", nargs=-1)
@with_appcontext
def command(check: bool, names: tuple[str, ...]) -> None:
    """Make anew what is derived from events (clocks, figures, search): all of it, or the NAMES given."""
    chosen = [each for each in rebuilds() if not names or each.name in names]
    unknown = set(names) - {each.name for each in chosen}
    if unknown:
        known = ", ".join(each.name for each in rebuilds())
        raise click.UsageError(
            f"There is nothing called {', '.join(sorted(unknown))} to rebuild; there is {known}."
        )
    before = READONLY.set(check)
    try:
        total = sum(_go_through(each, check) for each in chosen)
    finally:
        db.session.rollback()
        READONLY.reset(before)
    if check and total:
        sys.exit(1)


def _go_through(each: Rebuild, check: bool) -> int:
    """Rebuild or check one thing; returns how many differences there were."""
    found: list[Difference] = []
    with click.progressbar(length=each.size(), label=each.name, file=sys.stderr) as bar:
        for done, differences in each.steps(not check):
            found += differences
            if not check:
                db.session.commit()
            bar.update(done)
    db.session.rollback()
    for difference in found[:SHOWN]:
        click.echo(str(difference))
    if len(found) > SHOWN:
        click.echo(f"... and {len(found) - SHOWN:,} more")
    outcome = "differ" if check else "mended"
    click.echo(f"{each.name}: {len(found):,} {outcome}." if found else f"{each.name}: nothing to mend.")
    return len(found)
