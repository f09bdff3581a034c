"""One member per file in a room: no list to edit.

A room that holds members (discovery methods, probes, report formats, lab protocols) is a
package; each public module in it that defines the room's attribute is one member.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def members(room: str, attr: str) -> dict[str, object]:
    """The members of a room by name, sorted.

    Args:
        room: package name, such as ``auditor.probes``.
        attr: the attribute that makes a module a member, such as ``PROBE``. The member
            must have a ``name``.

    Raises:
        RuntimeError: two files give one name.
    """
    package = importlib.import_module(room)
    found: dict[str, object] = {}
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        module: ModuleType = importlib.import_module(f"{room}.{info.name}")
        member = getattr(module, attr, None)
        if member is None:
            continue
        name = str(getattr(member, "name"))  # noqa: B009 - members are duck-typed on purpose
        if name in found:
            raise RuntimeError(f"{room}: two members are named {name!r}")
        found[name] = member
    return dict(sorted(found.items()))


def member(room: str, attr: str, name: str) -> object | None:
    """The member of a room whose file has a name, without a look at the others; None if none has.

    Args:
        room: as for ``members``.
        attr: likewise.
        name: name of the file, without its suffix.
    """
    package = importlib.import_module(room)
    known = (info.name for info in pkgutil.iter_modules(package.__path__))
    if name.startswith("_") or name not in known:
        return None
    return getattr(importlib.import_module(f"{room}.{name}"), attr, None)
