# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parameters read from SSM in the fewest calls. The boto3 client is passed in.

PRIVATE: not for use outside this collection, may change in any release.

Page sizes are those of botocore's service model: DescribeParameters 50, GetParameters 10 names,
GetParametersByPath 10. A page may be empty and still be followed by another.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.pages import batches, pages
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import THREADS, Retrier
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors, no_hint
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import AwsError, DataError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import silent
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import enumerate_names

from .names import is_snapshot_name
from .output import SECURE_STRING, Parameter

DESCRIBE_PAGE = 50
GET_NAMES = 10
BY_PATH_PAGE = 10


@dataclasses.dataclass(frozen=True)
class Reader:
    """Reads parameters of one region.

    C(client) has boto3's methods describe_parameters, get_parameters and get_parameters_by_path.
    Every method raises the BridgeError family only.
    """

    client: Any
    retrier: Retrier
    region: str
    progress: Callable[[str], None] = silent
    hint: Callable[[], str] = no_hint

    def read(self, prefix: str) -> list[Parameter]:
        """Read all parameters whose names begin with the prefix; secrets and slices of a snapshot without their values.

        A prefix that ends in a slash is read by path, ten to a call. Any other is listed, fifty to a call,
        and its values are fetched by a few threads, ten to a call.
        """
        if prefix.endswith("/"):
            return self._read_by_path(prefix)
        values: dict[str, Parameter] = {}
        # A parameter may vanish between the list and its value while an apply is under way: so once more.
        for _attempt in range(2):
            listed = self._list(prefix)
            readable = _readable(listed, prefix)
            values.update(self._fetch_side_by_side([name for name in readable if name not in values]))
            lost = [name for name in readable if name not in values]
            if not lost:
                return [values.get(name, parameter) for name, parameter in listed.items()]
        raise DataError(
            f"parameters in {self.region} are listed but can't be read: {enumerate_names(lost)}. "
            "They change while they are read; run again when the apply has ended"
        )

    def get(self, names: Sequence[str], decrypt: bool = False, what: str = "reading outputs") -> dict[str, Parameter]:
        """Read parameters by name. Names that don't exist are not in the result."""
        found: dict[str, Parameter] = {}
        for batch in batches(names, GET_NAMES):
            found.update(self._fetch(batch, decrypt, what))
        return found

    def pages(
        self, action: str, method: Callable[..., Any], what: str = "reading outputs", **arguments: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the pages that a method of the client answers with; the action is IAM's name for the call."""
        return pages(self.retrier, method, partial(aws_errors, action, self.region, what, self.hint), **arguments)

    def _read_by_path(self, prefix: str) -> list[Parameter]:
        arguments: dict[str, Any] = {
            "Path": prefix.rstrip("/"),
            "Recursive": False,
            "MaxResults": BY_PATH_PAGE,
            "WithDecryption": False,
        }
        found: list[Parameter] = []
        with _how_far(lambda: f"read {len(found):,} parameters"):
            for page in self.pages("ssm:GetParametersByPath", self.client.get_parameters_by_path, **arguments):
                found += [_parameter(item, decrypted=False) for item in page.get("Parameters", [])]
                self.progress(f"read {len(found):,} parameters below {prefix} in {self.region}")
        return found

    def _list(self, prefix: str) -> dict[str, Parameter]:
        """List the parameters under a prefix, with all that is known of them but their values."""
        filters = [{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}]
        arguments: dict[str, Any] = {"ParameterFilters": filters, "MaxResults": DESCRIBE_PAGE}
        found: dict[str, Parameter] = {}
        with _how_far(lambda: f"listed {len(found):,} parameters"):
            for page in self.pages("ssm:DescribeParameters", self.client.describe_parameters, **arguments):
                found.update({item["Name"]: _parameter(item, decrypted=False) for item in page.get("Parameters", [])})
                self.progress(f"listed {len(found):,} parameters that begin with {prefix} in {self.region}")
        return found

    def _fetch_side_by_side(self, names: Sequence[str]) -> dict[str, Parameter]:
        found: dict[str, Parameter] = {}
        with _how_far(lambda: f"read {len(found):,} of {len(names):,} parameters"):
            for parameters in self._side_by_side(names):
                found.update(parameters)
                self.progress(f"read {len(found):,} of {len(names):,} parameters in {self.region}")
        return found

    def _side_by_side(self, names: Sequence[str]) -> Iterator[dict[str, Parameter]]:
        with concurrent.futures.ThreadPoolExecutor(max_workers=THREADS) as pool:
            futures = [pool.submit(self._fetch, batch, False) for batch in batches(names, GET_NAMES)]
            try:
                for future in concurrent.futures.as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

    def _fetch(self, names: Sequence[str], decrypt: bool, what: str = "reading outputs") -> dict[str, Parameter]:
        with aws_errors("ssm:GetParameters", self.region, what, self.hint):
            answer = self.retrier.call(self.client.get_parameters, Names=list(names), WithDecryption=decrypt)
        parameters = [_parameter(item, decrypt) for item in answer.get("Parameters", [])]
        return {parameter.name: parameter for parameter in parameters}


@contextlib.contextmanager
def _how_far(done: Callable[[], str]) -> Iterator[None]:
    """Let an error say what was done until then."""
    try:
        yield
    except AwsError as exc:
        raise type(exc)(f"{exc} ({done()} until then)") from exc


def _readable(listed: Mapping[str, Parameter], prefix: str) -> list[str]:
    """Return the names of the parameters whose values are read: all but secrets, and slices of a snapshot."""
    return [
        name
        for name, parameter in listed.items()
        if parameter.type != SECURE_STRING and not is_snapshot_name(name[len(prefix) :])
    ]


def _parameter(item: Mapping[str, Any], decrypted: bool) -> Parameter:
    # Without decryption the value of a SecureString is its ciphertext: of no use to anybody, so it is dropped here.
    value = None if item["Type"] == SECURE_STRING and not decrypted else item.get("Value")
    return Parameter(item["Name"], item["Type"], value, item.get("Version", 0), item.get("LastModifiedDate"))
