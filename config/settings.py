"""Every setting of Centrale, read from the environment or `.env`, checked once at the start."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, field_validator, model_validator
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
        extra="ignore",
    )

    home: Path = Field(ROOT / "var", alias="CENTRALE_HOME", description="Folder for all data")
    http_port: Port = Field(8000, alias="CENTRALE_HTTP_PORT", description="TCP port of the web")
    sip_port: Port = Field(5060, alias="CENTRALE_SIP_PORT", description="UDP and TCP port for SIP")
    sip_tls_port: Port = Field(5061, alias="CENTRALE_SIP_TLS_PORT", description="TCP port for SIP over TLS")
    rtp_ports: Annotated[tuple[int, int], NoDecode] = Field(
        (10000, 19999), alias="CENTRALE_RTP_PORTS", description="UDP ports for media, first-last"
    )
    bind: str = Field("0.0.0.0", alias="CENTRALE_BIND", description="Address to listen on")  # noqa: S104
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
        description="Where the core's control API listens: unix:/path or tcp://host:port; default a socket in the data folder",
    )
    control_token: str | None = Field(
        None, alias="CENTRALE_CONTROL_TOKEN", description="Token for the control API on TCP"
    )
    tls_certificate: Path | None = Field(
        None, alias="CENTRALE_TLS_CERTIFICATE", description="PEM certificate for SIP over TLS; self-signed when empty"
    )
    tls_key: Path | None = Field(None, alias="CENTRALE_TLS_KEY", description="PEM private key of the certificate")
    log_level: str = Field("info", alias="CENTRALE_LOG_LEVEL", description="debug, info, warning or error")

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

    @field_validator("bind", "public_address")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                ipaddress.ip_address(value)
            except ValueError:
                raise ValueError("give an IP address, for example 192.0.2.10") from None
        return value

    @field_validator("database_url", "redis_url", "control", "public_address", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.sip_port == self.sip_tls_port:
            raise ValueError("CENTRALE_SIP_PORT and CENTRALE_SIP_TLS_PORT must differ")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("set both CENTRALE_TLS_CERTIFICATE and CENTRALE_TLS_KEY, or neither")
        return self

    @property
    def control_address(self) -> str:
        """`unix:/path` or `tcp://host:port` of the core's control API."""
        return self.control or f"unix:{self.home.resolve() / 'run' / 'control.sock'}"


def load() -> Settings:
    """The settings of this process. Raises SettingsError with one sentence that names the variable."""
    try:
        return Settings()  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {message}.") from None
