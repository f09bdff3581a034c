"""The database compiled: parsed, checked and packed once, then loaded in a few milliseconds.

Two places may hold it. The wheel carries one that was made at build time, valid where the files
beside it have the very content that it was made from. The user's cache holds one for each database
that was ever loaded, valid while the files keep their sizes and times. The content is MessagePack
of plain values, never pickle: whoever could plant one still runs no code. A file of the cache
counts only if it belongs to this user and nobody else may write it. Whatever is damaged, stale or
unreadable is passed over in silence, and made anew where that is possible.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from auditor.catalog.blocks import Packed
from auditor.catalog.convert import fixed
from auditor.catalog.folder import Folder, files_of, read_folder
from auditor.catalog.oui import Registry, package_file, packed_registry

_MAGIC: Final = b"auditor catalog 1\n"
_SUM_SIZE: Final = 32
_CAP: Final = 64 * 2**20
_KEPT: Final = 6
_PACKAGE: Final = Path(__file__).resolve().parents[1]
_CODE: Final = (
    "catalog/blocks.py", "catalog/compiled.py", "catalog/convert.py", "catalog/folder.py",
    "catalog/oui.py", "catalog/shapes.py", "catalog/tables.py", "model/knowledge.py",
    "model/literals.py", "model/pattern.py", "model/signals.py", "model/words.py",
)  # fmt: skip
"""The code that decides what comes out of the files: when it changes, so may the values."""
_RESTRICTED: Final = "oui_restricted.csv"
SHIPPED: Final = _PACKAGE / "_vendor_db.compiled"
"""The one that the wheel carries, made of ``_vendor_db`` beside it."""


class Base(NamedTuple):
    """A database that overlays are laid upon."""

    folder: Folder
    registry: Registry


class Compiled(msgspec.Struct, frozen=True, array_like=True):
    """What is stored.

    Attributes:
        stamp: sizes and times of every file that went in.
        content: digest of the database's files and of the code that read them.
        registry_content: digest of the files that the registry was read from.
    """

    stamp: str
    content: str
    registry_content: str
    folder: Folder
    registry: Packed


def base_of(root: Path, *, cache: Path | None = None, shipped: Path = SHIPPED) -> Base:
    """The database in a folder, from the cache, from the wheel, or parsed.

    Args:
        root: the folder.
        cache: where the user's cache is; ``cache_folder()`` if None.
        shipped: the compiled one that the wheel carries.

    Raises:
        CatalogError: it had to be parsed and something does not fit.
    """
    places = _inputs(root)
    try:
        now = _stamp(places)
    except OSError:  # a file went away meanwhile: let the parser say what is wrong
        return Base(read_folder(root), Registry(root / _RESTRICTED))
    path = (cache_folder() if cache is None else cache) / _name(root)
    kept = _read_own(path)
    if kept is None or kept.stamp != now:
        made = _beside(root, shipped)
        kept = msgspec.structs.replace(made or build(root), stamp=now)
        _write(path, kept)
    return Base(kept.folder, Registry(root / _RESTRICTED, packed=kept.registry))


def build(root: Path) -> Compiled:
    """Parse and pack a database; what the wheel's build and the cache store.

    Raises:
        CatalogError: something does not fit.
    """
    folder, packed = read_folder(root), packed_registry(root / _RESTRICTED)
    return Compiled(
        stamp="",
        content=_content(root),
        registry_content=_registry_content(root),
        folder=folder,
        registry=packed,
    )


def encode(compiled: Compiled) -> bytes:
    """A compiled database as bytes, the same bytes for the same values."""
    body = msgspec.msgpack.encode(compiled, enc_hook=_plain, order="deterministic")
    return _MAGIC + hashlib.sha256(body).digest() + body


def decode(data: bytes) -> Compiled | None:
    """A compiled database from bytes; None when they are damaged or of another kind."""
    start = len(_MAGIC) + _SUM_SIZE
    body = memoryview(data)[start:]
    if data[: len(_MAGIC)] != _MAGIC:
        return None
    if data[len(_MAGIC) : start] != hashlib.sha256(body).digest():
        return None
    try:
        compiled = msgspec.msgpack.decode(body, type=Compiled)
    except msgspec.MsgspecError:
        return None
    _freeze(compiled.folder)
    return compiled


def cache_folder() -> Path:
    """This user's cache: ``$XDG_CACHE_HOME/auditor``, ``/var/cache/auditor`` for root."""
    named = os.environ.get("XDG_CACHE_HOME")
    if named and Path(named).is_absolute():
        return Path(named) / "auditor"
    if os.geteuid() == 0:
        return Path("/var/cache/auditor")
    return Path(os.path.expanduser("~")) / ".cache" / "auditor"  # noqa: PTH111 - never raises


def _name(root: Path) -> str:
    place = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()
    return f"catalog-{place[:16]}.msgpack"


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise NotImplementedError


def _freeze(folder: Folder) -> None:
    """Mappings inside frozen values are read-only and sorted, as the parser makes them."""
    for vendor in folder.vendors.values():
        object.__setattr__(vendor, "oem_codes", fixed(vendor.oem_codes))
    for rules in folder.rules.values():
        for rule in rules:
            for example in (*rule.examples, *rule.counterexamples):
                object.__setattr__(example, "gives", fixed(example.gives))


def _inputs(root: Path) -> tuple[Path, ...]:
    return (*files_of(root), *_registry_files(root), *_code_files())


def _code_files() -> Iterator[Path]:
    return (_PACKAGE / name for name in _CODE)


def _registry_files(root: Path) -> Sequence[Path]:
    package, restricted = package_file(), root / _RESTRICTED
    return [path for path in (package, restricted) if path is not None and path.is_file()]


def _stamp(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        seen = os.stat(path)  # noqa: PTH116 - two hundred of them before anything else happens
        digest.update(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}\0{seen.st_ctime_ns}\0".encode())
    return digest.hexdigest()


def _content(root: Path) -> str:
    """A digest of what the parsed values depend on, wherever it stands."""
    pairs = [(path, path.relative_to(root)) for path in files_of(root)]
    return _digest(pairs + [(path, path.relative_to(_PACKAGE)) for path in _code_files()])


def _registry_content(root: Path) -> str:
    return _digest([(path, Path(path.name)) for path in _registry_files(root)])


def _digest(pairs: Iterable[tuple[Path, Path]]) -> str:
    digest = hashlib.sha256()
    for path, name in pairs:
        data = path.read_bytes()
        digest.update(f"{name.as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _beside(root: Path, shipped: Path) -> Compiled | None:
    """The wheel's one if it was made from this very content, with the registry that is here."""
    try:
        found = decode(shipped.read_bytes())
        if found is None or found.content != _content(root):
            return None
        registry_content = _registry_content(root)
    except OSError:
        return None
    if found.registry_content == registry_content:
        return found
    return msgspec.structs.replace(
        found, registry_content=registry_content, registry=packed_registry(root / _RESTRICTED)
    )


def _read_own(path: Path) -> Compiled | None:
    """A file of the cache, if it is ours alone to write."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode) or seen.st_uid != os.geteuid() or seen.st_size > _CAP:
            return None
        if seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return None
        try:
            return decode(stream.read(_CAP))
        except OSError:
            return None


def _write(path: Path, compiled: Compiled) -> None:
    """Keep it for next time, readable and writable for this user alone; or do without."""
    data = encode(compiled)
    with suppress(OSError):
        home = path.parents[1]
        if home.exists() and home.stat().st_uid != os.geteuid():
            return  # root under sudo leaves nothing in the cache of another
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            os.replace(name, path)  # noqa: PTH105 - one rename, atomic
            _prune(path.parent)
        except OSError:
            os.unlink(name)  # noqa: PTH108
            raise


def _prune(folder: Path) -> None:
    """Databases come and go (checkouts, updates); their compiled forms shall not pile up."""
    kept = sorted(folder.glob("catalog-*.msgpack"), key=lambda path: path.stat().st_mtime_ns)
    for path in kept[:-_KEPT]:
        path.unlink()
