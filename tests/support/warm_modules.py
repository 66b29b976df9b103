"""Modules that plays run on this machine, forked from a process that has imported what modules do.

A module that is sent to a host compiles all that it imports: two seconds, where it asks AWS. The process that is forked
knows nothing of Ansible's controller nor of any collection: a module has its collections from what it was sent, as on
any host.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import re
import runpy
import sys
from collections.abc import Mapping
from typing import Any

from tests.support import fork_server

IMPORTED = ("ansible.module_utils.basic", "ansible.module_utils.common.dict_transformations")
# How one of the collection's modules is started without a play around it.
ALONE = ["python", "-m"]
# How a play starts a module that needs no other user, no variables and no input.
PLAIN = re.compile(r"/bin/sh -c '(\S+) (\S+/AnsiballZ_\w+\.py)(?: && sleep 0)?'")


def use(path: str, inside: int) -> None:
    """Have Ansible's connection to this machine fork modules of who listens there. All else is started as ever.

    Modules join the namespaces that the command is in: those of the process with the number `inside`.
    """
    connection = importlib.import_module("ansible.plugins.connection.local").Connection
    display = importlib.import_module("ansible.utils.display").Display()
    start = connection.exec_command

    def exec_command(self: Any, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> Any:
        plain = PLAIN.fullmatch(str(cmd))
        # With -vvv each command is shown.
        if not plain or plain[1] != sys.executable or in_data or display.verbosity > 2:
            return start(self, cmd, in_data=in_data, sudoable=sudoable)
        folder = os.fsdecode(self.cwd or pathlib.Path.cwd())
        return fork_server.fork(path, plain.groups(), folder, os.environ, inside=inside)

    connection.exec_command = exec_command


def _main(_request: Mapping[str, object]) -> None:
    del sys.argv[0]
    if sys.argv[0] == ALONE[1]:
        sys.path.insert(0, os.environ["ANSIBLE_COLLECTIONS_PATH"])
        name = sys.argv[1]
        del sys.argv[:1]
        runpy.run_module(name, run_name="__main__")
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    for _name in IMPORTED:
        importlib.import_module(_name)
    fork_server.read_services()
    fork_server.serve(int(sys.argv[1]), _main)
