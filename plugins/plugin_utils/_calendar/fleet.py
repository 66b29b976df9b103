# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances by their tags and by what Terraform has published, for the rules of events.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe_tagged
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, NothingFoundError
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.named import read_named
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import output_name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection


@dataclass
class AwsFleet:
    """The instances of one region."""

    connection: Connection
    region: str
    prefix: str

    @classmethod
    def connect(cls, plugin: str, options: Mapping[str, Any]) -> AwsFleet:
        """Return the instances of the region that the options, the profile or the environment name."""
        connection = Connection(plugin, options)
        region: Optional[str] = options["region"] or connection.region
        if not region:
            raise AwsError("region: missing. Events are matched to instances by tags or an output: set region")
        return cls(connection, region, options["prefix"])

    def tagged(self, tags: Mapping[str, str]) -> list[str]:
        """Return the ids of instances that have all of these tags."""
        client = self.connection.client_for("ec2", self.region)
        return sorted(describe_tagged(client, self.connection.retrier, tags, self.region))

    def tags_of(self, ids: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the tags of instances by id; those that don't exist are missing."""
        return {one: found["tags"] for one, found in self.connection.instances(self.region, ids).items()}

    def published(self, output: str) -> list[str]:
        """Return the ids that an output holds."""
        name = output_name(output, "events.output")
        found = read_named(self.connection.reader(self.region), [name], self.prefix).outputs
        if name not in found:
            raise NothingFoundError(f"{self.prefix}{name} is not published in {self.region}, and events name it")
        value = found[name].value
        return [str(one) for one in value] if isinstance(value, list) else [str(value)]
