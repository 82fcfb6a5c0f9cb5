"""Every setting that cannot be used is refused with one sentence that names it, and exit code 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT, Settings, SettingsError, load

BAD = [
    ("CENTRALE_HTTP_PORT", "web"),
    ("CENTRALE_HTTP_PORT", "0"),
    ("CENTRALE_SIP_PORT", "65536"),
    ("CENTRALE_SIP_PORT", "50.60"),
    ("CENTRALE_SIP_TLS_PORT", "-1"),
    ("CENTRALE_RTP_PORTS", "10000"),
    ("CENTRALE_RTP_PORTS", "20000-10000"),
    ("CENTRALE_RTP_PORTS", "80-90"),
    ("CENTRALE_RTP_PORTS", "10000-70000"),
    ("CENTRALE_RTP_PORTS", "first-last"),
    ("CENTRALE_BIND", "localhost"),
    ("CENTRALE_BIND", "300.1.1.1"),
    ("CENTRALE_HTTP_BIND", "everywhere"),
    ("CENTRALE_PUBLIC_ADDRESS", "pbx.example.com"),
    ("DATABASE_URL", "mysql://user@host/name"),
    ("DATABASE_URL", "centrale.db"),
    ("REDIS_URL", "127.0.0.1:6379"),
    ("CENTRALE_CONTROL", "/run/control.sock"),
    ("CENTRALE_CONTROL", "tcp://127.0.0.1"),
    ("CENTRALE_CONTROL", "tcp://127.0.0.1:99999"),
    ("CENTRALE_TLS_CERTIFICATE", "/does/not/exist.pem"),
    ("CENTRALE_LOG_LEVEL", "loud"),
    ("CENTRALE_DEMO", "perhaps"),
]


@pytest.fixture(autouse=True)
def _no_settings_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*os.environ]:
        if name.startswith("CENTRALE_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", os.devnull)


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_value_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load()
    sentence = str(error.value)
    assert sentence.startswith(f"{name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"CENTRALE_SIP_PORT": "5061"}, "CENTRALE_SIP_PORT and CENTRALE_SIP_TLS_PORT must differ"),
        ({"CENTRALE_HTTP_PORT": "5060"}, "CENTRALE_SIP_PORT and CENTRALE_HTTP_PORT must differ"),
        ({"CENTRALE_SIP_PORT": "10500"}, "CENTRALE_SIP_PORT must lie outside CENTRALE_RTP_PORTS"),
        ({"CENTRALE_TLS_KEY": "/dev/null"}, "CENTRALE_TLS_KEY: "),
        ({"CENTRALE_TLS_KEY": __file__}, "set both CENTRALE_TLS_CERTIFICATE and CENTRALE_TLS_KEY"),
        ({"CENTRALE_CONTROL": "tcp://127.0.0.1:9000"}, "needs a CENTRALE_CONTROL_TOKEN"),
    ],
)
def test_values_that_do_not_go_together(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], words: str
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load()
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_secrets_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://user:open-sesame@host/name")
    with pytest.raises(SettingsError) as error:
        load()
    assert "open-sesame" not in str(error.value)


def test_defaults() -> None:
    settings = load()
    assert (settings.http_port, settings.sip_port, settings.sip_tls_port) == (8000, 5060, 5061)
    assert settings.rtp_ports == (10000, 19999)
    assert settings.home == ROOT / "var"
    assert settings.control_address == f"unix:{ROOT}/var/run/control.sock"
    assert settings.database_url is None
    assert settings.redis_url is None


def test_empty_counts_as_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CENTRALE_HTTP_PORT", "CENTRALE_BIND", "DATABASE_URL", "CENTRALE_TLS_KEY", "CENTRALE_DEMO"):
        monkeypatch.setenv(name, "")
    settings = load()
    assert settings.http_port == 8000
    assert settings.bind == "0.0.0.0"
    assert settings.database_url is None
    assert settings.demo is True


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("CENTRALE_SIP_PORT=6060\nCENTRALE_HTTP_PORT=8080\n")
    monkeypatch.setitem(Settings.model_config, "env_file", str(file))
    monkeypatch.setenv("CENTRALE_HTTP_PORT", "8090")
    settings = load()
    assert (settings.sip_port, settings.http_port) == (6060, 8090)


def test_shown_host_prefers_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTRALE_BIND", "127.0.0.1")
    assert load().shown_host == "127.0.0.1"
    monkeypatch.setenv("CENTRALE_PUBLIC_ADDRESS", "192.0.2.10")
    assert load().shown_host == "192.0.2.10"


@pytest.mark.parametrize(("name", "value"), [("CENTRALE_SIP_PORT", "x"), ("CENTRALE_RTP_PORTS", "1")])
@pytest.mark.parametrize("program", [("config.supervisor",), ("config.setup.prepare",)])
def test_programs_end_with_code_2_and_one_line(program: tuple[str, ...], name: str, value: str) -> None:
    env = {**os.environ, name: value, "CENTRALE_ENV_FILE": os.devnull}
    answer = subprocess.run(
        [sys.executable, "-m", *program], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert f"{name}: " in answer.stderr


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_bytes(b"CENTRALE_HOME=\xff\xfe\n")
    env = {**os.environ, "CENTRALE_ENV_FILE": str(file)}
    answer = subprocess.run(
        [sys.executable, "-m", "config.supervisor"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith("centrale: The file with settings cannot be read: ")
    assert len(answer.stderr.splitlines()) == 1
