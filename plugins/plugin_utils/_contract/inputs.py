# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs for Terraform, compared: what Ansible publishes with what Terraform code and playbooks read.

PRIVATE: not for use outside this collection, may change in any release.

Somebody else may publish an input, from another repository or a command line. So nothing is missing for certain unless
a task here publishes in the same path.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Optional

from .model.facts import By, Input, Use
from .model.findings import Finding, FindingKind
from .model.names import Hole, Name, is_input_name
from .new_finding import finding, softer, suggestion
from .targets import target_of


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Who reads inputs and who publishes them; a side that wasn't asked for is None."""

    read: Optional[Sequence[Input]]
    published: Optional[Sequence[Input]]
    all_code: bool = True
    all_playbooks: bool = True

    def findings(self) -> Iterator[Finding]:
        """Yield what is read and not published, and what is published and not read."""
        if self.read is None or self.published is None:
            return
        for read in self.read:
            if not any(one.name.overlaps(read.name) for one in self.published):
                yield from self._missing(read, self.published)
        for one in self.published:
            if one.name.literal is not None and not any(one.name.overlaps(read.name) for read in self.read):
                said = (
                    f"nobody reads {one.name}, which is published here",
                    f"Read it in Terraform with module ssm_inputs.{_like(one.name, self.read)}",
                )
                yield finding(FindingKind.UNUSED, str(one.name), one.place, said, softer(certain=self.all_code))

    def _missing(self, read: Input, published: Sequence[Input]) -> Iterator[Finding]:
        beside = any(one.name.overlaps(_siblings(read.name)) for one in published)
        if read.optional and not beside:
            # A default is for what nobody has published yet.
            return
        certain = beside and read.certain and self.all_playbooks and read.name.literal is not None
        said = (
            f"nobody publishes {read.name}, which is read here",
            f"Publish it with tfbridge.aws.ssm_inputs, or give it a default.{_like(read.name, published)}",
        )
        level = softer(certain=certain, optional=read.optional)
        yield finding(FindingKind.MISSING, str(read.name), read.place, said, level)


def inputs_read(uses: Sequence[Use]) -> list[Input]:
    """Return the inputs that playbooks read themselves."""
    named = [(target_of(use), use) for use in uses if use.by in (By.OUTPUT, By.PARAMETER)]
    return [Input(name, use.place, use.optional, use.certain) for name, use in named if is_input_name(name)]


def _siblings(name: Name) -> Name:
    """Return a name that stands for every input in the path of this one."""
    for index, part in enumerate(name.parts):
        if isinstance(part, str) and "/INPUT_" in part:
            return Name.of(*name.parts[:index], part.partition("/INPUT_")[0], "/INPUT_", Hole("any"))
    return Name.of(Hole("any"))


def _like(name: Name, others: Sequence[Input]) -> str:
    return suggestion(str(name), [str(other.name) for other in others])
