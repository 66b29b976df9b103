# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three sides of the contract as facts with places: what is declared, what is published, what is used.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Optional, Union

from .names import Name


@dataclasses.dataclass(frozen=True, order=True)
class Place:
    """A line of a file, and what is there in a few words: a play, a role, an address of Terraform's."""

    file: str
    line: int = 0
    what: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Kind(enum.Enum):
    """What an output is to those who read it."""

    STRING = "string"
    LIST = "list"
    OBJECT = "object"
    SECRET = "secret"  # noqa: S105  the name of a kind, not a secret
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Shape:
    """What is known of an output's value without the value: its kind, and what it has in it.

    C(keys) are all keys of an object, C(items) all elements of a list; None where not all of them are known.
    """

    kind: Kind = Kind.UNKNOWN
    items: Optional[tuple[Shape, ...]] = None
    keys: Optional[Mapping[str, Shape]] = None

    @property
    def words(self) -> str:
        """The shape as a person says it."""
        if self.kind is Kind.LIST and self.items is not None:
            return f"list of {len(self.items)}"
        return self.kind.value


UNKNOWN_SHAPE = Shape()


@dataclasses.dataclass(frozen=True)
class Declared:
    """A parameter, or all parameters of a list, that Terraform code publishes.

    C(condition) is what decides whether it is published at all, where the code leaves that open. C(numbered) says
    that it is a list with a parameter for each element, NAME_0 and so on.
    """

    name: Name
    shape: Shape
    place: Place
    condition: str = ""
    numbered: bool = False


@dataclasses.dataclass(frozen=True)
class Published:
    """An output that SSM holds. C(may_be_hosts) says whether its value makes hosts of an inventory.

    C(type) is the form it is published in. C(in_snapshot) says whether the snapshot holds it, or of a secret its name;
    None where the snapshot could not be read.
    """

    name: str
    shape: Shape
    version: int = 0
    last_modified: str = ""
    may_be_hosts: bool = True
    numbered: bool = False
    type: str = ""
    in_snapshot: Optional[bool] = False


class By(enum.Enum):
    """How a playbook names what it uses."""

    OUTPUT = "output"  # by the output's name, below a prefix
    PARAMETER = "parameter"  # by the parameter's whole name
    PATH = "path"  # every parameter whose name begins so
    VARIABLE = "variable"  # as a variable of the inventory
    GROUP = "group"  # as a group of hosts


Key = Union[str, int]


@dataclasses.dataclass(frozen=True)
class Use:
    """A place that reads an output.

    C(path) are the keys that it takes of the value, C(iterates) says that it loops over it. C(optional) is a use that
    goes on without the output; C(certain) is False where the name may be somebody else's.
    """

    by: By
    name: Name
    place: Place
    prefix: Optional[Name] = None
    path: tuple[Key, ...] = ()
    iterates: bool = False
    optional: bool = False
    certain: bool = True


@dataclasses.dataclass(frozen=True)
class Input:
    """An input for Terraform, C(<path>/INPUT_<NAME>), at a place that publishes or reads it.

    C(optional) is a reader that has a default; C(certain) is False where it is open whether it is read at all.
    """

    name: Name
    place: Place
    optional: bool = False
    certain: bool = True


class Side(enum.Enum):
    """A side of the contract."""

    DECLARED = "declared"
    PUBLISHED = "published"
    CONSUMED = "consumed"


@dataclasses.dataclass(frozen=True)
class Unknown:
    """Something that can't be said, and why. C(unread) is a file, or a part of one, that could not be read at all."""

    side: Side
    place: Place
    reason: str
    unread: bool = False


@dataclasses.dataclass(frozen=True)
class InventoryRule:
    """Which outputs an inventory file of ours turns into which groups and variables.

    C(groups) are those of the outputs that C(hosts) names; None where hosts are found by their addresses.
    """

    prefix: str
    variable_prefix: str = ""
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    groups: Optional[Mapping[str, tuple[str, ...]]] = None
