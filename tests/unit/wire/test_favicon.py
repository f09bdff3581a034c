import pytest

from auditor.wire import favicon


@pytest.mark.parametrize(
    ("data", "seed", "value"),
    [
        ("", 0, 0),
        ("", 1, 0x514E28B7),
        ("", 0xFFFFFFFF, 0x81F16F39),
        (b"\0\0\0\0", 0, 0x2362F9DE),
        (b"\xff\xff\xff\xff", 0, 0x76293B50),
        (b"\x21\x43\x65", 0, 0x7E4A8634),
        (b"\x21\x43", 0, 0xA0F7B07A),
        (b"\x21", 0, 0x72661CF4),
        ("hello", 0, 613153351),
        ("Hello, world!", 0x9747B28C, 0x24884CBA),
        ("The quick brown fox jumps over the lazy dog", 0x9747B28C, 0x2FA826CD),
    ],
)
def test_murmur3_matches_the_published_vectors(data: bytes | str, seed: int, value: int) -> None:
    assert favicon.murmur3_32(data, seed) == value


def test_mmh3_hashes_the_mime_base64_as_a_signed_number() -> None:
    assert favicon.mmh3(b"") == "0"
    icon = bytes(range(256))
    assert favicon.mmh3(icon) == str(int(favicon.mmh3(icon)))
    assert -(2**31) <= int(favicon.mmh3(icon)) < 2**31
    assert favicon.mmh3(b"hello") == str(favicon.murmur3_32("aGVsbG8=\n"))


def test_md5() -> None:
    assert favicon.md5(b"") == "d41d8cd98f00b204e9800998ecf8427e"
