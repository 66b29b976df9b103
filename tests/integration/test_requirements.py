# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions are the same wherever they are said: by ansible-doc, in README and guides, in files and in messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.terraform.syntax import SUPPORTED

from tests.conftest import ROOT
from tests.support.command_lines import CommandLines

README = (ROOT / "README.md").read_text()
# What runs on hosts that may have nothing newer.
OLD_HOSTS = {"efs_mount", "efs_mounts", "efs_utils_config"}
KINDS = ("module", "lookup", "inventory", "filter")

Documented = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture
def documented(run: CommandLines) -> Documented:
    """What ansible-doc says, by kind and name."""
    dumped = run.command(["ansible-doc", "--metadata-dump", "tfbridge.aws"]).json["all"]
    return {
        (kind, name.rpartition(".")[2]): entry["doc"] for kind in KINDS for name, entry in dumped.get(kind, {}).items()
    }


def row(name: str) -> str:
    """Return a row of README's table of versions."""
    (text,) = re.findall(rf"^\| {name} \| (.*) \|$", README, re.MULTILINE)
    return str(text)


def bounds(text: str) -> str:
    """Return the range of `package >= 1, < 2` without spaces."""
    return "".join(re.findall(r"[<>=]+ ?[0-9.]+|,", text)).replace(" ", "")


def needed(documented: Documented) -> Iterator[tuple[str, str, str, str]]:
    """Yield kind, name, package and range of each requirement that has a range."""
    for (kind, name), doc in documented.items():
        for text in doc.get("requirements", []):
            if ">=" in text:
                yield kind, name, text.split()[0], bounds(text)


def test_ansible_doc_says_what_readme_says(documented: Documented) -> None:
    """Of Python where it runs, and of boto3 and botocore for all that have a connection to AWS."""
    controller, hosts, oldest = re.findall(r"3\.\d+", row("Python"))
    boto3 = {
        f"{name} >= {version}"
        for name, version in re.findall(r"^(boto\w+)>=(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    }
    assert f"boto3 >= {row('boto3').split()[0]}.0" in boto3
    seen = 0
    for (kind, name), doc in documented.items():
        texts = set(doc.get("requirements", []))
        connected = {"endpoint_url", "profile"} <= doc.get("options", {}).keys()
        on_hosts = kind == "module" and name != "output_contract"
        python = oldest if name in OLD_HOSTS else hosts if on_hosts else controller

        assert (boto3 if connected else set()) == {text for text in texts if text.startswith("boto")}, name
        if kind != "filter":
            assert f"python >= {python}" in texts, name
            seen += 1
    assert len(list((ROOT / "plugins" / "modules").glob("*.py"))) + 5 == seen


def test_optional_packages_have_one_range(documented: Documented) -> None:
    """In ansible-doc, in the guides' commands and in the messages of errors."""
    files = [*ROOT.glob("docs/*.md"), *ROOT.glob("plugins/plugin_utils/**/*.py"), ROOT / "README.md"]
    said = "\n".join(path.read_text() for path in files)
    ranges = {(package, text) for _kind, _name, package, text in needed(documented)}
    optional = {package: text for package, text in ranges if package not in {"python", "boto3", "botocore"}}

    assert {"icalendar", "recurring-ical-events", "python-hcl2"} == set(optional)
    assert SUPPORTED == optional["python-hcl2"]
    for package, text in optional.items():
        elsewhere = re.findall(rf"{package}((?:[<>=]+[0-9.]+,?)+)", said)
        assert elsewhere or package == "python-hcl2", package
        assert {text} >= set(elsewhere), package


def test_collections_and_core_have_one_range() -> None:
    """In README as in galaxy.yml and meta/runtime.yml."""
    least = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    amazon = yaml.safe_load((ROOT / "galaxy.yml").read_text())["dependencies"]["amazon.aws"]

    assert f">={row('ansible-core').split()[0]}.0" == least
    assert [f"{low}.0" if low.count(".") == 1 else low for low in re.findall(r"[0-9.]+", row("amazon.aws"))[:2]] == (
        re.findall(r"[0-9.]+", amazon)
    )
