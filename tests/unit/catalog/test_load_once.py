from auditor.catalog.load import load


def test_the_database_without_overlays_is_put_together_once():
    assert load() is load()


def test_an_overlay_is_read_each_time_and_changes_nothing_for_others(tmp_path):
    vendors = tmp_path / "vendors"
    vendors.mkdir()
    text = 'id = "{0}"\nname = "{0}"\ncountry = "XX"\nsources = ["own-knowledge"]\n'
    (vendors / "acme-one.toml").write_text(text.format("acme-one"))
    first = load((tmp_path,))
    (vendors / "acme-two.toml").write_text(text.format("acme-two"))
    second = load((tmp_path,))
    assert "acme-two" not in first.vendors
    assert "acme-two" in second.vendors
    assert "acme-one" not in load().vendors
