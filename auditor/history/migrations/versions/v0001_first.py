"""The first released shape."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    for name in ("blob", "version", "observation"):
        extra = [sa.Column("asset", sa.String(200), nullable=False)] if name == "version" else []
        op.create_table(
            name,
            sa.Column("number", sa.Integer, primary_key=True),
            sa.Column("digest", sa.String(64), nullable=False, unique=True),
            *extra,
            sa.Column("data", sa.LargeBinary, nullable=False),
        )
    op.create_table(
        "scan",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("network", sa.String(200), nullable=False),
        sa.Column("site", sa.String(200)),
        sa.Column("started", sa.String(40), nullable=False),
        sa.Column("finished", sa.String(40), nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("policy", sa.String(100), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("db_version", sa.String(64), nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("frame", sa.LargeBinary, nullable=False),
        sa.Column("devices", sa.Integer, sa.ForeignKey("blob.number"), nullable=False),
        sa.Column("law", sa.Integer, sa.ForeignKey("blob.number"), nullable=False),
        sa.Column("times", sa.LargeBinary, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("scan_of_network", "scan", ["network", "started"])
    op.create_table(
        "device",
        sa.Column("network", sa.String(200), primary_key=True),
        sa.Column("asset", sa.String(200), primary_key=True),
        sa.Column("first_seen", sa.String(40), nullable=False),
        sa.Column("last_seen", sa.String(40), nullable=False),
        sa.Column("absences", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, sa.ForeignKey("version.number"), nullable=False),
    )
    op.create_table(
        "refusal",
        sa.Column("asset", sa.String(200), primary_key=True),
        sa.Column("entry", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
    )
    op.create_table(
        "told",
        sa.Column("fact", sa.String(100), primary_key=True),
        sa.Column("alert", sa.String(64), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("alert", sa.String(64), nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.String(40), nullable=False),
        sa.Column("due", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("said", sa.String(400)),
        sa.UniqueConstraint("alert", "made", "number"),
    )
