"""A module that runs in the process of a test is as one that runs in its own."""

from __future__ import annotations

import contextlib
import io
import json

import ansible.module_utils
import pytest
from ansible.module_utils.basic import AnsibleModule

from tests.support.module_arguments import give_arguments


def result_of(text: str) -> list[str]:
    """Return the warnings in the result of a module that warns of this."""
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        give_arguments(patch, {"text": text})
        module = AnsibleModule({"text": {"type": "str"}})
        module.warn(module.params["text"])
        with pytest.raises(SystemExit):
            module.exit_json()
    warnings = json.loads(printed.getvalue()).get("warnings", [])
    return [one if isinstance(one, str) else one["event"]["msg"] for one in warnings]


def test_its_result_has_its_own_warnings(monkeypatch):
    """And those of no module that ran before, whether or not a test has used the controller in this process."""
    assert ["one"] == result_of("one")
    if internal := getattr(ansible.module_utils, "_internal", None):
        monkeypatch.setattr(internal, "is_controller", True)
    assert ["two"] == result_of("two")
