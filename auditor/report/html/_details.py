"""What stands inside a device: particulars, the story of its verdicts, every sign, what was asked.

Written in pieces whose concatenation is HTML: most pieces are the same for many devices, so a long
report stores each once.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from auditor.model.facts import Attempt
from auditor.report import phrases
from auditor.report.html import _texts as t
from auditor.report.html import _words as w
from auditor.report.html._chain import story
from auditor.report.html._evidence import signs
from auditor.report.html._markup import HOLE, Markup, cut, escape, frame, h, join
from auditor.report.html._summary import moment
from auditor.report.html._view import Device, View, to

_MOST_ATTEMPTS: Final = 60
_MOST_CHILDREN: Final = 300


def details(view: View, device: Device, below: Sequence[Device]) -> Iterator[Markup]:
    """The pieces of one device, in order."""
    yield _FACTS[0]
    for word, value in _facts(view, device, below):
        if value:
            before, after = _fact(word)
            yield before
            yield value if isinstance(value, Markup) else escape(value)
            yield after
    yield _FACTS[1]
    yield from story(view, device)
    yield from signs(view, device.asset.attributions)
    if device.asset.notes:
        yield _notes(device.asset.notes)
    yield from _attempts(device.asset.attempts)


_FACTS: Final = frame(h("dl", {"class": "facts"}, HOLE))


@lru_cache(maxsize=64)
def _fact(word: str) -> tuple[Markup, Markup]:
    return frame(h("div", None, h("dt", None, word), h("dd", None, HOLE)))


def _facts(
    view: View, device: Device, below: Sequence[Device]
) -> Iterator[tuple[str, str | Markup]]:
    asset = device.asset
    more = asset.addresses if asset.addresses not in {(), (asset.address,)} else ()
    yield t.LABEL_HOSTNAME, cut(asset.hostname or "", 120)
    yield t.LABEL_ADDRESSES, cut(phrases.BETWEEN.join(more), 300)
    yield t.LABEL_ID, cut(asset.id, 80)
    seen = view.seen.get(asset.id)
    if seen is not None:
        yield (
            t.LABEL_SEEN,
            t.SEEN_FIRST_LAST.format(first=moment(seen.first), last=moment(seen.last)),
        )
    changed = view.changed.get(asset.id, ())
    yield t.LABEL_CHANGED, phrases.BETWEEN.join(t.CHANGE_KINDS[kind] for kind in changed)
    if below:
        links: list[str] = [to(child) for child in below[:_MOST_CHILDREN]]
        if len(below) > _MOST_CHILDREN:
            links.append(phrases.AND_MORE.format(n=len(below) - _MOST_CHILDREN))
        yield t.LABEL_CHILDREN, join(links, phrases.BETWEEN)


@lru_cache(maxsize=1 << 10)
def _notes(notes: tuple[str, ...]) -> Markup:
    items = [h("li", None, w.word(w.NOTES, cut(note, 200))) for note in notes]
    return join([h("h3", None, t.NOTES_TITLE), h("ul", {"class": "notes"}, *items)])


def _attempts(attempts: Sequence[Attempt]) -> Iterator[Markup]:
    """What was asked, by how it ended: a table of a few rows instead of one a question."""
    if not attempts:
        yield _NO_ATTEMPTS
        return
    by_ending: dict[str, list[Attempt]] = {}
    for attempt in attempts[:_MOST_ATTEMPTS]:
        by_ending.setdefault(attempt.outcome, []).append(attempt)
    yield _ATTEMPTS[0]
    for ending, asked in by_ending.items():
        before, after = _ending(ending)
        yield before
        for number, attempt in enumerate(asked):
            yield _attempt(attempt.probe, attempt.endpoint, attempt.detail, more=number > 0)
            if attempt.ms and not attempt.detail:
                yield _milliseconds(attempt.ms)
        yield after
    yield _ATTEMPTS[1]


_TITLE: Final = h("h3", None, t.ATTEMPTS_TITLE)
_NO_ATTEMPTS: Final = join([_TITLE, h("p", None, phrases.ATTEMPTS_NONE)])
_ATTEMPTS: Final = frame(join([_TITLE, h("table", {"class": "asked"}, HOLE)]))


@lru_cache(maxsize=256)
def _ending(ending: str) -> tuple[Markup, Markup]:
    word = h("th", {"scope": "row"}, w.word(w.ENDINGS, ending))
    return frame(h("tr", None, word, h("td", None, HOLE)))


@lru_cache(maxsize=1 << 13)
def _attempt(probe: str, endpoint: str, detail: str | None, *, more: bool) -> Markup:
    told = t.ATTEMPT.format(probe=cut(probe, 40), endpoint=cut(endpoint, 40))
    if detail:
        told = t.ATTEMPT_DETAIL.format(attempt=told, detail=cut(detail, 80))
    return escape(phrases.BETWEEN + told if more else told)


@lru_cache(maxsize=1 << 13)
def _milliseconds(ms: int) -> Markup:
    return escape(t.ATTEMPT_MS.format(ms=ms))
