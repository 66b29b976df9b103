# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits, defaults and times that pages tell are those of the code."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.inventory.ssm_outputs import EXIT_CODE
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import READ_TIMEOUT
from ansible_collections.tfbridge.aws.plugins.module_utils._calendar.export import REFRESH
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import GET_NAMES
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.snapshot import MAX_JSON, MAX_SLICES
from ansible_collections.tfbridge.aws.plugins.module_utils._planner.windows import MERGE_GAP
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.choice import CERTAINTY
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.journal import SPARE
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.lambda_function import MAX_TIMEOUT
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.prices import AS_OF
from ansible_collections.tfbridge.aws.plugins.module_utils._tuning.statistics import FEW
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.fetch import FETCH_SECONDS
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.occurrences import PATIENCE
from ansible_collections.tfbridge.aws.plugins.plugin_utils._calendar.text import MAX_BYTES, MAX_EVENTS
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.progress import INTERVAL

from tests.support import documented
from tests.support.booking_api import MODULE
from tests.support.pages import ROOT, pages

sys.path.insert(0, str(MODULE / "lambda"))

from events import MAX_BODY, MAX_INSTANCES

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MIB = 1024 * 1024
MONTHS = {"2026-11": "November 2026"}
TUNING = documented.options("modules", "lambda_power_tuning")
API = "terraform/modules/ec2_scheduler/README.md"


def local(module: str, name: str) -> int:
    """Return a local value of a Terraform module that is a number."""
    code = "".join(path.read_text() for path in (ROOT / "terraform" / "modules" / module).glob("*.tf"))
    return int(re.findall(rf"^  {name} += (\d+)$", code, re.MULTILINE)[0])


FIGURES = [
    ("README.md", r"with exit code (\S+) and", [EXIT_CODE]),
    ("README.md", r"one for every (\w+) hosts", [WORDS[GET_NAMES]]),
    ("docs/calendars.md", r"larger than (\d+) MB, ([\d,]+) events or (\d+) seconds", [
        MAX_BYTES // MIB, f"{MAX_EVENTS:,}", int(FETCH_SECONDS)
    ]),
    ("docs/calendars.md", r"after (\w+) seconds of processor time", [WORDS[int(PATIENCE)]]),
    ("docs/calendars.md", r"every (\d+) minutes \(`REFRESH-INTERVAL`", [REFRESH.seconds // 60]),
    ("docs/lambda-tuning.md", r"`min_gain` \((\d+) %\) in (\d+) of 100", [
        round(TUNING["min_gain"]["default"] * 100), round(CERTAINTY * 100)
    ]),
    ("docs/lambda-tuning.md", r"One with fewer than (\w+) invocations", [WORDS[FEW]]),
    ("docs/lambda-tuning.md", r"says every (\w+) seconds what", [WORDS[int(INTERVAL)]]),
    ("docs/lambda-tuning.md", r"over: three minutes and a (half) and the timeout of the function, or .*? (\d+)", [
        {210: "half"}[TUNING["retry_budget"]["default"] + READ_TIMEOUT + 2 * SPARE], int(MAX_TIMEOUT) // 60
    ]),
    ("docs/lambda-tuning.md", r"List prices of (\w+ \d+)", [MONTHS[AS_OF]]),
    ("docs/scheduling.md", r"`merge_gap` \((\d+) minutes\)", [MERGE_GAP.seconds // 60]),
    ("terraform/modules/ssm_outputs/README.md", r"\| most \| (\d+) slices, (\d+) MiB", [MAX_SLICES, MAX_JSON // MIB]),
    ("terraform/modules/ssm_outputs/README.md", r"Each holds ([\d,]+) characters", [
        f"{local('ssm_outputs', 'snapshot_slice'):,}"
    ]),
    ("terraform/modules/ssm_outputs/README.md", r"(\w+) are read by one call, and (\w+) more", [
        WORDS[GET_NAMES].title(), WORDS[GET_NAMES]
    ]),
    ("terraform/modules/ssm_secrets/README.md", r"more than (\d+) characters", [local("ssm_secrets", "name_limit")]),
    (API, r"an id or a list of up to (\d+)", [MAX_INSTANCES]),
    (API, r"413 a body of more than (\d+) KiB", [MAX_BODY // 1024]),
]  # fmt: skip


@pytest.mark.parametrize(("page", "told", "expected"), FIGURES)
def test_figures(page: str, told: str, expected: list[Any]) -> None:
    """Wherever the page tells one."""
    found = {match.groups() for match in re.finditer(told, " ".join(pages()[page].split()))}

    assert {tuple(map(str, expected))} == found


def test_defaults_of_playbooks() -> None:
    """`name` (default), on a page and in the comment of the playbook, is the default of the play."""
    plays: Mapping[str, Any] = {
        name: yaml.safe_load((ROOT / "playbooks" / f"{name}.yml").read_text())[0] for name in documented.playbooks()
    }
    seen = 0
    for name, default in re.findall(r"`(\w+)` \(`?(\w+)`?\)", pages()["docs/calendars.md"]):
        assert str(plays["sync_calendar"]["vars"][name]) == default, name
        seen += 1
    assert seen >= 4
    for name, play in plays.items():
        comment = " ".join(re.findall("(?m)^# ?(.*)", (ROOT / "playbooks" / f"{name}.yml").read_text()))
        for variable, default in re.findall(r"\b(\w+) \(([\w./-]+)[,;)]", comment.partition("Variables: ")[2]):
            own = play.get("vars", {}).get(variable)
            assert own is None or str(own).lower() == default.lower(), f"{name}: {variable}"


def test_versions_to_begin_with() -> None:
    """docs/getting_started.md asks for what the README's table of versions begins with."""
    begin = " ".join(pages()["docs/getting_started.md"].split())
    rows = dict(re.findall(r"^\| (Terraform|Python) \| (\d\.\d+) and later", pages()["README.md"], re.MULTILINE))

    assert f"Terraform or OpenTofu {rows['Terraform']} or later, Python {rows['Python']} or later" in begin


def test_times_of_make() -> None:
    """CONTRIBUTING.md tells what `make help` tells of how long each takes."""
    told = dict(re.findall(r"^make ([\w-]+) +# .*?(\w+ (?:minutes|hours?))", pages()["CONTRIBUTING.md"], re.MULTILINE))
    helped = dict(
        re.findall(
            r"^([\w-]+):.*## .*\((?:\S+ )?(\w+ (?:minutes|hours?))", (ROOT / "Makefile").read_text(), re.MULTILINE
        )
    )

    assert {"test", "test-all"} <= set(told)
    assert told == {name: helped[name] for name in told}


@pytest.mark.parametrize("folder", ["module_utils", "plugin_utils"])
def test_packages_of_a_folder(folder: str) -> None:
    """CONTRIBUTING.md names each package that there is, and no other."""
    (row,) = [line for line in pages()["CONTRIBUTING.md"].splitlines() if line.startswith(f"| `plugins/{folder}/_*/`")]
    packages = {path.parent.name for path in (ROOT / "plugins" / folder).glob("_*/__init__.py")}

    assert packages == set(re.findall(r"`(_\w+)`", row))


def test_answers_of_the_api() -> None:
    """Each status that the page tells is one of the API, and none is missing."""
    paths = json.loads((MODULE / "openapi.json").read_text())["paths"]
    answers = {
        status
        for operations in paths.values()
        for operation in operations.values()
        if isinstance(operation, dict)
        for status in operation["responses"]
    }

    assert answers == set(
        re.findall(
            r"(?<![\w,.])[2-5]\d\d(?= [a-z]|[,;. |])",
            pages()[API].partition("## The API")[2].partition("## Good to know")[0],
        )
    )


def test_rights_that_the_scheduler_gives() -> None:
    """The table of the page names each action in the module's policies but those of the function and the logs."""
    code = "".join(path.read_text() for path in MODULE.glob("*.tf"))
    given = {
        action
        for action in re.findall(r'"((?:ec2|iam|kms|scheduler|sqs|ssm|sts):[A-Z]\w+)"', code)
        if not action.startswith(("iam:PassedTo", "kms:GrantIs"))
    }
    table = pages()[API].partition("## What it allows")[2].partition("\n\n`booking_policy_json`")[0]
    # "read and write schedules" is these.
    written = {f"scheduler:{verb}" for verb in ("CreateSchedule", "DeleteSchedule", "GetSchedule", "GetScheduleGroup")}

    assert given == written | {
        action for action in re.findall(r"`(\w+:[A-Z]\w+)`", table) if not action.startswith(("kms:GrantIs",))
    }
