"""The database as one signed file, for machines without internet.

A bundle is a gzipped tar archive. Its first member is ``manifest.json``, the second the SSH
signature over it (``manifest.json.sig``), and the rest are the files that the manifest names, each
with size and SHA-256. Nothing behind the signature is read before the signature was checked, no
more is unpacked than the manifest promises, and the names are the few that a database has.
"""

import gzip
import hashlib
import io
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from auditor.catalog.folder import digest_of, files_of, read_toml
from auditor.catalog.shapes import DbFile
from auditor.catalog.updates import version_key
from auditor.model.errors import CatalogError, ToolError, UsageError

NAMESPACE: Final = "auditor-db"
"""Namespace of the signature: a key that signs something else signs no database."""
FORMAT: Final = "auditor-db/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.json.sig"
MAX_FILES: Final = 5000
MAX_FILE: Final = 8 * 2**20
MAX_TOTAL: Final = 64 * 2**20
_MAX_MANIFEST: Final = 2 * 2**20
_MAX_SIGNATURE: Final = 64 * 2**10
_OVERHEAD: Final = 2 * 2**10  # header and padding of one member
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_ALLOWED = re.compile(
    rf"{_NAME}\.(?:toml|csv|md)|(?:vendors|policies)/{_NAME}\.toml"
    rf"|regimes/{_NAME}/(?:regime\.toml|listings\.csv)|schema/{_NAME}\.json"
)
_BESIDE: Final = ("CHANGELOG.md", "README.md")


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a bundle: its size in bytes and its SHA-256, hexadecimal."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``manifest.json``.

    Attributes:
        format: ``auditor-db/1``.
        version: as ``db.toml`` says.
        schema: as ``db.toml`` says.
        digest: over the files that the loader reads, as scan documents cite it, hexadecimal.
        files: path below the database's folder → size and SHA-256.
    """

    format: str
    version: str
    schema: int
    digest: str
    files: Mapping[str, Entry]


class Reader:
    """A bundle that is being read: first ``manifest`` and ``signature``, then ``unpack``."""

    def __init__(self, archive: tarfile.TarFile, stream: "_Capped", name: str) -> None:
        self._archive = archive
        self._stream = stream
        self._name = name
        self.manifest: bytes = self._first(MANIFEST, _MAX_MANIFEST)
        self.signature: bytes = self._first(SIGNATURE, _MAX_SIGNATURE)

    def _first(self, name: str, cap: int) -> bytes:
        member = self._next()
        fits = member is not None and member.isreg() and 0 <= member.size <= cap
        if member is None or member.name != name or not fits:
            raise UsageError(
                f"{self._name}: not a database bundle: {name} is missing or not in its place"
                f"{' (unsigned)' if name == SIGNATURE else ''}"
            )
        return self._bytes(member)

    def _next(self) -> tarfile.TarInfo | None:
        try:
            return self._archive.next()
        except (ValueError, OverflowError, RecursionError) as error:  # headers are hostile input
            raise UsageError(f"{self._name}: a damaged archive: {error}") from None

    def _bytes(self, member: tarfile.TarInfo) -> bytes:
        opened = self._archive.extractfile(member)
        if opened is None:
            raise UsageError(f"{self._name}: {member.name!r} is not a file")
        return opened.read(member.size + 1)

    def unpack(self, manifest: Manifest, into: Path) -> None:
        """Write the files that the manifest names; call it only after the signature was checked.

        Args:
            manifest: from ``parse_manifest``.
            into: an empty folder.

        Raises:
            UsageError: the archive is not what the manifest promises.
            ToolError: a file cannot be written.
        """
        room = sum(entry.size + _OVERHEAD for entry in manifest.files.values())
        self._stream.left = room + 2 * tarfile.RECORDSIZE
        missing = dict(manifest.files)
        while (member := self._next()) is not None:
            entry = missing.pop(member.name, None)
            if entry is None or not member.isreg() or member.size != entry.size:
                raise UsageError(f"{self._name}: {member.name[:100]!r} is not as the manifest says")
            data = self._bytes(member)
            if hashlib.sha256(data).hexdigest() != entry.sha256:
                raise UsageError(f"{self._name}: {member.name!r} differs from the manifest")
            _put(into / member.name, data)
        if missing:
            raise UsageError(f"{self._name}: {min(missing)!r} is missing")


def _put(target: Path, data: bytes) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            out.write(data)
        target.chmod(0o644)
    except OSError as error:
        raise ToolError(f"{target}: cannot be written ({error.strerror})") from None


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open a bundle.

    Raises:
        UsageError: it cannot be read or is no bundle; also for faults found while it is open.
    """
    try:
        with path.open("rb") as file, gzip.GzipFile(fileobj=file) as plain:
            stream = _Capped(plain, _MAX_MANIFEST + _MAX_SIGNATURE + 2 * tarfile.RECORDSIZE)
            read_only = cast("BinaryIO", stream)  # a tar stream asks for nothing but read()
            with tarfile.open(fileobj=read_only, mode="r|") as archive:
                yield Reader(archive, stream, path.name)
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile, _TooMuch) as error:
        raise UsageError(f"{path}: not a database bundle, or a damaged one: {error}") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def parse_manifest(data: bytes, name: str) -> Manifest:
    """A manifest, checked.

    Args:
        data: ``manifest.json``.
        name: of the bundle, for messages.

    Raises:
        UsageError: its shape, a name or a size is not allowed.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        version_key(manifest.version)
    except (msgspec.MsgspecError, CatalogError) as error:
        raise UsageError(f"{name}: manifest.json: {error}") from None
    if manifest.format != FORMAT:
        raise UsageError(f"{name}: format {manifest.format[:40]!r}, this auditor reads {FORMAT}")
    if len(manifest.files) > MAX_FILES:
        raise UsageError(f"{name}: {len(manifest.files)} files, at most {MAX_FILES} are allowed")
    if sum(entry.size for entry in manifest.files.values()) > MAX_TOTAL:
        raise UsageError(f"{name}: more than {MAX_TOTAL // 2**20} MB unpacked")
    for path, entry in manifest.files.items():
        if not _ALLOWED.fullmatch(path):
            raise UsageError(f"{name}: {path[:100]!r} is no name of a database's file")
        if not 0 <= entry.size <= MAX_FILE:
            raise UsageError(f"{name}: {path!r} is larger than {MAX_FILE // 2**20} MB")
    if len({path.lower() for path in manifest.files}) != len(manifest.files):
        raise UsageError(f"{name}: two names differ only in case")
    return manifest


def manifest_of(root: Path) -> bytes:
    """The manifest of a database, the same bytes for the same files.

    Raises:
        CatalogError: there is no readable ``db.toml``.
    """
    db = read_toml(root / "db.toml", DbFile)
    version_key(db.version)
    files = {}
    for path in _members(root):
        data = path.read_bytes()
        files[path.relative_to(root).as_posix()] = Entry(
            size=len(data), sha256=hashlib.sha256(data).hexdigest()
        )
    manifest = Manifest(
        format=FORMAT, version=db.version, schema=db.schema, digest=digest_of(root), files=files
    )
    plain = msgspec.json.encode(manifest, order="deterministic")
    return msgspec.json.format(plain, indent=1) + b"\n"


def write_bundle(root: Path, manifest: bytes, signature: bytes, out: BinaryIO) -> None:
    """Write a bundle; the same bytes for the same files and signature.

    Args:
        root: the database.
        manifest: from ``manifest_of``.
        signature: over the manifest, as ``ssh-keygen -Y sign`` writes it.
        out: where to write.
    """
    with (
        gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        _add(archive, MANIFEST, manifest)
        _add(archive, SIGNATURE, signature)
        for path in _members(root):
            _add(archive, path.relative_to(root).as_posix(), path.read_bytes())


def _members(root: Path) -> list[Path]:
    beside = [root / name for name in _BESIDE] + sorted((root / "schema").glob("*.json"))
    return [*files_of(root), *(path for path in beside if path.is_file())]


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


class _TooMuch(Exception):
    """The archive unpacks to more than it may."""


class _Capped:
    """Reads from another stream, and no more than ``left`` bytes."""

    def __init__(self, inner: gzip.GzipFile, left: int) -> None:
        self._inner = inner
        self.left = left

    def read(self, size: int) -> bytes:
        """Read at most ``size`` bytes.

        Raises:
            _TooMuch: more than ``left`` were asked for and are there.
        """
        data = self._inner.read(min(size, self.left + 1))
        self.left -= len(data)
        if self.left < 0:
            raise _TooMuch("it unpacks to more than it may")
        return data
