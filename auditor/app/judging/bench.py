"""From the operator's words (policy, regimes, profile, date, exemptions) to a Bench."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from auditor.app.clock import today
from auditor.catalog import convert
from auditor.catalog.catalog import Catalog
from auditor.catalog.load import load, read_toml
from auditor.catalog.shapes import ExemptionsFile, PolicyFile
from auditor.model.errors import UsageError
from auditor.model.knowledge import Exemption, Policy
from auditor.policy.judge import Bench

DEFAULT_POLICY = "us-procurement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The words that ``scan``, ``judge``, ``identify`` and ``import`` share."""

    policy: str = DEFAULT_POLICY
    regimes: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    as_of: str | None = None
    exemptions: Path | None = None
    vendor_db: tuple[Path, ...] = ()
    fail_on: str = "indeterminate"


def bench(terms: Terms) -> Bench:
    """Load the database and everything that judging needs.

    Raises:
        UsageError: a name, date or file does not fit.
    """
    catalog = load(terms.vendor_db)
    return Bench(
        catalog=catalog,
        policy=_policy(terms, catalog),
        as_of=_as_of(terms.as_of),
        exemptions=_exemptions(terms.exemptions),
    )


def check(terms: Terms) -> None:
    """Refuse what can be refused without loading the database.

    Raises:
        UsageError: a date or a file does not fit.
    """
    _as_of(terms.as_of)
    _exemptions(terms.exemptions)
    for place in terms.vendor_db:
        if not place.is_dir():
            raise UsageError(f"--vendor-db {place}: not a folder")


def _as_of(text: str | None) -> date:
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text!r} is not a date; write it like 2026-11-22") from None


def _policy(terms: Terms, catalog: Catalog) -> Policy:
    if terms.policy in catalog.policies:
        policy = catalog.policies[terms.policy]
    elif terms.policy.endswith(".toml"):
        path = Path(terms.policy)
        policy = convert.policy(read_toml(path, PolicyFile), path)
    else:
        raise UsageError(
            f"--policy {terms.policy!r} is unknown; choose one of"
            f" {', '.join(catalog.policies)} or name a .toml file"
        )
    regimes = terms.regimes or policy.regimes
    for name in regimes:
        if name not in catalog.regimes:
            raise UsageError(
                f"regime {name!r} is unknown; {_near(name, tuple(catalog.regimes))}"
                " `audit db search --regimes` lists them"
            )
    profile = terms.profile or policy.profile
    known = {flag for regime in catalog.regimes.values() for flag in regime.applies_if}
    for flag in profile:
        if flag not in known and not flag.startswith("us-state-agency:"):
            raise UsageError(f"--profile {flag!r} is unknown; known: {', '.join(sorted(known))}")
    return replace(policy, regimes=tuple(dict.fromkeys(regimes)), profile=tuple(profile))


def _near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way to an error

    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else "see"


def _exemptions(path: Path | None) -> tuple[Exemption, ...]:
    if path is None:
        return ()
    return convert.exemptions(read_toml(path, ExemptionsFile), path)
