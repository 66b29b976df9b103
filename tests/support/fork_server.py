"""Processes that are forked from one that has imported, and read, what all of them do.

A fork has its own environment, folder, output and arguments, and ends as any other process does, but that it frees
nothing: that would copy all that it shares.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import functools
import gc
import importlib
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the collection has clients of.
SERVICES = ("ec2", "scheduler", "sqs", "ssm", "sts")
SIZE = 200_000


class ForkServer:
    """A process that forks for who asks at its socket: one of the modules beside this."""

    def __init__(self, module: str, folder: pathlib.Path, environment: Mapping[str, str], *arguments: str) -> None:
        self.path = str(folder / module)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.path)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"tests.support.{module}", str(listener.fileno()), *arguments],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )

    def stop(self) -> None:
        """End the process; what it has forked goes on."""
        self._process.communicate()


def fork(
    path: str,
    command: Sequence[str],
    folder: str | pathlib.Path,
    environment: Mapping[str, str],
    *,
    timeout: float | None = None,
    inside: int = 0,
) -> tuple[int, bytes, bytes]:
    """Run a command in a fork of who listens there, and return its exit code, stdout and stderr.

    The fork joins the user and mount namespaces of the process with the number `inside`; 0 is none.
    """
    request = json.dumps(
        {"command": list(command), "folder": str(folder), "environment": dict(environment), "inside": inside}
    )
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        connection.settimeout(timeout)
        connection.connect(path)
        socket.send_fds(connection, [request.encode()], [out.fileno(), err.fileno()])
        pid = connection.recv(SIZE)
        try:
            code = connection.recv(SIZE)
            # The end of the process, and of all that it has forked.
            connection.recv(SIZE)
        except TimeoutError as error:
            os.killpg(int(pid), signal.SIGKILL)
            raise subprocess.TimeoutExpired(command, timeout or 0) from error
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        assert code, f"{command} was killed: {texts}"
        return int(code), texts[0], texts[1]


def serve(descriptor: int, main: Callable[[Mapping[str, object]], None]) -> None:
    """Fork for each request, until stdin is closed; each fork does `main` and ends."""
    listener = socket.socket(fileno=descriptor)
    # A fork finds what any other process does.
    sys.path.remove(str(ROOT))
    # What is there stays where it is, so that forks share it.
    gc.freeze()
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        connection, _address = listener.accept()
        request, descriptors, _flags, _sender = socket.recv_fds(connection, SIZE, 2)
        if os.fork() == 0:
            listener.close()
            asked = json.loads(request)
            _become(asked, descriptors)
            # Nothing but the end of the process closes it.
            answers = connection.detach()
            os.write(answers, str(os.getpid()).encode())
            code = _exit_code(main, asked)
            os.write(answers, str(code).encode())
            os._exit(code)
        for passed in descriptors:
            os.close(passed)
        connection.close()
        _reap()
    _reap()


def read_services() -> None:
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


def _join(namespaces: pathlib.Path) -> None:
    """Join a user namespace, and the mount namespace that is its own."""
    for name in ("user", "mnt"):
        with (namespaces / name).open() as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0):
                raise OSError(ctypes.get_errno(), f"{namespaces / name} can't be joined")


def _exit_code(main: Callable[[Mapping[str, object]], None], asked: Mapping[str, object]) -> int:
    """Do what an interpreter does around its program, and return the exit code."""
    code = 1
    try:
        main(asked)
        code = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001  whatever it is, the interpreter shows it
        sys.excepthook(*sys.exc_info())
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code
