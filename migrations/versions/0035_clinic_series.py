"""Series of clinics that are made as time goes on, buffers, places for drop-in, and why a clinic is held in spite of something."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.add_column("clinic", sa.Column("buffer_minutes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clinic", sa.Column("drop_in", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("clinic", sa.Column("despite", sa.String(length=300), nullable=False, server_default=""))
    op.create_table(
        "series_plan",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(length=120), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("drop_in", sa.Integer(), nullable=False),
        sa.Column("book_from_days", sa.Integer(), nullable=True),
        sa.Column("book_until_minutes", sa.Integer(), nullable=False),
        sa.Column("move_until_minutes", sa.Integer(), nullable=False),
        sa.Column("cancel_until_minutes", sa.Integer(), nullable=False),
        sa.Column("for_staff_too", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_series_plan_scope"),
        ),
        sa.CheckConstraint(
            "places BETWEEN 1 AND 50 AND drop_in >= 0 AND drop_in < places",
            name=op.f("ck_series_plan_places"),
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["clinic_series.id"], name=op.f("fk_series_plan_series_id_clinic_series")
        ),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["clinic_series.id"], name=op.f("fk_series_plan_follows_id_clinic_series")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_series_plan_site_id_site")),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_series_plan_council_id_council")
        ),
        sa.PrimaryKeyConstraint("series_id", name=op.f("pk_series_plan")),
    )
    op.create_index(op.f("ix_series_plan_council_id"), "series_plan", ["council_id"])
    for table, column, target in (
        ("series_host", "person_id", "person"),
        ("series_offers_topic", "topic_id", "clinic_topic"),
    ):
        op.create_table(
            table,
            sa.Column("series_id", sa.Integer(), nullable=False),
            sa.Column(column, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["series_id"], ["series_plan.series_id"], name=op.f(f"fk_{table}_series_id_series_plan")
            ),
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}")),
            sa.PrimaryKeyConstraint("series_id", column, name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "passed_over",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("skipped_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"], ["clinic_series.id"], name=op.f("fk_passed_over_series_id_clinic_series")
        ),
        sa.ForeignKeyConstraint(
            ["skipped_by_id"], ["person.id"], name=op.f("fk_passed_over_skipped_by_id_person")
        ),
        sa.PrimaryKeyConstraint("series_id", "recurrence", name=op.f("pk_passed_over")),
    )
    _plan_what_stands()


DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _plan_what_stands() -> None:
    """A series that stands is like the first of its clinics, and ends with the last: none is made of itself."""
    connection = op.get_bind()
    for series_id, rule in connection.execute(sa.text("SELECT id, rule FROM clinic_series")).all():
        facts = {"series": series_id}
        found = connection.execute(
            sa.text("SELECT MIN(recurrence), MAX(day) FROM clinic WHERE series_id = :series"),
            facts,
        ).one()
        if found[0] is None:
            connection.execute(sa.text("DELETE FROM clinic_series WHERE id = :series"), facts)
            continue
        connection.execute(
            sa.text(
                "INSERT INTO series_plan (series_id, starts_on, ends_on, site_id, room, opens, closes, slot_minutes,"
                " buffer_minutes, places, drop_in, book_until_minutes, move_until_minutes, cancel_until_minutes,"
                " for_staff_too, scope, council_id)"
                " SELECT series_id, day, :last, site_id, room, opens, closes, slot_minutes, 0, places, 0,"
                " book_until_minutes, move_until_minutes, cancel_until_minutes, for_staff_too, scope, council_id"
                " FROM clinic WHERE series_id = :series AND recurrence = :first"
            ),
            {**facts, "first": found[0], "last": found[1]},
        )
        for table, source, column in (
            ("series_host", "clinic_host", "person_id"),
            ("series_offers_topic", "clinic_offers_topic", "topic_id"),
        ):
            connection.execute(
                sa.text(
                    f"INSERT INTO {table} (series_id, {column}) SELECT :series, {column} FROM {source}"  # noqa: S608
                    " JOIN clinic ON clinic.id = clinic_id WHERE series_id = :series AND recurrence = :first"
                ),
                {**facts, "first": found[0]},
            )
        weekday = DAYS[date.fromisoformat(found[0][:10]).weekday()]
        weeks = next((p[9:] for p in rule.split(";") if p.startswith("INTERVAL=")), "1")
        connection.execute(
            sa.text("UPDATE clinic_series SET rule = :rule WHERE id = :series"),
            {**facts, "rule": f"FREQ=WEEKLY;INTERVAL={weeks};BYDAY={weekday}"},
        )


def downgrade() -> None:
    op.drop_table("passed_over")
    op.drop_table("series_offers_topic")
    op.drop_table("series_host")
    op.drop_table("series_plan")
    op.drop_column("clinic", "despite")
    op.drop_column("clinic", "drop_in")
    op.drop_column("clinic", "buffer_minutes")
