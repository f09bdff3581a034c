"""What the database could read out of answers that have not come."""

from dataclasses import replace

import pytest

from auditor.app.scanning.reading import BRANDS, MODELS, reading
from auditor.attribution import derive
from auditor.catalog.catalog import Catalog
from auditor.model.pattern import Pattern
from auditor.model.words import Strength
from auditor.probes.ports import WAVES


def changed(catalog, rules) -> Catalog:
    return replace(catalog, rules=tuple(rules))


def test_a_port_that_no_rule_reads_tells_nothing(catalog):
    known = reading(catalog)
    assert known.ports[9010] == {"hikvision"}
    assert "dahua" in known.ports[37777]
    assert not {8000, 9000, 8600, 1756} & set(known.ports)


def test_ports_that_are_asked_are_none_of_those_that_tell_by_being_open(catalog):
    assert not {80, 443, 554, 8080, 8443, 8554, 8899} & set(reading(catalog).ports)


def test_a_rule_of_an_overlay_makes_a_port_tell(catalog):
    rule = replace(
        catalog.rule_by_id["dahua.port.sdk"], id="x.port", pattern=Pattern(r"^tcp/9000$")
    )
    known = reading(changed(catalog, (*catalog.rules, rule)))
    assert known.ports[9000] == {"dahua"}
    assert 9000 not in known.telling


def test_a_port_that_is_more_than_a_weak_sign_is_told_apart(catalog):
    rule = replace(catalog.rule_by_id["dahua.port.sdk"], strength=Strength.SUPPORTIVE)
    known = reading(changed(catalog, (rule,)))
    assert known.telling == {37777}
    assert not reading(catalog).telling


def test_every_vendor_that_a_listing_names_stands_there_with_its_family(catalog):
    known = reading(catalog)
    assert {"hikvision", "dahua", "uniview", "tiandy", "huawei", "tp-link"} <= known.listed
    assert not {"axis", "hanwha", "bosch"} & known.listed


def test_who_builds_all_that_it_sells_is_no_mere_label(catalog):
    known = reading(catalog)
    assert {"hikvision", "dahua", "axis"} <= known.builders
    assert not {"bosch", "honeywell"} & known.builders


def test_a_model_may_stand_where_only_one_vendors_rules_read_it(catalog):
    known = reading(catalog)
    assert "mdns.service" in known.details(["axis"], model=True, brand=False)
    assert "mdns.service" not in known.models.get("dahua", ())


def test_a_label_without_a_maker_may_stand_on_anybodys_hardware(catalog):
    known = reading(catalog)
    assert "http.favicon_mmh3" in known.details(["dahua"], model=False, brand=True)
    assert "http.favicon_mmh3" not in known.details(["dahua"], model=True, brand=False)


def test_findings_are_told_whatever_is_known(catalog):
    known = reading(catalog)
    assert {"isapi.xml", "tls.subject"} <= known.findings
    assert "isapi.xml" in known.details(["hikvision"], model=False, brand=False)


def holders(name):
    """Raw signals in which attribution looks for a fact of that name."""
    found = {signal for signal, fields in derive._TABLES.items() if name in dict(fields).values()}
    found |= {
        signal for signal, fields in derive._TABLES.items() if any(to == name for _, to in fields)
    }
    return found | {signal for signal, (to, _) in derive._PLAIN.items() if to == name}


ASKED = {
    *("onvif.manufacturer", "onvif.model", "onvif.scopes", "isapi.device_info"),
    *("ssdp.description", "axis.basicdeviceinfo", "http.title"),
}
"""Signals of probes; those of discovery and of a login are not the planner's."""


@pytest.mark.parametrize(("name", "held"), [("model", MODELS), ("brand", BRANDS)])
def test_wherever_attribution_reads_it_the_planner_looks_for_it(name, held):
    assert holders(name) & ASKED <= held
    if name == "model":
        tokens = {s for s, read in derive._SPECIAL.items() if read is derive._token_model}
        assert tokens <= held


def test_the_work_is_done_for_ports_of_the_waves_alone(catalog):
    assert set(reading(catalog).ports) <= {port for wave in WAVES for port in wave}
