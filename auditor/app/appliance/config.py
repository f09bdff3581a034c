"""``auditor.toml``: what an appliance scans, judges by, keeps, writes and tells."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from auditor.app import tomlfile
from auditor.app.judging.bench import DEFAULT_POLICY, Terms
from auditor.app.reports.reporting import formats
from auditor.app.scanning.options import ScanOptions, looks_like_name, parse_ports
from auditor.history.door import shown as url_shown
from auditor.history.keep import Keep
from auditor.model.errors import UsageError
from auditor.model.scope import parse_span

EVENTS: Final = (
    "new-covered",
    "new-device",
    "verdict-changed",
    "law-changed",
    "reattributed",
    "firmware-changed",
    "moved",
    "gone",
    "scan-failed",
    "scan-incomplete",
)
_Fault = tuple[list[str | int], str]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SQLITE = re.compile(r"(sqlite:///)([^/:][^?]*)")
_BY_PLACE = re.compile(r"alert-\d+")


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the appliance stands."""

    name: str | None = None
    contact: str | None = None


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One network to scan, in the words of ``audit scan``."""

    name: str
    targets: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    interface: str | None = None
    engine: Literal["auto", "native", "nmap"] = "auto"
    rate: int | None = None
    ports: str | None = None
    timeout: float | None = None
    polite: bool = False
    thorough: bool = False
    multicast: bool = False
    rare: bool = False
    snmp: bool = False
    allow_public: bool = False
    max_minutes: int = 240


class PolicyPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it is judged by."""

    name: str = DEFAULT_POLICY
    file: str | None = None
    profile: tuple[str, ...] = ()
    exemptions: str | None = None
    vendor_db: tuple[str, ...] = ()
    fail_on: Literal["covered", "indeterminate", "never"] = "indeterminate"


class CredentialsPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the owner's passwords are."""

    file: str | None = None


class KeepPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many scans stay: the last ones, and the newest of each day, week and month."""

    last: int = 10
    daily: int = 31
    weekly: int = 13
    monthly: int = 60


class HistoryPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where scans are remembered, and when a device counts as gone."""

    url: str | None = None
    keep: KeepPart = KeepPart()
    gone_after: int = 3


class ReportPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written beside the scan document, and where."""

    formats: tuple[str, ...] = ("html",)
    directory: str | None = None
    keep: KeepPart = KeepPart()
    sign_key: str | None = None


class AlertPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell what. ``url`` is Apprise's; ``url_file`` names a file that holds it."""

    url: str | None = None
    url_file: str | None = None
    name: str | None = None
    on: tuple[str, ...] = ("new-covered", "verdict-changed", "gone", "scan-failed")
    digest: bool = True
    secret: str | None = None
    secret_file: str | None = None


class HealthPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a supervisor sees that it is alive."""

    heartbeat: str | None = None
    metrics: str | None = None


class RunPart(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the networks are taken, and how long the run then tries to deliver its messages."""

    side_by_side: bool = False
    deliver_minutes: int = 30


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    network: tuple[Network, ...]
    site: Site = Site()
    policy: PolicyPart = PolicyPart()
    credentials: CredentialsPart = CredentialsPart()
    history: HistoryPart = HistoryPart()
    report: ReportPart = ReportPart()
    alert: tuple[AlertPart, ...] = ()
    health: HealthPart = HealthPart()
    run: RunPart = RunPart()


def read(path: Path) -> Config:
    """Read and check a configuration. Paths in it are relative to its folder.

    Raises:
        UsageError: one line with file, line and key.
    """
    config = tomlfile.read(path, Config)
    text = path.read_text(encoding="utf-8")
    for steps, fault in _faults(config):
        line = tomlfile.line_of(text, steps)
        dotted = "".join(f"[{s + 1}]" if isinstance(s, int) else f".{s}" for s in steps)
        raise UsageError(f"{path}{f':{line}' if line else ''}: {dotted.lstrip('.')}: {fault}")
    return _placed(config, path.resolve().parent)


def _faults(config: Config) -> Iterator[_Fault]:
    if not config.network:
        yield ["network"], "name at least one [[network]]"
    names = [network.name for network in config.network]
    for number, network in enumerate(config.network):
        for key, fault in _network_faults(network, names[:number]):
            yield ["network", number, key], fault
    known = formats()
    for item in config.report.formats:
        if item not in known:
            yield ["report", "formats"], f"{item!r} is none of {', '.join(known)}"
    taken: set[str | None] = {None}
    for number, alert in enumerate(config.alert):
        for key, fault in _alert_faults(alert, taken):
            yield ["alert", number, key], fault
        taken.add(alert.name)
    yield from _keep_faults(config)
    if config.history.gone_after < 1:
        yield ["history", "gone_after"], "at least 1"
    if config.run.deliver_minutes < 0:
        yield ["run", "deliver_minutes"], "0 or more"


def _keep_faults(config: Config) -> Iterator[_Fault]:
    for part, keep in (("history", config.history.keep), ("report", config.report.keep)):
        if min(keep.last, keep.daily, keep.weekly, keep.monthly) < 0:
            yield [part, "keep"], "numbers from 0 on"


def _network_faults(network: Network, before: list[str]) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(network.name):
        yield "name", "letters, digits, dot, dash and underscore only"
    if network.name in before:
        yield "name", f"{network.name!r} stands twice"
    if not network.targets:
        yield "targets", "name at least one target"
    for key, words in (("targets", network.targets), ("exclude", network.exclude)):
        faults = (_word_fault(word, name=key == "targets") for word in words)
        yield from ((key, fault) for fault in faults if fault)
    yield from _number_faults(network)
    try:
        _ports(network)
    except UsageError as error:
        yield "ports", str(error).removeprefix("--ports ")


def _number_faults(network: Network) -> Iterator[tuple[str, str]]:
    if network.max_minutes < 1:
        yield "max_minutes", "at least 1"
    if network.rate is not None and network.rate < 1:
        yield "rate", "at least 1"
    if network.timeout is not None and network.timeout <= 0:
        yield "timeout", "more than 0 seconds"


def _word_fault(word: str, *, name: bool) -> str | None:
    """What is wrong with an address, prefix or range; names and files are looked at by the scan."""
    if name and (word.startswith("@") or looks_like_name(word)):
        return None
    try:
        parse_span(word)
    except UsageError as error:
        return str(error)
    return None


def _alert_faults(alert: AlertPart, taken: set[str | None]) -> Iterator[tuple[str, str]]:
    if alert.name is not None and not _NAME.fullmatch(alert.name):
        yield "name", "letters, digits, dot, dash and underscore only"
    if alert.name is not None and (alert.name in taken or _BY_PLACE.fullmatch(alert.name)):
        yield "name", f"{alert.name!r} stands twice, or is the name of an alert without one"
    for event in alert.on:
        if event not in EVENTS:
            yield "on", f"{event!r} is none of {', '.join(EVENTS)}"
    if (alert.url is None) == (alert.url_file is None):
        yield "url", "give url or url_file, one of them"
    if alert.secret is not None and alert.secret_file is not None:
        yield "secret", "give secret or secret_file, one of them"


def _ports(network: Network) -> tuple[int, ...]:
    return parse_ports(network.ports) if network.ports else ()


def _placed(config: Config, folder: Path) -> Config:
    def place(text: str | None) -> str | None:
        return None if text is None else str((folder / Path(text).expanduser()).resolve())

    policy = config.policy
    report = config.report

    def target(word: str) -> str:
        return f"@{place(word[1:])}" if word.startswith("@") else word

    return msgspec.structs.replace(
        config,
        network=tuple(
            msgspec.structs.replace(item, targets=tuple(map(target, item.targets)))
            for item in config.network
        ),
        history=msgspec.structs.replace(
            config.history, url=_url_placed(config.history.url, folder)
        ),
        policy=msgspec.structs.replace(
            policy,
            file=place(policy.file),
            exemptions=place(policy.exemptions),
            vendor_db=tuple(str(place(item)) for item in policy.vendor_db),
        ),
        credentials=CredentialsPart(file=place(config.credentials.file)),
        report=msgspec.structs.replace(
            report, directory=place(report.directory), sign_key=place(report.sign_key)
        ),
        alert=tuple(
            msgspec.structs.replace(
                item, url_file=place(item.url_file), secret_file=place(item.secret_file)
            )
            for item in config.alert
        ),
        health=msgspec.structs.replace(config.health, metrics=place(config.health.metrics)),
    )


def _url_placed(url: str | None, folder: Path) -> str | None:
    """An SQLite file is named relative to the configuration too."""
    match = _SQLITE.fullmatch(url or "")
    return f"{match[1]}{(folder / match[2]).resolve()}" if match else url


def options_of(network: Network, site: str | None) -> ScanOptions:
    """The words of ``audit scan`` for one network."""
    return ScanOptions(
        targets=network.targets,
        exclude=network.exclude,
        ports=_ports(network),
        engine=network.engine,
        rate=network.rate,
        timeout=network.timeout,
        site=site,
        interface=network.interface,
        multicast=network.multicast,
        polite=network.polite,
        thorough=network.thorough,
        rare=network.rare,
        snmp=network.snmp,
        allow_public=network.allow_public,
    )


def terms_of(config: Config) -> Terms:
    """Policy, profile, exemptions and overlays."""
    policy = config.policy
    return Terms(
        policy=policy.file or policy.name,
        profile=policy.profile,
        exemptions=Path(policy.exemptions) if policy.exemptions else None,
        vendor_db=tuple(Path(item) for item in policy.vendor_db),
        fail_on=policy.fail_on,
    )


def keep_of(part: KeepPart) -> Keep:
    """The keep rules as the history takes them."""
    return Keep(last=part.last, daily=part.daily, weekly=part.weekly, monthly=part.monthly)


def shown(config: Config) -> str:
    """Every value in force, as TOML-like lines, without what is secret."""
    hidden = {("alert", "url"), ("alert", "secret"), ("health", "heartbeat")}
    lines: list[str] = []
    for part, value in msgspec.to_builtins(config).items():
        for table in value if isinstance(value, (list, tuple)) else [value]:
            lines.append(f"[[{part}]]" if isinstance(value, (list, tuple)) else f"[{part}]")
            for key, item in table.items():
                if item is None:
                    continue
                told = "(set)" if (part, key) in hidden else item
                if key == "url" and part == "history":
                    told = url_shown(str(item))
                lines.append(f"{key} = {json.dumps(told)}")
            lines.append("")
    return "\n".join(lines)
