"""The set-up: what it decides without doing it, and what it makes."""

import datetime
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from config.setup import audio, certificate, environment, music, packages, prompts, translations
from config.setup.steps import ROOT, SetupError, step


def test_needs_only_the_standard_library() -> None:
    """Before the virtual environment exists there is nothing else."""
    code = (
        "import sys; import config.setup.__main__; "
        "print([name for name in sys.modules if name.split('.')[0] not in sys.stdlib_module_names "
        "and name.split('.')[0] not in ('config', '__main__')])"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-E", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_unknown_command_says_what_there_is() -> None:
    answer = subprocess.run(
        ["sh", "config/setup/start.sh", "dance"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert "make run" in answer.stdout


def test_lists_of_packages_are_read(tmp_path: Path) -> None:
    first, second = tmp_path / "one.txt", tmp_path / "two.txt"
    first.write_text("# why\nespeak-ng  gettext\n\n")
    second.write_text("gettext # again\nsox\n")
    assert packages.wanted((first, second))[:3] == ["espeak-ng", "gettext", "sox"]


def test_missing_packages_are_found() -> None:
    assert packages.missing(["dpkg", "no-such-package-at-all"]) == ["no-such-package-at-all"]


def test_without_root_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wanted = tmp_path / "apt.txt"
    wanted.write_text("dpkg no-such-package-at-all\n")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SetupError) as error:
        packages.ensure((wanted,), "run")
    assert error.value.code == 2
    assert (
        "`sudo apt-get update && sudo apt-get install -y --no-install-recommends no-such-package-at-all`"
    ) in str(error.value)
    assert "`make run` again" in str(error.value)


def test_environment_key_follows_the_pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pins = tmp_path / "requirements.txt"
    monkeypatch.setattr(environment, "REQUIREMENTS", pins)
    pins.write_text("a==1\n")
    first = environment.key()
    assert environment.key() == first
    pins.write_text("a==2\n")
    assert environment.key() != first


def test_step_says_what_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    with step("Doing it", "a moment"):
        pass
    assert capsys.readouterr().out == "==> Doing it (a moment)\n    done in 0 s\n"


def test_prompts_are_16_khz_at_the_set_level(tmp_path: Path) -> None:
    made = prompts.ensure(tmp_path)
    files = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.wav"))
    assert made == len(files)
    for language in ("nl", "en"):
        for name in ("not_registered", "busy", "no_answer", "declined", "unknown_number", "failed"):
            assert f"{language}/{name}.wav" in files
        for name in ("no_permission", "call_limit", "try_later", "ringback"):
            assert f"{language}/{name}.wav" in files
    for file in files:
        samples, rate = audio.read(tmp_path / file)
        assert rate == 16_000
        assert np.max(np.abs(samples)) < 0.96, file
        if file != "music/default.wav":
            assert abs(audio.level(samples) + 20) < 0.5, file
            assert 0.3 < len(samples) / rate < 20, file


def test_languages_have_the_same_prompts() -> None:
    dutch, english = (
        tomllib.loads((prompts.TEXTS / f"{language}.toml").read_text()) for language in ("nl", "en")
    )
    assert list(dutch["texts"]) == list(english["texts"])
    assert list(dutch["tones"]) == list(english["tones"])
    assert all(re.fullmatch("[a-z0-9_]+", name) for name in (*dutch["texts"], *dutch["tones"]))


def test_music_is_calm_and_has_no_seam() -> None:
    samples = music.default()
    assert len(samples) == 64 * audio.RATE
    assert abs(audio.level(samples) + 24) < 0.5
    steps = np.abs(np.diff(np.append(samples, samples[0])))
    assert steps[-1] < 0.1
    seconds = samples.reshape(64, -1)
    assert np.std(10 * np.log10(np.mean(seconds**2, axis=1))) < 3  # nothing stands out


def test_prompts_are_made_again_only_when_needed(tmp_path: Path) -> None:
    prompts.ensure(tmp_path)
    assert prompts.ensure(tmp_path) == 0
    (tmp_path / "nl" / "busy.wav").unlink()
    assert prompts.ensure(tmp_path) == 1
    (tmp_path / "manifest.json").write_text("{broken")
    assert prompts.ensure(tmp_path) > 10


def test_ringback_has_the_pitch_and_the_rhythm_of_the_country(tmp_path: Path) -> None:
    prompts.ensure(tmp_path)
    samples, rate = audio.read(tmp_path / "tones" / "ringback-nl.wav")
    assert len(samples) == 5 * rate
    assert not np.any(samples[rate:])
    spectrum = np.abs(np.fft.rfft(samples[:rate]))
    assert int(np.argmax(spectrum)) == 425


def test_resampling_keeps_pitch_and_level() -> None:
    moments = np.arange(22_050) / 22_050
    samples = audio.resample(np.sin(2 * np.pi * 1000 * moments) * np.hanning(22_050), 22_050)
    assert len(samples) == 16_000
    spectrum = np.abs(np.fft.rfft(samples))
    assert int(np.argmax(spectrum)) == 1000
    assert abs(np.max(np.abs(samples)) - 1) < 0.01


def test_certificate_is_private_and_names_the_host(tmp_path: Path) -> None:
    file, key = tmp_path / "tls" / "c.pem", tmp_path / "tls" / "k.pem"
    assert certificate.ensure(file, key, "192.0.2.10")
    assert key.stat().st_mode & 0o777 == 0o600
    made = x509.load_pem_x509_certificate(file.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "192.0.2.10" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    assert not certificate.ensure(file, key, "192.0.2.10")
    assert certificate.ensure(file, key, "192.0.2.11")


def test_certificate_is_renewed_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, key = tmp_path / "c.pem", tmp_path / "k.pem"
    monkeypatch.setattr(certificate, "LIFE", datetime.timedelta(days=29))
    assert certificate.ensure(file, key, "127.0.0.1")
    monkeypatch.undo()
    assert certificate.ensure(file, key, "127.0.0.1")
    assert not certificate.ensure(file, key, "127.0.0.1")


def test_certificate_and_key_that_do_not_fit_are_replaced(tmp_path: Path) -> None:
    file, key = tmp_path / "c.pem", tmp_path / "k.pem"
    other = tmp_path / "other.pem"
    certificate.ensure(file, key, "127.0.0.1")
    certificate.ensure(other, key, "127.0.0.1")
    assert certificate.ensure(file, key, "127.0.0.1")
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert private.public_key() == x509.load_pem_x509_certificate(file.read_bytes()).public_key()


def test_translations_compile_when_newer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "webapp" / "locale" / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    (folder / "django.po").write_text(head + 'msgid "Phone"\nmsgstr "Toestel"\n')
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    assert translations.ensure() == 1
    assert (folder / "django.mo").exists()
    assert translations.ensure() == 0
    (folder / "django.po").write_text(head + 'msgid "Phone\n')
    os.utime(folder / "django.mo", (0, 0))
    with pytest.raises(SetupError):
        translations.ensure()
