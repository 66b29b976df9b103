# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that are known to publish parameters: where their inputs say the names.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import parse_each
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show, unknown_key

FORMS = ("name", "objects", "keys")


@dataclasses.dataclass(frozen=True)
class Publisher:
    """A module of somebody else's.

    C(source) is a pattern for its source. C(input) is the input that has the names: C(form) says whether that is one
    name, a list or map of objects with the name under C(key), or a map whose keys are the names.
    """

    source: str
    input: str = "name"
    form: str = "name"
    key: str = "name"

    def matches(self, source: str) -> bool:
        """Return whether a module's source is this one."""
        return fnmatch.fnmatchcase(source.partition("?")[0], self.source)

    @property
    def mark(self) -> str:
        """The longest part of the pattern without wildcards: a file that calls the module has it somewhere."""
        return max(re.split(r"[*?\[\]]", self.source), key=len)


KNOWN = (
    Publisher("*terraform-aws-modules/ssm-parameter/aws*"),
    Publisher("*terraform-aws-ssm-parameter"),
    Publisher("*cloudposse/ssm-parameter-store/aws*", "parameter_write", "objects"),
    Publisher("*terraform-aws-ssm-parameter-store*", "parameter_write", "objects"),
)


def is_ours(source: str, module: str) -> bool:
    """Return whether a source is a module of ours, fetched from a folder, a git repository or an archive."""
    return re.search(rf"(?:^|/){module}(?:\.git)?(?:\?.*)?\Z", source) is not None


def parse_publishers(entries: Any) -> tuple[Publisher, ...]:
    """Parse the option C(modules), and add what is known. Raises OptionError."""
    return (*parse_each(_publisher, entries, "modules"), *KNOWN)


def _publisher(entry: Mapping[str, Any], option: str) -> Publisher:
    known = [field.name for field in dataclasses.fields(Publisher)]
    for name, value in entry.items():
        if name not in known:
            raise OptionError(unknown_key(option, name, known))
        if not isinstance(value, str) or not value:
            raise OptionError(f"{option}.{name}: {show(value)} must be a string that is not empty")
    if "source" not in entry:
        raise OptionError(f"{option}: 'source' is missing, the module's source, in which * and ? are wildcards")
    publisher = Publisher(**entry)
    if publisher.form not in FORMS:
        raise OptionError(f"{option}.form: {show(publisher.form)} is not known. Valid values: {', '.join(FORMS)}")
    return publisher
