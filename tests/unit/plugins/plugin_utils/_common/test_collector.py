"""The collector is paused while something large is loaded, and never for longer."""

from __future__ import annotations

import contextlib
import gc
import subprocess
import sys
from unittest import mock

import pytest
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.collector import collector_paused
from ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection import Connection

from tests.conftest import COLLECTIONS

IMPORTED = """
import gc, sys, traceback
runs = []
def started(phase, info):
    files = [frame.f_code.co_filename for frame, line in traceback.walk_stack(None)]
    runs.extend(file for file in files if "/botocore/" in file or "/boto3/" in file)
gc.callbacks.append(started)
import ansible_collections.tfbridge.aws.plugins.plugin_utils._common.connection
print(runs, gc.isenabled(), gc.get_freeze_count() > 10000, "boto3.session" in sys.modules)
"""


@pytest.fixture(autouse=True)
def _nothing_is_frozen():
    """As another test of the process may have left it."""
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.mark.parametrize("runs", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_it_is_left_as_it_was(runs, fails):
    """Whether it ran or not, and whatever happens."""
    if not runs:
        gc.disable()
    with contextlib.suppress(ZeroDivisionError), collector_paused():
        inside = gc.isenabled()
        assert 1 / (not fails)

    assert (False, runs) == (inside, gc.isenabled())
    assert runs == bool(gc.get_freeze_count())


def test_boto3_is_imported_without_it():
    """In a process of its own, which has not imported it yet."""
    command, env = [sys.executable, "-c", IMPORTED], {"PYTHONPATH": str(COLLECTIONS)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert "[] True True True" == done.stdout.strip()


def test_clients_are_made_with_it():
    """A process makes one for each lookup, and what is left of the one before is collected."""
    seen = []

    def client(_self, _service, **_arguments):
        seen.append(gc.isenabled())
        return mock.MagicMock()

    frozen = gc.get_freeze_count()
    connection = Connection("tfbridge.aws.ssm_output", {"retry_budget": 1})
    with mock.patch.object(Connection, "client", client):
        connection.client_for("ssm", "eu-central-1")

    assert ([True], frozen) == (seen, gc.get_freeze_count())
