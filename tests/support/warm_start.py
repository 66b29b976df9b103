"""Ansible's command lines and this collection's modules, forked from a process that has imported them already.

Importing Ansible and boto3 is most of the work of a command that does little else, and tests run hundreds of those. The
process that is forked has done nothing but import, and read what says which options Ansible's plugins have and which
calls AWS's services: a fork has its own environment, folder, output and settings. What would not take its settings from
there, as an ansible.cfg read on import, is started from scratch.
"""

from __future__ import annotations

import functools
import importlib
import os
import pathlib
import sys
import types
from collections.abc import Mapping, Sequence

from tests.support import fork_server, warm_modules

COMMANDS = ("ansible-doc", "ansible-inventory", "ansible-playbook")
# Imported by nearly every command, but only once it runs.
LATER = (
    "ansible.executor.playbook_executor",
    "ansible.executor.task_queue_manager",
    "ansible.inventory.manager",
    "ansible.plugins.strategy.linear",
    "ansible.module_utils.basic",
)
# Most of what is left of a command is reading the documentation of these.
PLUGINS = ("become", "cache", "callback", "connection", "inventory", "shell", "strategy", "vars")
# Settings that a fork reads anew; all others have to be those that were there on import.
READ_ANEW = {"ANSIBLE_HOME", "ANSIBLE_LOCAL_TEMP"}


class WarmStart:
    """A process that forks commands, one that forks the modules of their plays, and what both were started in."""

    def __init__(self, folder: pathlib.Path, environment: Mapping[str, str]) -> None:
        self._settings = _settings(environment)
        (folder / "home").mkdir()
        begun = {**environment, "HOME": str(folder / "home"), "ANSIBLE_HOME": str(folder / "home" / ".ansible")}
        self._modules = fork_server.ForkServer("warm_modules", folder, begun)
        self._commands = fork_server.ForkServer("warm_start", folder, begun, self._modules.path)

    def stop(self) -> None:
        """End both; what they have forked goes on."""
        self._commands.stop()
        self._modules.stop()

    def serves(self, command: Sequence[str], folder: pathlib.Path, environment: Mapping[str, str]) -> bool:
        """Return whether a fork would do the same as a process of its own."""
        return (
            (command[0] in COMMANDS or command[:2] == warm_modules.ALONE)
            and self._settings == _settings(environment)
            and not (folder / "ansible.cfg").exists()
            and not (pathlib.Path(environment["HOME"]) / ".ansible.cfg").exists()
        )

    def run(
        self,
        command: Sequence[str],
        folder: pathlib.Path,
        environment: Mapping[str, str],
        timeout: float,
        inside: int = 0,
    ) -> tuple[int, str, str]:
        """Run a command in a fork, and return its exit code, stdout and stderr.

        The fork joins the user and mount namespaces of the process with the number `inside`; 0 is none.
        """
        words = [str(pathlib.Path(sys.executable).with_name(command[0])), *command[1:]]
        server = self._modules if command[:2] == warm_modules.ALONE else self._commands
        code, out, err = fork_server.fork(server.path, words, folder, environment, timeout=timeout, inside=inside)
        return code, out.decode(), err.decode()


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what Ansible reads from the environment on import."""
    kept = {
        name: value for name, value in environment.items() if name.startswith(("ANSIBLE_", "PYTHON", "LANG", "LC_"))
    }
    return {name: value for name, value in kept.items() if name not in READ_ANEW}


def _read_plugins() -> None:
    """Load Ansible's own plugins as a command does, and leave the rest of collections to the forks."""
    finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")._AnsibleCollectionFinder
    finder(paths=os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep))._install()
    importlib.import_module("ansible_collections.ansible.builtin")
    loaders = importlib.import_module("ansible.plugins.loader")
    for kind in PLUGINS:
        list(getattr(loaders, f"{kind}_loader").all(class_only=True))
    finder._remove()


def _main(modules: str, request: Mapping[str, object]) -> None:
    constants = importlib.import_module("ansible.constants")
    for name in constants.config.get_configuration_definitions():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))
    # What Ansible makes of a module, to send it, is good for all commands: reading what that imports takes a second.
    sender = importlib.import_module("ansible.executor.module_common")
    sender.C = types.SimpleNamespace(**{**vars(constants), "DEFAULT_LOCAL_TMP": str(pathlib.Path(modules).parent)})
    warm_modules.use(modules, request["inside"])
    sys.exit(importlib.import_module(_module(sys.argv[0])).main())


def _module(command: str) -> str:
    return f"ansible.cli.{pathlib.Path(command).name.removeprefix('ansible-')}"


if __name__ == "__main__":
    for _name in (*map(_module, COMMANDS), *LATER):
        importlib.import_module(_name)
    _read_plugins()
    fork_server.read_services()
    fork_server.serve(int(sys.argv[1]), functools.partial(_main, sys.argv[2]))
