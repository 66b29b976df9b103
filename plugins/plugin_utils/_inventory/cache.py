# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A planned inventory in Ansible's cache: by everything that decides it, readable for one user, never a secret.

PRIVATE: not for use outside this collection, may change in any release.

What is kept is data. What the inventory file says (the C(vars) of a host output) is taken from the file as it is now,
so nothing that is in the cache is ever a template.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from ansible.plugins.loader import cache_loader
from ansible_collections.tfbridge.aws.plugins.module_utils._common.regions import check_region
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.names import is_output_name
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.account import (
    SECRET_OPTIONS,
    account_files,
    account_of,
)

from .options import InventoryOptions
from .plan import InventoryPlan, PlannedGroup, PlannedHost

# Raised when what the cache holds changes its shape, so that an older entry is never read.
CACHE_FORMAT = 3

# Where and how long an entry is kept does not decide what is in it.
_OF_NO_MATTER = SECRET_OPTIONS | {"cache", "cache_connection", "cache_plugin", "cache_prefix", "cache_timeout"}


def cache_key(options: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """Return a key that changes with the account, the regions, the prefix and every option; secrets are not in it.

    C(options) are those of the inventory file and the environment, with their templates filled in.
    """
    parts = {
        "format": CACHE_FORMAT,
        "options": {name: value for name, value in options.items() if name not in _OF_NO_MATTER},
        "environment": account_of(environment),
    }
    text = json.dumps(parts, sort_keys=True, default=str)
    return "tfbridge_aws_" + hashlib.sha256(text.encode()).hexdigest()[:24]


def to_cache(plan: InventoryPlan, environment: Mapping[str, str], now: float) -> dict[str, Any]:
    """Return the plan as the cache keeps it: one JSON text, quick to load and of no interest to Ansible.

    C(now) is the time of writing, in seconds since 1970.
    """
    document = {
        "hosts": [[host.name, host.groups, _without(host.variables, host.from_file)] for host in plan.hosts],
        "groups": {
            name: [group.variables, group.secrets, sorted(group.children), group.region]
            for name, group in plan.groups.items()
        },
        "warnings": plan.warnings,
    }
    text = json.dumps(document)
    return {
        "format": CACHE_FORMAT,
        "written": now,
        "account": account_files(environment),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
        "inventory": text,
    }


def from_cache(
    entry: Any, options: InventoryOptions, environment: Mapping[str, str], now: float, timeout: float
) -> Optional[InventoryPlan]:
    """Return the plan that the cache kept; None for an entry that isn't ours, is damaged or too old.

    None as well where the files that name the accounts were written since: it may be another account's. C(timeout) is
    in seconds, 0 for ever.
    """
    try:
        whole = entry["sha256"] == hashlib.sha256(entry["inventory"].encode()).hexdigest()
        if entry["format"] != CACHE_FORMAT or entry["account"] != account_files(environment) or not whole:
            return None
        if not _is_fresh(entry["written"], now, timeout):
            return None
        document = json.loads(entry["inventory"])
        plan = InventoryPlan(
            hosts=[PlannedHost(name, groups, variables) for name, groups, variables in document["hosts"]],
            groups={name: _group(*fields) for name, fields in document["groups"].items()},
            warnings=document["warnings"],
        )
        _add_variables_of_the_file(plan, options)
    except Exception:  # noqa: BLE001  whatever is wrong with an entry, reading anew makes it right
        return None
    return plan


def _is_fresh(written: float, now: float, timeout: float) -> bool:
    """Return whether an entry is young enough. One of the future was written before the clock was set back.

    The file's own time, which is all that cache plugins look at, changes when it is copied or restored.
    """
    return written <= now and (timeout <= 0 or now - written <= timeout)


def location_problem(connection: Optional[str]) -> str:
    """Return why the place of the cache can't be one: Ansible would make a folder named C(~) without a home."""
    path = os.path.expandvars(connection or "")
    if path.startswith("~") and os.path.expanduser(path) == path:  # noqa: PTH111  as the cache plugins do
        return f"cache_connection: {path!r} begins with a home directory, and no such home is known"
    return ""


def names_a_cache(plugin: str, connection: Optional[str]) -> bool:
    """Return whether the options name a cache, so that what is wrong is the place and not the options."""
    return bool(connection) and bool(cache_loader.has_plugin(plugin))


@contextlib.contextmanager
def for_this_user_alone() -> Iterator[None]:
    """Make folders that a cache plugin creates inside readable for this user alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_private(connection: Optional[str], key: str) -> None:
    """Set the file of an entry to mode 0600. Cache plugins that write files set a mode for everybody after writing.

    C(connection) is where the cache plugin keeps its entries; nothing is done where that is no folder of files.
    """
    folder = pathlib.Path(os.path.expandvars(connection or "")).expanduser()
    if not connection or not folder.is_dir():
        return
    for path in folder.iterdir():
        # Ansible and the cache plugin put prefixes before the key.
        if path.name.endswith(key):
            with contextlib.suppress(FileNotFoundError):
                path.chmod(0o600)


def _without(variables: Mapping[str, Any], names: list[str]) -> Mapping[str, Any]:
    return {name: value for name, value in variables.items() if name not in names} if names else variables


def _group(variables: dict[str, Any], secrets: dict[str, str], children: list[str], region: str) -> PlannedGroup:
    """Return a group. Names of outputs and the region become part of a template that reads secrets."""
    if secrets:
        check_region(region, "region")
        if not all(is_output_name(output) for output in secrets.values()):
            raise ValueError("not the name of an output")
    return PlannedGroup(variables, secrets, set(children), region)


def _add_variables_of_the_file(plan: InventoryPlan, options: InventoryOptions) -> None:
    given = {rule.output: rule.variables for rule in options.hosts or () if rule.variables}
    if not given:
        return
    for host in plan.hosts:
        own: dict[str, Any] = {}
        for output in host.variables["tfbridge_outputs"]:
            own.update(given.get(output, {}))
        host.variables.update(own)
        host.from_file = sorted(own)
