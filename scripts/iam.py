# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least rights of each feature, from docs/iam.yml: policies for tests, and the page docs/iam.md.

``python -m scripts.iam`` writes the page anew.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
_LIST, _WIDTH = re.compile(r"\[[^\[\]{}]*\]"), 100
REGION, ACCOUNT = "eu-central-1", "123456789012"
_INTRODUCTION = f"""# IAM

The least rights of each feature. Put your region, account and names in the place of `{REGION}`, `{ACCOUNT}` and those
of the examples. A test runs each feature with exactly these rights, and without each of them in turn: then an error
names the action that is missing.

The Terraform module `ssm_outputs` writes the policies for its own parameters: `reader_policy_json` and
`snapshot_reader_policy_json`. Policies of the jobs of a pipeline, the one that publishes among them, are
[with the pipelines](pipelines.md#the-least-rights).
"""


@dataclasses.dataclass(frozen=True)
class Statement:
    """Actions on resources; C(when) they are needed, and what is lost C(without) them where nothing fails.

    C(documented) are the plugins whose documentation names them, where these are not those of the whole feature.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: str = ""
    without: str = ""
    documented: tuple[str, ...] = ()

    def as_policy(self) -> dict[str, Any]:
        """Return it as a statement of a policy."""
        arns = [_arn(self.actions[0].partition(":")[0], resource) for resource in self.resources]
        kept = {"Sid": self.sid, "Effect": "Allow", "Action": list(self.actions), "Resource": arns}
        if self.actions == ("iam:PassRole",):
            kept["Condition"] = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
        return kept


@dataclasses.dataclass(frozen=True)
class Feature:
    """What somebody does, and the rights that it needs."""

    id: str
    title: str
    text: str
    statements: tuple[Statement, ...]

    def policy(self) -> dict[str, Any]:
        """Return the policy with all of its statements."""
        return {"Version": "2012-10-17", "Statement": [one.as_policy() for one in self.statements]}


def _arn(service: str, resource: str) -> str:
    return (
        resource
        if resource == "*" or resource.startswith("arn:")
        else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
    )


def features(root: pathlib.Path = ROOT) -> dict[str, Feature]:
    """Return the features by their ids."""
    document = yaml.safe_load((root / "docs" / "iam.yml").read_text(encoding="utf-8"))
    found = {}
    for one in document:
        documented = tuple(one.get("documented", ()))
        statements = tuple(_statement({"documented": documented, **each}) for each in one["statements"])
        found[one["id"]] = Feature(one["id"], one["title"], one["text"], statements)
    return found


def _statement(entry: dict[str, Any]) -> Statement:
    return Statement(**{name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()})


def page(root: pathlib.Path = ROOT) -> str:
    """Return the page, in Markdown."""
    return "\n".join([_INTRODUCTION, *(line for one in features(root).values() for line in _section(one))])


def _on_one_line(match: re.Match[str]) -> str:
    line = " ".join(match[0].split()).replace("[ ", "[").replace(" ]", "]")
    return line if len(line) <= _WIDTH else match[0]


def _section(feature: Feature) -> Iterator[str]:
    yield f"## {feature.title}\n"
    yield f"{feature.text}\n"
    yield f"```json\n{_LIST.sub(_on_one_line, json.dumps(feature.policy(), indent=2))}\n```\n"
    for statement in feature.statements:
        if statement.when:
            yield f"- `{statement.sid}` where {statement.when}."
        if statement.without:
            yield f"- `{statement.sid}` may be left out: {statement.without}."
    if any(one.when or one.without for one in feature.statements):
        yield ""


if __name__ == "__main__":
    (ROOT / "docs" / "iam.md").write_text(page(), encoding="utf-8")
