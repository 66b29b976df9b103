# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entry points of the collection in the process of the test: the same code, without the start of a command."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import logging
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import boto3
import botocore.session
import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import BOTOCORE_CONFIG
from botocore.config import Config

from tests.support.booking_api import ROLE, Cloud, Deadline, Environment, respond
from tests.support.module_arguments import give_arguments

_PLUGINS = "ansible_collections.tfbridge.aws.plugins"


class InProcess:
    """Runs modules, actions, lookups and the booking API against one endpoint."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str]) -> None:
        self._monkeypatch = monkeypatch
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        # The models of AWS's services are read once in this process, and not once a client.
        monkeypatch.setattr(botocore.session, "create_loader", _loader)

    def module(self, name: str, /, **options: Any) -> dict[str, Any]:
        """Run a module, and return its result."""
        printed = io.StringIO()
        with self._monkeypatch.context() as patch, contextlib.redirect_stdout(printed):
            give_arguments(patch, options)
            with pytest.raises(SystemExit) as ended:
                importlib.import_module(f"{_PLUGINS}.modules.{name}").main()
        result: dict[str, Any] = json.loads(printed.getvalue().strip().splitlines()[-1])
        assert bool(result.get("failed")) == bool(ended.value.code), result
        return result

    @functools.cached_property
    def _clients(self) -> list[Any]:
        """The clients of the booking API, which a warm Lambda keeps too."""
        config = Config(**BOTOCORE_CONFIG)
        return [require_whole_answers(boto3.client(service, config=config)) for service in ("scheduler", "ec2")]

    def api(self, event: Mapping[str, Any]) -> tuple[int, Any, str]:
        """Send an event to the booking API; return the answer's status, its body, and what is logged."""
        environment = Environment(ROLE, "tfbridge", "", "UTC", "Bookable", ("true",), admin_principals=())
        cloud = Cloud(environment, *self._clients, lambda: datetime.now(timezone.utc))
        logged = io.StringIO()
        handler = logging.StreamHandler(logged)
        logger = logging.getLogger("tfbridge")
        logger.addHandler(handler)
        try:
            answer = respond(lambda: cloud, event, Deadline(20))
        finally:
            logger.removeHandler(handler)
        return answer["statusCode"], json.loads(answer["body"]), logged.getvalue()


_loader = functools.cache(botocore.session.create_loader)
