"""Structured logs of the web, the worker and the courier: lines for people on a terminal, JSON elsewhere."""

import logging
import sys
from typing import Any

import structlog

from config.logs import LEVELS

# Whatever is logged under such a name never reaches the log.
SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "ha1")


def hide_secrets(_logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A structlog processor that blanks values whose name says that they are secret."""
    for name in event:
        if name != "event" and any(word in name.lower() for word in SECRET_WORDS):
            event[name] = "…"
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    hide_secrets,
]


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING; also sets up structlog, so that both write the same lines to standard error."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = [structlog.dev.ConsoleRenderer()]
    if not sys.stderr.isatty():
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": LEVELS.get(level, logging.INFO)},
        # Libraries tell of each connection and each task; only what goes wrong there is news.
        "loggers": {
            name: {"level": "WARNING"}
            for name in (
                "django.server",
                "django.channels.server",
                "daphne",
                "asyncio",
                "axes",
                "celery",
                "twisted",
            )
        }
        | {"django.request": {"level": "ERROR"}},
    }
