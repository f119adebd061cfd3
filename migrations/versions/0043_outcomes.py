"""What an outcome of a clinic names besides its words: devices swapped, the next booking."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    op.create_table(
        "outcome_detail",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("given_id", sa.Integer(), nullable=True),
        sa.Column("back_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["back_id"], ["device.id"], name=op.f("fk_outcome_detail_back_id_device")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_outcome_detail_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["booking.id"], name=op.f("fk_outcome_detail_follow_up_id_booking")
        ),
        sa.ForeignKeyConstraint(["given_id"], ["device.id"], name=op.f("fk_outcome_detail_given_id_device")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_outcome_detail")),
        sa.UniqueConstraint("follow_up_id", name=op.f("uq_outcome_detail_follow_up_id")),
    )


def downgrade() -> None:
    op.drop_table("outcome_detail")
