"""The tables. ``scan``, ``version`` and ``observation`` are the record; the rest is an index.

A scan is its frame (everything but the devices) and a list of device versions. A version is a
device as it was found, with its observations by number. What did not change from one night to the
next is the same version and the same list, and costs nothing.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA: Final = MetaData()

SCAN: Final = Table(
    "scan",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("network", String(200), nullable=False),
    Column("site", String(200)),
    Column("started", String(40), nullable=False),
    Column("finished", String(40), nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("policy", String(100), nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("db_version", String(64), nullable=False),
    Column("summary", Text, nullable=False),
    Column("frame", LargeBinary, nullable=False),
    Column("devices", ForeignKey("blob.number"), nullable=False),
    Column("law", ForeignKey("blob.number"), nullable=False),
    Column("times", LargeBinary, nullable=False),
    Column("digest", String(64), nullable=False),
    Index("scan_of_network", "network", "started"),
)
"""``digest``: SHA-256 over frame, list of versions, law and times."""

BLOB: Final = Table(
    "blob",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
)
"""Lists of versions, and law and vendor notes: large, and the same for many scans."""

VERSION: Final = Table(
    "version",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("asset", String(200), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

OBSERVATION: Final = Table(
    "observation",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
)

DEVICE: Final = Table(
    "device",
    METADATA,
    Column("network", String(200), primary_key=True),
    Column("asset", String(200), primary_key=True),
    Column("first_seen", String(40), nullable=False),
    Column("last_seen", String(40), nullable=False),
    Column("absences", Integer, nullable=False, default=0),
    Column("version", ForeignKey("version.number"), nullable=False),
    Column("known_as", String(200)),
    Column("known_in", Integer),  # a version; SQLite cannot add a reference to a table
)
"""Index: when a device was first and last seen; ``absences`` counts complete scans without it.

``known_as`` is the id of a device that at last told nothing but its address, and ``known_in`` the
version in which it told more.
"""

REFUSAL: Final = Table(
    "refusal",
    METADATA,
    Column("asset", String(200), primary_key=True),
    Column("entry", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
    Column("why", String(200), nullable=False),
)
"""Credentials that a device refused: not tried again until the entry changes."""

TOLD: Final = Table(
    "told",
    METADATA,
    Column("fact", String(100), primary_key=True),
    Column("alert", String(64), primary_key=True),
    Column("at", String(40), nullable=False),
)
"""Facts that an alert has told, so that none is told twice."""

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("alert", String(64), nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("made", String(40), nullable=False),
    Column("due", String(40), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("said", String(400)),
    UniqueConstraint("alert", "made", "number"),
)
"""Alerts that wait to be delivered."""

RECORD: Final = (SCAN, BLOB, VERSION, OBSERVATION)
INDEX: Final = (DEVICE,)
