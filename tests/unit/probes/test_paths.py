"""Which of a device's links may be followed."""

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from auditor.probes._paths import checked_path, own_path
from tests.unit.probes.fakes import ADDRESS, target

SCHEMES = st.sampled_from(["http:", "https:", "", "//", "javascript:", "file:", "HTTP:"])
HOSTS = st.sampled_from([f"//{ADDRESS}", "//203.0.113.9", f"//{ADDRESS}:81", "//a:b@x", "", "//["])
LINKS = st.one_of(st.text(), st.builds("{}{}/{}".format, SCHEMES, HOSTS, st.text()))


@given(LINKS, st.sampled_from(["page", "icon", "service"]))
def test_a_path_that_may_be_asked_for_cannot_break_a_request(link, thing):
    path = own_path(target(80), link, thing=thing)
    if path is not None:
        assert path.startswith("/")
        assert not path.startswith("//")
        assert path.isascii()
        assert path.isprintable()
        assert not set(path) & set(" ?#%\\\"'<>")
        assert len(path) <= 201


@given(
    st.sampled_from(["203.0.113.9", "camera.example", "192.0.2.70", "[::ffff:203.0.113.9]"]),
    st.text(),
)
def test_no_link_to_another_host_is_followed(host, rest):
    assert own_path(target(80), f"http://{host}/{rest}") is None


@given(st.text(alphabet="abc/.-_", max_size=40))
def test_a_checked_path_is_given_back_unchanged(text):
    path = checked_path(f"/{text}", thing="page")
    assert path in {None, f"/{text}"}
    if path is not None:
        assert urlsplit(f"http://x{path}").path == path


def test_the_same_host_in_other_spellings_counts():
    six = target(80, address="fe80::1%eth0")
    assert own_path(six, "http://[FE80:0::1]/a/") == "/a/"
    assert own_path(target(80), f"http://[::ffff:{ADDRESS}]/a/") == "/a/"
    assert own_path(target(443, tls=True), f"https://{ADDRESS}/a/") == "/a/"
