"""Ansible's command lines and this collection's modules, forked from a process that has imported them already.

Importing Ansible and boto3 is most of the work of a command that does little else, and tests run hundreds of those. The
process that is forked has done nothing but import, and read what says which options Ansible's plugins have and which
calls AWS's services: a fork has its own environment, folder, output and settings. What would not take its settings from
there, as an ansible.cfg read on import, is started from scratch.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import pathlib
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence

COMMANDS = ("ansible-doc", "ansible-inventory", "ansible-playbook")
# How one of the collection's modules is started without a play around it.
MODULE = ["python", "-m"]
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
# What the collection has clients of.
SERVICES = ("ec2", "scheduler", "sqs", "ssm", "sts")
# Settings that a fork reads anew; all others have to be those that were there on import.
READ_ANEW = {"ANSIBLE_HOME", "ANSIBLE_LOCAL_TEMP"}
SIZE = 200_000


class WarmStart:
    """A process that forks, and the environment that it was started in."""

    def __init__(self, folder: pathlib.Path, environment: Mapping[str, str]) -> None:
        self._settings = _settings(environment)
        self._path = str(folder / "warm-start")
        (folder / "home").mkdir()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self._path)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(listener.fileno())],
                cwd=folder / "home",
                env={**environment, "HOME": str(folder / "home"), "ANSIBLE_HOME": str(folder / "home" / ".ansible")},
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )

    def stop(self) -> None:
        """End the process; what it has forked goes on."""
        self._process.communicate()

    def serves(self, command: Sequence[str], folder: pathlib.Path, environment: Mapping[str, str]) -> bool:
        """Return whether a fork would do the same as a process of its own."""
        return (
            (command[0] in COMMANDS or command[:2] == MODULE)
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
        request = json.dumps(
            {"command": words, "folder": str(folder), "environment": dict(environment), "inside": inside}
        )
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            connection.settimeout(timeout)
            connection.connect(self._path)
            socket.send_fds(connection, [request.encode()], [out.fileno(), err.fileno()])
            pid = int(connection.recv(SIZE))
            try:
                code = connection.recv(SIZE)
                # The end of the process, and of all that it has forked.
                connection.recv(SIZE)
            except TimeoutError as error:
                os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout) from error
            texts = []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
            assert code, f"{command} was killed: {texts}"
            return int(code), texts[0], texts[1]


def _settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what Ansible reads from the environment on import."""
    kept = {
        name: value for name, value in environment.items() if name.startswith(("ANSIBLE_", "PYTHON", "LANG", "LC_"))
    }
    return {name: value for name, value in kept.items() if name not in READ_ANEW}


def serve(listener: socket.socket) -> None:
    """Import, then fork for each request, until stdin is closed; return in the forks too."""
    for name in COMMANDS:
        importlib.import_module(_module(name))
    for name in LATER:
        importlib.import_module(name)
    _read_plugins()
    _read_services()
    # What is there stays where it is, so that forks share it.
    gc.freeze()
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        connection, _address = listener.accept()
        request, descriptors, _flags, _sender = socket.recv_fds(connection, SIZE, 2)
        if os.fork() == 0:
            listener.close()
            _become(json.loads(request), descriptors)
            with _reported(connection):
                _main(sys.argv[0])
        for descriptor in descriptors:
            os.close(descriptor)
        connection.close()
        _reap()
    _reap()


def _read_plugins() -> None:
    """Load Ansible's own plugins as a command does, and leave the rest of collections to the forks."""
    finder = importlib.import_module("ansible.utils.collection_loader._collection_finder")._AnsibleCollectionFinder
    finder(paths=os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep))._install()
    importlib.import_module("ansible_collections.ansible.builtin")
    loaders = importlib.import_module("ansible.plugins.loader")
    for kind in PLUGINS:
        list(getattr(loaders, f"{kind}_loader").all(class_only=True))
    finder._remove()


def _read_services() -> None:
    """Make a client of each service: what is read for it is kept for the clients of the forks."""
    session, boto3 = importlib.import_module("botocore.session"), importlib.import_module("boto3")
    session.create_loader = functools.cache(session.create_loader)
    for service in SERVICES:
        boto3.Session("key", "secret", region_name="eu-central-1").client(service)


def _reap() -> None:
    """Take note of the forks that have ended; who asked for them knows by their connections."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(request: Mapping[str, object], descriptors: Sequence[int]) -> None:
    """Take what a new process would have from who started it."""
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)
    if request["inside"]:
        _join(pathlib.Path("/proc", str(request["inside"]), "ns"))
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = request["command"]
    tempfile.tempdir = None
    constants = importlib.import_module("ansible.constants")
    for name in constants.config.get_configuration_definitions():
        constants.set_constant(name, constants.config.get_config_value(name, variables=vars(constants)))


def _join(namespaces: pathlib.Path) -> None:
    """Join a user namespace, and the mount namespace that is its own."""
    for name in ("user", "mnt"):
        with (namespaces / name).open() as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0):
                raise OSError(ctypes.get_errno(), f"{namespaces / name} can't be joined")


@contextlib.contextmanager
def _reported(connection: socket.socket) -> Iterator[None]:
    """Send the number of this process, and in the end its exit code; the process then ends as any other does."""
    connection.send(str(os.getpid()).encode())
    code: object = 1
    try:
        yield
        code = 0
    except SystemExit as ended:
        code = ended.code
        raise
    finally:
        connection.send(str(code if isinstance(code, int) else int(code is not None)).encode())


def _main(command: str) -> None:
    if pathlib.Path(command).name == MODULE[0]:
        # As where none of Ansible's own finders of collections ever was.
        for loaded in [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]:
            del sys.modules[loaded]
        sys.path.insert(0, os.environ["ANSIBLE_COLLECTIONS_PATH"])
        name = sys.argv[2]
        del sys.argv[1:3]
        runpy.run_module(name, run_name="__main__")
    else:
        sys.exit(importlib.import_module(_module(command)).main())


def _module(command: str) -> str:
    return f"ansible.cli.{pathlib.Path(command).name.removeprefix('ansible-')}"


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
