"""A manifest of reports: what ``sha256sum -c`` checks, and what the scan had observed.

The file is a list for ``sha256sum``; lines that begin with ``#`` carry the scan, its raw
observations as one digest, and a digest of each device, so that a change can be named.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from auditor import codec
from auditor.app.judging.hinge import family
from auditor.app.reports import sshsig
from auditor.app.reports.reporting import write_atomic
from auditor.model.document import Scan
from auditor.model.errors import ToolError, UsageError

SUFFIX: Final = ".sha256"
SIGNATURE: Final = ".sig"
NAMESPACE: Final = "auditor-report"
_HEAD: Final = "# auditor manifest 1"
_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *](.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says.

    Attributes:
        scan: id of the scan.
        observations: digest of all raw observations.
        devices: asset id → digest of what was observed of it.
        files: file name, relative to the manifest → SHA-256 in hex.
    """

    scan: str | None = None
    observations: str | None = None
    devices: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check of one thing gave."""

    name: str
    good: bool
    text: str


def text(scan: Scan, files: Sequence[Path], place: Path) -> str:
    """The manifest of these files, to be written at ``place``.

    Raises:
        UsageError: a name that no manifest line can carry.
        OSError: a file cannot be read.
    """
    lines = [
        _HEAD,
        "# check with: sha256sum -c FILE, or audit verify FILE",
        f"# scan {scan.scan.id}",
        f"# started {scan.scan.started}",
        f"# tool {scan.scan.tool}",
        f"# database {scan.scan.db_version} {scan.scan.db_digest}",
        f"# redacted {', '.join(scan.scan.redacted) or 'nothing'}",
        f"# observations sha256:{observations_digest(scan)}",
    ]
    lines += [f"# device {key} sha256:{value}" for key, value in device_digests(scan).items()]
    lines += [f"{_digest(path)}  {_name(path, place)}" for path in files]
    return "\n".join(lines) + "\n"


def observations_digest(scan: Scan) -> str:
    """SHA-256 over the raw observations of every device, in the order of their ids."""
    every = "".join(f"{key} {value}\n" for key, value in device_digests(scan).items())
    return hashlib.sha256(every.encode()).hexdigest()


def device_digests(scan: Scan) -> dict[str, str]:
    """Asset id → SHA-256 over its observations and attempts, as canonical JSON.

    Devices outside the scope stand under ``foreign ADDRESS``.
    """
    found = {asset.id: _hash((asset.observations, asset.attempts)) for asset in family(scan.assets)}
    for foreign in scan.coverage.out_of_scope:
        found[f"foreign {foreign.address}"] = _hash((foreign.observations, foreign.mac))
    return dict(sorted(found.items()))


def seal(scan: Scan, files: Sequence[Path], place: Path, key: Path | None = None) -> None:
    """Write the manifest of these files, and sign it if a key is given.

    Raises:
        UsageError: the place is not fit for a manifest, or the key cannot sign.
        ToolError: a file cannot be read or written, or ``ssh-keygen`` is missing.
    """
    check_place(place)
    try:
        data = text(scan, files, place).encode()
        write_atomic(place, data)
        signature = place.with_name(place.name + SIGNATURE)
        signature.unlink(missing_ok=True)  # one of an earlier run would vouch for other bytes
        if key is not None:
            write_atomic(signature, sshsig.sign(data, key=key, namespace=NAMESPACE))
    except OSError as error:
        raise ToolError(f"--manifest {place}: {error.filename or ''} {error.strerror}") from None


def check_place(place: Path) -> None:
    """Refuse a place that cannot be a manifest, before any work is done.

    Raises:
        UsageError: wrong suffix, or no such folder.
    """
    if place.suffix != SUFFIX:
        raise UsageError(f"--manifest {place}: the name must end in {SUFFIX}")
    if not place.resolve().parent.is_dir():
        raise UsageError(f"--manifest {place}: the folder does not exist")


def parse(data: bytes, name: str) -> Manifest:
    """Read a manifest; a plain list of ``sha256sum`` is one too.

    Raises:
        UsageError: it is none.
    """
    scan = observations = None
    devices: dict[str, str] = {}
    files: dict[str, str] = {}
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not a manifest (not text)") from None
    for number, line in enumerate(lines, 1):
        match line.split(" "):
            case ["#", "scan", key]:
                scan = key
            case ["#", "observations", digest]:
                observations = digest.removeprefix("sha256:")
            case ["#", "device", *key, digest]:
                devices[" ".join(key)] = digest.removeprefix("sha256:")
            case ["#", *_] | [""]:
                continue
            case _:
                found = _LINE.fullmatch(line)
                if found is None:
                    raise UsageError(
                        f"{name}:{number}: neither a digest and a file name nor a comment"
                    )
                files[found[2]] = found[1]
    if not files:
        raise UsageError(f"{name}: names no file; a manifest has lines as sha256sum writes them")
    return Manifest(scan=scan, observations=observations, devices=devices, files=files)


def check(manifest: Manifest, folder: Path) -> Iterator[Finding]:
    """Every file of the manifest, as it is now; for a scan document, what in it changed."""
    for name, expected in manifest.files.items():
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts:
            yield Finding(name=name, good=False, text="not read: outside the manifest's folder")
            continue
        try:
            found = _digest(path)
        except OSError as error:
            yield Finding(name=name, good=False, text=f"missing ({error.strerror})")
            continue
        if found == expected:
            yield Finding(name=name, good=True, text="unchanged")
        else:
            yield Finding(name=name, good=False, text=f"CHANGED{_what(manifest, path)}")


def check_signature(data: bytes, path: Path, signers: Path | None) -> Finding:
    """The signature beside a manifest.

    Args:
        data: the manifest.
        path: where it stands; the signature has the same name and ``.sig``.
        signers: an allowed-signers file, or None to ask only whether the signature is whole.

    Raises:
        UsageError: signers were given and there is no signature.
        ToolError: ``ssh-keygen`` is missing or hangs.
    """
    place = path.with_name(path.name + SIGNATURE)
    if not place.is_file():
        if signers is not None:
            raise UsageError(f"{place}: no signature here; sign with audit report --sign KEY")
        return Finding(name=place.name, good=True, text="not signed")
    signature = place.read_bytes()
    try:
        if signers is None:
            key = sshsig.intact(data, signature, namespace=NAMESPACE, what=path.name)
            said = f"whole, by {key}; whose key that is, --signers FILE tells"
        else:
            who = sshsig.verify(
                data, signature, signers=signers, namespace=NAMESPACE, what=path.name
            )
            said = f"good, by {who}"
    except UsageError as error:
        return Finding(name=place.name, good=False, text=str(error))
    return Finding(name=place.name, good=True, text=said)


def _what(manifest: Manifest, path: Path) -> str:
    if path.suffix.lower() != ".json" or not manifest.devices:
        return ""
    try:
        scan = codec.decode(path.read_bytes(), name=path.name)
    except UsageError:
        return ": no longer a scan document"
    if manifest.scan not in {None, scan.scan.id}:
        return f": another scan ({scan.scan.id})"
    now = device_digests(scan)
    changed = [key for key, value in manifest.devices.items() if now.get(key, value) != value]
    gone = [key for key in manifest.devices if key not in now]
    added = [key for key in now if key not in manifest.devices]
    parts = [
        f"{word} {', '.join(keys[:5])}{' and more' if len(keys) > 5 else ''}"  # noqa: PLR2004 - enough to look at
        for word, keys in (
            ("observations changed of", changed), ("without", gone), ("new", added),
        )
        if keys
    ]  # fmt: skip
    if not parts:
        return ": every observation is as it was; judgement or header differ"
    return f": {'; '.join(parts)}"


def _hash(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _name(path: Path, place: Path) -> str:
    name = os.path.relpath(path.resolve(), place.resolve().parent)
    if name.startswith(".."):
        raise UsageError(
            f"--manifest {place}: {path} is not in its folder or below; put them together"
        )
    if any(ch in name for ch in "\n\r\\"):
        raise UsageError(
            f"{name!r}: a name with a line break or backslash cannot stand in a manifest"
        )
    return name
