"""Keys, wheels and patches of the native build; not the compilers."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pbx.native import keys, source, wheels
from pbx.native.steps import BuildError, run
from tests.native.harness import ROOT


def test_what_is_installed_is_the_present_source() -> None:
    """Otherwise all other tests here would test something else."""
    assert wheels.installed("centrale-pjsua2", keys.pjsua2_key())
    assert wheels.installed("centrale-native", keys.module_key())


def test_nothing_to_do_takes_no_network_and_no_cache(tmp_path: Path) -> None:
    environment = {"PATH": "", "CENTRALE_CACHE": str(tmp_path / "none")}
    done = subprocess.run(
        [sys.executable, "-m", "pbx.native.build"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert not (tmp_path / "none").exists()


def test_keys_follow_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "src"
    module.mkdir()
    (module / "a.cpp").write_text("one")
    monkeypatch.setattr(keys, "MODULE", module)
    first, pjsua2 = keys.module_key(), keys.pjsua2_key()
    assert first == keys.module_key()
    (module / "a.cpp").write_text("two")
    assert keys.module_key() != first and keys.pjsua2_key() == pjsua2
    (module / "a.cpp").rename(module / "b.cpp")
    (module / "b.cpp").write_text("one")
    assert keys.module_key() != first
    tarball = tmp_path / "pjproject.tar.gz"
    tarball.write_bytes(b"another")
    monkeypatch.setenv("PJPROJECT_TARBALL", str(tarball))
    assert keys.pjsua2_key() != pjsua2


def test_a_wheel_is_complete_installable_and_found_by_its_key(tmp_path: Path) -> None:
    content = tmp_path / "native_build_probe.py"
    content.write_text("answer = 42\n")
    wheel = wheels.write(tmp_path, "native-build-probe", "1.0+abc", "A probe", [(content.name, content)])
    assert wheels.cached(tmp_path, "native-build-probe", "abc") == wheel
    assert wheels.cached(tmp_path, "native-build-probe", "abd") is None
    assert not list(tmp_path.glob("*.partial"))
    with zipfile.ZipFile(wheel) as archive:
        record = archive.read("native_build_probe-1.0+abc.dist-info/RECORD").decode().splitlines()
        assert {line.partition(",")[0] for line in record} == set(archive.namelist())
    target = tmp_path / "target"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target)]
    run([*pip, str(wheel)], "pip")
    assert (target / content.name).read_text() == "answer = 42\n"
    assert not wheels.installed("native-build-probe", "abc")


def test_a_tarball_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PJPROJECT_TARBALL", str(tmp_path / "none.tar.gz"))
    with pytest.raises(BuildError, match=r"none\.tar\.gz, which is not a file"):
        source.fetch(tmp_path, tmp_path)


@pytest.mark.parametrize(("minor", "problem"), [("16", "needs 2.17 or newer"), ("17", "0001-transport")])
def test_a_source_that_does_not_fit_is_named(tmp_path: Path, minor: str, problem: str) -> None:
    """Too old, or not what the patches were made for."""
    tree = tmp_path / "pjproject"
    tree.mkdir()
    (tree / "version.mak").write_text(
        f"export PJ_VERSION_MAJOR  := 2\nexport PJ_VERSION_MINOR  := {minor}\nexport PJ_VERSION_REV    :=\n"
    )
    run(["tar", "cf", "given.tar", "pjproject"], "tar", cwd=tmp_path)
    with pytest.raises(BuildError, match=problem):
        source.unpack(tmp_path / "given.tar", tmp_path / "out")


def test_a_failing_command_shows_its_last_lines() -> None:
    with pytest.raises(BuildError) as caught:
        run([sys.executable, "-c", "print('first'); print('last'); raise SystemExit(3)"], "it")
    assert "it failed with code 3" in str(caught.value) and "    last" in str(caught.value)
    with pytest.raises(BuildError, match="cannot be run"):
        run(["/nonexistent/tool"], "it")
