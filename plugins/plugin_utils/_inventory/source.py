# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of an inventory, made from what AWS has.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import check_budget
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import NothingFoundError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import check_prefix

from .plan import Plan, Settings
from .rules import parse_host_rules, parse_variable_rules
from .variable_names import NameRules

if TYPE_CHECKING:
    from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import OutputSet

    from .planning import Render

_CONNECTION = ("access_key", "secret_key", "session_token", "profile", "endpoint_url", "assume_role_arn", "region")
_WAYS_OUT = (
    "Check region, prefix and account, and that terraform apply has run; 'on_missing: warn' or 'skip' accepts an "
    "empty inventory"
)


@dataclasses.dataclass(frozen=True)
class Source:
    """Where an inventory file says that its outputs are: checked options, nothing read yet."""

    regions: tuple[str, ...]
    prefix: str
    kind: str
    settings: Settings
    connection: Mapping[str, Any] = dataclasses.field(repr=False)

    def read(self, plugin_name: str, render: Render) -> Plan:
        """Read every region once and plan the inventory."""
        # Imported here: boto3 takes longer to import than a cached inventory takes to load, which needs none of these.
        from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.sources import (  # noqa: PLC0415  see above
            lacking,
            read_outputs,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import (  # noqa: PLC0415  see above
            Connection,
        )

        from .planning import (  # noqa: PLC0415  see above
            plan,
        )

        connection = Connection(plugin_name, self.connection)
        regions: dict[str, OutputSet] = {}
        missing: list[str] = []
        for region in self.regions or (None,):
            reader = connection.reader(region)
            outputs = read_outputs(reader, self.prefix, self.kind)
            regions[reader.region] = outputs
            lack = lacking(outputs, self.prefix, reader.region, self.kind)
            if lack and self.settings.on_missing != "skip":
                missing.append(f"{lack}.{reader.hint()} {_WAYS_OUT}")
        if missing and self.settings.on_missing == "error":
            raise NothingFoundError(missing[0])

        def resolve(region: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
            return connection.instances(region, ids)

        result = plan(regions, self.settings, render, resolve)
        result.warnings[:0] = missing
        return result


def parse_source(options: Mapping[str, Any], keywords: frozenset[str]) -> Source:
    """Check the options of an inventory file; raises OptionError."""
    regions = options["regions"] or ([options["region"]] if options["region"] else [])
    twice = next((region for region in regions if regions.count(region) > 1), None)
    if twice:
        raise OptionError(f"regions: {twice} is there twice")
    option = "regions" if options["regions"] else "region"
    check_budget(options["retry_budget"])
    variables = parse_variable_rules(options["variables"], options["allow_variables"])
    rules = parse_host_rules(options["hosts"])
    settings = Settings(
        rules=rules,
        variables=variables,
        names=NameRules(frozenset(variables.allow), keywords),
        strict=options["strict"],
        decrypt=options["secure_strings"] == "decrypt",
        on_missing=options["on_missing"],
    )
    return Source(
        regions=tuple(check_region(region, option) for region in regions),
        prefix=check_prefix(options["prefix"]),
        kind=options["source"],
        settings=settings,
        connection={name: options.get(name) for name in (*_CONNECTION, "retry_budget")},
    )


def secret_template(source: Source, output: str, region: str) -> str:
    """Give the template that reads a secret when a play uses it: its value is never part of the inventory."""
    names = ("profile", "endpoint_url", "assume_role_arn")
    arguments = {name: source.connection[name] for name in names if source.connection.get(name)}
    arguments.update(prefix=source.prefix, region=region, decrypt=True)
    text = ", ".join(f"{name}={_literal(value, name)}" for name, value in sorted(arguments.items()))
    return f"{{{{ lookup('tfbridge.aws.ssm_output', '{output}', {text}) }}}}"


def check_secret_credentials(source: Source, environment: Mapping[str, str]) -> None:
    """Refuse credentials that are only in the inventory file: the lookup of a secret could not have them."""
    given = source.connection.get("access_key")
    if given and given not in (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_ACCESS_KEY")):
        raise OptionError(
            "secure_strings: 'decrypt' reads secrets while plays run, and can't hand on an access_key of the inventory "
            "file. Accepted are the environment, a profile, assume_role_arn or an instance role"
        )


def _literal(value: object, option: str) -> str:
    if value is True:
        return "true"
    text = str(value)
    if "'" in text or "\\" in text or "{" in text:
        raise OptionError(f"{option}: {text!r} has a quote, a backslash or a brace, which no {option} has")
    return f"'{text}'"
