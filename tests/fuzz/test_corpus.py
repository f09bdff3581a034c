"""The corpus that fuzzing found, and the recorded replies, through every decoder: in seconds."""

import contextlib
import resource
import time
import types
from collections.abc import Iterable

import pytest

from auditor.model.errors import Malformed
from tests.fuzz import corpus, targets

CORPUS_CAP = 1_000_000
SLOW = 1.0
LARGE = 100 * 1024


@pytest.mark.parametrize("target", targets.targets())
def test_every_input_of_the_corpus_gives_an_answer_or_malformed(target):
    decode = targets.targets()[target]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for data in (*corpus.read(target), *corpus.seeds()):
        began = time.process_time()
        with contextlib.suppress(Malformed):
            decode(data)
        assert time.process_time() - began < SLOW
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LARGE


def test_no_corpus_has_lost_its_target_and_none_is_empty():
    kept = {path.stem for path in corpus.FOLDER.glob("*.txt")}
    assert kept
    assert kept <= set(targets.targets())
    assert all(corpus.read(target) for target in kept)


def test_the_corpus_is_small():
    assert sum(path.stat().st_size for path in corpus.FOLDER.iterdir()) < CORPUS_CAP


def planted(**members: object) -> tuple[targets._Taker, ...]:
    """The readers that would be found in a wire module of these members."""
    module = types.ModuleType("planted")
    for name, member in members.items():
        member.__module__ = "planted"
        setattr(module, name, member)
    return tuple(targets._takers(module))


def names(takers: Iterable[targets._Taker]) -> set[str]:
    return {taker.call.__name__ for taker in takers}


def test_readers_of_bytes_text_and_header_values_are_found_and_encoders_are_not():
    def of_bytes(data: bytes) -> int:
        return len(data)

    def of_either(data: bytes | str, cap: int = 9) -> int:
        return len(data) + cap

    def of_values(values: Iterable[str]) -> int:
        return len(list(values))

    def encoder(text: str) -> bytes:
        return text.encode()

    def of_two(one: str, other: str) -> int:
        return len(one + other)

    found = planted(
        of_bytes=of_bytes, of_either=of_either, of_values=of_values, encoder=encoder, of_two=of_two
    )
    assert names(found) == {"of_bytes", "of_either", "of_values"}


def test_a_reader_that_fails_is_a_finding_and_malformed_is_none():
    def decode(data: bytes) -> int:
        if data[:1] == b"M":
            raise Malformed("not mine")
        return data[3]

    takers = planted(decode=decode)
    targets._exercise(takers, b"M")
    targets._exercise(takers, b"long enough")
    with pytest.raises(IndexError):
        targets._exercise(takers, b"abc")


def test_readers_of_results_are_fed_with_results():
    seen = []

    def decode(data: bytes) -> dict:
        return {"length": len(data)}

    def length(reply: dict) -> int:
        seen.append(reply)
        return reply["length"]

    targets._exercise(planted(decode=decode, length=length), b"four")
    assert seen == [{"length": 4}]


def test_a_corpus_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "FOLDER", tmp_path / "corpus")
    corpus.write("any", [b"longer", b"", b"\xff\n", b"longer"])
    assert corpus.read("any") == (b"", b"\xff\n", b"longer")
    assert corpus.read("other") == ()
