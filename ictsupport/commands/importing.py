"""ictsupport import: bring in what another program wrote."""

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from ..devices.importing import Devices
from ..importing import Importer, Outcome, Report, bring_in
from ..people.importing import People
from ..people.meetings.importing import Meetings
from ..staffing.importing import Posts
from ..systems.importing import Contracts
from ..tickets.importing import Incidents

IMPORTERS: list[type[Importer]] = [
    Incidents,
    Meetings,
    People,
    Contracts,
    Devices,
    Posts,
]
"""Every kind of file that can be brought in; a package adds its own here."""

MOST_TROUBLES = 40

group = click.Group("import", help="Bring in a CSV file: a preview first, then all of it or nothing.")


def command_for(importer: type[Importer]) -> click.Command:
    """The command of one kind of file: `ictsupport import people FILE [--commit]`."""

    @with_appcontext
    def run(file: Path, commit: bool, **options: Any) -> None:
        data = file.read_bytes()
        with click.progressbar(length=1, label=f"Reading {file.name}") as bar:

            def progress(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)

            report = bring_in(importer(**options), data, commit=commit, progress=progress)
        show(report, commit)

    return click.Command(
        importer.name,
        callback=run,
        help=importer.help + "\n\nWithout --commit nothing is changed: you are shown what would be.",
        short_help=importer.help.partition(".")[0] + ".",
        params=[
            click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
            click.Option(["--commit"], is_flag=True, help="Do it, if nothing is wrong with the file."),
            *importer.options,
        ],
    )


def show(report: Report, commit: bool) -> None:
    """Say what was found; an unusable file ends the command with an error."""
    click.echo(f"{report.rows} rows, written as {report.sheet.encoding or 'nothing that can be read'}")
    for outcome in Outcome:
        if report.counts[outcome]:
            click.echo(f"{report.counts[outcome]:>8} {outcome.value}")
            for example in report.examples[outcome] if outcome is not Outcome.SAME else ():
                click.echo(f"           {example}")
    if report.sheet.unused:
        click.echo(f"Headings not used: {', '.join(report.sheet.unused)}")
    for note in report.notes:
        click.echo(note)
    for trouble in report.troubles[:MOST_TROUBLES]:
        click.echo(f"  ! {trouble}", err=True)
    if len(report.troubles) > MOST_TROUBLES:
        click.echo(f"  ! and {len(report.troubles) - MOST_TROUBLES} more", err=True)
    if report.troubles:
        raise click.ClickException("Nothing was brought in. Put the lines above right and try again.")
    if report.committed:
        click.echo("All of it is in.")
    elif not commit:
        click.echo("This was a preview: nothing has changed. Add --commit to do it.")


for each in IMPORTERS:
    group.add_command(command_for(each))
