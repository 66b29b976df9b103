# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""boto3 clients for plugins, made by amazon.aws: its credentials, profiles, regions and endpoints.

PRIVATE: not for use outside this collection, may change in any release.

Importing this file imports boto3, so plugins import it when they are about to call AWS and not before.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable, NoReturn, Optional

from .collector import collector_paused

with collector_paused():
    with contextlib.suppress(ImportError):  # amazon.aws's check, in the constructor, says what is missing
        import botocore.session

    from .amazon_aws import AWSPluginBase, check_version

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import require_whole_answers
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.instances import describe
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import (
    BOTOCORE_CONFIG,
    CONNECT_TIMEOUT,
    HIGH_RATE,
    READ_TIMEOUT,
    TOP_RATE,
    Pace,
    Policy,
    Retrier,
    check_budget,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import NO_REGION, aws_errors, name_of
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import nearest
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.parameters import Reader

from .progress import Progress, print_always, print_if_verbose

# What shows that something is wrong is printed before somebody wonders for five seconds.
_IMPATIENT = 4.5
_HIGH_THROUGHPUT = "/ssm/parameter-store/high-throughput-enabled"


class Connection(AWSPluginBase):
    """Clients by service and region, for the connection options of a plugin. Raises the BridgeError family only.

    With C(seconds) everything ends within so many, and no call waits for an answer for longer than half of them.
    """

    def __init__(self, plugin_name: str, options: Mapping[str, Any], seconds: Optional[float] = None) -> None:
        self.ansible_name = plugin_name
        self._options = dict(options)
        self._credentials: dict[str, Any] = {}
        self._progress = Progress(print_if_verbose)
        self._trouble = Progress(print_always, interval=_IMPATIENT)
        patience = min(READ_TIMEOUT, seconds / 2) if seconds else READ_TIMEOUT
        self._config = {
            **BOTOCORE_CONFIG,
            "connect_timeout": min(CONNECT_TIMEOUT, patience),
            "read_timeout": patience,
        }
        deadline = time.monotonic() + seconds - patience if seconds else None
        budget = check_budget(options["retry_budget"])
        policy = Policy(budget=budget, waiting=self._on_wait, watch=self._watch, deadline=deadline)
        self.retrier = Retrier(policy, Pace(top=TOP_RATE))
        check_version()
        self.require_aws_sdk()
        if self._options.get("assume_role_arn"):
            self._assume_role(self._options["assume_role_arn"])

    def get_options(self) -> dict[str, Any]:
        """Return the options to amazon.aws, whose functions ask for them."""
        return self._options

    def get_option(self, name: str) -> Any:
        """Return one option to amazon.aws."""
        return self._options.get(name)

    def _do_fail(self, message: str) -> NoReturn:
        raise AwsError(
            f"{message.rstrip('.')}. Check profile, access_key, secret_key, endpoint_url and AWS_* in the environment"
        )

    def client_for(self, service: str, region: Optional[str]) -> Any:
        """Return a client for a service in a region."""
        arguments = {**self._credentials, **({"region": region} if region else {})}
        return require_whole_answers(self.client(service, config=self._config, **arguments))

    def reader(self, region: Optional[str]) -> Reader:
        """Return the reader of Parameter Store in a region; None means the region of the profile or environment."""
        region = region or self.region
        if not region:
            raise AwsError(NO_REGION)
        client = self.client_for("ssm", region)
        self.retrier.pace.ask_top = lambda: HIGH_RATE if _has_high_throughput(client) else None
        return Reader(client, self.retrier, region, self._progress, lambda: _region_hint(region))

    def instances(self, region: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """Return EC2 instances of a region by id."""
        return describe(self.client_for("ec2", region), self.retrier, ids, region)

    def _on_wait(self, error: BaseException, attempts: int, pause: float) -> None:
        message = f"AWS answered {name_of(error)} to attempt {attempts}, the next is in {pause:.1f} s"
        self._trouble(message, ahead=pause)

    def _watch(self, function: Callable[..., Any]) -> contextlib.AbstractContextManager[None]:
        client: Any = getattr(function, "__self__", None)
        if not hasattr(client, "meta"):  # not a method of a boto3 client
            return contextlib.nullcontext()
        operation = client.meta.method_to_api_mapping.get(function.__name__, function.__name__)
        service = client.meta.service_model.service_name
        return self._trouble.while_silent(f"waiting for {service}:{operation} at {client.meta.endpoint_url}")

    def _assume_role(self, arn: str) -> None:
        """Take the role once; every client then has its credentials."""
        session_name = f"ansible_{self.ansible_name.rsplit('.', 1)[-1]}"
        with aws_errors("sts:AssumeRole", self.region, f"assume_role_arn: assuming the role {arn}"):
            client = self.client("sts", config=self._config)
            answer = self.retrier.call(client.assume_role, RoleArn=arn, RoleSessionName=session_name)
        self._credentials = {
            "profile_name": None,
            "aws_access_key_id": answer["Credentials"]["AccessKeyId"],
            "aws_secret_access_key": answer["Credentials"]["SecretAccessKey"],
            "aws_session_token": answer["Credentials"]["SessionToken"],
        }


def _has_high_throughput(client: Any) -> bool:
    """Return whether the account pays for more calls a second, as far as its policies let us know."""
    try:
        answer = client.get_service_setting(SettingId=_HIGH_THROUGHPUT)
    except Exception:  # noqa: BLE001  it makes reading faster, and nothing depends on it
        return False
    return str(answer["ServiceSetting"].get("SettingValue", "")).lower() == "true"


def _region_hint(region: str) -> str:
    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    known = [name for partition in partitions for name in session.get_available_regions("ssm", partition)]
    if region in known:
        return ""
    return f" The region {region!r} is not one that botocore knows.{nearest(region, known)}"
