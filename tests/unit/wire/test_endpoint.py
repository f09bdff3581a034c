import pytest

from auditor.wire.endpoint import mac_in_endpoint


@pytest.mark.parametrize(
    ("epr", "found"),
    [
        ("urn:uuid:aa85c000-6324-11b3-819e-5850ed1fe385", "58:50:ed:1f:e3:85"),
        ("urn:uuid:18ec6401-3aa0-11b5-83f6-b4a3820fd92d", "b4:a3:82:0f:d9:2d"),
        ("urn:uuid:00010010-0001-1020-8000-48ea63010203", "48:ea:63:01:02:03"),
        ("uuid:3FA1FE68-B915-4053-A3E1-5CE931010203", "5c:e9:31:01:02:03"),
        ("30313233-5566-7788-99aa-001231010203", "00:12:31:01:02:03"),
        ("urn:uuid:00075fc4-23b6-b623-c45f-0700075fc45f", "00:07:5f:c4:23:b6"),
        ("urn:uuid:5f5a69c2-e0ae-504f-829b-0011AABBCCDD", "00:11:aa:bb:cc:dd"),
        ("urn:uuid:12345678-9abc-11ec-45e7-0013e2010203", "00:13:e2:01:02:03"),
        ("urn:uuid:13814000-8752-1052-bfff-045d4b010203", "04:5d:4b:01:02:03"),
        ("urn:uuid:00030050-0000-1000-8000-104fa8010203", "10:4f:a8:01:02:03"),
        ("urn:uuid:4d454930-0200-1000-8001-80c755010203", "80:c7:55:01:02:03"),
    ],
)
def test_forms_that_embed_the_mac_give_it(epr: str, found: str) -> None:
    assert mac_in_endpoint(epr) == found


@pytest.mark.parametrize("node", ["ec71db16b15e", "EC:71:DB:16:B1:5E", "ec-71-db-16-b1-5e"])
def test_a_node_may_be_written_as_an_address(node: str) -> None:
    epr = f"urn:uuid:2419d68a-2dd2-21b2-a205-{node}"
    assert mac_in_endpoint(epr) == "ec:71:db:16:b1:5e"


@pytest.mark.parametrize(
    "epr",
    [
        "uuid:7b5c8a3e-2f0d-4c61-9e37-5d2a1b0c4f01",  # random
        "urn:uuid:54072677-7e74-dabf-24eb-001122334455",  # no known form
        "urn:uuid:00001101-0000-1000-8000-00805f9b34fb",  # a constant that only looks time-based
        "urn:uuid:4d454930-0000-1000-8000-00805f9b34fb",  # Bluetooth's node behind i-PRO's letters
        "urn:uuid:18ec6401-3aa0-11b5-83f6-b5a3820fd92d",  # time-based with a made-up node
        "urn:uuid:18ec6401-3aa0-11b5-83f6-000000000000",
        "http://192.0.2.1/onvif",
        "",
    ],
)
def test_other_forms_give_none(epr: str) -> None:
    assert mac_in_endpoint(epr) is None
