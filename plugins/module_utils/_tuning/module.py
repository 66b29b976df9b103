# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run as the module does it: clients and options in, a result out.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.module_utils._aws.clients import client_of
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.retry import READ_TIMEOUT
from ansible_collections.tfbridge.aws.plugins.module_utils._aws.translation import aws_errors
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.module_utils._common.progress_file import progress_to
from ansible_collections.tfbridge.aws.plugins.module_utils._common.refusals import Refusals
from ansible_collections.tfbridge.aws.plugins.module_utils._common.text import show
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input import Input, inputs_prefix, parse_inputs
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.input_store import diff_of
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.module import (
    caller_of,
    check_connection,
    input_store_of,
    retrier_of,
)

from .choice import Choice, Rules, choose
from .journal import JournalStore
from .lambda_function import MAX_TIMEOUT, LambdaFunction
from .measurement import Measurement, row_of
from .prices import ARCHITECTURES, prices_of
from .request import MAX_PAYLOAD, TuningRequest, parse_request
from .tuner import Tuner

_PAYLOADS = ("payload", "payloads")
_CREDENTIALS = ("access_key", "secret_key", "session_token")
_S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)\Z")
_TARGET = re.compile(r"(/.*)/INPUT_([^/]+)\Z")


@dataclass(frozen=True)
class Target:
    """The input that a size is published as."""

    path: str
    name: str


def hide_payloads(module: Any) -> dict[str, Any]:
    """Return the arguments as a result may show them, and take payloads out of what Ansible looks for in results.

    A payload of C({"size": 1}) would otherwise mask every 1 in the figures. None of them is in a result or a message.
    """
    inner = module._module  # noqa: SLF001  AnsibleAWSModule keeps the AnsibleModule there
    inner.no_log_values = {str(module.params[name]) for name in _CREDENTIALS if module.params.get(name)}
    hidden = {name: "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" for name in _PAYLOADS if module.params.get(name) is not None}
    return {"module_args": {**module.params, **hidden}}


def run(module: Any) -> dict[str, Any]:
    """Measure or restore, and return the result; with C(msg) where what was measured could not be used."""
    params, region = module.params, module.region
    request, target = _checked_options(module)
    progress = progress_to(params["progress_file"], "reading the function", module.log)
    tuner = _tuner(module, request, progress)
    restoring = params["state"] == "restored"
    if not restoring:
        tuner.refuse_a_second_tuner()
    result = {"function": tuner.function.name, "region": region, "strategy": params["strategy"], "changed": False}
    if module.check_mode:
        return {**result, **_checked(module, tuner, target)}
    result["restored"] = result["changed"] = tuner.heal()
    if restoring:
        return {**result, "current": int(tuner.function.configuration()["MemorySize"])}
    found = _check(module, tuner, target)
    measured = sorted(tuner.measure(found), key=lambda one: one.memory)
    return _chosen(module, found, measured, result, target)


def _checked_options(module: Any) -> tuple[TuningRequest, Optional[Target]]:
    """Return what is measured, and path and name of the input. Raises one OptionError for all that is wrong."""
    params, refusals = module.params, Refusals()
    check_connection(module, refusals)
    refusals.checked(None, prices_of, ARCHITECTURES[0], module.region or "", params["prices"] or {})
    stored = refusals.checked(None, parse_s3, params["payload_s3"])
    request = refusals.checked(None, parse_request, params, module.region)
    target = refusals.checked(None, parse_target, params["publish_to"], params["function"])
    refusals.finish()
    return (parse_request(params, module.region, _from_s3(module, *stored)) if stored else request), target


def _checked(module: Any, tuner: Tuner, target: Optional[Target]) -> dict[str, Any]:
    left = tuner.journals.read() is not None
    restoring = module.params["state"] == "restored"
    found = tuner.function.configuration() if restoring or left else _check(module, tuner, target)
    return {"restored": left, "changed": left, "current": int(found["MemorySize"])}


def _check(module: Any, tuner: Tuner, target: Optional[Target]) -> Mapping[str, Any]:
    """Return the function's configuration, unless it can't be measured, or what would be found out not be published."""
    found = tuner.check()
    if target:
        input_store_of(module, inputs_prefix(target.path)).plan(
            [Input(target.name, "number", str(found["MemorySize"]))]
        )
    return found


def _chosen(
    module: Any,
    found: Mapping[str, Any],
    measured: Sequence[Measurement],
    result: dict[str, Any],
    target: Optional[Target],
) -> dict[str, Any]:
    params, current = module.params, int(found["MemorySize"])
    architecture = (found.get("Architectures") or [ARCHITECTURES[0]])[0]
    prices = prices_of(architecture, result["region"], params["prices"] or {})
    rules = Rules(
        params["strategy"], prices, params["balanced_weight"], params["max_p95_ms"], params["min_gain"], params["trim"]
    )
    result.update(
        current=current,
        sizes=[row_of(one, prices, rules.trim) for one in measured],
        architecture=architecture,
        prices={"gb_second": prices.gb_second, "request": prices.request, "source": prices.source},
    )
    # What was measured has cost time and money: it is returned, whatever comes of it.
    try:
        choice = choose(measured, current, rules)
        result.update(chosen=choice.memory, best=choice.best, reason=choice.reason)
        if target:
            _publish(module, target, choice, result)
    except BridgeError as exc:
        result["msg"] = str(exc)
    return result


def _publish(module: Any, target: Target, choice: Choice, result: dict[str, Any]) -> None:
    store = input_store_of(module, inputs_prefix(target.path))
    reason = f"power tuning of {result['function']}, {result['strategy']}: {choice.reason}"
    changes = store.apply(store.plan([Input(target.name, "number", str(choice.memory), reason=reason)]))
    result["published"] = changes[0].as_dict()
    result["changed"] = result["changed"] or changes[0].changed
    if module._diff:  # noqa: SLF001  Ansible's name for it
        result["diff"] = diff_of(changes)


def parse_target(text: Optional[str], function: str) -> Optional[Target]:
    """Return where the size is published; raises OptionError."""
    if not text:
        return None
    match = _TARGET.match(text)
    if not match:
        example = re.sub("[^A-Z0-9]", "_", function.rpartition(":")[2].upper())
        raise OptionError(
            f"publish_to: {show(text)} is not the parameter of an input. Give a path and INPUT_ with a name, such as "
            f"/prod/INPUT_{example}_MEMORY"
        )
    path, name = match.groups()
    inputs_prefix(path)
    return Target(path, parse_inputs([{"name": name, "value": 1}], [], present=True)[0].name)


def parse_s3(url: Optional[str]) -> Optional[tuple[str, str]]:
    """Return bucket and key of an object; raises OptionError."""
    if not url:
        return None
    match = _S3.match(url)
    if not match:
        raise OptionError(f"payload_s3: {show(url)} is not the URL of an object. Give s3://bucket/key")
    return match.group(1), match.group(2)


def _from_s3(module: Any, bucket: str, key: str) -> bytes:
    client = client_of(module, "s3")
    with aws_errors("s3:GetObject", module.region, f"reading s3://{bucket}/{key}"):
        answer = retrier_of(module).call(client.get_object, Bucket=bucket, Key=key)
        # One byte more than Lambda takes is enough to refuse it.
        return bytes(answer["Body"].read(MAX_PAYLOAD + 1))


def _tuner(module: Any, request: TuningRequest, progress: Callable[[str], None]) -> Tuner:
    retrier = retrier_of(module)
    client = client_of(module, "lambda", read_timeout=MAX_TIMEOUT + READ_TIMEOUT, max_pool_connections=request.parallel)
    hooks = {"pre_function": request.pre_function, "post_function": request.post_function}
    function = LambdaFunction(client, retrier, module.region, request.function)
    return Tuner(
        function,
        JournalStore(client_of(module, "ssm"), retrier, module.region, function.name, clock=time.time),
        request,
        uuid.uuid4().hex[:12],
        "" if module.check_mode or module.params["state"] == "restored" else caller_of(module),
        {option: LambdaFunction(client, retrier, module.region, name) for option, name in hooks.items() if name},
        progress,
        patience=module.params["retry_budget"] + READ_TIMEOUT,
    )
