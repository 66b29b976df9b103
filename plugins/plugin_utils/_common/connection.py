# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 clients for plugins, made by amazon.aws: its credentials, profiles, regions and endpoints.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3, so plugins import it when they are about to call AWS and not before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Optional

from ansible import constants
from ansible.utils.display import Display

with contextlib.suppress(ImportError):  # amazon.aws's check, in the constructor, says what is missing
    import botocore.session

from ansible_collections.amazon.aws.plugins.plugin_utils.base import AWSPluginBase
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import BOTOCORE_CONFIG
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors, name_of
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import retrier_of
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader

from .progress import Progress


class Connection(AWSPluginBase):
    """Clients by service and region, for the connection options of a plugin. Raises the BridgeError family only."""

    def __init__(self, plugin_name: str, options: Mapping[str, Any]) -> None:
        self.ansible_name = plugin_name
        self._options = dict(options)
        self._credentials: dict[str, Any] = {}
        self._progress = Progress(_say)
        self.retrier = retrier_of(options["retry_budget"], self._on_wait)
        self.require_aws_sdk()
        if self._options.get("assume_role_arn"):
            self._assume_role(self._options["assume_role_arn"])

    def get_options(self) -> dict[str, Any]:
        """Give the options to amazon.aws, whose functions ask for them."""
        return self._options

    def get_option(self, name: str) -> Any:
        """Give one option to amazon.aws."""
        return self._options.get(name)

    def _do_fail(self, message: str) -> NoReturn:
        raise AwsError(
            f"{message.rstrip('.')}. Check profile, access_key, secret_key, endpoint_url and AWS_* in the environment"
        )

    def client_for(self, service: str, region: Optional[str]) -> Any:
        """Give a client for a service in a region."""
        arguments = {**self._credentials, **({"region": region} if region else {})}
        return self.client(service, config=BOTOCORE_CONFIG, **arguments)

    def reader(self, region: Optional[str]) -> Reader:
        """Give the reader of Parameter Store in a region; None means the region of the profile or environment."""
        region = region or self.region
        if not region:
            raise AwsError("no region is known. Give 'regions' or 'region', or set AWS_REGION")
        return Reader(
            self.client_for("ssm", region), self.retrier, region, self._progress, lambda: _region_hint(region)
        )

    def instances(self, region: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Give EC2 instances of a region by id."""
        return describe(self.client_for("ec2", region), self.retrier, ids, region)

    def _on_wait(self, error: BaseException, attempts: int, pause: float) -> None:
        self._progress(f"AWS answered {name_of(error)} to attempt {attempts}, the next is in {pause:.1f} s")

    def _assume_role(self, arn: str) -> None:
        """Take the role once; every client then has its credentials."""
        session_name = f"ansible_{self.ansible_name.rsplit('.', 1)[-1]}"
        with aws_errors("sts:AssumeRole", self.region, f"assume_role_arn: assuming the role {arn}"):
            client = self.client("sts", config=BOTOCORE_CONFIG)
            answer = self.retrier.call(client.assume_role, RoleArn=arn, RoleSessionName=session_name)
        self._credentials = {
            "profile_name": None,
            "aws_access_key_id": answer["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": answer["Credentials"]["SecretAccessKey"],
            "aws_session_token": answer["Credentials"]["SessionToken"],
        }


def _say(message: str) -> None:
    """Say it at -v, on stderr: stdout is the JSON of ansible-inventory."""
    display = Display()
    if display.verbosity:
        display.display(f"tfbridge.aws: {message}", color=constants.COLOR_VERBOSE, stderr=True)


def _region_hint(region: str) -> str:
    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("ssm", partition)]
    if region in known:
        return ""
    return f" The region {region!r} is not one that botocore knows.{nearest(region, known)}"
