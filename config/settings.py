"""Every setting of Centrale, read from the environment or `.env`, checked once at the start."""

import ipaddress
import os
import re
import socket
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """One clear sentence about a setting that cannot be used."""


class Settings(BaseSettings):
    """All settings; the table in docs/settings.md is made from the descriptions here."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("CENTRALE_ENV_FILE", str(ROOT / ".env")),
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    home: Path = Field(ROOT / "var", alias="CENTRALE_HOME", description="Folder for all data")
    http_port: Port = Field(8000, alias="CENTRALE_HTTP_PORT", description="TCP port of the web")
    sip_port: Port = Field(5060, alias="CENTRALE_SIP_PORT", description="UDP and TCP port for SIP")
    sip_tls_port: Port = Field(5061, alias="CENTRALE_SIP_TLS_PORT", description="TCP port for SIP over TLS")
    relay_port: Port = Field(
        5063,
        alias="CENTRALE_RELAY_PORT",
        description="TCP port on loopback between web and core, for browsers",
    )
    rtp_ports: Annotated[tuple[int, int], NoDecode] = Field(
        (10000, 19999), alias="CENTRALE_RTP_PORTS", description="UDP ports for media, first-last"
    )
    bind: str = Field("0.0.0.0", alias="CENTRALE_BIND", description="Address to listen on")  # noqa: S104
    http_bind: str | None = Field(
        None,
        alias="CENTRALE_HTTP_BIND",
        description="Address the web listens on, when it differs (127.0.0.1 behind nginx)",
    )
    proxy: bool = Field(
        False,
        alias="CENTRALE_PROXY",
        description="A proxy (nginx) stands before the web: trust X-Forwarded-For and X-Forwarded-Proto",
    )
    public_address: str | None = Field(
        None, alias="CENTRALE_PUBLIC_ADDRESS", description="Address phones see, when it differs (NAT)"
    )
    database_url: str | None = Field(
        None, alias="DATABASE_URL", description="postgresql://… ; SQLite in the data folder when empty"
    )
    redis_url: str | None = Field(
        None, alias="REDIS_URL", description="redis://… ; none needed on one machine"
    )
    control: str | None = Field(
        None,
        alias="CENTRALE_CONTROL",
        description="Where the core's control API listens: unix:/path or tcp://host:port; "
        "a socket in the data folder when empty",
    )
    control_token: str | None = Field(
        None, alias="CENTRALE_CONTROL_TOKEN", description="Token for the control API on TCP"
    )
    control_certificate: Path | None = Field(
        None,
        alias="CENTRALE_CONTROL_CERTIFICATE",
        description="PEM certificate of the control API on tls://host:port; clients trust exactly this one",
    )
    control_key: Path | None = Field(
        None, alias="CENTRALE_CONTROL_KEY", description="PEM private key of that certificate (core only)"
    )
    tls_certificate: Path | None = Field(
        None,
        alias="CENTRALE_TLS_CERTIFICATE",
        description="PEM certificate for SIP over TLS; self-signed when empty",
    )
    tls_key: Path | None = Field(
        None, alias="CENTRALE_TLS_KEY", description="PEM private key of the certificate"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", alias="CENTRALE_LOG_LEVEL", description="debug, info, warning or error"
    )
    stun: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="CENTRALE_STUN",
        description="STUN servers for browsers: stun:host:port, comma separated",
    )
    turn: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="CENTRALE_TURN",
        description="TURN servers for browsers behind hard NATs: turn:host:port or turns:host:port, "
        "comma separated",
    )
    turn_secret: str | None = Field(
        None,
        alias="CENTRALE_TURN_SECRET",
        description="Secret shared with the TURN servers (coturn: static-auth-secret)",
    )
    keepalive_seconds: Annotated[int, Field(ge=1, le=3600)] = Field(
        60,
        alias="CENTRALE_KEEPALIVE_SECONDS",
        description="Each registered phone is asked this often whether it is still there (OPTIONS); "
        "after two questions without an answer its registration is removed",
    )
    push_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            "web.push.apple.com",
            "*.notify.windows.com",
        ),
        alias="CENTRALE_PUSH_HOSTS",
        description="Push services of browsers that may be sent to (https), comma separated; "
        "*.example.com: all below it",
    )
    push_contact: str = Field(
        "mailto:postmaster@localhost",
        alias="CENTRALE_PUSH_CONTACT",
        description="Whom push services turn to when something is wrong: mailto:… or https://…",
    )
    private_hooks: bool = Field(
        False,
        alias="CENTRALE_PRIVATE_HOOKS",
        description="Web hooks of call flows, single sign-on and web push may reach this machine "
        "and private networks",
    )
    sign_in_rate: Annotated[int, Field(ge=6, le=100_000)] = Field(
        60,
        alias="CENTRALE_SIGN_IN_RATE",
        description="Steps of signing in that one address may take in a minute; a sixth of them may send "
        "mail. More for an office of many behind one address",
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        alias="CENTRALE_HOSTS",
        description="Host names the web answers to besides this machine's own, comma separated",
    )
    smtp: str | None = Field(
        None,
        alias="CENTRALE_SMTP",
        description="Mail server (voicemail, invitations, forgotten passwords): "
        "smtp://user:password@host:port, smtps:// (TLS) or smtp+tls:// (STARTTLS); no mail when empty",
    )
    mail_from: str | None = Field(
        None,
        alias="CENTRALE_MAIL_FROM",
        description="Sender of mails; voicemail@ and the organisation's SIP domain when empty",
    )
    url: str | None = Field(
        None,
        alias="CENTRALE_URL",
        description="Address of the web as people reach it, for links in mails: https://pbx.example.com; "
        "when empty http:// with this machine's address",
    )
    demo_domain: str = Field(
        "demo.centrale.localhost",
        alias="CENTRALE_DEMO_DOMAIN",
        description="SIP domain of the demo organisation",
    )
    demo: bool = Field(True, alias="CENTRALE_DEMO", description="Make the demo organisation at the start")

    @field_validator("hosts", "push_hosts", "stun", "turn", mode="before")
    @classmethod
    def _list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(name.strip().lower() for name in value.split(",") if name.strip())

    @field_validator("stun", "turn")
    @classmethod
    def _ice(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if all(re.fullmatch(rf"{info.field_name}s?:[^\s?]+(\?transport=(udp|tcp))?", url) for url in value):
            return value
        raise ValueError(f"give {info.field_name}:host:port, several with commas between")

    @field_validator("rtp_ports", mode="before")
    @classmethod
    def _ports(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        first, dash, last = value.partition("-")
        if not (dash and first.strip().isdigit() and last.strip().isdigit()):
            raise ValueError("give two ports as first-last, for example 10000-19999")
        low, high = int(first), int(last)
        if not 1024 <= low < high <= 65535:
            raise ValueError("give two ports between 1024 and 65535, the lower one first")
        return low, high

    @field_validator("bind", "http_bind", "public_address")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ipaddress.ip_address(value)
            except ValueError:
                raise ValueError("give an IP address, for example 192.0.2.10") from None
        return value

    @field_validator("database_url", "redis_url", "control", "public_address", "smtp", "url", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"(postgres|postgresql|sqlite)://", value):
            raise ValueError("give postgresql://user:password@host:port/name, or leave it empty for SQLite")
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"(redis|rediss|unix)://", value):
            raise ValueError("give redis://host:port/number, or leave it empty")
        return value

    @field_validator("smtp")
    @classmethod
    def _smtp(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"(smtp|smtps|smtp\+tls)://[^/\s]+/?$", value):
            raise ValueError("give smtp://user:password@host:port, or leave it empty")
        return value

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", value):
            raise ValueError("give the address of the web as https://host, or leave it empty")
        return value.rstrip("/") if value else None

    @field_validator("control")
    @classmethod
    def _control(cls, value: str | None) -> str | None:
        if value is None or re.fullmatch(r"unix:/.+", value):
            return value
        place = re.fullmatch(r"tcp://.+:(\d{1,5})", value)
        if not (place and 1 <= int(place[1]) <= 65535):
            raise ValueError("give unix:/path or tcp://host:port")
        return value

    @field_validator("tls_certificate", "tls_key")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is not None and not (value.is_file() and os.access(value, os.R_OK)):
            raise ValueError(f"{value} is not a file that can be read")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        taken = {"CENTRALE_SIP_PORT": self.sip_port, "CENTRALE_SIP_TLS_PORT": self.sip_tls_port}
        taken |= {"CENTRALE_RELAY_PORT": self.relay_port, "CENTRALE_HTTP_PORT": self.http_port}
        names = list(taken)
        for index, name in enumerate(names):
            for other in names[index + 1 :]:
                if taken[name] == taken[other]:
                    raise ValueError(f"{name} and {other} must differ")
        if self.rtp_ports[0] <= self.sip_port <= self.rtp_ports[1]:
            raise ValueError("CENTRALE_SIP_PORT must lie outside CENTRALE_RTP_PORTS")
        if self.control and self.control.startswith("tcp:") and not self.control_token:
            raise ValueError("CENTRALE_CONTROL on TCP needs a CENTRALE_CONTROL_TOKEN")
        if self.turn and not self.turn_secret:
            raise ValueError("CENTRALE_TURN needs a CENTRALE_TURN_SECRET")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("set both CENTRALE_TLS_CERTIFICATE and CENTRALE_TLS_KEY, or neither")
        return self

    @property
    def control_address(self) -> str:
        """`unix:/path` or `tcp://host:port` of the core's control API."""
        return self.control or f"unix:{self.home.resolve() / 'run' / 'control.sock'}"

    @property
    def tls_files(self) -> tuple[Path, Path]:
        """Certificate and private key for SIP over TLS: the given ones, or those the set-up makes."""
        if self.tls_certificate and self.tls_key:
            return self.tls_certificate, self.tls_key
        folder = self.home.resolve() / "tls"
        return folder / "certificate.pem", folder / "key.pem"

    @property
    def prompts(self) -> Path:
        """Folder of spoken prompts, `<language>/<name>.wav`, and tones, `tones/<name>.wav`."""
        return self.home.resolve() / "prompts"

    @property
    def http_address(self) -> str:
        """IP address the web listens on."""
        return self.http_bind or self.bind

    @property
    def shown_host(self) -> str:
        """The IP address to tell people and phones: public, bound, or the best one of this machine."""
        if self.public_address:
            return self.public_address
        if not ipaddress.ip_address(self.bind).is_unspecified:
            return self.bind
        return local_address()


def local_address() -> str:
    """The IPv4 address this machine uses towards others, 127.0.0.1 when it has no network. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def load() -> Settings:
    """The settings of this process. Raises SettingsError with one sentence that names the variable."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise SettingsError(f"{name}: {message}." if name else f"{message}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file with settings cannot be read: {error}.") from None
