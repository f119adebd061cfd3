"""What an administrator types: `ictsupport --help`."""

import click

from .. import create_app
from . import (
    database,
    demo,
    importing,
    journal,
    mail,
    people,
    rebuild,
    worker,
)
from .refusing import Commands

COMMANDS: list[click.Command] = [
    database.group,
    demo.group,
    importing.group,
    journal.group,
    mail.group,
    people.group,
    rebuild.command,
    worker.group,
]


@click.group(
    cls=Commands, create_app=lambda: create_app(), add_default_commands=False, add_version_option=False
)
def main() -> None:
    """Run and look after ictsupport."""


for command in COMMANDS:
    main.add_command(command)
