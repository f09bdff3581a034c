"""What an alert tells: one change that somebody asked to hear of."""

from dataclasses import dataclass

SCHEMA = "auditor.alert/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change.

    Attributes:
        event: its kind, such as ``new-covered``.
        text: one sentence for people.
        fact: digest of what is told; the same fact is not told twice by one alert.
        id: the device's id; None where it is about the scan or the law.
        address: where the device is, or was last.
        name: label and model.
        was: the former value.
        now: the present value.
        regime: the regime concerned.
    """

    event: str
    text: str
    fact: str
    id: str | None = None
    address: str | None = None
    name: str = ""
    was: str | None = None
    now: str | None = None
    regime: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """The news of one scan of one network, as it is sent.

    Attributes:
        site: the appliance's site.
        contact: whom to ask at the site.
        network: the network's name in the configuration.
        scan: the scan's id; None if it never came to be.
        started: when the scan began.
        complete: whether it saw everything.
        report: path of the scan document on the appliance.
        news: what changed.
    """

    site: str | None
    contact: str | None
    network: str
    scan: str | None
    started: str
    complete: bool
    report: str | None
    news: tuple[News, ...]
    schema: str = SCHEMA
