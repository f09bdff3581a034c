"""Devices keep the id that they are known by; versions may be written against earlier ones."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; versions that are stored already stand alone, and stay so."""
    op.add_column("device", sa.Column("known_as", sa.String(200)))
    op.add_column("device", sa.Column("known_in", sa.Integer))
