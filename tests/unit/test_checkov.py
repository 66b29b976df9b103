"""checkov looks at every Terraform module, and every exception has its reason."""

from __future__ import annotations

import re

import hcl2
import yaml

from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "checkov"
CONFIG = FOLDER / "config.yml"


def test_every_module_is_looked_at():
    """A module that is added is added there."""
    called = [name.strip('"') for block in hcl2.loads((FOLDER / "main.tf").read_text())["module"] for name in block]

    assert sorted(path.name for path in (ROOT / "terraform" / "modules").iterdir()) == sorted(called)


def test_every_exception_has_a_reason():
    """Behind the check's name."""
    skipped = yaml.safe_load(CONFIG.read_text())["skip-check"]
    reasons = dict(re.findall(r"^  - (CKV\w+)\s+# (\S.{20,})$", CONFIG.read_text(), re.MULTILINE))

    assert sorted(skipped) == sorted(reasons)
