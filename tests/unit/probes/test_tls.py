"""The certificate probe."""

import hashlib
from dataclasses import replace

from auditor.model.errors import TlsFailed
from auditor.model.words import Ending
from tests.unit.probes.asking import PROBE, ask
from tests.unit.probes.certificates import certificate
from tests.unit.probes.fakes import Port, seen

DER = certificate("Zhejiang\u00a0Dahua")


def port(der: bytes | None) -> Port:
    return Port(answer=lambda _: (), tls=True, certificate=der)


async def test_the_certificate_gives_subject_issuer_names_and_hash():
    asked = await ask("tls", port(DER), number=443, tls=True)
    assert asked.outcome is Ending.OK
    assert "O=Zhejiang Dahua" in asked.only("tls.subject")
    assert asked.only("tls.issuer") == asked.only("tls.subject")
    assert asked.only("tls.san") == "a.example, b.example"
    assert asked.only("tls.sha256") == hashlib.sha256(DER).hexdigest()


async def test_no_message_is_sent_over_it():
    asked = await ask("tls", port(DER), number=443, tls=True)
    assert (asked.dialer.sent, asked.dialer.handshakes) == ([], 1)


async def test_a_broken_certificate_is_malformed_and_its_hash_is_kept():
    asked = await ask("tls", port(DER[:-40] + b"\0" * 10), number=443, tls=True)
    assert asked.outcome is Ending.MALFORMED
    assert [fact.signal for fact in asked.facts] == ["tls.version", "tls.sha256"]


async def test_the_version_is_told():
    asked = await ask("tls", port(DER), number=443, tls=True)
    assert asked.only("tls.version") == "TLSv1.2"


async def test_the_certificate_of_a_failed_handshake_is_read_and_the_failure_stays():
    failure = TlsFailed("no", partial=DER)
    asked = await ask("tls", replace(port(DER), connect=failure), number=443, tls=True)
    assert asked.outcome is Ending.TLS_ERROR
    assert "O=Zhejiang Dahua" in asked.only("tls.subject")


async def test_a_failed_handshake_with_a_broken_certificate_leaves_its_hash():
    failure = TlsFailed("no", partial=DER[:-40])
    asked = await ask("tls", replace(port(DER), connect=failure), number=443, tls=True)
    assert asked.outcome is Ending.TLS_ERROR
    assert [fact.signal for fact in asked.facts] == ["tls.sha256"]


async def test_no_certificate_is_malformed():
    asked = await ask("tls", port(None), number=443, tls=True)
    assert (asked.outcome, asked.facts) == (Ending.MALFORMED, ())


def test_only_tls_ports_whose_certificate_is_unknown_are_asked():
    known = seen("tls.sha256", "00", "tcp/443")
    opened = frozenset({80, 443, 8443})
    assert PROBE["tls"].endpoints(opened, (known,)) == (("tcp", 8443, True),)
