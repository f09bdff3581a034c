"""Two replies that differ only in what moves by itself are one; two that tell more are not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor import codec
from auditor.cli.main import run
from auditor.lab.fleet import choose
from auditor.lab.loopback import Loopback
from auditor.model.signals import SIGNALS
from auditor.wire.volatile import stable

DIGEST = 'Digest realm=\\"AXIS_ACCC8E012345\\", nonce=\\"{}\\", algorithm=MD5, qop=\\"auth\\"'
WSD = (
    "<e:Envelope><e:Header><a:MessageID>urn:uuid:{a}</a:MessageID><a:RelatesTo>uuid:{a}"
    "</a:RelatesTo><d:AppSequence InstanceId='{n}' MessageNumber=\"{n}\"/></e:Header>"
    "<e:Body><d:XAddrs>http://10.0.0.1/onvif</d:XAddrs></e:Body></e:Envelope>"
)
SAME = [
    ("http.headers", '[["Date","Thu, 01 Jan 2026 02:00:00 GMT"]]',
     '[["Date","Fri, 02 Jan 2026 02:00:07 GMT"]]'),
    ("http.headers", f'[["WWW-Authenticate","{DIGEST.format("0a1b")}"]]',
     f'[["WWW-Authenticate","{DIGEST.format("ffee99")}"]]'),
    ("http.headers", '[["Set-Cookie","SESSID=0123456789abcdef; path=/"]]',
     '[["Set-Cookie","SESSID=fedcba9876543210; path=/"]]'),
    ("http.headers", '[["Keep-Alive","timeout=60, max=100"]]',
     '[["Keep-Alive","timeout=60, max=99"]]'),
    ("http.headers", '[["Location","/login.htm?t=1767225600"]]',
     '[["Location","/login.htm?t=1767312000"]]'),
    ("http.headers", '[["Content-Security-Policy","script-src \'nonce-Ab12Cd34Ef\'"]]',
     '[["Content-Security-Policy","script-src \'nonce-Zz98Yy76Xx\'"]]'),
    ("rtsp.headers", '[["CSeq","1"],["Session","4711;timeout=60"]]',
     '[["CSeq","9"],["Session","81;timeout=60"]]'),
    ("http.location", "http://10.0.0.1/?sid=abcdef0123456", "http://10.0.0.1/?sid=99887766554433"),
    ("http.body", '<input name="csrf_token" value="a1b2c3d4e5f6">',
     '<input name="csrf_token" value="00ff00ff00ff">'),
    ("http.body", "<script>var sessionId = 'q1w2e3r4t5';</script>",
     "<script>var sessionId = 'p0o9i8u7y6';</script>"),
    ("http.body", '<link href="a.css?_=1767225600123">', '<link href="a.css?_=1767312000456">'),
    ("http.auth_nonce", "0123456789abcdef", "fedcba9876543210"),
    ("wsd.envelope", WSD.format(a="11-22", n=1767225600), WSD.format(a="33-44", n=1767312000)),
    ("onvif.envelope", "<tt:Hour>2</tt:Hour><tt:Second>4</tt:Second>",
     "<tt:Hour>23</tt:Hour><tt:Second>59</tt:Second>"),
    ("onvif.clock", "2026-01-01T02:00:00Z", "2026-01-02T02:00:11Z"),
    ("sadp", "<ProbeMatch><Uuid>A-1</Uuid><Model>X</Model></ProbeMatch>",
     "<ProbeMatch><Uuid>B-2</Uuid><Model>X</Model></ProbeMatch>"),
    ("dhip", '{"id":1,"session":77,"mac":"3c:ef:8c:01:02:03"}',
     '{"id":4,"session":0,"mac":"3c:ef:8c:01:02:03"}'),
    ("tplink.tdp", '{"encrypt_info":{"data":"' + "aB+/" * 12 + '","key":"' + "Zz09" * 12 + '"}}',
     '{"encrypt_info":{"data":"' + "xY12" * 12 + '","key":"' + "Qq77" * 12 + '"}}'),
    ("rtsp.sdp", "v=0\no=- 1767225600 1 IN IP4 10.0.0.1\ns=x\n",
     "v=0\no=- 1767312000 2 IN IP4 10.0.0.1\ns=x\n"),
    ("ubnt.discovery", "0100000e0a000400000f000b000369706300",
     "0100000e0a000400ffff000b000369706300"),
]  # fmt: skip
OTHER = [
    ("http.headers", '[["Server","App-webs/"]]', '[["Server","DNVRS-Webs"]]'),
    ("http.headers", f'[["WWW-Authenticate","{DIGEST.format("0a1b")}"]]',
     f'[["WWW-Authenticate","{DIGEST.format("0a1b").replace("AXIS", "IPC")}"]]'),
    ("http.headers", '[["Set-Cookie","SESSID=0123456789abcdef"]]',
     '[["Set-Cookie","goahead=0123456789abcdef"]]'),
    ("http.auth_nonce", "0123456789abcdef", "0123456789abcdef00"),
    ("http.body", "<title>IPC</title>", "<title>NVR</title>"),
    ("http.location", "http://10.0.0.1/doc/page/login.asp", "http://10.0.0.1/web/index.html"),
    ("wsd.envelope", WSD.format(a="1", n=1), WSD.format(a="1", n=1).replace("10.0.0.1", "10.0.0.9")),
    ("sadp", "<DeviceSN>DS-1</DeviceSN>", "<DeviceSN>DS-2</DeviceSN>"),
    ("dhip", '{"id":"A-1"}', '{"id":"B-2"}'),
    ("dhip", '{"mac":"3c:ef:8c:01:02:03"}', '{"mac":"3c:ef:8c:01:02:04"}'),
    ("tplink.tdp", '{"key":"' + "a" * 40 + '"}', '{"key":"' + "b" * 40 + '"}'),
    ("onvif.firmware", "V5.5.0 build 170123", "V5.5.1 build 180601"),
    ("tls.sha256", "aa" * 32, "bb" * 32),
    ("ubnt.discovery", "0100000e0a000400000f000b000369706300",
     "0100000e0a000400000f000b000369706301"),
]  # fmt: skip


@pytest.mark.parametrize(("signal", "first", "second"), SAME)
def test_what_moves_by_itself_is_the_same(signal, first, second):
    assert first != second
    assert stable(signal, first) == stable(signal, second)


@pytest.mark.parametrize(("signal", "first", "second"), OTHER)
def test_what_tells_more_is_not_the_same(signal, first, second):
    assert stable(signal, first) != stable(signal, second)


@given(st.sampled_from(sorted(SIGNALS)), st.text(max_size=200))
def test_any_text_is_taken_and_masked_the_same_way_twice(signal, value):
    assert stable(signal, value) == stable(signal, value)


@pytest.mark.parametrize(
    "piece", ["<Uuid ", "csrf ", "nonce=", "a-", '["', '"id":', "Mon, 1 Jan ", "<MessageID ", "?t="]
)
def test_a_hostile_page_does_not_hold_the_night_up(piece):
    value = piece * (200_000 // len(piece))
    begin = time.process_time()
    for signal in ("http.body", "http.headers", "wsd.envelope", "dhip"):
        stable(signal, value)
    assert time.process_time() - begin < 2


FEW = ("hikvision-camera-old", "axis-camera", "amcrest-camera", "tplink-camera", "ubiquiti-camera")


@pytest.mark.slow
def test_simulated_devices_that_are_asked_twice_answer_the_same(tmp_path):
    personas = [item for item in choose() if item.id in FEW] or list(choose(count=6))
    places = [tmp_path / "one.json", tmp_path / "two.json"]
    with Loopback((*personas, *choose(count=8))) as fleet:
        for place in places:
            run(["scan", fleet.target, "-q", "-o", str(place)])
            time.sleep(1.1)  # dates move
    raw, masked = zip(*map(_told, places), strict=True)
    both = raw[0].keys() & raw[1].keys()
    assert len(both) > 100
    moved = [key for key in both if raw[0][key] != raw[1][key]]
    assert moved, "nothing moved: this shows nothing"
    # On a busy machine a question may get no answer in time: then one scan knows less, not otherwise.
    pairs = {key: (masked[0][key], masked[1][key]) for key in both}
    assert [key for key, (one, two) in pairs.items() if not (one <= two or two <= one)] == []


def _told(place):
    raw, masked = {}, {}
    for asset in codec.decode(place.read_bytes()).assets:
        for item in asset.observations:
            key = (asset.id, item.signal, item.endpoint, item.probe)
            raw.setdefault(key, set()).add(item.value)
            masked.setdefault(key, set()).add(stable(item.signal, item.value))
    return raw, masked
