# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform to Ansible on this machine: an AWS on loopback, a real apply, a real play. Nothing is left behind.

The AWS is moto's server, a stand-in that answers over HTTP, behind the layer of the tests that refuses what AWS
refuses and runs functions. Terraform, its AWS provider and Ansible are genuine.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import logging
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import collection, signals  # noqa: E402  needs the path above
from scripts.terraform_binary import TerraformUnavailableError, find_terraform  # noqa: E402  needs the path above
from scripts.terraform_provider import Provider, any_provider  # noqa: E402  needs the path above

collection.lay_link()
sys.path.insert(0, str(collection.COLLECTIONS))

from tests.support.lambda_handler import HandlerWorkload  # noqa: E402  needs the path above
from tests.support.strict_aws import StrictAws, serve  # noqa: E402  needs the path above

PATIENCE = 10.0
PICTURES = ROOT / ".cache" / "demo"
# The module ssm_inputs needs AWS provider 4.31.
READS_INPUTS = (4, 31)
# A text of which the function counts the words: some milliseconds of work for a whole CPU.
TUNING = {
    "function": "worker",
    "publish_to": "/prod/worker/INPUT_WORKER_MEMORY",
    "strategy": "balanced",
    "memory_sizes": [256, 1024, 1769, 3008],
    "invocations": 10,
    "payload": {"text": " ".join(str(number) for number in range(600))},
}


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//team//EN
BEGIN:VEVENT
UID:weekly@team
SUMMARY:load test, every week
DTSTART;TZID=Europe/Paris:{first:%Y%m%d}T080000
DTEND;TZID=Europe/Paris:{first:%Y%m%d}T110000
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
BEGIN:VEVENT
UID:lunch@team
SUMMARY:Lunch
DTSTART;TZID=Europe/Paris:{second:%Y%m%d}T120000
DTEND;TZID=Europe/Paris:{second:%Y%m%d}T130000
END:VEVENT
END:VCALENDAR
"""


class StepFailedError(Exception):
    """A command of the demo failed."""


class Demo:
    """The steps, counted, in one scratch folder, and where their pictures go."""

    def __init__(self, folder: pathlib.Path, pictures: pathlib.Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.pictures = pictures
        self.environment = environment
        self.count = 0

    def step(self, text: str) -> None:
        """Say what comes next."""
        self.count += 1
        print(f"\n[{self.count}] {text}", flush=True)

    def command(
        self,
        *words: str,
        only: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        code: int = 0,
        says: str = "",
    ) -> None:
        """Run a command and show what it says, all of it or only lines that have one of these texts.

        C(code) is the exit code that belongs to the story, and C(says) what the command has to say.
        """
        print(f"    $ {shlex.join([pathlib.Path(words[0]).name, *words[1:]])}", flush=True)
        with _child(words, self.folder, {**self.environment, **(env or {})}) as child:
            lines: list[str] = []
            for line in child.stdout or ():
                lines.append(line)
                if not only or any(text in line for text in only):
                    print(f"    {line}", end="", flush=True)
            if child.wait() != code or says not in "".join(lines):
                shown = "" if not only else "".join(lines)
                short = f", and did not say {says!r}" if says else ""
                raise StepFailedError(f"{shown}{words[0]} ended with exit code {child.returncode}{short}")

    def ask(self, *words: str) -> str:
        """Run a command that is not part of the story, and give what it says."""
        with _child(words, self.folder, self.environment) as child:
            return child.communicate()[0].strip()


@contextlib.contextmanager
def _child(words: Sequence[str], folder: pathlib.Path, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process that does not outlive this one."""
    process = subprocess.Popen(
        words,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        process_group=0,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            # Terraform ends its provider when it is asked to stop.
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
        # What did not end in time, the provider with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _aws(handler: pathlib.Path) -> Iterator[str]:
    """Serve an AWS in this process, on a free port of loopback, whose functions run this handler."""
    # A line for each request would drown the demo's own.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = StrictAws()
    with HandlerWorkload(handler) as app.settings.workload:
        server, url = serve(app)
        try:
            yield url
        finally:
            server.shutdown()
            server.server_close()


def _environment(folder: pathlib.Path, url: str, provider: Provider) -> dict[str, str]:
    """Give the commands this project's tools and the AWS on loopback, and nothing of the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "TF_"))}
    return {
        **kept,
        **provider.environment,
        "PATH": f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible-home"),
        # Where providers have their sockets.
        "TMPDIR": str(folder),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIAONLYFORTHISDEMO0",
        "AWS_SECRET_ACCESS_KEY": "no-secret-on-loopback",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_VAR_endpoint": url,
    }


def _lay_out(folder: pathlib.Path) -> None:
    shutil.copytree(
        ROOT / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*")
    )
    collection = folder / "collections" / "ansible_collections" / "tfbridge" / "aws"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT, target_is_directory=True)


def run(folder: pathlib.Path, pictures: pathlib.Path) -> None:
    """Run all steps in a scratch folder."""
    terraform, provider = find_terraform(), any_provider()
    _lay_out(folder)
    pictures.mkdir(parents=True, exist_ok=True)
    tuned = folder / "terraform" / "examples" / "tuned_lambda"
    with _aws(tuned / "handler.py") as url:
        demo = Demo(folder / "terraform" / "examples" / "demo", pictures, _environment(folder, url, provider))
        demo.step(f"An AWS on this machine: moto's server at {url}")
        demo.step(f"terraform apply, with AWS provider {provider.version} from {provider.origin}")
        demo.command(terraform, "init", "-no-color", "-input=false", only=["Installed", "initialized"])
        demo.command(
            terraform,
            "apply",
            "-no-color",
            "-input=false",
            "-auto-approve",
            only=["Creation complete", "Apply complete"],
        )
        demo.command(terraform, "output", "-no-color", "parameters")
        demo.step("Terraform is done. From here on Ansible asks SSM, and nobody needs Terraform or its state")
        demo.command("cat", "ansible/demo.ssm_outputs.yml")
        demo.command("ansible-inventory", "-i", "ansible/demo.ssm_outputs.yml", "--graph")
        demo.step("A play on real addresses, and one that looks single values up")
        demo.command("ansible-playbook", "-i", "ansible/demo.ssm_outputs.yml", "ansible/site.yml")
        demo.step("Two bookings of one instance overlap, and nothing stops it in between; then one is cancelled")
        instance_id = demo.ask(terraform, "output", "-raw", "instance_id")
        _book(demo, instance_id)
        demo.step("A team marks load tests in its calendar: they become bookings, beside those of people")
        _sync(demo, instance_id)
        demo.step("What the stack has published")
        demo.command("ansible-playbook", "tfbridge.aws.show_outputs", "-e", "region=eu-central-1")
        demo.step("Somebody renames an output in a copy of the code: the check names the plays that would break")
        _rename(demo)
        demo.step("The other direction: Ansible measures which memory a function should have, and Terraform sets it")
        if tuple(map(int, re.findall("[0-9]+", provider.version))) < READS_INPUTS:
            print(f"    Left out: it needs AWS provider 4.31 or later, and here is {provider.version}.")
        else:
            _tune(demo, terraform, tuned)


def _tune(demo: Demo, terraform: str, folder: pathlib.Path) -> None:
    """Apply a function whose memory is an input, measure it, apply what was published; nothing is left to change."""
    with zipfile.ZipFile(folder / "handler.zip", "w") as archive:
        archive.write(folder / "handler.py", "handler.py")
    (demo.folder / "worker.json").write_text(json.dumps(TUNING))
    words = [terraform, f"-chdir=../{folder.name}"]
    flags = ["-no-color", "-input=false"]
    demo.command(*words, "init", *flags, only=["initialized"])
    apply = [*words, "apply", *flags, "-auto-approve"]
    demo.command(*apply, only=["aws_lambda_function.worker: Creation complete", "Apply complete"])
    page = ["-e", f"page={demo.pictures / 'lambda-tuning.html'}"]
    shown = ["Cost of", "-----", " MB ", "MB:", "Published", "fatal"]
    tune = ["ansible-playbook", "tfbridge.aws.tune_lambda", "-e", "@worker.json", *page]
    demo.command(*tune, only=shown, env={"COLUMNS": "120"})
    demo.command(*apply, only=["memory_size", "Apply complete"])
    demo.command(*words, "plan", *flags, "-detailed-exitcode", only=["No changes"], says="No changes")
    print(f"    The picture of it: {demo.pictures / 'lambda-tuning.html'}")


def _rename(demo: Demo) -> None:
    """Rename an output that plays read, and check the code against them and what is published, before any apply."""
    code = (demo.folder / "main.tf").read_text()
    copy = demo.folder / "renamed" / "main.tf"
    copy.parent.mkdir()
    copy.write_text(code.replace("{ my_ip = ", "{ web_ip = "))
    check = ["ansible-playbook", "tfbridge.aws.check_outputs", "-e", "terraform=renamed", "-e", "playbooks=ansible"]
    # The exit code is that of any task that fails: what was found is in the result.
    found = "failed: 2 error"
    demo.command(*check, "-e", "region=eu-central-1", only=["error  ", "    play '", found], says=found, code=2)


def _book(demo: Demo, instance_id: str) -> None:
    """Two bookings that overlap, one of them cancelled, and a picture of it."""
    day = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=1)).date()
    book = ["ansible-playbook", "tfbridge.aws.book_ec2", "-e", f"instance_id={instance_id}"]
    for name, start, end in (("alice", 15, 18), ("bob", 17, 20)):
        times = ["-e", f"start_time={day}T{start}:00", "-e", f"end_time={day}T{end}:00", "-e", "timezone=Europe/Paris"]
        demo.command(*book, "-e", f"booking_name={name}", *times, "--diff", only=["+", "-i-", "fatal"])
    demo.command(*book, "-e", "booking_name=alice", "-e", "cancel=true", "--diff", only=["+", "-i-", "fatal"])


def _sync(demo: Demo, instance_id: str) -> None:
    """Make bookings of a small calendar, and a picture of all."""
    day = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=1)
    (demo.folder / "team.ics").write_text(CALENDAR.format(first=day, second=day + dt.timedelta(days=1)))
    rules = json.dumps({"events": [{"summary": "load test*", "instance_ids": [instance_id]}]})
    sync = ["ansible-playbook", "tfbridge.aws.sync_calendar", "-e", "calendar=team.ics", "-e", "calendar_id=team"]
    shown = ["load test", "Lunch", "events:", "+i-", "-i-", "fatal"]
    demo.command(*sync, "-e", rules, "--diff", only=shown, env={"COLUMNS": "160"})
    page = ["-e", "timezone=Europe/Paris", "-e", f"timeline={demo.pictures / 'ec2-schedule.html'}"]
    demo.command("ansible-playbook", "tfbridge.aws.show_schedule", *page, only=["msg", "fatal"])


def main() -> int:
    """Run the demo, and clean up however it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="?", type=pathlib.Path, default=PICTURES, help="where to (.cache/demo)")
    pictures = parser.parse_args().pictures.resolve()
    signals.raise_in_main()
    try:
        with tempfile.TemporaryDirectory(prefix="tfbridge-demo-") as folder:
            run(pathlib.Path(folder), pictures)
    except (TerraformUnavailableError, StepFailedError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything is cleaned up.", file=sys.stderr)
        return 130
    print("\nDone. Nothing is left running. `make clean` removes what is left on disk: .venv, .cache and __pycache__.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
