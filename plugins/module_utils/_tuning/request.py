# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks to measure: sizes, payloads, how often and how.

PRIVATE: not for use outside this collection, may change in any release.

Limits are those of the Lambda API reference and its quotas: 128 to 10,240 MB, 6 MB for the payload of a call that
waits for the answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.json_text import parse_json
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show

MIN_MEMORY, MAX_MEMORY = 128, 10240
MAX_PAYLOAD = 6 * 1024 * 1024
MIN_INVOCATIONS, MAX_INVOCATIONS = 5, 1000
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_ARN = re.compile(r"arn:[a-z0-9-]+:lambda:([a-z0-9-]+):[0-9]{12}:function:[A-Za-z0-9_-]{1,64}\Z")
_DEFAULT_PAYLOAD = b"{}"
_BOUNDS = {
    "invocations": (MIN_INVOCATIONS, MAX_INVOCATIONS),
    "cold_starts": (0, 50),
    "parallel": (1, 100),
    "pause": (0, 3600),
    "trim": (0, 0.4),
    "balanced_weight": (0, 1),
    "min_gain": (0, 0.5),
}


@dataclass(frozen=True)
class TuningRequest:
    """What is measured. C(payloads) has one payload for each invocation of a size. Functions are names or ARNs."""

    function: str
    memory_sizes: tuple[int, ...]
    payloads: tuple[bytes, ...] = field(repr=False)
    cold_starts: int = 0
    parallel: int = 1
    pause: float = 0.0
    pre_function: Optional[str] = None
    post_function: Optional[str] = None
    allowed_errors: frozenset[str] = frozenset()


def function_reference(text: object, region: str, option: str = "function") -> str:
    """Return the name or ARN of a function; raises OptionError for a qualified one, since versions can't be resized."""
    match = _ARN.match(text) if isinstance(text, str) else None
    if match and match.group(1) != region:
        raise OptionError(f"{option}: {text} is in another region, and region is {region}. Make them the same")
    if isinstance(text, str) and (match or _NAME.match(text)):
        return text
    raise OptionError(
        f"{option}: {show(text)} is not the name or the ARN of a function, without a version or an alias. "
        "Only $LATEST can be measured at other sizes"
    )


def parse_request(params: Mapping[str, Any], region: str, s3_payload: Optional[bytes] = None) -> TuningRequest:
    """Return the request of the module's options; raises one OptionError with all that is wrong."""
    refusals = Refusals()
    function = refusals.checked("", function_reference, params["function"], region)
    sizes = refusals.checked((), _sizes, params["memory_sizes"])
    _check_bounds(params, refusals)
    weighted = refusals.checked([], _weighted, params, s3_payload)
    hooks = {
        option: refusals.checked("", function_reference, params[option], region, option)
        for option in ("pre_function", "post_function")
        if params[option]
    }
    if weighted and params["invocations"] > 0:
        payloads = refusals.checked((), spread, weighted, params["invocations"])
    refusals.finish()
    return TuningRequest(
        function,
        sizes,
        payloads,
        params["cold_starts"],
        params["parallel"],
        params["pause"],
        hooks.get("pre_function"),
        hooks.get("post_function"),
        frozenset(params["allowed_errors"]),
    )


def _sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    wrong = [size for size in sizes if not MIN_MEMORY <= size <= MAX_MEMORY]
    if wrong or not sizes:
        got = ", ".join(map(str, wrong)) or "none"
        raise OptionError(f"memory_sizes: {got}. Valid values: {MIN_MEMORY} to {MAX_MEMORY}, in MB")
    return tuple(sorted(set(sizes)))


def _check_bounds(params: Mapping[str, Any], refusals: Refusals) -> None:
    for name, (low, high) in _BOUNDS.items():
        if not low <= params[name] <= high:
            refusals.refuse(f"{name}: {params[name]} is not within {low} to {high}")
    within, bound = params["strategy"] == "cheapest_within", params["max_p95_ms"]
    if within and (bound is None or bound <= 0):
        refusals.refuse("max_p95_ms: strategy cheapest_within requires it. Give milliseconds, more than 0")
    if not within and bound is not None:
        refusals.refuse("max_p95_ms: only valid with strategy cheapest_within")


def _weighted(params: Mapping[str, Any], s3_payload: Optional[bytes]) -> list[tuple[bytes, float]]:
    """Return the payloads with their weights, whatever order they came in."""
    if s3_payload is not None:
        return [(_stored(s3_payload), 1.0)]
    if params["payloads"] is None:
        payload = params["payload"]
        return [(_DEFAULT_PAYLOAD if payload is None else _encode("payload", payload), 1.0)]
    if not params["payloads"]:
        raise OptionError("payloads: is empty. Give at least one, with payload and weight")
    weighted: dict[bytes, float] = {}
    for index, row in enumerate(params["payloads"]):
        if not row["weight"] > 0:
            raise OptionError(f"payloads[{index}].weight: {row['weight']} is not more than 0")
        encoded = _encode(f"payloads[{index}].payload", row["payload"])
        weighted[encoded] = weighted.get(encoded, 0.0) + row["weight"]
    return sorted(weighted.items())


def _encode(option: str, payload: Any) -> bytes:
    try:
        text = payload if isinstance(payload, str) else json.dumps(payload, sort_keys=True, allow_nan=False)
        if isinstance(payload, str):
            parse_json(payload)
    except ValueError as exc:
        raise OptionError(f"{option}: is not JSON. Give a document, or text that is one") from exc
    return _fitting(option, text.encode())


def _stored(payload: bytes) -> bytes:
    fitting = _fitting("payload_s3", payload)
    try:
        parse_json(fitting)
    except ValueError as exc:
        raise OptionError("payload_s3: is not JSON. Give an object that is a JSON document") from exc
    return fitting


def _fitting(option: str, payload: bytes) -> bytes:
    if len(payload) > MAX_PAYLOAD:
        raise OptionError(f"{option}: has {len(payload):,} bytes, and Lambda takes {MAX_PAYLOAD:,}")
    return payload


def spread(weighted: Sequence[tuple[bytes, float]], invocations: int) -> tuple[bytes, ...]:
    """Return a payload for each invocation, by largest remainder; raises OptionError where one would have none."""
    total = sum(weight for _payload, weight in weighted)
    shares = [weight / total * invocations for _payload, weight in weighted]
    counts = [int(share) for share in shares]
    rest = sorted(range(len(shares)), key=lambda index: (counts[index] - shares[index], index))
    for index in rest[: invocations - sum(counts)]:
        counts[index] += 1
    if 0 in counts:
        smallest = min(weight for _payload, weight in weighted)
        raise OptionError(
            f"payloads: the weight {smallest:g} of {total:g} rounds to no invocation of {invocations}. "
            "Raise the weight, or invocations"
        )
    if max(counts) == 1:
        raise OptionError(
            f"payloads: with {invocations} invocations none of {len(counts)} is invoked twice, so noise can't be "
            "measured. Raise invocations"
        )
    return tuple(payload for (payload, _weight), count in zip(weighted, counts) for _draw in range(count))
