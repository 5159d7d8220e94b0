"""Structured logs: one event a line, with the request's id, never a phone number or a code."""

from __future__ import annotations

import logging.config
import re
import secrets
from collections.abc import Callable
from typing import Final

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.typing import EventDict, Processor, WrappedLogger

from core.errors import DomainError

SECRET_NAMES: Final = re.compile(r"phone|code|customer|password|secret|token", re.IGNORECASE)
# Mainland mobile numbers and residents' 27-digit codes, whatever field or sentence they are in.
SECRET_VALUES: Final = re.compile(r"(?<!\d)(?:(?:\+?86)?1[3-9]\d{9}|71\d{25})(?!\d)")
# A line for each task of each sweep; LOG_LEVEL=DEBUG shows them.
CHATTY: Final = ("celery.app.trace", "celery.beat", "celery.worker.strategy", "django_migration_linter")
REQUESTS: Final = ("django.request", "django.security")
REFUSALS: Final = range(400, 500)  # their statuses
HIDDEN: Final = "[hidden]"
SAFE_NAMES: Final = frozenset({"status_code", "error_code", "bank_code"})


def configure(*, level: str, as_json: bool) -> None:
    """Send every library's log lines and our own through the same processors to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"structured": formatter},
            "filters": {"refusals": {"()": QuietRefusals, "level": logging.getLevelName(level)}},
            "handlers": {"standard_error": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["refusals"]}},
            "root": {"handlers": ["standard_error"], "level": level},
            "loggers": {name: {"level": "WARNING" if level == "INFO" else level} for name in CHATTY},
        }
    )


class QuietRefusals(logging.Filter):
    """
    A request that was refused is one line of information, without a traceback: it is the visitor's affair, and no fault of ours.

    Django warns of each, and shows the whole stack of some: of what is forbidden, of what is suspicious.
    """

    def __init__(self, *, level: int) -> None:
        super().__init__()
        self.level = level

    def filter(self, record: logging.LogRecord) -> bool:
        """Make little of a refusal; whether the line is still wanted."""
        refused = record.name.startswith(REQUESTS) and getattr(record, "status_code", 0) in REFUSALS
        expected = record.exc_info is not None and isinstance(record.exc_info[1], DomainError)
        if refused or expected:
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.exc_info = record.exc_text = None
        return record.levelno >= self.level


def hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take out what names or looks like a phone number, a code, a customer number or a credential."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRET_VALUES.sub(HIDDEN, value)
        if SECRET_NAMES.search(name) and name not in SAFE_NAMES:
            event[name] = HIDDEN
    return event


class RequestIdMiddleware:
    """Gives every request an id, in each of its log lines and in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the id for as long as the request lasts."""
        request_id = secrets.token_hex(8)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response.headers["X-Request-Id"] = request_id
        return response
