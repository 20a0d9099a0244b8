"""What the log says of an error: where it was, and no value that somebody had typed."""

from __future__ import annotations

import logging
import logging.config

import pytest
import structlog

from config.logs import logging_config


@pytest.mark.parametrize("style", ["text", "json"])
def test_the_log_of_an_error_holds_no_values_of_variables(
    capsys: pytest.CaptureFixture[str], style: str
) -> None:
    before = structlog.get_config()
    settings = logging_config(level="INFO", style=style)["formatters"]["line"]
    formatter = logging.config.DictConfigurator({}).configure_formatter(settings)
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    logger = logging.getLogger("a log of this test")
    logger.addHandler(handler)
    try:
        _log_in("correct-horse-battery", logger)
    finally:
        logger.removeHandler(handler)
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "_log_in" in said
    assert "correct-horse-battery" not in said


def _log_in(password: str, logger: logging.Logger) -> None:
    try:
        len(password) / 0
    except ZeroDivisionError:
        logger.exception("it broke")
