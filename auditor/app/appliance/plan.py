"""What a run would do, without doing it."""

from pathlib import Path

from auditor.alert import deliver
from auditor.app.appliance import config as parts
from auditor.app.appliance.config import Config
from auditor.app.appliance.places import history_url, reports_folder
from auditor.app.appliance.secrets import name_of, secrets_of
from auditor.app.credentials import file as logins
from auditor.app.judging.bench import bench
from auditor.app.scanning.options import scope_of
from auditor.app.scanning.plan import expected_seconds
from auditor.history.door import shown
from auditor.model.errors import UsageError
from auditor.net.limits import Limits
from auditor.schedule import credential


async def plan(config: Config, only: frozenset[str]) -> str:
    """The plan in lines.

    Raises:
        UsageError: something of it cannot be done.
    """
    check(config)
    lines = []
    how = "side by side" if config.run.side_by_side else "one after the other"
    lines.append(
        f"{len(only or config.network)} networks, {how}; policy {config.policy.file or config.policy.name}"
    )
    for network in config.network:
        if only and network.name not in only:
            continue
        options = parts.options_of(network, config.site.name)
        scope = await scope_of(options)
        rate = round(
            Limits.of(polite=network.polite, rate=network.rate, timeout=network.timeout).rate
        )
        size = "a wide IPv6 range" if scope.size is None else f"{scope.size:,} addresses"
        seconds = expected_seconds(scope.size, rate)
        lines.append(
            f"  {network.name}: {', '.join(network.targets)} ({size}), engine {network.engine},"
            f" at most {rate:,} first packets/s, about {seconds:g} s and the answers"
        )
        if network.exclude:
            lines.append(f"    without {', '.join(network.exclude)}")
    lines.append(f"history: {shown(history_url(config))}")
    lines.append(
        f"reports: {reports_folder(config)}/NETWORK/START.json and {', '.join(config.report.formats) or 'nothing else'}"
    )
    entries = _logins(config)
    if entries is not None:
        lines.append(
            f"logins: {config.credentials.file}: {entries} {'entry' if entries == 1 else 'entries'}"
        )
    for number, alert in enumerate(config.alert, 1):
        lines.append(
            f"alert {name_of(alert, number)}: {', '.join(alert.on)}{' (digest)' if alert.digest else ''}"
        )
    return "\n".join(lines) + "\nNothing was sent and nothing was written.\n"


def check(config: Config) -> None:
    """Everything that can be checked without a packet: policy, files, logins, keys, alert URLs.

    Raises:
        UsageError: the first thing that does not fit.
    """
    bench(parts.terms_of(config))
    _logins(config)
    key = config.report.sign_key
    if key and not credential.place(Path(key)).is_file():
        raise UsageError(f"report.sign_key {key}: no such file")
    for number, alert in enumerate(config.alert, 1):
        try:
            deliver.check(secrets_of(alert)[0])
        except UsageError as error:
            raise UsageError(f"alert {name_of(alert, number)}: {error}") from None


def _logins(config: Config) -> int | None:
    """How many entries the credentials file has; None where the configuration names none.

    Raises:
        UsageError: it is missing, others can read it, or it has another shape.
    """
    named = config.credentials.file
    if not named:
        return None
    try:
        return len(logins.check(credential.place(Path(named))))
    except UsageError as error:
        raise UsageError(f"credentials.file: {error}") from None
