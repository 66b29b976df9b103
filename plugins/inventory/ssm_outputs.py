# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ssm_outputs
short_description: Hosts, groups and variables from Terraform outputs in SSM Parameter Store
version_added: 0.1.0
author:
  - The tfbridge.aws maintainers (@tfbridge)
description:
  - Reads the outputs that C(terraform apply) published as SSM parameters and makes an inventory of them. Neither
    Terraform nor its state is needed.
  - Outputs that are IP addresses, alone, in lists, in maps of names to addresses or in lists of objects, become hosts
    in a group named after the output in lower case. All other outputs become variables, named in lower case.
  - Parameters named C(X_0), C(X_1) and so on are one list C(X) in numeric order. A value that is a JSON array or
    object is decoded. A C(StringList) is split at its commas. All else is a string.
  - The name of the inventory file ends in C(ssm_outputs.yml) or C(ssm_outputs.yaml). Any other file that ends in
    C(.yml) or C(.yaml) and names this plugin is read as well.
notes:
  - "IAM: C(ssm:DescribeParameters) and C(ssm:GetParameters), or C(ssm:GetParametersByPath) alone where O(prefix) ends
    in a slash, or C(ssm:GetParameters) on C(<prefix>SNAPSHOT.*) alone where O(source=snapshot);
    C(ec2:DescribeInstances) where a host output has instance ids; C(kms:Decrypt) where O(secure_strings=decrypt).
    C(ssm:GetServiceSetting), if it is allowed, makes reading faster in accounts with high throughput."
  - "Every host has the variables C(tfbridge_region) and C(tfbridge_outputs) (a mapping of the outputs that name it to
    its index, key or null there); C(tfbridge_item) with the whole object where the output holds objects, whose
    attributes are host variables too unless Ansible has a use of its own for the name; C(tfbridge_instance) with
    type, zone, addresses, state and tags where it was found by its instance id."
  - "With O(cache=true) the finished inventory is kept, for the account, the regions, the prefix and the options that it
    was read with; a run that finds it makes no call and imports neither boto3 nor amazon.aws. Files of the cache have
    the mode 0600, hold no secret, and are not used after C(~/.aws/config) or C(~/.aws/credentials) were written anew.
    A cache that can't be read or written is a warning, and AWS is read. C(--flush-cache) and M(ansible.builtin.meta)
    with C(refresh_inventory) read AWS again."
  - Calls are kept below AWS's limit and repeated while AWS throttles, see O(retry_budget). A read that takes more than
    five seconds says at C(-v), on stderr, what it is doing.
  - Values of parameters are data. They are never templated, and no output and no attribute becomes a variable named
    C(ansible_*), one that begins with an underscore, one of Ansible's own or an option of the role
    P(tfbridge.aws.efs_mount#role), unless O(allow_variables) names it. Other collections
    read variables of their own; O(variables.prefix) keeps outputs apart from them.
extends_documentation_fragment:
  - tfbridge.aws.connection
  - ansible.builtin.inventory_cache
  - ansible.builtin.constructed
  - tfbridge.aws.outputs
  - tfbridge.aws.outputs.source
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [tfbridge.aws.ssm_outputs]
  regions:
    description:
      - The regions to read. Given more than one, each region's variables are set for that region's hosts only,
        through a group named after the region (C(eu_central_1)).
      - Where it is not given, O(region) is read, or the region of the environment or the profile.
    type: list
    elements: str
    default: []
  stack:
    description:
      - The group of all hosts of this file, like V(prod). The outputs are variables of this group instead of C(all), so
        that several files of one inventory don't change each other's variables.
      - Levels are separated by slashes. V(prod/web) puts the hosts into C(prod_web), a child of C(prod).
      - With several O(regions) each region has a group of its own in it, like C(prod_eu_central_1).
      - Without it, a variable that another source of the inventory has set otherwise is a warning, and an error with
        O(strict).
    type: str
    version_added: 0.2.0
  hosts:
    description:
      - The outputs whose values are hosts. Given this, no other output makes a host; an empty list makes none.
      - Where it is not given, every output of IP addresses makes hosts. Where a list has other elements too, its
        addresses are hosts, the list is a variable as well, and the first of the others is named in a warning.
    type: list
    elements: dict
    suboptions:
      output:
        description: The output's name, without the prefix. It also stands for the numbered parameters of a list.
        type: str
        required: true
      groups:
        description:
          - The groups that its hosts are in. Where it is not given, one named after the output, in lower case; an empty
            list is none.
        type: list
        elements: str
      hostname:
        description:
          - A template for the inventory hostname, with the variables C(name) (the key of a map, the C(name) of an
            object, or the output in lower case with the position), C(address), C(output), C(index), C(key),
            C(region), C(value), C(item) and C(instance).
          - Where it is not given, the key of a map or the C(name) of an object is the hostname, or else the address.
        type: str
      address:
        description:
          - For objects, the attribute that holds the address; by default the first there is of C(address), C(ip),
            C(ip_address), C(private_ip), C(public_ip).
          - For instance ids, which address of the instance to use, V(private_ip) by default, or V(public_ip),
            V(private_dns), V(public_dns), or V(instance_id) for connections that want the id, like
            P(amazon.aws.aws_ssm#connection).
        type: str
      vars:
        description: Variables for its hosts. They are the file's own text, so templates in them work.
        type: dict
  variables:
    description: Which other outputs become variables.
    type: dict
    default: {}
    suboptions:
      include:
        description: The outputs to take; C(*) and C(?) are wildcards.
        type: list
        elements: str
        default: ['*']
      exclude:
        description: The outputs to leave out, of variables and of hosts that are found by their addresses.
        type: list
        elements: str
        default: []
      prefix:
        description: What the variables' names begin with.
        type: str
        default: ''
  allow_variables:
    description: Variables that data may set though Ansible has a meaning for them, like V(ansible_user).
    type: list
    elements: str
    default: []
  secure_strings:
    description:
      - What to do with parameters of the type C(SecureString).
      - V(skip) leaves them out. V(decrypt) sets a variable that reads the secret when a play uses it, by
        P(tfbridge.aws.ssm_output#lookup); the value is never part of the inventory, its output or its cache.
    type: str
    choices: [skip, decrypt]
    default: skip
  on_missing:
    description: What to do when nothing is published, or an output that O(hosts) names is not.
    type: str
    choices: [error, warn, skip]
    default: error
  strict:
    description:
      - Whether warnings about the outputs are errors, as well as invalid entries in O(compose), O(groups) and
        O(keyed_groups). Such warnings are a hole in a numbered list, a parameter whose name is not an output's, an
        element that is not an address, text that looks like JSON and is not, and a variable that another source of the
        inventory has set otherwise.
  abort_on_error:
    description:
      - Whether an error ends the run with exit code 4. Ansible itself only warns about an inventory source that
        fails, and goes on with the hosts it has.
      - With V(false) that is up to C(any_unparsed_is_failed) in C(ansible.cfg).
    type: bool
    default: true
"""

EXAMPLES = r"""
# Minimal: everything published as OUTPUT_* in one region.
plugin: tfbridge.aws.ssm_outputs
regions: [eu-central-1]

---
# The hosts of one output, with their groups and variables; every other output is a variable.
plugin: tfbridge.aws.ssm_outputs
regions: [eu-central-1]
hosts:
  - output: MY_IP
    groups: [my_super_infra]
    hostname: "{{ name }}"
    vars:
      ansible_user: ec2-user

---
# Instance ids are resolved by one call; groups come from what is known of the instances.
plugin: tfbridge.aws.ssm_outputs
regions: [eu-central-1]
prefix: /prod/web/OUTPUT_
hosts:
  - output: WORKER_INSTANCE_IDS
    groups: [workers]
    address: private_ip
variables:
  exclude: [INTERNAL_*]
  prefix: tf_
keyed_groups:
  - key: tfbridge_instance.instance_type
    prefix: type

---
# Two regions, secrets read when they are used, and the inventory kept for an hour.
plugin: tfbridge.aws.ssm_outputs
regions: [eu-central-1, us-east-1]
hosts:
  - output: MY_IP
    groups: [my_super_infra]
    hostname: "{{ name }}-{{ region }}"
secure_strings: decrypt
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/tfbridge
cache_timeout: 3600
"""

import os
import re
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Optional

from ansible.errors import AnsibleError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.bytecode import use_bytecode

use_bytecode()

from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import BridgeError, OptionError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.data import as_data, plain
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.failures import SourceFailedError
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.options import (
    reserved_keywords,
    resolve_options,
    sorted_config,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.trust import as_config
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.add import add_plan
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.cache import (
    cache_key,
    for_this_user_alone,
    from_cache,
    location_problem,
    make_private,
    names_a_cache,
    to_cache,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.names import core_variables
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.options import (
    InventoryOptions,
    parse_options,
)
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.plan import InventoryPlan

# What Ansible's own command lines return for an inventory that can't be parsed.
EXIT_CODE = 4


# In YAML or JSON. A line is enough: what it holds is parsed, and refused, later.
_PLUGIN = re.compile(
    rb"""^[\s{]*["']?plugin["']?\s*:\s*["']?tfbridge\.aws\.ssm_outputs["']?\s*([#,}].*)?$""", re.MULTILINE
)
_HEAD = 65536


def _names_this_plugin(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123  as Ansible's own plugins do
            return _PLUGIN.search(file.read(_HEAD)) is not None
    except OSError:
        return False


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Outputs of Terraform as an inventory."""

    NAME = "tfbridge.aws.ssm_outputs"
    # The key of the entry that has to be written to the cache.
    _written = ""
    _configured = False
    _problems: Sequence[str] = ()

    def verify_file(self, path: str) -> bool:
        """Accept readable files by the end of their names, or by the plugin that they name."""
        if not super().verify_file(path):
            return False
        if path.endswith(("ssm_outputs.yml", "ssm_outputs.yaml")) or _names_this_plugin(path):
            return True
        self.display.vvv(f"Skipping {path}: it has no line 'plugin: {self.NAME}'")
        return False

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Take the options of the file; what is wrong about them is reported later, with all else that is."""
        given, self._problems = sorted_config(self, direct or {})
        super().set_options(task_keys=task_keys, var_options=var_options, direct=given)
        self._configured = True
        problem = location_problem(self.get_option("cache_connection"))
        if problem and self.get_option("cache"):
            self._go_without_cache(problem)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add hosts, groups and variables, all of them or none."""
        super().parse(inventory, loader, path, cache)
        try:
            self._read_config_data(path)
            self._add(cache)
        except (BridgeError, AnsibleError) as exc:
            self._fail(path, str(exc), exc)
        except Exception as exc:  # noqa: BLE001  Ansible would make a warning of it, and exit with 0
            self.display.vvv(traceback.format_exc())
            self._fail(path, f"unexpected {type(exc).__name__}: {exc}. Please report it, with the output of -vvv", exc)

    def update_cache_if_changed(self) -> None:
        """Write what was read to the cache; Ansible calls this at the end."""
        if not self._written:
            return
        try:
            super().update_cache_if_changed()
            make_private(self.get_option("cache_connection"), self._written)
        except Exception as exc:  # noqa: BLE001  a cache plugin may raise anything, and the inventory is complete
            self.display.warning(f"{self.NAME}: the cache can't be written: {exc}. The next run reads AWS again")

    def _read_config_data(self, path: str) -> Any:
        # Ansible makes the cache plugin here, and that makes its folder.
        try:
            with for_this_user_alone():
                return super()._read_config_data(path)
        except Exception as exc:
            names = [self.get_option(name) for name in ("cache_plugin", "cache_connection")] if self._configured else []
            if not names or not names_a_cache(*names):
                raise
            self._go_without_cache(str(exc))
            return {}

    def _go_without_cache(self, reason: str) -> None:
        self.display.warning(f"{self.NAME}: the cache can't be used: {reason.rstrip('.')}. AWS is read instead")
        self.set_option("cache", False)

    def _add(self, cache: bool) -> None:
        # As in other inventories, templates of the file know the variables of -e.
        self.templar.available_variables = self._vars
        given = resolve_options(self)
        options = parse_options(given, reserved_keywords(), core_variables(), os.environ, self._problems)
        plan = self._plan(options, given, cache)
        for message in [*plan.warnings, *add_plan(self, plan, options)]:
            self.display.warning(message)

    def _plan(self, options: InventoryOptions, given: Mapping[str, Any], cache: bool) -> InventoryPlan:
        if not self.get_option("cache"):
            return self._read(options)
        key = cache_key({**given, "extra_vars": self._extra_of_hostnames(options)}, os.environ)
        plan = self._cached(key, options) if cache else None
        if plan is None:
            plan = self._read(options)
            self._cache[key] = to_cache(plan, os.environ, time.time())
            self._written = key
        return plan

    def _cached(self, key: str, options: InventoryOptions) -> Optional[InventoryPlan]:
        try:
            entry = self._cache.get(key)
        except Exception as exc:  # noqa: BLE001  a cache plugin may raise anything for a file that isn't its own
            self.display.v(f"{self.NAME}: the cache can't be used and is written anew: {exc}")
            return None
        return from_cache(entry, options, os.environ, time.time(), self.get_option("cache_timeout"))

    def _read(self, options: InventoryOptions) -> InventoryPlan:
        # Imported here: boto3 takes longer to import than a cached inventory takes to load, which needs none of these.
        from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.published import (  # noqa: PLC0415  see above
            read_regions,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import (  # noqa: PLC0415  see above
            Connection,
        )
        from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.build import (  # noqa: PLC0415  see above
            build_plan,
        )

        connection = Connection(self.NAME, options.connection)
        published, missing = read_regions(connection.reader, options.regions or (None,), options.prefix, options.source)
        return build_plan(published, missing, options, self._render, connection.instances)

    def _extra_of_hostnames(self, options: InventoryOptions) -> dict[str, Any]:
        """Return the variables of -e that templates of hostnames may use."""
        templates = " ".join(rule.hostname or "" for rule in options.hosts or ())
        return {name: plain(value) for name, value in self._vars.items() if name in templates}

    def _render(self, template: str, variables: Mapping[str, Any]) -> Any:
        data = {name: as_data(value) for name, value in variables.items()}
        self.templar.available_variables = {**self._vars, **data}
        try:
            return plain(self.templar.template(as_config(template)))
        except AnsibleError as exc:
            raise OptionError(f"hosts: the hostname {template!r} can't be filled in: {exc}") from exc

    def _fail(self, path: str, text: str, exc: Exception) -> NoReturn:
        message = f"{path}: {text}"
        if self.get_option("abort_on_error"):
            self.display.error(message, wrap_text=False)
            raise SystemExit(EXIT_CODE) from exc
        raise SourceFailedError(message) from exc
