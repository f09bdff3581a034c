import re
from dataclasses import replace

import pytest

from auditor.model.difference import Change, Difference, Seen, Side
from auditor.model.facts import Observation
from auditor.model.judgement import Attribution
from auditor.model.words import Grade, Outcome, Role
from auditor.report._api import Page
from auditor.report.html import FORMAT
from auditor.report.html import _texts as t
from auditor.report.html._facets import Facets, network_of
from auditor.report.html._markup import frame, h, inert
from auditor.report.html._view import view_of
from tests.unit.report.payloads import PAYLOADS
from tests.unit.report.scans import device, evidence, scan, site, verdict
from tests.unit.report.test_html import Reader


def told(document, page=None) -> str:
    return Reader(FORMAT.render(document, page or Page())).text


def test_the_story_goes_from_the_question_to_the_line_of_law():
    seen = Observation(
        signal="http.server", value="DVRDVS-Webs", endpoint="tcp/80", probe="http", at="2026-11-22T01:37:18.1Z"
    )  # fmt: skip
    text = told(scan(device(1, "DVRDVS-Webs", observations=(seen,))))
    story = [
        "From the wire to the law",
        "Asked by http at tcp/80 on 2026-11-22 at 01:37:18 UTC, it showed its web server name: DVRDVS-Webs",
        "Rule hikvision.http-server.webs reads this as a strong sign for “Made by Hikvision”.",
        "Signs from one witness (web server with ONVIF) speak for “Made by Hikvision”: confirmed .",
        (
            "Hikvision is named in us-ndaa-889 as “Hangzhou Hikvision Digital Technology Company (added"
            " 2018-08-13)” (Pub. L. 115-232 s.889(f)(3)(B)), which reaches the device from 2019-08-13: covered"
        ),
        "Finding 1 has the full sentences",
    ]
    places = [text.find(part) for part in story]
    assert -1 not in places
    assert places == sorted(places)


def test_a_sign_that_was_read_out_of_another_names_both():
    inside = evidence("DS-2CD2", signal="model", via="http.server")
    maker = Attribution(
        role=Role.MAKER, vendor="hikvision", grade=Grade.PROBABLE, because=(inside,)
    )
    text = told(scan(device(1, attributions=(maker,))))
    assert "it showed its model number, inside the web server name: DS-2CD2" in text


def test_a_pasted_fact_is_told_as_a_record_and_not_as_an_answer():
    seen = Observation(signal="http.server", value="App-webs/", endpoint="tcp/80", probe="given")
    text = told(scan(device(1, observations=(seen,))))
    assert "On record, it showed its web server name" in text
    assert "Asked by given" not in text


def test_an_affiliate_is_never_told_as_named_itself():
    text = told(scan(device(1, verdicts=(verdict(reasons=("affiliate_of_listed",)),))))
    assert "Hikvision is an affiliate of a company named in us-ndaa-889" in text
    assert "Hikvision is named in" not in text


def test_what_is_open_is_told_with_its_reasons_and_what_names_nobody_in_one_sentence():
    open_ = verdict(
        Outcome.INDETERMINATE, listing=None, reasons=("not_yet_effective",), effective="2027-06-30"
    )
    clear = verdict(Outcome.NOT_COVERED, listing=None, reasons=("maker_not_listed",))
    text = told(scan(device(1, verdicts=(open_, clear, replace(clear, regime="other-rule")))))
    assert "us-ndaa-889 : not determined , because not yet effective (2027-06-30)." in text
    assert "No listed producer identified under us-ndaa-889 , other-rule." in text


def test_years_of_production_are_charted_and_unknown_ones_are_counted_apart():
    years = ("2019-03", "2019", "2022-11", None, "19?", "٢٠١٩")
    text = told(scan(*(device(n, built=year) for n, year in enumerate(years))))
    chart = text[text.index(t.CHART_BUILT) :]
    assert "2019 2 2 covered 2022 1 1 covered year not known 3 3 covered" in chart


def test_no_chart_of_years_without_a_year():
    assert t.CHART_BUILT not in told(scan(device(1, built=None)))


def test_a_device_counts_under_every_rule_that_reaches_it():
    both = (verdict(), verdict(regime="second-rule"))
    text = told(scan(device(1, verdicts=both), device(2)))
    chart = text[text.index(t.CHART_RULES) :]
    assert "us-ndaa-889 2 2 covered second-rule 1 1 covered" in chart


def changed(text: str = "plain", **more) -> Difference:
    one = Change(id=device(1).id, address="10.0.0.2", name=text, was=text, now=text, regime=text, because=text)  # fmt: skip
    settings = {
        "old": Side(id=text, started="2026-10-21T10:00:00Z", db_version=text, as_of=text),
        "new": Side(id="new", started="2026-11-22T01:37:16Z"),
        "appeared": (one,), "absent": (replace(one, id=text),), "moved": (one,),
        "reattributed": (one,), "firmware": (one,), "verdict": (one,), "law": (one,),
        "seen": (Seen(id=device(1).id, first="2026-01-05T10:00:00Z", last=text),),
        "notes": (text,),
    }  # fmt: skip
    return Difference(**(settings | more))


def test_no_word_of_changes_without_an_earlier_scan():
    assert t.CHANGES_TITLE not in told(site())
    assert "Nothing changed." in told(site(), Page(changes=Difference(old=changed().old, new=changed().new)))  # fmt: skip


def test_every_kind_of_change_has_its_list_and_links_to_devices_that_are_there():
    page = Reader(FORMAT.render(site(), Page(changes=changed())))
    for word in t.CHANGE_KINDS.values():
        assert f"{word} (1)" in page.text
    links = [a["href"] for a in page.all("a") if a["href"] == "#asset-mac-000000000001"]
    assert len(links) >= 6
    assert len(set(page.ids())) == len(page.ids())
    assert "compared" in page.text.lower()
    assert "2026-10-21 10:00:00 UTC" in page.text


def test_outcomes_that_changed_are_told_in_words():
    one = Change(id="x", address=None, name="x", was="not_covered", now="indeterminate")
    text = told(site(), Page(changes=changed(verdict=(one,))))
    assert "no listed producer identified not determined" in text


def test_a_device_tells_when_it_was_first_and_last_seen_and_what_changed():
    text = told(site(), Page(changes=changed()))
    assert "In the history first 2026-01-05 10:00:00 UTC, last plain" in text
    assert "Since last scan appeared, moved to another address, maker judged differently" in text


def test_an_incomplete_side_warns_that_absent_may_mean_missed():
    half = Side(id="old", started="2026-10-21T10:00:00Z", complete=False)
    assert t.CHANGES_INCOMPLETE in told(site(), Page(changes=changed(old=half)))
    assert t.CHANGES_INCOMPLETE not in told(site(), Page(changes=changed()))


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_of_the_history_becomes_markup(payload):
    plain = Reader(FORMAT.render(site(), Page(changes=changed("plain"))))
    reader = Reader(FORMAT.render(site(), Page(changes=changed(payload))))
    assert reader.shape == plain.shape
    assert reader.odd == []


@pytest.mark.parametrize(
    ("address", "scope", "network"),
    [
        ("10.1.2.3", ("10.0.0.0/8",), "10.1.2.0/24"),
        ("10.1.2.3", ("10.1.2.0/28", "10.0.0.0/8"), "10.1.2.0/28"),
        ("10.1.2.3:8080", (), "10.1.2.0/24"),
        ("2001:db8::1", ("10.0.0.1-10.0.0.9",), "2001:db8::/64"),
        ("fe80::1%eth0", (), "fe80::/64"),
        ("<b>", (), None),
        ("", (), None),
        (None, (), None),
    ],
)
def test_devices_are_grouped_by_the_part_of_the_scope_or_the_subnet(address, scope, network):
    assert network_of(address, scope) == network


def test_choices_are_bounded_however_many_names_a_document_holds():
    facets = Facets()
    numbers = [facets.makers.number(f"maker {n}") for n in range(5000)]
    assert len(facets.makers.markup()) == max(numbers) + 1 == 2001
    assert facets.makers.markup()[-1] == t.FACET_REST


def test_rules_are_numbered_once_for_the_whole_page():
    view = view_of(site())
    shown = device(1).attributions[0].because[0]
    assert [view.rule_number(shown), view.rule_number(shown)] == [1, 1]


@pytest.mark.parametrize("text", ["</script>", "<!--", "<ScRiPt", "a\u2028b"])
def test_a_data_block_that_could_end_itself_is_refused(text):
    with pytest.raises(ValueError, match="data block"):
        inert(text)


def test_a_frame_parts_markup_at_its_hole():
    from auditor.report.html._markup import HOLE

    assert frame(h("b", None, "x", HOLE, "<")) == ("<b>x", "&lt;</b>")


def test_the_script_builds_only_elements_that_a_report_may_hold():
    from auditor.report.html import asset
    from auditor.report.html._markup import _TAGS

    listed = re.search(r"TAGS = new Set\(\[(.*?)\]\)", asset("script.js"), re.DOTALL)[1]
    assert set(re.findall(r'"(\w+)"', listed)) <= _TAGS
    assert not {"script", "style", "svg", "meta", "input", "noscript"} & set(re.findall(r'"(\w+)"', listed))  # fmt: skip
