"""ictsupport journal: has anybody changed what was written down?"""

import click
from flask.cli import AppGroup

from ..journal import sealing

group = AppGroup("journal", help="Look after the record of what happened.")


@group.command("check")
def check() -> None:
    """Compare the journal with its seals; anything changed, removed or slipped in is an error."""
    found = list(sealing.broken())
    for words in found:
        click.echo(words, err=True)
    if found:
        raise click.ClickException("The journal is not as it was sealed.")
    click.echo("The journal is as it was sealed.")
