"""Snapshots, through Ansible's command lines: one call, exact types, never half of one."""

from __future__ import annotations

import base64
import gzip
import json
import threading
import time

import pytest

from tests.integration.test_info import PLAY, module
from tests.integration.test_lookup import look_up, lookup, value_of
from tests.support.snapshots import document, encode, headed, slices_of

SNAPSHOT = {"regions": ["eu-central-1"], "source": "snapshot"}
TYPES = {"integer": 5, "float": 0.5, "true": True, "false": False, "null": None, "empty": "", "list": [], "map": {}}
STACK = document(
    {"EFS": "fs-1", "BLANK": "", "UNSET": None}, {"MY_IP": ["10.0.0.1"]}, {"TYPES": TYPES, "COUNT": 3}, ["PW"]
)
DIGEST = "0123456789ab"


def addresses(count):
    """Addresses of so many hosts."""
    return [f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}" for index in range(count)]


@pytest.mark.parametrize(("count", "chunks"), [(1000, 2), (5000, 10)])
def test_thousands_of_hosts_are_one_call(aws, run, count, chunks):
    """All of them, in numeric order; counted where AWS would count."""
    aws.publish_slices(encode(document({"EFS": "fs-1"}, {"MY_IP": addresses(count)}), chunks))

    result = run.inventory(SNAPSHOT)

    assert 0 == result.rc, result.output
    assert addresses(count) == result.json["my_ip"]["hosts"]
    assert "fs-1" == result.json["_meta"]["hostvars"]["10.0.0.1"]["efs"]
    assert {"ssm:GetParameters": 1} == dict(aws.calls())


def test_types_are_exact_and_two_regions_are_two_calls(aws, run):
    """What no parameter could hold is a variable as it was; each region has its own snapshot."""
    aws.publish_slices(encode(STACK))
    aws.publish_slices(encode(document({"EFS": "fs-2"}, {"MY_IP": ["10.1.0.1"]})), region="us-east-1")

    result = run.inventory({**SNAPSHOT, "regions": ["eu-central-1", "us-east-1"]})

    assert 0 == result.rc, result.output
    variables = result.json["_meta"]["hostvars"]
    assert (TYPES, 3, "", None) == tuple(variables["10.0.0.1"][name] for name in ("types", "count", "blank", "unset"))
    assert "fs-2" == variables["10.1.0.1"]["efs"]
    assert "types" not in variables["10.1.0.1"]
    assert "pw" not in variables["10.0.0.1"]
    assert {"ssm:GetParameters": 2} == dict(aws.calls())


@pytest.mark.cores
def test_a_secret_beside_a_snapshot_is_read_when_it_is_used(aws, run):
    """From its own parameter, by the template that the inventory has for it."""
    aws.publish_slices(encode(STACK))
    aws.publish_secret("PW", "hunter2-geheim")
    tasks = [{"ansible.builtin.assert": {"that": ["pw | length == 14"]}, "no_log": True}]

    result = run.playbook(
        [{**PLAY, "hosts": "my_ip", "connection": "local", "tasks": tasks}],
        inventory={**SNAPSHOT, "secure_strings": "decrypt"},
    )

    assert 0 == result.rc, result.output
    assert "hunter2" not in result.output


class TestTorn:
    """Somebody writes while it is read."""

    OLD = encode(document({"STATE": "old"}, {"MY_IP": ["10.0.0.1"]}), 3)
    NEW = encode(document({"STATE": "new"}, {"MY_IP": ["10.0.0.2", "10.0.0.3"]}), 3)

    def test_it_waits_for_the_last_slice(self, aws, run):
        """The write ends when reading has gone on long enough to be told of; the inventory is the new one."""
        aws.publish_slices([self.NEW[0], self.OLD[1], self.NEW[2]])

        def finish():
            self.wait_for_reads(aws, 1)
            # What takes less than five seconds is not told of.
            time.sleep(5.5)
            self.wait_for_reads(aws, aws.calls()["ssm:GetParameters"] + 2)
            aws.client("ssm").put_parameter(Name="OUTPUT_SNAPSHOT.1", Value=self.NEW[1], Type="String", Overwrite=True)

        writer = threading.Thread(target=finish)
        writer.start()
        result = run.inventory(SNAPSHOT, "--list", "-vv")
        writer.join()

        assert 0 == result.rc, result.output
        # At -v Ansible says on stdout which configuration it uses.
        printed = json.loads(result.stdout[result.stdout.index("{") :])
        assert ["10.0.0.2", "10.0.0.3"] == printed["my_ip"]["hosts"]
        assert aws.calls()["ssm:GetParameters"] >= 3
        assert "the snapshot is of two states" in result.said

    def wait_for_reads(self, aws, count):
        """Wait until AWS was asked so many times."""
        while aws.calls()["ssm:GetParameters"] < count:
            time.sleep(0.02)

    def test_a_writer_that_never_rests(self, aws, run):
        """Each inventory is one of the two, whole, whatever was being written."""
        aws.publish_slices(self.OLD)
        rest = threading.Event()

        def write():
            ssm = aws.client("ssm")
            while not rest.is_set():
                for state in (self.NEW, self.OLD):
                    for index, value in enumerate(state):
                        ssm.put_parameter(Name=f"OUTPUT_SNAPSHOT.{index}", Value=value, Type="String", Overwrite=True)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            results = [run.inventory(SNAPSHOT) for _round in range(3)]
        finally:
            rest.set()
            writer.join()

        for result in results:
            assert 0 == result.rc, result.output
            found = result.json["my_ip"]["hosts"]
            states = {variables["state"] for variables in result.json["_meta"]["hostvars"].values()}
            assert (found, states) in ((["10.0.0.1"], {"old"}), (["10.0.0.2", "10.0.0.3"], {"new"}))

    def test_an_apply_that_was_cut_off_is_an_error(self, aws, run):
        """By name, in the time that there is; no host is shown."""
        aws.publish_slices([self.NEW[0], self.OLD[1], self.OLD[2]])

        result = run.inventory({**SNAPSHOT, "retry_budget": 1})

        assert 4 == result.rc
        assert "OUTPUT_SNAPSHOT.0 is one of 3 slices" in result.said and "OUTPUT_SNAPSHOT.1 is one of 3" in result.said
        assert "an apply was cut off" in result.said
        assert "10.0.0" not in result.output


BOMB = base64.b64encode(gzip.compress(b" " * 10_000_000)).decode()


@pytest.mark.parametrize(
    ("slices", "message"),
    [
        ([], "nothing is published under OUTPUT_SNAPSHOT.0 in eu-central-1, where a snapshot begins. Set 'snapshot ="),
        (["10.0.0.1"], "parameter OUTPUT_SNAPSHOT.0 is not a slice of a snapshot: '10.0.0.1'"),
        ([encode(STACK, 1)[0][:-20]], "the snapshot OUTPUT_SNAPSHOT.* in eu-central-1 is damaged: its gzip ends too"),
        ([encode(STACK, 1)[0].replace(":H4sI", ":H4sX")], "OUTPUT_SNAPSHOT.* in eu-central-1 is damaged: its gzip is"),
        (headed(BOMB, DIGEST, 4), "OUTPUT_SNAPSHOT.* in eu-central-1 inflates to more than 4,194,304 bytes"),
        (slices_of('{"version":1,"strings":{"X":"a","X":"b"}}', 1), "the key 'X' appears twice in one object"),
    ],
)
def test_what_can_not_be_read_is_an_error(aws, run, slices, message):
    """With the parameter's name, and no inventory."""
    aws.publish_slices(slices)

    result = run.inventory(SNAPSHOT)

    assert (4, True) == (result.rc, message in result.said), result.output
    assert "10.0.0.1" not in result.stdout


def test_denied_names_the_action_and_what_it_is_needed_for(aws, run):
    """And a source that there isn't is refused."""
    aws.fault("ssm:GetParameters", "AccessDeniedException", message="User: arn:x is not authorized")

    denied = run.inventory(SNAPSHOT)
    unknown = run.inventory({**SNAPSHOT, "source": "auto"})

    assert 4 == denied.rc
    assert "reading the snapshot OUTPUT_SNAPSHOT.* needs the IAM action ssm:GetParameters in eu-cen" in denied.said
    assert unknown.rc != 0
    assert "source" in unknown.said and "auto" in unknown.said


@pytest.mark.shows_secrets
@pytest.mark.cores
def test_the_lookup_reads_a_snapshot(aws, run):
    """Several names in one call, typed or as they are stored; a secret with a call of its own."""
    aws.publish_slices(encode(STACK))
    aws.publish_secret("PW", "hunter2-geheim")
    names = ("efs", "MY_IP", "MY_IP_0", "TYPES", "COUNT", "BLANK", "UNSET")

    typed = value_of(look_up(run, lookup(*names, how="query", source="snapshot")))
    calls = dict(aws.calls())
    raw = value_of(look_up(run, lookup("EFS", "MY_IP", "COUNT", how="query", source="snapshot", raw=True)))
    secret = value_of(look_up(run, lookup("PW", source="snapshot", decrypt=True)))

    assert ["fs-1", ["10.0.0.1"], "10.0.0.1", TYPES, 3, "", None] == typed
    assert {"ssm:GetParameters": 1} == calls
    assert ["fs-1", ["10.0.0.1"], "3"] == raw
    assert "hunter2-geheim" == secret


def test_the_lookup_says_what_a_snapshot_has_not(aws, run):
    """A name, a secret that may not be decrypted, the snapshot itself."""
    aws.publish_slices(encode(STACK), prefix="/a/")

    missing = look_up(run, lookup("NOPE", source="snapshot", prefix="/a/"))
    secret = look_up(run, lookup("PW", source="snapshot", prefix="/a/"))
    nothing = look_up(run, lookup("EFS", source="snapshot", prefix="/b/"))

    assert [2, 2, 2] == [missing.rc, secret.rc, nothing.rc]
    assert "NOPE is not published in eu-central-1: it is not in the snapshot /a/SNAPSHOT.*" in missing.said
    assert "the output PW is a SecureString (parameter /a/PW). Give 'decrypt=true'" in secret.said
    assert "nothing is published under /b/SNAPSHOT.0" in nothing.said
    assert "d" == value_of(look_up(run, lookup("EFS", source="snapshot", prefix="/b/", default="d")))


@pytest.mark.cores
def test_info_and_show_outputs_say_what_is_the_snapshots(aws, run):
    """Version, last change and parameters are those of the slices; of a secret nothing is known."""
    aws.publish_slices(encode(document({"EFS": "fs-0"})))
    aws.publish_slices(encode(STACK))

    document_ = module(run, source="snapshot")
    shown = run.playbook("tfbridge.aws.show_outputs", "-e", "source=snapshot")
    parameters = module(run)

    by_name = {output["name"]: output for output in document_["outputs"]}
    assert ("snapshot", TYPES, 3) == (document_["source"], document_["values"]["types"], document_["values"]["count"])
    assert (2, ["OUTPUT_SNAPSHOT.0", "OUTPUT_SNAPSHOT.1"]) == (by_name["EFS"]["version"], by_name["EFS"]["parameters"])
    assert by_name["EFS"]["last_modified"].endswith("+00:00")
    assert (None, None, ["OUTPUT_PW"]) == tuple(
        by_name["PW"][key] for key in ("version", "last_modified", "parameters")
    )
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert "Published as OUTPUT_SNAPSHOT.* in eu-central-1" in lines
    assert any(line.startswith("PW secret ******** unknown unknown") for line in lines)
    assert "Give 'source: snapshot'" in parameters["msg"]
