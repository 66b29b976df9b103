"""Ansible's genuine command lines, run as a user runs them, away from the user's own files."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from tests.support.hangs import TIMEOUT
from tests.support.planted_secrets import PLANTED
from tests.support.warm_start import WarmStart


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command did."""

    rc: int
    stdout: str
    stderr: str

    def __post_init__(self) -> None:
        """Fail where it shows a secret."""
        PLANTED.check("the output", self.output)

    @property
    def output(self) -> str:
        """Everything it said."""
        return self.stdout + self.stderr

    @property
    def said(self) -> str:
        """Everything it said, on one line: Ansible wraps messages as it likes."""
        return " ".join(self.output.split())

    @property
    def json(self) -> Any:
        """What it printed, parsed."""
        return json.loads(self.stdout)


class CommandLines:
    """Runs commands in one folder, as forks where that is the same."""

    def __init__(
        self,
        folder: pathlib.Path,
        collections: pathlib.Path,
        aws_environment: Mapping[str, str],
        warm_start: WarmStart | None = None,
    ) -> None:
        self.folder = folder
        self.env = {**environment(folder / "home", collections), **aws_environment}
        self.warm_start = warm_start
        (folder / "home").mkdir(exist_ok=True)

    def write(self, name: str, content: Any) -> pathlib.Path:
        """Write a file, as YAML where it isn't text."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def command(
        self,
        arguments: Sequence[str | pathlib.Path],
        env: Mapping[str, str | None] | None = None,
        inside: int = 0,
    ) -> Result:
        """Run a command to its end. A variable that is None is not there.

        It sees the mounts of the process with the number `inside`, as the root user of its namespace.
        """
        words = [str(argument) for argument in arguments]
        merged = {name: value for name, value in {**self.env, **(env or {})}.items() if value is not None}
        if self.warm_start and self.warm_start.serves(words, self.folder, merged):
            return Result(*self.warm_start.run(words, self.folder, merged, TIMEOUT, inside))
        if inside:
            words = ["nsenter", f"--target={inside}", "--user", "--mount", f"--wdns={self.folder}", *words]
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=merged,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def module(self, name: str, /, **options: Any) -> dict[str, Any]:
        """Run a module of the collection without a play around it, and return its result."""
        arguments = self.write("module.json", json.dumps({"ANSIBLE_MODULE_ARGS": options}))
        full_name = f"ansible_collections.tfbridge.aws.plugins.modules.{name}"
        path = None if self.warm_start else self.env["ANSIBLE_COLLECTIONS_PATH"]
        done = self.command(["python", "-m", full_name, arguments], env={"PYTHONPATH": path})
        assert done.rc == int(done.json.get("failed", False)), done.output
        return dict(done.json)

    def task(self, name: str, /, *arguments: str, **options: Any) -> tuple[Result, dict[str, Any]]:
        """Run a module of the collection in a play, and return what was said and the result of the task."""
        task = {f"tfbridge.aws.{name}": options, "register": "result"}
        show = {"ansible.builtin.debug": {"msg": "RESULT {{ result | to_json }}"}}
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"block": [task], "always": [show]}]}
        done = self.playbook([play], *arguments)
        (shown,) = re.findall(r'^ +"msg": ("RESULT .*")$', done.stdout, re.MULTILINE)
        return done, json.loads(json.loads(shown).removeprefix("RESULT "))

    def in_terminal(self, columns: int, arguments: Sequence[str | pathlib.Path]) -> Result:
        """Run a command whose output is a terminal of that many columns."""
        primary, secondary = pty.openpty()
        fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        with subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=self.folder,
            env=self.env,
            stdin=secondary,
            stdout=secondary,
            stderr=secondary,
            start_new_session=True,
        ) as process:
            os.close(secondary)
            printed = b""
            with contextlib.suppress(OSError):  # a terminal whose other end is closed
                while chunk := os.read(primary, 65536):
                    printed += chunk
            os.close(primary)
        return Result(process.returncode, printed.decode().replace("\r\n", "\n"), "")

    def inventory(self, config: Any, *arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        """Run ansible-inventory on an inventory file of ours; ``--list`` where nothing else is asked for."""
        path = self.write("demo.ssm_outputs.yml", _inventory(config))
        return self.command(["ansible-inventory", "-i", path, *(arguments or ("--list",))], env)

    def playbook(
        self, plays: Any, *arguments: str, inventory: Any = None, env: Mapping[str, str | None] | None = None
    ) -> Result:
        """Run ansible-playbook on plays, or on a playbook named as collection.playbook."""
        named = isinstance(plays, str) and "\n" not in plays
        playbook = plays if named else self.write("play.yml", plays)
        chosen = []
        if inventory is not None:
            chosen = ["-i", str(self.write("demo.ssm_outputs.yml", _inventory(inventory)))]
        return self.command(["ansible-playbook", *chosen, playbook, *arguments], env)


def environment(home: pathlib.Path, collections: pathlib.Path) -> dict[str, str]:
    """Return what Ansible is started with, whatever it is to do."""
    return {
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
    }


def _inventory(config: Any) -> Any:
    return {"plugin": "tfbridge.aws.ssm_outputs", **config} if isinstance(config, dict) else config
