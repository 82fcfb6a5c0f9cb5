"""The directory: look-ups by domain, user and number; what it refuses; one assignment per change."""

from typing import Any

import pytest

from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot
from pbx.directory import Directory, DirectoryError


def snapshot(tenant: str = "t1", domain: str = "a.example", **changes: Any) -> Snapshot:
    fields: dict[str, Any] = {
        "tenant": tenant,
        "version": 1,
        "name": "A",
        "domain": domain,
        "extensions": [
            ExtensionConfig(id="e1", number="101", name="Anna"),
            ExtensionConfig(id="e2", number="102", name="Bo"),
        ],
        "devices": [device("d1", "u1"), device("d2", "u2"), device("d3", "u3", enabled=False)],
    }
    return Snapshot(**{**fields, **changes})


def device(id: str, username: str, extension: str = "101", enabled: bool = True) -> DeviceConfig:
    return DeviceConfig(
        id=id,
        username=username,
        name=id,
        extension=extension,
        ha1_md5="0" * 32,
        ha1_sha256="0" * 64,
        enabled=enabled,
    )


def test_look_ups_of_a_tenant() -> None:
    tenant = Directory().apply(snapshot())
    found = tenant.device_by_username("u1")
    assert found is not None and found.id == "d1"
    assert tenant.device_by_username("U1") is None
    assert tenant.device_by_username("u3") is None, "a disabled device cannot sign in"
    assert tenant.device("d3") is not None
    assert [d.id for d in tenant.devices_of("101")] == ["d1", "d2"]
    assert tenant.devices_of("102") == () == tenant.devices_of("999")
    extension = tenant.extension("102")
    assert extension is not None and extension.name == "Bo"
    assert tenant.extension("999") is None


def test_domains_lead_to_tenants_in_any_case() -> None:
    directory = Directory()
    directory.apply(snapshot())
    directory.apply(snapshot("t2", "b.example"))
    assert directory.by_domain("A.Example") is directory.tenant("t1")
    assert directory.by_domain("b.example") is directory.tenant("t2")
    for host in ("c.example", "", "sub.a.example", "127.0.0.1", "localhost", "x" * 300):
        assert directory.by_domain(host) is None
    assert directory.versions() == {"t1": 1, "t2": 1}
    assert {tenant.id for tenant in directory.tenants()} == {"t1", "t2"}


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.7", "localhost", "LocalHost", "::1", "[2001:db8::1]"])
def test_an_address_leads_to_the_only_tenant(host: str) -> None:
    directory = Directory()
    directory.apply(snapshot())
    assert directory.by_domain(host) is directory.tenant("t1")
    assert directory.by_domain("other.example") is None
    assert directory.remove("t1")
    assert directory.by_domain(host) is None


def test_a_new_version_replaces_and_frees_the_old_domain() -> None:
    directory = Directory()
    before = directory.apply(snapshot())
    directory.apply(snapshot(domain="new.example", version=2))
    assert directory.by_domain("a.example") is None
    assert before.domain == "a.example", "whoever still holds the old tenant sees it unchanged"
    directory.apply(snapshot("t2", "a.example"))
    assert directory.remove("t2") and not directory.remove("t2")


def test_two_tenants_cannot_have_one_domain() -> None:
    directory = Directory()
    directory.apply(snapshot())
    with pytest.raises(DirectoryError, match=r"'t2'.*'a.example' belongs to organisation 't1'"):
        directory.apply(snapshot("t2"))
    assert directory.versions() == {"t1": 1}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"devices": [device("d1", "u1"), device("d1", "u2")]}, "device 'd1' is there twice"),
        ({"devices": [device("d1", "u1"), device("d2", "u1")]}, "user name 'u1'"),
        ({"devices": [device("d1", "u1", "999")]}, "unknown extension '999'"),
        (
            {"extensions": [ExtensionConfig(id="e", number="1", name="")] * 2, "devices": []},
            "'1' is there twice",
        ),
    ],
)
def test_a_snapshot_that_contradicts_itself_changes_nothing(changes: dict[str, Any], text: str) -> None:
    directory = Directory()
    kept = directory.apply(snapshot())
    with pytest.raises(DirectoryError, match=text):
        directory.apply(snapshot(version=2, **changes))
    assert directory.tenant("t1") is kept
