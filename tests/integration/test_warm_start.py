"""A command that is forked does what one does that is started from scratch."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.conftest import COLLECTIONS
from tests.support.command_lines import CommandLines

REGION = {"regions": ["eu-central-1"]}
LOOKUP = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('tfbridge.aws.ssm_output', 'ZONE') }}"
"""
PLAY = """
- hosts: all
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('tfbridge.aws.ssm_output', 'ZONE') }} {{ lookup('env', 'HOME') }} {{ lookup('pipe', 'pwd') }}"
    - ansible.builtin.command: env
      changed_when: false
      register: listed
    - ansible.builtin.debug:
        msg: "{{ listed.stdout_lines | select('match', 'AWS_|HOME|TMPDIR|LANG|ANSIBLE') | sort }}"
    - tfbridge.aws.ssm_outputs_info: {region: eu-central-1}
      register: info
    - ansible.builtin.debug: {var: info}
    # How modules fail is compared too, and the play goes on.
    - tfbridge.aws.ssm_outputs_info: {prefix: "a b", snapshot: maybe}
      ignore_errors: true
    # As above.
    - ansible.builtin.command: sh -c "pwd; echo no >&2; exit 3"
      ignore_errors: true
"""
PARENTS = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.shell: cut -d' ' -f4 /proc/$PPID/stat
      changed_when: false
      loop: [1, 2]
      register: parents
    - ansible.builtin.debug:
        msg: "{{ parents.results | map(attribute='stdout') | unique | length }} of 2"
"""


@pytest.fixture
def cold(run, aws):
    """The same folder and environment, without forks."""
    return CommandLines(run.folder, COLLECTIONS, aws.env)


@pytest.fixture(autouse=True)
def _forks(run, warm_start):
    """Whatever the other tests use."""
    run.warm_start = warm_start


@pytest.mark.full  # seven commands from scratch; `make test-all` starts all of the contract so
@pytest.mark.shows_secrets  # its play prints the environment
def test_it_does_the_same(aws, run, cold):
    """Output, errors, exit code, environment and folder."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "ZONE": "a"})
    for call in (
        lambda lines: lines.inventory(REGION),
        lambda lines: lines.inventory(REGION, "--graph", "-vvv"),
        lambda lines: lines.inventory({**REGION, "prefix": "NONE_"}),
        lambda lines: lines.inventory(REGION, "--no-such-option"),
        lambda lines: lines.playbook(PLAY, "--forks=1", inventory=REGION, env={"TMPDIR": str(run.folder)}),
        lambda lines: lines.playbook("tfbridge.aws.show_outputs", "-e", "region=eu-central-1"),
        lambda lines: lines.command(["ansible-doc", "-t", "lookup", "--json", "tfbridge.aws.ssm_output"]),
    ):
        forked, started = call(run), call(cold)
        assert started.rc == forked.rc
        assert _timeless(started.stdout) == _timeless(forked.stdout)
        assert _timeless(started.stderr) == _timeless(forked.stderr)


def _timeless(text):
    """Leave out what differs from run to run, and by which of its names Python was started."""
    return re.sub(r"\d+:\d{2}:\d{2}(\.\d+)?|\d+ (second|minute)s? ago|ansible-(local-)?\w*|(?<=bin/python)3", "", text)


def test_modules_are_forked_too(run, cold):
    """From one process; those that are started have a shell each."""
    assert "1 of 2" in run.playbook(PARENTS).stdout
    assert "2 of 2" in cold.playbook(PARENTS).stdout


def test_each_has_a_folder_for_temporary_files_of_its_own(aws, run):
    """Answers that lookups share are in there: they end with the command."""
    aws.publish({"ZONE": "a"})

    assert [0, 0] == [run.playbook(LOOKUP).rc, run.playbook(LOOKUP).rc]
    assert 2 == aws.calls()["ssm:GetParameters"]
    assert [] == list((run.folder / "home" / ".ansible" / "tmp").iterdir())


def test_settings_that_are_read_on_import_start_from_scratch(run):
    """An ansible.cfg, and any of Ansible's variables."""
    command = ["ansible-inventory", "--list"]
    assert run.warm_start.serves(command, run.folder, run.env)
    assert not run.warm_start.serves(["ansible-galaxy"], run.folder, run.env)
    assert not run.warm_start.serves(command, run.folder, {**run.env, "ANSIBLE_FORKS": "1"})
    run.write("ansible.cfg", "")
    assert not run.warm_start.serves(command, run.folder, run.env)


def test_one_that_hangs_is_ended(run):
    """As subprocess does it."""
    path = run.write("sleep.yml", "- hosts: localhost\n  gather_facts: false\n  tasks: [{pause: {seconds: 600}}]\n")

    with pytest.raises(subprocess.TimeoutExpired):
        run.warm_start.run(["ansible-playbook", str(path)], run.folder, run.env, 5)
