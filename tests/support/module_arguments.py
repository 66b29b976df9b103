"""Arguments for an AnsibleModule that a test makes in its own process, on each supported ansible-core."""

from __future__ import annotations

import json
from typing import Any

import ansible.module_utils
import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings


def give_arguments(monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]) -> None:
    """Let the next AnsibleModule find these arguments, in a process that is as new as a module's.

    Core keeps warnings for the process; and from 2.19 on a process that has imported the controller shows them, instead
    of returning them. Other tests have left both behind.
    """
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy")
        monkeypatch.setattr(ansible.module_utils._internal, "is_controller", False)
    monkeypatch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())
