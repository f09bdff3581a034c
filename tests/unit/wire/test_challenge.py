import pytest

from auditor.wire.challenge import challenges


def test_digest_parameters_are_read_with_lower_case_names() -> None:
    (one,) = challenges(['DIGEST Realm="Login to 4M07", qop="auth", NONCE="b25=", stale=false'])
    assert (one.scheme, one.realm, one.nonce) == ("digest", "Login to 4M07", "b25=")
    assert one.params == {
        "realm": "Login to 4M07",
        "qop": "auth",
        "nonce": "b25=",
        "stale": "false",
    }


def test_several_challenges_in_one_header_and_in_several() -> None:
    found = challenges(['Basic realm="a", Digest realm="b", nonce="n"', "NTLM"])
    assert [(one.scheme, one.realm) for one in found] == [
        ("basic", "a"),
        ("digest", "b"),
        ("ntlm", None),
    ]


@pytest.mark.parametrize(
    ("value", "realm"),
    [
        ('Basic realm="IP Camera(C2183)"', "IP Camera(C2183)"),
        ("Basic realm=IP Camera(C2183)", "IP Camera(C2183)"),
        ('Basic realm="never closed', "never closed"),
        ('Basic realm="a "quoted" word"', 'a "quoted" word'),
        ('Basic realm="say \\"hi\\""', 'say "hi"'),
        ('Basic realm="DOM\\user"', "DOM\\user"),
        ('Digest realm="no comma" nonce="1"', "no comma"),
        ("Digest realm=bare nonce=1", "bare"),
        ('Basic realm = "blanks around"', "blanks around"),
        ('realm="no scheme"', "no scheme"),
        ('Basic realm=""', ""),
        ("Basic", None),
        ("Basic realm", None),
        (',,, Basic realm="x",', "x"),
        ('Digest realm="first", realm="second"', "first"),
    ],
)
def test_realm_is_found_despite_broken_quoting(value: str, realm: str | None) -> None:
    assert challenges([value])[0].realm == realm


def test_nothing_gives_nothing() -> None:
    assert challenges([]) == ()
    assert challenges(["", " , "]) == ()


def test_number_of_challenges_is_capped() -> None:
    assert len(challenges(["a," * 4000])) == 16
