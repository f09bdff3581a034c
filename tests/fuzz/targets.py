"""Every decoder of ``auditor.wire`` as a function of bytes, found by itself.

A public function of a wire module is a *reader* when it needs one thing only: bytes, text, header
values, or what another reader of the same module gave. One target per module calls all of its
readers, and everything that can be read off their results. Functions that give bytes are
encoders and no targets. So a new wire module is fuzzed, and its corpus replayed, without a list.
"""

import functools
import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterable, Iterator

import auditor.wire
from auditor.model.errors import Malformed
from auditor.model.signals import SIGNALS, Shape

Reader = Callable[..., object]
_DEEP = 3
"""Results of results that are looked into."""
_ITEMS = 8
"""Members of a result that is a sequence."""
_SIGNALS = tuple(SIGNALS)


class _Taker(typing.NamedTuple):
    """A reader, and the kinds of thing that it takes."""

    call: Reader
    kinds: tuple[object, ...]


@functools.cache
def targets() -> dict[str, Callable[[bytes], None]]:
    """One function per wire module that has readers, by the module's name.

    Each raises :class:`Malformed` or gives nothing back; any other exception is a finding.
    """
    found: dict[str, Callable[[bytes], None]] = {}
    for info in pkgutil.walk_packages(auditor.wire.__path__, "auditor.wire."):
        name = info.name.removeprefix("auditor.wire.")
        if any(part.startswith("_") for part in name.split(".")):
            continue
        module = importlib.import_module(info.name)
        takers = tuple(_takers(module))
        if takers:
            found[name] = functools.partial(_exercise, takers)
    return dict(sorted(found.items()))


def _takers(module: types.ModuleType) -> Iterator[_Taker]:
    for name, member in sorted(vars(module).items()):
        plain = inspect.unwrap(member) if callable(member) else None
        if name.startswith("_") or not inspect.isfunction(plain):
            continue
        if plain.__module__ != module.__name__:
            continue
        hints = typing.get_type_hints(plain)
        if _gives_bytes(hints.get("return")):
            continue
        needed = [p for p in inspect.signature(plain).parameters.values() if _is_needed(p)]
        if [p.name for p in needed] == ["signal", "value"]:
            yield _Taker(functools.partial(_with_signal, member), (bytes,))
        elif len(needed) == 1:
            yield _Taker(member, _alternatives(hints[needed[0].name]))


def _is_needed(parameter: inspect.Parameter) -> bool:
    return parameter.default is parameter.empty and parameter.kind not in {
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    }


def _gives_bytes(hint: object) -> bool:
    return hint is bytes or bytes in typing.get_args(hint)


def _alternatives(hint: object) -> tuple[object, ...]:
    union = typing.get_origin(hint) in {types.UnionType, typing.Union}
    return typing.get_args(hint) if union else (hint,)


def _with_signal(reader: Reader, data: bytes) -> object:
    """A reader of (signal, value): the first byte chooses the signal."""
    if not data:
        return None
    signal = _SIGNALS[data[0] % len(_SIGNALS)]
    hexed = SIGNALS[signal].shape is Shape.HEX
    return reader(signal, data[1:].hex() if hexed else data[1:].decode("latin-1"))


def _exercise(takers: Iterable[_Taker], data: bytes) -> None:
    text = data.decode("latin-1")
    for taker in takers:
        for kind in taker.kinds:
            if kind is bytes:
                _read(takers, taker.call, data)
            elif kind is str:
                _read(takers, taker.call, text)
            elif typing.get_args(kind) == (str,):
                _read(takers, taker.call, [text])


def _read(takers: Iterable[_Taker], call: Reader, value: object, depth: int = 0) -> None:
    try:
        got = call(value)
    except Malformed:
        return
    _look_into(takers, got, depth)


def _look_into(takers: Iterable[_Taker], got: object, depth: int) -> None:
    """Everything that can be asked of a result."""
    if depth >= _DEEP or isinstance(got, str | bytes | int | None):
        return
    if isinstance(got, tuple | list):
        for item in got[:_ITEMS]:
            _look_into(takers, item, depth + 1)
        return
    for taker in takers:
        if any(isinstance(kind, type) and isinstance(got, kind) for kind in taker.kinds):
            _read(takers, taker.call, got, depth + 1)
    if type(got).__module__.startswith("auditor."):
        for member in _askable(got):
            try:
                member()
            except Malformed:
                continue


def _askable(got: object) -> Iterator[Callable[[], object]]:
    """Properties and methods of a value that need nothing more."""
    for name, member in inspect.getmembers_static(type(got)):
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield functools.partial(getattr, got, name)
        elif inspect.isfunction(member) and not any(
            _is_needed(p) for p in list(inspect.signature(member).parameters.values())[1:]
        ):
            yield getattr(got, name)
