"""Arguments for an AnsibleModule that a test makes in its own process, on each supported ansible-core."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils import basic


def give_arguments(monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any]) -> None:
    """Let the next AnsibleModule find these arguments. Core has a function of its own for it from 2.19 on."""
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy")
