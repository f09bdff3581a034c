import pytest

from auditor.model.errors import Malformed
from auditor.wire import mac


@pytest.mark.parametrize(
    "text",
    [
        "58:50:ed:01:02:03",
        "58-50-ED-01-02-03",
        "58:50:ed:1:2:3",
        "5850.ed01.0203",
        "5850:ED01:0203",
        "5850ed010203",
        " 58 50 ed 01 02 03\n",
    ],
)
def test_every_usual_writing_becomes_colon_form(text: str) -> None:
    assert mac.normal(text) == "58:50:ed:01:02:03"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00:00:00:00:00:00",
        "ff-ff-ff-ff-ff-ff",
        "58:50-ed:01:02:03",
        "58:50:ed:01:02",
        "58:50:ed:01:02:03:04",
        "5850ed01020g",
        "５８50ed010203",
        "x" * 100,
    ],
)
def test_what_is_no_address_of_one_station_is_refused(text: str) -> None:
    assert mac.normal(text) is None


def test_local_and_group_bits_are_read() -> None:
    assert mac.is_local("02:00:00:00:00:01")
    assert not mac.is_local("58:50:ed:01:02:03")
    assert mac.is_multicast("01:00:5e:00:00:fb")
    assert not mac.is_multicast("58:50:ed:01:02:03")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("fe80::5a50:edff:fe01:203", "58:50:ed:01:02:03"),
        ("[fe80::5a50:edff:fe01:203%eth0]", "58:50:ed:01:02:03"),
        ("fe80::1", None),
        ("2001:db8::5a50:edff:fe01:203", None),
        ("192.0.2.1", None),
        ("", None),
    ],
)
def test_link_local_address_made_from_a_mac_gives_it_back(address: str, found: str | None) -> None:
    assert mac.from_eui64(address) == found


@pytest.mark.parametrize("text", ["", "x", "4", "zz:00", " 1"])
def test_what_does_not_begin_with_an_octet_is_no_address(text):
    for ask in (mac.is_local, mac.is_multicast):
        with pytest.raises(Malformed):
            ask(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("at 28:57:be:1:2f:9 on en0 ifscope [ethernet]", "28:57:be:01:2f:09"),
        ("MAC 28-57-BE-01-2F-09.", "28:57:be:01:2f:09"),
        ("28:57:be:01:2f:09 and again 28-57-BE-01-2F-09", "28:57:be:01:2f:09"),
        ("28:57:be:01:2f:09, 28:57:be:01:2f:0a", None),
        ("2001:db8:1:2:3:4:5:6", None),
        ("28:57:be:01:2f:09:11", None),
        ("ff:ff:ff:ff:ff:ff", None),
        ("12:30:45", None),
        ("", None),
    ],
)
def test_the_one_address_in_a_line_is_found(text: str, found: str | None) -> None:
    assert mac.inside(text) == found
