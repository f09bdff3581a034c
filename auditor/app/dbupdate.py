"""``audit db update`` and ``audit db bundle``: a signed database put in the place of the shipped."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import msgspec

from auditor.app.reports import sshsig
from auditor.catalog import bundle
from auditor.catalog.folder import digest_of, read_toml
from auditor.catalog.load import load
from auditor.catalog.locate import home, shipped
from auditor.catalog.shapes import SCHEMA, DbFile
from auditor.catalog.updates import (
    POINTER,
    Installed,
    Pointer,
    own_place,
    pointer_of,
    version_key,
)
from auditor.catalog.verify import verify
from auditor.model.errors import AuditError, CatalogError, ToolError, UsageError

_INCOMING: Final = ".incoming-"
_SHIPPED_SIGNERS: Final = Path(bundle.__file__).with_name("db_signers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of the database: versions before and after, and whether anything changed."""

    before: str
    after: str
    signer: str | None = None
    changed: bool = True


def update(
    path: Path, *, signers: Path | None, allow_older: bool, today: date, stamp: str
) -> Change:
    """Check a bundle and put its database in effect; on any fault everything stays as it was.

    Args:
        path: the bundle.
        signers: allowed signers; ``default_signers()`` if None.
        allow_older: take one that is no newer than the database in effect.
        today: for the checks that know dates.
        stamp: the time, RFC 3339, for the record.

    Raises:
        UsageError: the bundle, its signature or its database does not hold.
        ToolError: ``ssh-keygen`` is missing, or the place cannot be written.
    """
    allowed = signers or default_signers()
    place = own_place()
    with _lock(place), bundle.reading(path) as reader:
        signer = sshsig.verify(
            reader.manifest, reader.signature, signers=allowed,
            namespace=bundle.NAMESPACE, what=path.name,
        )  # fmt: skip
        manifest = bundle.parse_manifest(reader.manifest, path.name)
        before = read_toml(home() / "db.toml", DbFile).version
        if manifest.digest == digest_of(home()):
            return Change(before=before, after=before, signer=signer, changed=False)
        _refuse(manifest, before, path.name, allow_older=allow_older)
        with _incoming(place) as incoming:
            reader.unpack(manifest, incoming)
            _check(incoming, manifest, today, path.name)
            with _writing(place):
                _switch(place, incoming, _record(manifest, place, signer, stamp))
    return Change(before=before, after=manifest.version, signer=signer)


def rollback() -> Change:
    """Put the database before the last update in effect again.

    Raises:
        UsageError: there was no update.
        ToolError: the place cannot be written.
    """
    place = own_place()
    with _lock(place):
        pointer = pointer_of(place)
        if pointer.current is None:
            raise UsageError("nothing to roll back: the shipped database is in effect")
        before = read_toml(home() / "db.toml", DbFile).version
        with _writing(place):
            _point(place, Pointer(current=pointer.previous))
        after = read_toml(home() / "db.toml", DbFile).version
        _sweep(place)
    return Change(before=before, after=after)


def make_bundle(root: Path, key: Path, out: Path, today: date) -> str:
    """Write a signed bundle of a database that passes its own checks; gives its version.

    Raises:
        UsageError: the database does not hold, or the key cannot sign.
        ToolError: ``ssh-keygen`` is missing, or the file cannot be written.
    """
    _faultless(root, today, str(root))
    manifest = bundle.manifest_of(root)
    signature = sshsig.sign(manifest, key=key, namespace=bundle.NAMESPACE)
    partial = out.with_name(f".{out.name}.partial")
    try:
        with partial.open("wb") as stream:
            bundle.write_bundle(root, manifest, signature, stream)
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ToolError(f"{out}: cannot be written ({error.strerror})") from None
    return bundle.parse_manifest(manifest, out.name).version


def default_signers() -> Path:
    """The allowed signers: the user's, the machine's, or the shipped ones.

    Raises:
        UsageError: none of these files names a key.
    """
    named = os.environ.get("XDG_CONFIG_HOME")
    own = Path(named) if named else Path(os.path.expanduser("~")) / ".config"  # noqa: PTH111
    for path in (own / "auditor" / "db_signers", Path("/etc/auditor/db_signers"), _SHIPPED_SIGNERS):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        if any(line.strip() and not line.startswith("#") for line in lines):
            return path
    raise UsageError(
        "no key is allowed to sign databases; name an allowed-signers file with --signers,"
        " or put it at /etc/auditor/db_signers"
    )


def _refuse(manifest: bundle.Manifest, before: str, name: str, *, allow_older: bool) -> None:
    if manifest.schema != SCHEMA:
        raise UsageError(
            f"{name}: schema {manifest.schema}, this auditor reads schema {SCHEMA};"
            " it takes an auditor of the same age"
        )
    if version_key(manifest.version) > version_key(before) or allow_older:
        return
    if manifest.version == before:
        raise UsageError(
            f"{name}: version {before} like the database in effect, but with other content;"
            " --allow-older takes it all the same"
        )
    raise UsageError(
        f"{name}: version {manifest.version} is older than {before}, which is in effect;"
        " --allow-older takes it all the same"
    )


def _check(root: Path, manifest: bundle.Manifest, today: date, name: str) -> None:
    try:
        db = read_toml(root / "db.toml", DbFile)
    except CatalogError as error:
        raise UsageError(f"{name}: {error}") from None
    if (db.version, db.schema, digest_of(root)) != (
        manifest.version, manifest.schema, manifest.digest,
    ):  # fmt: skip
        raise UsageError(f"{name}: manifest.json and db.toml disagree; nothing was changed")
    _faultless(root, today, name)


def _faultless(root: Path, today: date, name: str) -> None:
    try:
        complaints = [item for item in verify(load(base=root), today) if not item.warning]
    except CatalogError as error:
        told = str(error).removeprefix(f"{root}/")
        raise UsageError(f"{name}: its database does not load: {told}") from None
    if complaints:
        first = complaints[0]
        raise UsageError(
            f"{name}: its database fails {len(complaints)} checks, nothing was changed;"
            f" the first: {first.where}: {first.check}: {first.what}"
        )


def _record(manifest: bundle.Manifest, place: Path, signer: str, stamp: str) -> Installed:
    base = read_toml(shipped() / "db.toml", DbFile).version
    in_effect = read_toml(home() / "db.toml", DbFile).version
    older = version_key(manifest.version) <= version_key(in_effect)
    taken = (place / manifest.version).exists()
    return Installed(
        folder=f"{manifest.version}-{manifest.digest[:8]}" if taken else manifest.version,
        version=manifest.version,
        schema=manifest.schema,
        digest=manifest.digest,
        signer=signer,
        installed=stamp,
        instead_of=base if older else None,
    )


def _switch(place: Path, incoming: Path, record: Installed) -> None:
    """Make the new database count; the pointer's rename is the one moment of change."""
    before, final = pointer_of(place), place / record.folder
    if final.exists():
        shutil.rmtree(final)  # left by an update that died: the pointer never named it
    incoming.chmod(0o755)
    incoming.rename(final)
    kept = None if before.current == record else before.current
    _point(place, Pointer(current=record, previous=kept))
    try:
        if home() != final:
            raise ToolError(f"{final}: installed, but another database counts; check its owner")
        load()
    except AuditError:
        _point(place, before)
        raise
    finally:
        _sweep(place)


def _point(place: Path, pointer: Pointer) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{POINTER}.", dir=place)
    with os.fdopen(handle, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(pointer), indent=1) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    path = Path(name)
    path.chmod(0o644)
    path.replace(place / POINTER)


def _sweep(place: Path) -> None:
    """Remove what neither the pointer nor its way back names."""
    pointer = pointer_of(place)
    kept = {item.folder for item in (pointer.current, pointer.previous) if item is not None}
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink() and path.name not in kept:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _incoming(place: Path) -> Iterator[Path]:
    """A folder to unpack into, gone at the end unless it was renamed."""
    with _writing(place):
        path = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=place))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ToolError(f"{place}: cannot be written ({error.strerror})") from None


@contextmanager
def _lock(place: Path) -> Iterator[None]:
    """One update at a time."""
    with _writing(place):
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        handle = os.open(place / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise ToolError(f"{place}: another update is under way") from None
    finally:
        os.close(handle)
