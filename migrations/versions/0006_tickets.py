"""Tickets, their clocks and what was said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "matrix",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cells", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_matrix_scope"),
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_matrix_council_id_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matrix")),
    )
    op.create_index(op.f("ix_matrix_council_id"), "matrix", ["council_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("ticket_type", sa.String(30), nullable=True),
        sa.Column("requester_kind", sa.String(30), nullable=True),
        sa.Column("targets", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("pauses", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("steps", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_policy_scope"),
        ),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_policy_council_id_council")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_index(op.f("ix_policy_council_id"), "policy", ["council_id"], unique=False)
    op.create_table(
        "queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("is_triage", sa.Boolean(), nullable=False),
        sa.Column("is_helpdesk", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_queue_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue")),
        sa.UniqueConstraint("name", name=op.f("uq_queue_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_queue_slug")),
    )
    op.create_index(op.f("ix_queue_team_id"), "queue", ["team_id"], unique=False)
    op.create_table(
        "queue_clearance",
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_queue_clearance_person_id_person")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_queue_clearance_queue_id_queue")),
        sa.PrimaryKeyConstraint("queue_id", "person_id", name=op.f("pk_queue_clearance")),
    )
    op.create_index(op.f("ix_queue_clearance_person_id"), "queue_clearance", ["person_id"], unique=False)
    op.create_table(
        "ticket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("source_reference", sa.String(length=60), nullable=True),
        sa.Column("ticket_type", sa.String(30), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("requester_kind", sa.String(30), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("contact_by", sa.String(30), nullable=False),
        sa.Column("contact_number", sa.String(length=40), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("priority_override_reason", sa.String(length=300), nullable=True),
        sa.Column("priority_override_by_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("hold_reason", sa.String(30), nullable=True),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("routed_because", sa.String(length=300), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("supplier_reference", sa.String(length=80), nullable=False),
        sa.Column("resolution", sa.String(30), nullable=True),
        sa.Column("resolution_notes", sa.Text(), nullable=False),
        sa.Column("minutes_spent", sa.Integer(), nullable=False),
        sa.Column("first_responded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopen_count", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("needed_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needed_for", sa.String(length=120), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_sort", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_kind", sa.String(30), nullable=True),
        sa.Column("past_target_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follows_id", sa.Integer(), nullable=True),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(scope = 'all' AND council_id IS NULL) OR (scope = 'council' AND council_id IS NOT NULL)",
            name=op.f("ck_ticket_scope"),
        ),
        sa.CheckConstraint("(status = 'on hold') = (hold_reason IS NOT NULL)", name=op.f("ck_ticket_hold")),
        sa.CheckConstraint(
            "impact BETWEEN 1 AND 3 AND urgency BETWEEN 1 AND 3", name=op.f("ck_ticket_matrix")
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 5", name=op.f("ck_ticket_priority")),
        sa.ForeignKeyConstraint(["assignee_id"], ["person.id"], name=op.f("fk_ticket_assignee_id_person")),
        sa.ForeignKeyConstraint(["council_id"], ["council.id"], name=op.f("fk_ticket_council_id_council")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_ticket_device_id_device")),
        sa.ForeignKeyConstraint(["follows_id"], ["ticket.id"], name=op.f("fk_ticket_follows_id_ticket")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["person.id"], name=op.f("fk_ticket_opened_by_id_person")),
        sa.ForeignKeyConstraint(
            ["priority_override_by_id"], ["person.id"], name=op.f("fk_ticket_priority_override_by_id_person")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_ticket_queue_id_queue")),
        sa.ForeignKeyConstraint(["requester_id"], ["person.id"], name=op.f("fk_ticket_requester_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("reference", name=op.f("uq_ticket_reference")),
        sa.UniqueConstraint("source_reference", name=op.f("uq_ticket_source_reference")),
    )
    op.create_index(op.f("ix_ticket_assignee_id"), "ticket", ["assignee_id"], unique=False)
    op.create_index(op.f("ix_ticket_council_id"), "ticket", ["council_id"], unique=False)
    op.create_index(op.f("ix_ticket_device_id"), "ticket", ["device_id"], unique=False)
    op.create_index(op.f("ix_ticket_follows_id"), "ticket", ["follows_id"], unique=False)
    op.create_index(
        "ix_ticket_open_assignee",
        "ticket",
        ["assignee_id", "due_sort", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_due",
        "ticket",
        ["due_sort", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_queue",
        "ticket",
        ["queue_id", "due_sort", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index("ix_ticket_opened_at_id", "ticket", ["opened_at", "id"], unique=False)
    op.create_index(op.f("ix_ticket_queue_id"), "ticket", ["queue_id"], unique=False)
    op.create_index(op.f("ix_ticket_requester_id"), "ticket", ["requester_id"], unique=False)
    op.create_index(
        "ix_ticket_resolved_at",
        "ticket",
        ["resolved_at"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
    op.create_index("ix_ticket_updated_at_id", "ticket", ["updated_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_open_opened",
        "ticket",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_updated",
        "ticket",
        ["updated_at", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_priority",
        "ticket",
        ["priority", "due_sort", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_needed",
        "ticket",
        ["needed_by", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "ix_ticket_open_counts",
        "ticket",
        [
            "status",
            "assignee_id",
            "requester_kind",
            "due_sort",
            "past_target_at",
            "confidential",
            "queue_id",
            "scope",
            "council_id",
            "resolved_at",
            "closed_at",
        ],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL AND closed_at IS NULL"),
    )
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(30), nullable=False),
        sa.Column("stage", sa.String(30), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breaches_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("elapsed_seconds", sa.Integer(), nullable=False),
        sa.Column("elapsed_microdays", sa.Integer(), nullable=False),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendar.id"], name=op.f("fk_clock_calendar_id_calendar")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_clock_policy_id_policy")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock")),
        sa.UniqueConstraint("ticket_id", "kind", "round", name=op.f("uq_clock_ticket_id_kind_round")),
    )
    op.create_index(
        "ix_clock_breaches",
        "clock",
        ["breaches_at"],
        unique=False,
        sqlite_where=sa.text("stage = 'running'"),
        postgresql_where=sa.text("stage = 'running'"),
    )
    op.create_index("ix_clock_stopped", "clock", ["kind", "stopped_at"], unique=False)
    op.create_table(
        "clock_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=120), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(30), nullable=True),
        sa.Column("calendar_id", sa.Integer(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("wall_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["calendar.id"], name=op.f("fk_clock_event_calendar_id_calendar")
        ),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_clock_event_policy_id_policy")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_event_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_event")),
    )
    op.create_index("ix_clock_event_clock", "clock_event", ["ticket_id", "kind", "round", "id"], unique=False)
    op.create_table(
        "clock_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_clock_step_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_step")),
        sa.UniqueConstraint(
            "ticket_id", "kind", "round", "name", name=op.f("uq_clock_step_ticket_id_kind_round_name")
        ),
    )
    op.create_index(
        "ix_clock_step_pending",
        "clock_step",
        ["at"],
        unique=False,
        sqlite_where=sa.text("taken_at IS NULL"),
        postgresql_where=sa.text("taken_at IS NULL"),
    )
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("survivor_id <> merged_id", name=op.f("ck_merge_two_tickets")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_merge_by_id_person")),
        sa.ForeignKeyConstraint(["merged_id"], ["ticket.id"], name=op.f("fk_merge_merged_id_ticket")),
        sa.ForeignKeyConstraint(["survivor_id"], ["ticket.id"], name=op.f("fk_merge_survivor_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_survivor_id"), "merge", ["survivor_id"], unique=False)
    op.create_index(
        "uq_merge_live",
        "merge",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("for_whom_id", sa.Integer(), nullable=True),
        sa.Column("from_requester", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("call_result", sa.String(30), nullable=True),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_message_author_id_person")),
        sa.ForeignKeyConstraint(["for_whom_id"], ["person.id"], name=op.f("fk_message_for_whom_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_message_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_ticket_id"), "message", ["ticket_id"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("for_whom_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["for_whom_id"], ["person.id"], name=op.f("fk_request_for_whom_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_request_person_id_person")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_request_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("key", name=op.f("uq_request_key")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_request_ticket_id")),
    )
    op.create_index(op.f("ix_request_person_id"), "request", ["person_id"], unique=False)
    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("ticket_type", sa.String(30), nullable=True),
        sa.Column("system_id", sa.Integer(), nullable=True),
        sa.Column("council_id", sa.Integer(), nullable=True),
        sa.Column("requester_kind", sa.String(30), nullable=True),
        sa.Column("channel", sa.String(30), nullable=True),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["council_id"], ["council.id"], name=op.f("fk_routing_rule_council_id_council")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_routing_rule_queue_id_queue")),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_routing_rule_system_id_system")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
        sa.UniqueConstraint("position", name=op.f("uq_routing_rule_position")),
    )
    op.create_table(
        "ticket_affected",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ticket_affected_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_affected_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_ticket_affected")),
    )
    op.create_index(op.f("ix_ticket_affected_person_id"), "ticket_affected", ["person_id"], unique=False)
    op.create_table(
        "ticket_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(30), nullable=False),
        sa.Column("hold_reason", sa.String(30), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_ticket_period_assignee_id_person")
        ),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name=op.f("fk_ticket_period_queue_id_queue")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_period_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_period")),
    )
    op.create_index(
        "ix_ticket_period_starts_at_ends_at", "ticket_period", ["starts_at", "ends_at"], unique=False
    )
    op.create_index(op.f("ix_ticket_period_ticket_id"), "ticket_period", ["ticket_id"], unique=False)
    op.create_index(
        "uq_ticket_period_last",
        "ticket_period",
        ["ticket_id"],
        unique=True,
        sqlite_where=sa.text("ends_at IS NULL"),
        postgresql_where=sa.text("ends_at IS NULL"),
    )
    op.create_table(
        "ticket_system",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("system_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["system_id"], ["system.id"], name=op.f("fk_ticket_system_system_id_system")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_system_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "system_id", name=op.f("pk_ticket_system")),
    )
    op.create_index(
        "ix_ticket_system_system_id_ticket_id", "ticket_system", ["system_id", "ticket_id"], unique=False
    )
    op.create_table(
        "ticket_watcher",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ticket_watcher_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_watcher_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_ticket_watcher")),
    )
    op.create_index(op.f("ix_ticket_watcher_person_id"), "ticket_watcher", ["person_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_attachment_added_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_attachment_message_id_message")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
    )
    op.create_index(op.f("ix_attachment_message_id"), "attachment", ["message_id"], unique=False)
    op.create_index(op.f("ix_attachment_ticket_id"), "attachment", ["ticket_id"], unique=False)


def downgrade() -> None:
    op.drop_table("attachment")
    op.drop_table("ticket_watcher")
    op.drop_table("ticket_system")
    op.drop_table("ticket_period")
    op.drop_table("ticket_affected")
    op.drop_table("routing_rule")
    op.drop_table("request")
    op.drop_table("message")
    op.drop_table("merge")
    op.drop_table("clock_step")
    op.drop_table("clock_event")
    op.drop_table("clock")
    op.drop_table("ticket")
    op.drop_table("queue_clearance")
    op.drop_table("queue")
    op.drop_table("policy")
    op.drop_table("matrix")
