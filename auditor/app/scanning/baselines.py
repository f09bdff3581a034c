"""The scan that a new one is held against: who was there and is missing now."""

from collections.abc import Container
from dataclasses import replace

from auditor import codec
from auditor.app.scanning.options import ScanOptions
from auditor.model.document import Asset, Scan
from auditor.model.errors import UsageError
from auditor.model.scope import Scope
from auditor.model.words import VIDEO_KINDS


def read(options: ScanOptions) -> Scan | None:
    """The baseline that was asked for, its assets without their evidence.

    Raises:
        UsageError: it cannot be read, or is no scan document.
    """
    if options.baseline is None:
        return None
    try:
        with options.baseline.open("rb") as stream:
            found = codec.decode_lines(stream, name=str(options.baseline))
    except OSError as error:
        raise UsageError(f"{options.baseline}: cannot be read ({error.strerror})") from None
    return replace(found, assets=tuple(_names(asset) for asset in found.assets))


def _names(asset: Asset) -> Asset:
    """As much of an asset as is needed to miss it."""
    return replace(asset, attributions=(), verdicts=(), attempts=(), observations=(), children=())


def missing(baseline: Scan | None, here: Container[str], scope: Scope) -> tuple[str, ...]:
    """Video equipment of the baseline, in this scope, that did not answer this time."""
    if baseline is None:
        return ()
    return tuple(
        f"{asset.address} ({asset.model or asset.brand or asset.kind})"
        for asset in baseline.assets
        if asset.address is not None
        and (asset.kind in VIDEO_KINDS or asset.headline in {"covered", "indeterminate", "exempt"})
        and asset.address in scope
        and asset.id not in here
        and asset.address not in here
    )
