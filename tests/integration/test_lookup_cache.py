"""Answers of the lookup are shared by the hosts and tasks of one run, and by nobody else."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest

from tests.support.snapshots import document, encode

LOOKUP = "lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL')"
# What the fork that fills in a template has imported. It stands beside the playbook, as people's own lookups do.
IMPORTED = """
import sys
from ansible.plugins.lookup import LookupBase

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        return [name for name in sys.modules if name in ('boto3', 'botocore') or 'collections.amazon' in name]
"""
# The folder of the run, and what is in it.
SHOW_FILES = """
    - ansible.builtin.debug:
        msg: "FILES {{ lookup('pipe', command) }}"
      vars: {command: 'cd "$ANSIBLE_LOCAL_TEMP"/*/tfbridge.aws.ssm_output && stat -c %a:%n . * && cat *'}
      run_once: true
"""


def play(*tasks, hosts=1):
    """Tasks on some hosts that need no connection, and the arguments that name the hosts."""
    text = "- hosts: all\n  gather_facts: false\n  tasks:\n" + "".join(_task(task) for task in tasks)
    return text, "-i", "".join(f"h{number}," for number in range(hosts))


def _task(task):
    return task if task.startswith("\n") else f'    - ansible.builtin.debug: {{msg: "<<{{{{ {task} }}}}>>"}}\n'


def shown(result):
    """What the tasks of all hosts showed, in order."""
    assert 0 == result.rc, result.output
    return re.findall(r"<<(.*?)>>", result.stdout)


def put(aws, value):
    """Publish, or publish anew."""
    aws.client("ssm").put_parameter(Name="OUTPUT_EFS_DNS_URL", Value=value, Type="String", Overwrite=True)


@pytest.fixture
def local_tmp(run):
    """The folder below which Ansible makes one for each run."""
    run.env["ANSIBLE_LOCAL_TEMP"] = str(run.folder / "tmp")
    return run.folder / "tmp"


@pytest.mark.parametrize(("hosts", "forks"), [(20, 5), pytest.param(50, 50, marks=pytest.mark.full)])
def test_all_hosts_and_tasks_of_a_run_cost_one_call(aws, run, local_tmp, hosts, forks):
    """However many ask at the same time; nothing is left at the end, so the next run asks again."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    aws.app.settings.latency = 0.2

    values = shown(run.playbook(*play(LOOKUP, LOOKUP, LOOKUP, hosts=hosts), f"--forks={forks}"))

    assert ["fs-1"] * 3 * hosts == values
    assert {"ssm:GetParameters": 1} == dict(aws.calls())
    assert [] == list(local_tmp.iterdir())
    put(aws, "fs-2")
    assert ["fs-2"] == shown(run.playbook(*play(LOOKUP)))


def test_a_snapshot_is_read_once_whatever_is_asked_for(aws, run):
    """Each task of each host asks for another output; a secret alone costs a call of its own."""
    values = {f"KEY_{chr(ord('A') + index)}": f"value {index}" for index in range(10)}
    aws.publish_slices(encode(document(values, secrets=["PW"])))
    aws.publish_secret("PW", "hunter2-geheim")
    lookups = [f"lookup('tfbridge.aws.ssm_output', '{name}', source='snapshot')" for name in values]

    found = shown(run.playbook(*play(*lookups, hosts=3)))

    assert sorted([*values.values()] * 3) == sorted(found)
    assert {"ssm:GetParameters": 1} == dict(aws.calls())
    aws.forget_calls()
    length = "lookup('tfbridge.aws.ssm_output', 'PW', source='snapshot', decrypt=true) | length"
    assert ["14", "value 0"] == shown(run.playbook(*play(length, lookups[0])))
    assert {"ssm:GetParameters": 2} == dict(aws.calls())


def test_names_of_one_run_are_read_once_each_however_they_are_grouped(aws, run):
    """Typed and as stored, alone and in company, in either case."""
    aws.publish({"A": ["1", "2"], "B": {"b": [1.5, None, True]}, "C": "c"})
    query = "query('tfbridge.aws.ssm_output', %s) | to_json"

    values = shown(
        run.playbook(
            *play(query % "'A', 'B'", query % "'b'", query % "'A', raw=true", query % "'C', 'A', 'B'", query % "'C'")
        )
    )

    shown_values = [json.loads(json.loads(f'"{value}"')) for value in values]
    typed = [["1", "2"], {"b": [1.5, None, True]}]
    assert [typed, [typed[1]], [["1", "2"]], ["c", *typed], ["c"]] == shown_values
    asked = [{"OUTPUT_A", "OUTPUT_B", "OUTPUT_C"} & {*request["Names"]} for request in _reads(aws)]
    assert [{"OUTPUT_A", "OUTPUT_B"}, {"OUTPUT_C"}] == [names for names in asked if names]


def _reads(aws):
    return aws.app.requests("ssm:GetParameters")


@pytest.mark.cores
def test_neither_boto3_nor_amazon_aws_is_imported_on_a_hit(aws, run):
    """Importing them takes longer than the task."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    run.warm_start = None  # a fork has imported boto3
    run.write("lookup_plugins/imported.py", IMPORTED)
    task = f"{LOOKUP} ~ (query('imported') | length > 0)"

    assert ["fs-1True", "fs-1False", "fs-1False"] == shown(run.playbook(*play(task, task, task)))


@pytest.mark.cores
def test_a_hit_loads_few_files_and_compiles_one(aws, run):
    """Each costs every task of every host, however it gives its options, and most where there is no bytecode of it."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    run.warm_start = None  # a fork has imported more
    no_package = "not hasattr(sys.modules[name], '__path__')"
    loaded = "f'{name}={type(sys.modules[name].__loader__).__name__}'"
    ours = f"return [{loaded} for name in sys.modules if '.tfbridge.aws.' in name and {no_package}]"
    run.write("lookup_plugins/imported.py", re.sub(r"return \[.*\]", ours, IMPORTED))
    told = LOOKUP.replace(")", ", region='eu-central-1', on_missing='warn', raw=true, retry_budget=5, default='x')")
    tasks = [f"{lookup} ~ ' ' ~ query('imported') | join(' ')" for lookup in (LOOKUP, told)]

    first, _other, *hits = shown(run.playbook(*play(*tasks, *tasks)))

    needed = {"_common.data", "_common.account", "_common.entry_reading", "_outputs.run_cache"}
    for hit in hits:
        value, *files = hit.split()
        loaders = _loaders(files)
        assert ("fs-1", needed | {"_common.bytecode", "lookup.ssm_output"}) == (value, set(loaders))
        assert {"_common.bytecode"} == {name for name, loader in loaders.items() if loader != "SourceFileLoader"}
    loaders = _loaders(first.split()[1:])
    assert len(loaders) > len(needed) + 10
    assert {"_common.bytecode"} == {name for name, loader in loaders.items() if loader != "SourceFileLoader"}


def _loaders(files):
    """Return the kind of loader of each file, by the last two parts of its name."""
    return {".".join(name.split(".")[-2:]): loader for name, loader in (file.split("=") for file in files)}


@pytest.mark.cores
def test_the_documentation_is_parsed_once(aws, run):
    """Parsing it takes longer than all else that a hit costs; the options are the same ones, descriptions aside."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    run.write(
        "lookup_plugins/options.py",
        """
from ansible import constants
from ansible.plugins.lookup import LookupBase

class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        name = "ansible_collections.tfbridge.aws.plugins.lookup.ssm_output"
        options = constants.config.get_configuration_definitions("lookup", name)
        described = [key for key, value in options.items() if "description" in value]
        return [f"{len(options)} {len(described)}"]
""",
    )
    task = f"{LOOKUP} ~ ' ' ~ query('options')[0]"

    first, second, third = shown(run.playbook(*play(task, task, task)))

    (_value, options, described) = first.split()
    assert options == described
    assert f"fs-1 {options} 0" == second == third


@pytest.mark.cores
def test_a_secret_is_shared_with_nobody(aws, run, local_tmp):
    """Neither its value nor its ciphertext is in a file; it needs decrypt before and after somebody has read it."""
    aws.publish_secret("PW", "hunter2-geheim")
    ciphertext = aws.client("ssm").get_parameters(Names=["OUTPUT_PW"])["Parameters"][0]["Value"]
    aws.forget_calls()
    refused = "\n    - ansible.builtin.debug: {msg: \"{{ lookup('tfbridge.aws.ssm_output', 'PW') }}\"}\n"
    # The tasks after the refusal are what it is compared with.
    refused += "      ignore_errors: true\n"
    used = (
        "\n    - ansible.builtin.debug: {msg: \"{{ query('tfbridge.aws.ssm_output', 'PW', 'EFS', decrypt=true) }}\"}\n"
    )
    used += "      no_log: true\n"
    aws.publish({"EFS": "fs-1"})

    result = run.playbook(*play(refused, used, refused, used, SHOW_FILES, hosts=4), "-vvvv")

    assert 0 == result.rc, result.output
    assert 4 == result.stdout.count("ignored=2")
    assert "the output PW is a SecureString (parameter OUTPUT_PW). Give 'decrypt=true'" in result.said
    assert ("hunter2" in result.output, ciphertext in result.output) == (False, False)
    assert {"ssm:GetParameters": 16} == dict(aws.calls())
    files = result.stdout.split("FILES ", 1)[1]
    assert "fs-1" in files
    assert {"700"} == set(re.findall(r"(\d{3}):\.\\n", files))
    assert {"600"} == set(re.findall(r"\\n(\d{3}):\w", files))


def test_an_output_that_is_missing_is_asked_for_once_a_task(aws, run):
    """Not once a host; the next task asks again, since something may have published it in between."""
    task = "lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL', default='none')"

    values = shown(run.playbook(*play(task, task, hosts=12)))

    assert ["none"] * 24 == values
    assert {"ssm:GetParameters": 2} == dict(aws.calls())


def test_what_a_task_publishes_is_there_for_the_next(aws, run):
    """An absence is not remembered; a change is seen by cache=false, and by everything after it."""
    publish = """
    - ansible.builtin.command:
        argv: ["{{ ansible_playbook_python }}", put.py, %s]
        chdir: "{{ playbook_dir }}"
      connection: local
      vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
"""
    run.write(
        "put.py",
        "import boto3, sys\nname, value = 'OUTPUT_EFS_DNS_URL', sys.argv[1]\n"
        "boto3.client('ssm').put_parameter(Name=name, Value=value, Type='String', Overwrite=True)\n",
    )
    maybe = LOOKUP.replace("URL'", "URL', default='none'")
    fresh = LOOKUP.replace("URL'", "URL', cache=false")

    values = shown(run.playbook(*play(maybe, publish % "one", maybe, publish % "two", LOOKUP, fresh, LOOKUP)))

    assert ["none", "one", "one", "two", "two"] == values


def test_until_waits_for_an_output(aws, run):
    """Retries of a task ask again."""
    waiting = """
    - ansible.builtin.debug: {msg: "<<{{ found }}>>"}
      vars: {found: "{{ lookup('tfbridge.aws.ssm_output', 'EFS_DNS_URL', default='') }}"}
      until: found != ''
      retries: 30
      delay: 2
"""

    def publish_after_two_calls():
        while aws.calls()["ssm:GetParameters"] < 2:
            time.sleep(0.05)
        put(aws, "fs-1")

    publisher = threading.Thread(target=publish_after_two_calls, daemon=True)
    publisher.start()

    assert "fs-1" == shown(run.playbook(*play(waiting, LOOKUP)))[-1]
    publisher.join(1)
    assert not publisher.is_alive()


def test_another_region_prefix_or_account_has_answers_of_its_own(aws, run):
    """Each is asked once."""
    aws.publish({"X": "eu"})
    aws.publish({"X": "us"}, region="us-east-1")
    aws.publish({"X": "path"}, prefix="/p/")
    call = "lookup('tfbridge.aws.ssm_output', 'X'%s)"
    calls = [
        call % "",
        call % ", region='us-east-1'",
        call % ", prefix='/p/'",
        call % ", profile='other', region='eu-central-1'",
    ]
    bare = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None, "AWS_CONFIG_FILE": str(run.folder / "aws.ini")}
    profiles = {"default": "AKIADEFAULT", "profile other": "AKIAOTHER"}
    texts = [f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\n" for name, key in profiles.items()]
    run.write("aws.ini", "".join(texts))

    values = shown(run.playbook(*play(*calls, *calls), env=bare))

    assert ["eu", "us", "path", "eu"] * 2 == values
    assert {"ssm:GetParameters": 4} == dict(aws.calls())
    assert {"AKIADEFAULT", "AKIAOTHER"} == aws.app.access_keys("ssm")


@pytest.mark.cores
def test_a_failure_is_shared_with_those_who_wait(aws, run):
    """Fifty hosts don't wait for AWS one after the other; later ones ask again."""
    aws.fault("ssm:GetParameters", "AccessDeniedException", times=-1)
    aws.app.settings.latency = 3

    result = run.playbook(*play(LOOKUP, hosts=10), "--forks=10")

    assert 2 == result.rc
    assert 10 <= result.output.count("needs the IAM action ssm:GetParameters")
    assert aws.calls()["ssm:GetParameters"] < 10


@pytest.mark.cores
def test_without_a_folder_each_asks_for_itself(aws, run, local_tmp):
    """A cache that can't be written costs calls, and no more."""
    aws.publish({"EFS_DNS_URL": "fs-1"})
    # A file stands where the folder would be.
    spoil = """
    - ansible.builtin.shell: cd "$ANSIBLE_LOCAL_TEMP"/* && touch tfbridge.aws.ssm_output
      connection: local
      vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
"""

    assert ["fs-1", "fs-1"] == shown(run.playbook(*play(spoil, LOOKUP, LOOKUP)))
    assert {"ssm:GetParameters": 2} == dict(aws.calls())
