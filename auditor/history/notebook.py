"""What the appliance must remember besides scans: told facts, waiting alerts, refused logins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, insert, select, update

from auditor.history.rows import chunks, column
from auditor.history.store import History
from auditor.history.tables import OUTBOX, REFUSAL, TOLD

_SAID: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message that waits to be delivered.

    Attributes:
        number: its place in the outbox.
        alert: which alert it belongs to.
        message: what ``post`` was given.
        made: when it was written.
        due: when it is tried next.
        tries: how often it failed.
        said: what the last failure said.
    """

    number: int
    alert: str
    message: bytes
    made: str
    due: str
    tries: int
    said: str | None


class Notebook:
    """The notes of one history. Times are RFC 3339 UTC texts that sort as they follow."""

    def __init__(self, history: History) -> None:
        """Use the tables of this history."""
        self._history = history

    def untold(self, alert: str, facts: Iterable[str]) -> tuple[str, ...]:
        """Those facts that this alert has not told yet, in the order given."""
        wanted = tuple(dict.fromkeys(facts))
        known: set[str] = set()
        with self._history.work(write=False) as connection:
            for part in chunks(wanted):
                asked = select(TOLD.c.fact).where(TOLD.c.alert == alert, TOLD.c.fact.in_(part))
                known |= {row[0] for row in connection.execute(asked)}
        return tuple(fact for fact in wanted if fact not in known)

    def post(self, alert: str, message: bytes, facts: Sequence[str], at: str) -> None:
        """Put a message into the outbox and its facts among the told, both or neither."""
        with self._history.work() as connection:
            connection.execute(
                insert(OUTBOX).values(alert=alert, message=message, made=at, due=at, tries=0)
            )
            for part in chunks(tuple(dict.fromkeys(facts))):
                told = delete(TOLD).where(TOLD.c.alert == alert, TOLD.c.fact.in_(part))
                connection.execute(told)
                rows = [{"fact": fact, "alert": alert, "at": at} for fact in part]
                connection.execute(insert(TOLD), rows)

    def mark(self, alert: str, fact: str, at: str) -> None:
        """Put a fact among the told without a message."""
        with self._history.work() as connection:
            connection.execute(delete(TOLD).where(TOLD.c.alert == alert, TOLD.c.fact == fact))
            connection.execute(insert(TOLD), [{"fact": fact, "alert": alert, "at": at}])

    def forget(self, alert: str, facts: Iterable[str]) -> None:
        """Let facts be told again, because they ended in between."""
        with self._history.work() as connection:
            for part in chunks(tuple(facts)):
                told = delete(TOLD).where(TOLD.c.alert == alert, TOLD.c.fact.in_(part))
                connection.execute(told)

    def waiting(self, by: str | None = None) -> tuple[Letter, ...]:
        """Messages not delivered yet, oldest first; with ``by`` only those due by then."""
        asked = select(OUTBOX).order_by(OUTBOX.c.made, OUTBOX.c.number)
        if by is not None:
            asked = asked.where(OUTBOX.c.due <= by)
        with self._history.work(write=False) as connection:
            return tuple(
                Letter(
                    number=row.number,
                    alert=row.alert,
                    message=row.message,
                    made=row.made,
                    due=row.due,
                    tries=row.tries,
                    said=row.said,
                )
                for row in connection.execute(asked)
            )

    def delivered(self, number: int) -> None:
        """Take a message out of the outbox."""
        with self._history.work() as connection:
            connection.execute(delete(OUTBOX).where(OUTBOX.c.number == number))

    def again(self, number: int, due: str, said: str) -> None:
        """Keep a message for another try."""
        one = update(OUTBOX).where(OUTBOX.c.number == number)
        with self._history.work() as connection:
            connection.execute(
                one.values(due=due, tries=OUTBOX.c.tries + 1, said=said.replace("\0", "")[:_SAID])
            )

    def refused(self, assets: Iterable[str]) -> dict[str, frozenset[str]]:
        """Asset id → the credential entries that it refused."""
        found: dict[str, set[str]] = {}
        with self._history.work(write=False) as connection:
            for part in chunks(tuple(assets)):
                asked = select(REFUSAL.c.asset, REFUSAL.c.entry).where(REFUSAL.c.asset.in_(part))
                for row in connection.execute(asked):
                    found.setdefault(row[0], set()).add(row[1])
        return {asset: frozenset(entries) for asset, entries in found.items()}

    def refuse(self, asset: str, entry: str, *, at: str, why: str) -> None:
        """Remember that a device refused an entry.

        Args:
            asset: the asset's id.
            entry: digest of the entry, so that a changed one is another.
            at: when.
            why: what the device said, in our words.
        """
        with self._history.work() as connection:
            same = REFUSAL.c.asset == asset, REFUSAL.c.entry == entry
            connection.execute(delete(REFUSAL).where(*same))
            connection.execute(
                insert(REFUSAL).values(asset=asset, entry=entry, at=at, why=column(why) or "")
            )
