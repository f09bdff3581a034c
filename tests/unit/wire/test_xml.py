import pytest

from auditor.model.errors import Malformed
from auditor.wire import xml


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a/>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<!DOCTYPE a><a/>",
    ],
)
def test_documents_with_a_dtd_or_entities_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        xml.parse(text)


@pytest.mark.parametrize("data", ["", "no xml", b"\x00\xff", "<a>", "<a></b>", "<a><b></a>"])
def test_what_is_no_document_is_refused(data: str | bytes) -> None:
    with pytest.raises(Malformed):
        xml.parse(data)


def test_depth_is_capped() -> None:
    deep = "<a>" * xml.DEPTH_CAP + "</a>" * xml.DEPTH_CAP
    assert xml.parse(deep).tag == "a"
    with pytest.raises(Malformed):
        xml.parse(f"<a>{deep}</a>")


def test_number_of_elements_is_capped() -> None:
    assert len(xml.parse("<a>" + "<b/>" * (xml.NODE_CAP - 1) + "</a>")) == xml.NODE_CAP - 1
    with pytest.raises(Malformed):
        xml.parse("<a>" + "<b/>" * xml.NODE_CAP + "</a>")


def test_size_is_capped() -> None:
    with pytest.raises(Malformed):
        xml.parse("<a>" + "x" * xml.CAP + "</a>")
    with pytest.raises(Malformed):
        xml.parse("<a>xxxxxxxxxx</a>", cap=10)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbf<a>x</a>", "x"),
        (b"\0\0 junk <a>x</a>\0\0", "x"),
        ("<a>x</a>tail <b>", "x"),
        ("<a>über</a> é <b>", "über"),
        ("<a>R&D</a>", "R&D"),
        ("<a>&nbsp;x</a>", "&nbsp;x"),
        ("<a>\x01x</a>", "x"),
        ("<q:a>x</q:a>", "x"),
        ("<a>über</a>".encode("latin-1"), "über"),
        ('<?xml version="1.0" encoding="gb2312"?><a>海康</a>'.encode("gb2312"), "海康"),
        ("<a>x</a>".encode("utf-16"), "x"),
        ('<?xml version="1.0" encoding="gb2312"?><a>x</a>', "x"),
    ],
)
def test_faults_of_small_firmware_are_tolerated(data: str | bytes, text: str) -> None:
    root = xml.parse(data)
    assert root.text == text


def test_undeclared_prefixes_are_tolerated_beside_declared_ones() -> None:
    root = xml.parse('<s:a xmlns:s="urn:s"><q:b>1</q:b><s:c p:x="1"/></s:a>')
    assert xml.leaves(root) == {"b": ("1",), "c": ("",)}


def test_leaves_are_grouped_by_local_name_in_document_order() -> None:
    root = xml.parse('<a xmlns="urn:a"><b>1</b><c><b> 2 </b></c><d/></a>')
    assert xml.leaves(root) == {"b": ("1", "2"), "d": ("",)}


def test_first_follows_a_path_of_local_names() -> None:
    root = xml.parse(
        '<a xmlns:t="urn:t"><x><Name>no</Name></x><t:Info><Name>eth0</Name></t:Info></a>'
    )
    assert xml.first(root, "Info", "Name") == "eth0"
    assert xml.first(root, "Name") == "no"
    assert xml.first(root, "Info", "MTU") is None
    assert xml.first(root, "Nothing") is None


def test_declared_namespaces_are_listed_once_in_order() -> None:
    found = xml.document('<a xmlns:p="urn:1" xmlns="urn:2"><b xmlns:q="urn:1"/></a>')
    assert set(found.namespaces) == {"urn:1", "urn:2"}
    assert len(found.namespaces) == 2


@pytest.mark.parametrize(
    "text",
    [
        "<a><b> x </b><c/><b>y<!-- z -->w</b></a>",
        "<a>only</a>",
        "<a>before<b>in</b>after</a>",
        "<s:a xmlns:s='urn:s' xmlns='urn:d'><s:b>1</s:b><b>2</b></s:a>",
        "<u:a><u:b>undeclared</u:b></u:a>",
        "<a><b>R&D &amp; more</b><c><![CDATA[x < y]]></c></a>junk",
        "\0<a><b>\x01control</b></a>",
    ],
)
def test_what_is_gleaned_is_what_the_tree_holds(text):
    tree, found = xml.document(text), xml.gleaned(text)
    assert found.leaves == xml.leaves(tree.root)
    assert list(found.leaves) == list(xml.leaves(tree.root))
    assert (found.root, found.namespaces) == (xml.local(tree.root.tag), tree.namespaces)


@pytest.mark.parametrize(
    "text",
    [
        "<a>1</a><b>2</b><c><d>3</d></c>",
        '<?xml version="1.0"?>\n<a>1</a>\n  <b>2</b><c><d>3</d>',
        "<a>1</a><b>2</b><d>3</d><e>cut",
    ],
)
def test_elements_without_their_document_are_read(text):
    found = xml.gleaned(text)
    assert found.root == "excerpt"
    assert found.leaves == {"a": ("1",), "b": ("2",), "d": ("3",)}


@pytest.mark.parametrize("text", ["<a>1</a> and then", "<a><b>1</b></a><c>2</c>"])
def test_what_stands_behind_a_document_is_left_alone(text):
    assert xml.gleaned(text).root == "a"


@pytest.mark.parametrize(
    "text", ["", "no xml", "<a><b></a>", "<!DOCTYPE a><a/>", "<a>" * 65 + "</a>" * 65]
)
def test_what_is_no_document_is_not_gleaned_from(text):
    with pytest.raises(Malformed):
        xml.gleaned(text)
