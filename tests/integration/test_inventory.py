"""The inventory plugin, through ansible-inventory and ansible-playbook."""

from __future__ import annotations

import hashlib
import json
import pathlib
import re

import pytest
import yaml

from tests.support.aws import IMAGE

REGION = {"regions": ["eu-central-1"]}
# tests/unit has the rest of what is reported of them.
WRONG_OPTIONS = {"prefix": "a b", "regions": ["Frankfurt", "eu-central-1"]}
NO_CREDENTIALS = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
SHOW_HOSTS = """
- hosts: all
  gather_facts: false
  connection: local
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
  tasks:
    - ansible.builtin.debug:
        msg: "{{ inventory_hostname }} {{ efs_dns_url | default('') }}"
"""


def hosts_of(result, group="all"):
    """Names of the hosts of a group in `ansible-inventory --list`, in order."""
    listed = result.json
    if group == "all":
        return list(listed["_meta"]["hostvars"])
    return listed[group]["hosts"]


class TestHosts:
    """What an engineer gets for what Terraform published."""

    @pytest.mark.cores
    def test_a_play_shows_addresses_and_no_placeholder(self, aws, run):
        """The recap has real addresses, in numeric order."""
        addresses = [f"10.0.0.{index}" for index in range(1, 13)]
        aws.publish({"MY_IP": addresses, "EFS_DNS_URL": "fs-1.example.com"})

        result = run.playbook(SHOW_HOSTS, "--forks=1", inventory=REGION)

        assert 0 == result.rc, result.output
        recap = result.stdout.split("PLAY RECAP")[1]
        assert set(addresses) == {line.split()[0] for line in recap.splitlines()[1:] if line}
        assert addresses == re.findall(r"^ok: \[(.+?)\]", result.stdout, re.MULTILINE)
        assert "{{" not in result.stdout
        assert "10.0.0.12 fs-1.example.com" in result.stdout

    def test_names_are_in_numeric_order(self, aws, run):
        """_2 before _10, in --graph and in the groups of --list."""
        aws.publish({"MY_IP": [f"10.0.0.{index + 1}" for index in range(12)]})
        inventory = {**REGION, "hosts": [{"output": "MY_IP", "groups": ["web"], "hostname": "{{ name }}"}]}
        names = [f"my_ip_{index}" for index in range(12)]

        assert names == re.findall(r"--(my_ip_[0-9]+)", run.inventory(inventory, "--graph").stdout)
        assert names == hosts_of(run.inventory(inventory), "web")

    @pytest.mark.cores
    def test_list_is_clean_json(self, aws, run):
        """No wrappers of Ansible's around values that are no templates."""
        aws.publish(
            {"MY_IP": ["10.0.0.1"], "CONF": {"a": [1, True, None]}, "NODES": [{"ip": "10.0.1.1", "role": "db"}]}
        )

        result = run.inventory(REGION)

        assert 0 == result.rc, result.output
        assert "" == result.stderr
        assert "__ansible" not in result.stdout
        assert {"a": [1, True, None]} == result.json["_meta"]["hostvars"]["10.0.0.1"]["conf"]
        assert "db" == result.json["_meta"]["hostvars"]["10.0.1.1"]["role"]

    @pytest.mark.cores
    def test_rules_groups_hostnames_and_variables(self, aws, run):
        """The example of the documentation's second inventory."""
        aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "EFS_DNS_URL": "fs", "INTERNAL_X": "no"})

        result = run.inventory(
            {
                **REGION,
                "hosts": [
                    {
                        "output": "MY_IP",
                        "groups": ["my_super_infra"],
                        "hostname": "{{ name }}",
                        "vars": {"ansible_user": "ec2-user", "greeting": "{{ 'hi ' ~ inventory_hostname }}"},
                    }
                ],
                "variables": {"exclude": ["INTERNAL_*"], "prefix": "tf_"},
            }
        )

        assert ["my_ip_0", "my_ip_1"] == hosts_of(result, "my_super_infra")
        variables = result.json["_meta"]["hostvars"]["my_ip_1"]
        assert ("10.0.0.2", "ec2-user", "fs") == (
            variables["ansible_host"],
            variables["ansible_user"],
            variables["tf_efs_dns_url"],
        )
        assert "{{ 'hi ' ~ inventory_hostname }}" == variables["greeting"]
        assert "tf_internal_x" not in variables

    @pytest.mark.cores
    def test_templates_of_the_file_work(self, aws, run):
        """Vars of a rule are the author's own text."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        inventory = {
            **REGION,
            "hosts": [{"output": "MY_IP", "groups": ["web"], "vars": {"who": "{{ 'h-' ~ inventory_hostname }}"}}],
        }
        plays = SHOW_HOSTS.replace("{{ inventory_hostname }} ", "{{ who }} ")

        assert '"msg": "h-10.0.0.1 "' in run.playbook(plays, inventory=inventory).stdout

    @pytest.mark.cores
    def test_group_names_may_be_changed_by_ansible(self, aws, run):
        """As TRANSFORM_INVALID_GROUP_CHARS says; the group keeps its hosts."""
        aws.publish({"MY_IP": ["10.0.0.1"]})

        result = run.inventory(
            {**REGION, "hosts": [{"output": "MY_IP", "groups": ["my-infra"]}]},
            env={"ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS": "silently"},
        )

        assert ["10.0.0.1"] == hosts_of(result, "my_infra"), result.output

    def test_instance_ids_are_resolved_by_one_call(self, aws, run):
        """250 instances, two filters of at most 200 ids."""
        ec2 = aws.client("ec2")
        made = ec2.run_instances(ImageId=IMAGE, MinCount=250, MaxCount=250, InstanceType="t3.micro")["Instances"]
        aws.publish({"WORKER_INSTANCE_IDS": [item["InstanceId"] for item in made][:201]})

        result = run.inventory(
            {
                **REGION,
                "hosts": [{"output": "WORKER_INSTANCE_IDS", "groups": ["workers"], "address": "private_ip"}],
                "keyed_groups": [{"key": "tfbridge_instance.instance_type", "prefix": "type"}],
                "compose": {"zone": "tfbridge_instance.availability_zone"},
                "groups": {"running": "tfbridge_instance.state == 'running'"},
            }
        )

        assert [item["PrivateIpAddress"] for item in made[:201]] == hosts_of(result, "workers")
        assert (
            set(hosts_of(result, "workers"))
            == set(hosts_of(result, "type_t3_micro"))
            == set(hosts_of(result, "running"))
        )
        assert result.json["_meta"]["hostvars"][made[0]["PrivateIpAddress"]]["zone"].startswith("eu-central-1")
        assert 2 == aws.calls()["ec2:DescribeInstances"]

    def test_several_regions(self, aws, run):
        """Each region's variables are those of its own hosts."""
        aws.publish({"MY_IP": ["10.0.0.1"], "EFS": "eu"})
        aws.publish({"MY_IP": ["10.1.0.1"], "EFS": "us"}, region="us-east-1")

        result = run.inventory({"regions": ["eu-central-1", "us-east-1"]})

        variables = result.json["_meta"]["hostvars"]
        assert {"10.0.0.1": "eu", "10.1.0.1": "us"} == {name: values["efs"] for name, values in variables.items()}
        assert ["10.1.0.1"] == hosts_of(result, "us_east_1")

    @pytest.mark.parametrize("prefix", ["/prod/web/OUTPUT_", "/prod/web/"])
    def test_a_prefix_with_a_path(self, aws, run, prefix):
        """Nothing of a neighbour is read."""
        aws.publish({"MY_IP": ["10.0.0.1"]}, prefix=prefix)
        aws.publish({"MY_IP": ["10.9.9.9"]}, prefix="/prod/api/OUTPUT_")
        aws.publish({"MY_IP": ["10.8.8.8"]}, prefix="/prod/web/deeper/")

        result = run.inventory({**REGION, "prefix": prefix})

        assert ["10.0.0.1"] == hosts_of(result, "my_ip")

    def test_region_and_profile_come_from_where_amazon_aws_takes_them(self, aws, run):
        """The environment, a profile, a template in the file."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.write(
            "aws.ini", "[profile team]\nregion = eu-central-1\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
        )
        bare = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))

        by_env = run.inventory({})
        by_profile = run.inventory({"profile": "team"}, env={**bare, "AWS_CONFIG_FILE": str(run.folder / "aws.ini")})
        by_template = run.inventory({"regions": ["{{ lookup('env', 'WHERE') }}"]}, env={"WHERE": "eu-central-1"})

        for result in (by_env, by_profile, by_template):
            assert ["10.0.0.1"] == hosts_of(result, "my_ip"), result.output

    def test_a_role_is_assumed_once(self, aws, run):
        """Its credentials are those of all calls."""
        aws.publish({"MY_IP": ["10.0.0.1"]})

        result = run.inventory({**REGION, "assume_role_arn": "arn:aws:iam::123456789012:role/reader"})

        assert 0 == result.rc, result.output
        assert 1 == aws.calls()["sts:AssumeRole"]
        assert aws.env["AWS_ACCESS_KEY_ID"] not in aws.app.access_keys("ssm")


class TestBesideOthers:
    """Several files of one inventory, and other plugins' files."""

    def two_stacks(self, aws, run, web=None, stage=None):
        """Two environments with the same outputs, a file each."""
        for index, (name, more) in enumerate((("prod", web or {}), ("stage", stage or {}))):
            prefix = f"/{name}/web/OUTPUT_"
            aws.publish({"EFS_DNS_URL": f"fs-{name}", "IP": [f"10.{index}.0.1"]}, prefix=prefix)
            run.write(
                f"m/{index}_{name}.ssm_outputs.yml",
                {"plugin": "tfbridge.aws.ssm_outputs", **REGION, "prefix": prefix, **more},
            )
        return run.command(["ansible-inventory", "-i", run.folder / "m", "--list"])

    def test_the_last_file_does_not_win_silently(self, aws, run):
        """Every prod host would mount stage's file system."""
        told = self.two_stacks(aws, run)
        stage = run.folder / "m" / "1_stage.ssm_outputs.yml"
        stage.write_text(stage.read_text() + "strict: true\n")
        refused = run.command(["ansible-inventory", "-i", run.folder / "m", "--list"])

        assert "set other values before: efs_dns_url of the group all" in told.said
        assert (4, True) == (refused.rc, "Give each file a 'stack' of its own" in refused.said)

    @pytest.mark.cores
    def test_a_stack_keeps_its_values_to_its_hosts(self, aws, run):
        """Without a word, because nothing is lost."""
        result = self.two_stacks(aws, run, {"stack": "prod/web"}, {"stack": "stage/web"})

        variables = result.json["_meta"]["hostvars"]
        assert ("fs-prod", "fs-stage") == (variables["10.0.0.1"]["efs_dns_url"], variables["10.1.0.1"]["efs_dns_url"])
        assert (["10.0.0.1"], ["prod_web"]) == (hosts_of(result, "prod_web"), result.json["prod"]["children"])
        assert "WARNING" not in result.stderr

    def test_a_host_of_two_stacks_is_told(self, aws, run):
        """Private addresses repeat among networks."""
        for name in ("prod", "stage"):
            prefix = f"/{name}/OUTPUT_"
            aws.publish({"EFS_DNS_URL": f"fs-{name}", "IP": ["10.0.0.1"]}, prefix=prefix)
            config = {"plugin": "tfbridge.aws.ssm_outputs", **REGION, "prefix": prefix, "stack": name}
            run.write(f"m/{name}.ssm_outputs.yml", config)

        result = run.command(["ansible-inventory", "-i", run.folder / "m", "--list"])

        assert "efs_dns_url of the host 10.0.0.1" in result.said

    @pytest.mark.cores
    def test_a_constructed_file_sees_the_outputs(self, aws, run):
        """As it sees the variables of a static inventory."""
        aws.publish({"MY_IP": ["10.0.0.1"], "ENV_NAME": "prod"})
        run.write("m/1.ssm_outputs.yml", {"plugin": "tfbridge.aws.ssm_outputs", **REGION})
        constructed = {
            "plugin": "ansible.builtin.constructed",
            "strict": True,
            "compose": {"composed": "env_name ~ '-x'"},
            "groups": {"grouped": "env_name == 'prod'"},
            "keyed_groups": [{"key": "env_name", "prefix": "env"}],
        }
        run.write("m/2_constructed.yml", constructed)

        result = run.command(["ansible-inventory", "-i", run.folder / "m", "--list"])

        assert ["10.0.0.1"] == hosts_of(result, "grouped") == hosts_of(result, "env_prod"), result.output
        composed = result.json["_meta"]["hostvars"]["10.0.0.1"]["composed"]
        assert "prod-x" == (composed["__ansible_unsafe"] if isinstance(composed, dict) else composed)

    @pytest.mark.cores
    @pytest.mark.parametrize("stack", [{}, {"stack": "prod"}, {"regions": ["eu-central-1", "us-east-1"]}])
    def test_the_files_own_constructed_options_see_the_outputs(self, aws, run, stack):
        """Wherever the variables are."""
        aws.publish({"MY_IP": ["10.0.0.1"], "ENV_NAME": "prod"})
        aws.publish({"ENV_NAME": "us"}, region="us-east-1")
        constructed = {
            "strict": True,
            "compose": {"composed": "env_name ~ 'x'"},
            "groups": {"grouped": "env_name == 'prod'"},
            "keyed_groups": [{"key": "env_name", "prefix": "env"}],
        }

        result = run.inventory({**REGION, **stack, **constructed})

        assert ["10.0.0.1"] == hosts_of(result, "grouped") == hosts_of(result, "env_prod"), result.output
        assert "prodx" == result.json["_meta"]["hostvars"]["10.0.0.1"]["composed"]

    @pytest.mark.parametrize("text", ["plugin: tfbridge.aws.ssm_outputs\n", '{"plugin": "tfbridge.aws.ssm_outputs"}'])
    def test_a_file_of_any_name_is_read(self, aws, run, text):
        """Who names the plugin means it."""
        aws.publish({"MY_IP": ["10.0.0.1"]})

        result = run.command(["ansible-inventory", "-i", run.write("outputs.yml", text), "--list"])

        assert ["10.0.0.1"] == hosts_of(result, "my_ip"), result.output

    @pytest.mark.cores
    def test_extra_variables_reach_the_files_templates(self, aws, run):
        """Options of the connection, and names of hosts."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        hosts = [{"output": "MY_IP", "hostname": "{{ name }}-{{ who }}"}]

        result = run.inventory(
            {"regions": ["{{ where }}"], "hosts": hosts}, "--list", "-e", "where=eu-central-1", "-e", "who=me"
        )

        assert ["my_ip_0-me"] == hosts_of(result, "my_ip"), result.output


class TestOddValues:
    """What is not quite what it looks like."""

    @pytest.mark.parametrize(
        "text",
        [
            '["a"]\nx = 1',
            '{"a": 1}\n{"a": 2}',
            '{"a": 1, // why\n "b": 2}',
            "[1] first",
            '{"a": 1e999}',
            "[" * 200 + "]" * 200,
        ],
    )
    def test_what_only_looks_like_json_is_a_string(self, aws, run, text):
        """With a warning; an error under strict."""
        aws.publish({"MY_IP": "10.0.0.1", "TEXT": text})

        result = run.inventory(REGION)
        strict = run.inventory({**REGION, "strict": True})

        shown = result.json["_meta"]["hostvars"]["10.0.0.1"]["text"]
        assert text == (shown["__ansible_unsafe"] if isinstance(shown, dict) else shown)
        assert "parameter OUTPUT_TEXT looks like JSON but is not valid" in result.said
        assert 4 == strict.rc

    def test_an_instance_id_is_an_address(self, aws, run):
        """For connections by Session Manager."""
        (made,) = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
        aws.publish({"IDS": [made["InstanceId"]]})
        rule = {"output": "IDS", "address": "instance_id", "hostname": "{{ name }}"}

        result = run.inventory({**REGION, "hosts": [rule]})

        assert made["InstanceId"] == result.json["_meta"]["hostvars"]["ids_0"]["ansible_host"], result.output

    def test_a_stack_of_secrets_only_is_told(self, aws, run):
        """It would be an empty inventory."""
        aws.publish_secret("DB_PASSWORD", "x")

        result = run.inventory(REGION)

        assert (4, True) == (result.rc, "are SecureStrings, which are skipped" in result.said)

    def test_a_loopback_address_is_a_variable(self, aws, run):
        """It says where a service listens."""
        aws.publish({"MY_IP": "10.0.0.1", "LISTEN": "127.0.0.1"})

        result = run.inventory(REGION)

        assert "127.0.0.1" == result.json["_meta"]["hostvars"]["10.0.0.1"]["listen"], result.output


class TestCalls:
    """How often AWS is asked."""

    def test_a_thousand_parameters_cost_twenty_and_a_hundred_calls(self, aws, run):
        """At AWS's page sizes."""
        aws.publish({"MY_IP": [f"10.{index // 250}.0.{index % 250 + 1}" for index in range(1000)]})

        result = run.inventory(REGION)

        assert 1000 == len(hosts_of(result, "my_ip"))
        assert {"ssm:DescribeParameters": 20, "ssm:GetParameters": 100, "ssm:GetServiceSetting": 1} == dict(aws.calls())

    def test_one_run_reads_once_whatever_the_number_of_hosts(self, aws, run):
        """Twelve hosts and two plays."""
        aws.publish({"MY_IP": [f"10.0.0.{index}" for index in range(1, 13)], "EFS_DNS_URL": "fs"})

        assert 0 == run.playbook(SHOW_HOSTS + SHOW_HOSTS, inventory=REGION).rc
        assert {"ssm:DescribeParameters": 1, "ssm:GetParameters": 2} == dict(aws.calls())

    def test_empty_pages_lose_nothing(self, aws, run):
        """Only the token says that there is more."""
        aws.publish({"MY_IP": [f"10.0.0.{index}" for index in range(1, 61)]})
        aws.app.settings.empty_pages = True

        assert 60 == len(hosts_of(run.inventory(REGION), "my_ip"))

    def test_throttling_is_waited_out(self, aws, run):
        """Two refusals are no failure."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        aws.fault("ssm:DescribeParameters", "ThrottlingException", times=2)
        aws.fault("ssm:GetParameters", "InternalServerError", times=1, status=500)

        assert ["10.0.0.1"] == hosts_of(run.inventory(REGION), "my_ip")


class TestCache:
    """Finished hosts, for the account, the region, the prefix and the options that they were read with."""

    CACHED = {**REGION, "cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}

    @pytest.mark.cores
    def test_a_second_run_asks_nobody(self, aws, run):
        """The same inventory without a call; --flush-cache reads again."""
        aws.publish({"MY_IP": ["10.0.0.1"], "X": "y"})

        first, calls = run.inventory(self.CACHED), dict(aws.calls())
        second = run.inventory(self.CACHED)
        assert first.json == second.json
        assert calls == dict(aws.calls())
        flushed = run.inventory(self.CACHED, "--list", "--flush-cache")
        # In ansible-core 2.17 ansible-playbook alone has the option.
        assert calls != dict(aws.calls()) or "unrecognized arguments: --flush-cache" in flushed.said

    @pytest.mark.parametrize(
        ("change", "env"),
        [
            ({"prefix": "OTHER_"}, {}),
            ({"regions": ["us-east-1"]}, {}),
            ({"variables": {"prefix": "tf_"}}, {}),
            ({}, {"AWS_ACCESS_KEY_ID": "AKIAOTHERACCOUNT"}),
            ({}, {"AWS_PROFILE": "other", "AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}),
            ({}, {"WHERE": "OTHER_"}),
            ({}, {"HOME": "/nobody"}),
        ],
    )
    def test_another_account_region_prefix_or_option_reads_again(self, aws, run, change, env):
        """amazon.aws's key ignores region and account. What templates give counts, not their text."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.write("aws.ini", "[profile other]\naws_access_key_id = AKIA\naws_secret_access_key = s\n")
        env = {"AWS_CONFIG_FILE": str(run.folder / "aws.ini"), "WHERE": "OUTPUT_", **env}
        config = {**self.CACHED, "prefix": "{{ lookup('env', 'WHERE') }}"}
        run.inventory(config, env={"AWS_CONFIG_FILE": env["AWS_CONFIG_FILE"], "WHERE": "OUTPUT_"})
        aws.forget_calls()

        run.inventory({**config, **change}, env=env)

        assert aws.calls()["ssm:DescribeParameters"] == 1

    def test_the_region_of_the_environment_is_part_of_the_key(self, aws, run):
        """Where the file names none; in whichever variable."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        aws.publish({"MY_IP": ["10.1.0.1"]}, region="us-east-1")
        cached = {**self.CACHED, "regions": []}

        for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            env = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None}
            eu, us = (run.inventory(cached, env={**env, variable: name}) for name in ("eu-central-1", "us-east-1"))
            assert (["10.0.0.1"], ["10.1.0.1"]) == (hosts_of(eu, "my_ip"), hosts_of(us, "my_ip"))

    def test_credentials_that_were_written_anew_may_be_another_account(self, aws, run):
        """As tools do that fetch them for an hour."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        env = {**NO_CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE": str(run.folder / "credentials")}
        for key in ("AKIAONE", "AKIAONE", "AKIAOTHER"):
            text = f"[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n"
            if not (run.folder / "credentials").exists() or (run.folder / "credentials").read_text() != text:
                run.write("credentials", text)
            assert 0 == run.inventory(self.CACHED, env=env).rc

        assert 2 == aws.calls()["ssm:DescribeParameters"]
        assert {"AKIAONE", "AKIAOTHER"} == aws.app.access_keys("ssm")

    def test_the_cache_is_for_one_user_and_without_credentials(self, aws, run):
        """Whatever mode the cache plugin gives it; where the folder was there already, it stays as it is."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        config = {**self.CACHED, "secret_key": "file-secret-key", "access_key": "AKIAFILEFILE"}
        (run.folder / "shared").mkdir(mode=0o755)
        (run.folder / "shared" / "neighbour").write_text("x")

        run.inventory(config)
        run.inventory({**config, "cache_connection": "shared"})

        (file,), (shared,) = (run.folder / "cache").iterdir(), (run.folder / "shared").glob("*tfbridge*")
        assert (0o700, 0o600, 0o600) == tuple(
            path.stat().st_mode & 0o777 for path in (run.folder / "cache", file, shared)
        )
        assert 0o644 == (run.folder / "shared" / "neighbour").stat().st_mode & 0o777
        for secret in ("file-secret-key", "AKIAFILEFILE", "test-secret-key", run.env["AWS_ACCESS_KEY_ID"]):
            assert secret not in file.read_text() + file.name

    @pytest.mark.cores
    def test_refresh_inventory_and_flush_cache_read_anew(self, aws, run):
        """In ansible-playbook; a run without either has what the cache holds."""
        aws.publish({"MY_IP": ["10.0.0.1"], "EFS_DNS_URL": "old"})
        refresh = SHOW_HOSTS + "    - ansible.builtin.meta: refresh_inventory\n" + SHOW_HOSTS
        assert "10.0.0.1 old" in run.playbook(SHOW_HOSTS, inventory=self.CACHED).stdout
        aws.client("ssm").put_parameter(Name="OUTPUT_EFS_DNS_URL", Value="new", Type="String", Overwrite=True)
        aws.client("ssm").put_parameter(Name="OUTPUT_MY_IP_0", Value="10.0.0.2", Type="String", Overwrite=True)

        assert "10.0.0.1 old" in run.playbook(SHOW_HOSTS, inventory=self.CACHED).stdout
        refreshed = run.playbook(refresh, inventory=self.CACHED).stdout
        assert ("10.0.0.1 old" in refreshed, "10.0.0.2 new" in refreshed) == (True, True)
        assert "10.0.0.2 new" in run.playbook(SHOW_HOSTS, inventory=self.CACHED).stdout
        aws.client("ssm").put_parameter(Name="OUTPUT_EFS_DNS_URL", Value="newest", Type="String", Overwrite=True)
        assert "10.0.0.2 newest" in run.playbook(SHOW_HOSTS, "--flush-cache", inventory=self.CACHED).stdout

    @pytest.mark.cores
    def test_variables_of_the_file_are_taken_from_the_file(self, aws, run):
        """They are templates; what the cache holds is data, whoever wrote it."""
        victim = run.folder / "pwned"
        evil = f"{{{{ lookup('pipe', 'touch {victim}') }}}}"
        aws.publish({"MY_IP": ["10.0.0.1"], "EFS_DNS_URL": "fs"})
        rule = {"output": "MY_IP", "groups": ["web"], "vars": {"who": "{{ 'h-' ~ inventory_hostname }}"}}
        config = {**self.CACHED, "hosts": [rule]}
        plays = SHOW_HOSTS.replace("{{ inventory_hostname }} ", "{{ who }} {{ tfbridge_region }} ")
        first = run.playbook(plays, inventory=config)
        (path,) = (run.folder / "cache").iterdir()
        assert "h-" not in path.read_text()
        stored = json.loads(path.read_text())
        # ansible-core 2.19 and later put JSON into JSON.
        entry = json.loads(stored["__payload__"]) if "__payload__" in stored else stored
        entry["inventory"] = entry["inventory"].replace("eu-central-1", evil)
        entry["sha256"] = hashlib.sha256(entry["inventory"].encode()).hexdigest()
        path.write_text(json.dumps({"__payload__": json.dumps(entry)} if "__payload__" in stored else entry))
        aws.forget_calls()

        second = run.playbook(plays, inventory=config)

        assert ("h-10.0.0.1 eu-central-1 fs" in first.stdout, 0) == (True, second.rc), first.output
        assert "h-10.0.0.1 {{ lookup(" in second.stdout, second.output
        assert ({}, False) == (dict(aws.calls()), victim.exists())

    @pytest.mark.parametrize("content", ["", '{"__payload__": "{', "[]", '{"__payload__": 7}', "\x00\x01", "not JSON"])
    def test_a_file_that_is_no_entry_is_written_anew(self, aws, run, content):
        """Cut short, or somebody else's."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.inventory(self.CACHED)
        (path,) = (run.folder / "cache").iterdir()
        path.write_text(content)

        assert ["10.0.0.1"] == hosts_of(run.inventory(self.CACHED), "my_ip")
        aws.forget_calls()
        assert ["10.0.0.1"] == hosts_of(run.inventory(self.CACHED), "my_ip")
        assert {} == dict(aws.calls())

    @pytest.mark.cores
    def test_neither_boto3_nor_amazon_aws_is_imported_on_a_hit(self, aws, run):
        """They take longer to import than the inventory takes to load."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.inventory(self.CACHED)
        script = run.write(
            "imports.py",
            "import sys\nfrom ansible.cli.inventory import main\n"
            "sys.argv = ['ansible-inventory', '-i', 'demo.ssm_outputs.yml', '--graph']\n"
            "try:\n    main()\nexcept SystemExit:\n    pass\n"
            "print('IMPORTED', [n for n in sys.modules if n in ('boto3', 'botocore') or 'collections.amazon' in n])\n",
        )

        result = run.command(["python", script])

        assert "10.0.0.1" in result.stdout
        assert "IMPORTED []" in result.stdout, result.output

    @pytest.mark.cores
    def test_a_damaged_entry_is_read_anew(self, aws, run):
        """Nobody has to find and delete the file."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.inventory(self.CACHED)
        for path in (run.folder / "cache").iterdir():
            entry = json.loads(path.read_text())
            path.write_text(json.dumps(entry).replace('\\"hosts\\"', '\\"h0sts\\"'))

        assert ["10.0.0.1"] == hosts_of(run.inventory(self.CACHED), "my_ip")

    @pytest.mark.cores
    @pytest.mark.parametrize(
        ("connection", "env", "reason"),
        [
            ("a-file/cache", {}, "a-file"),
            ("~nobody-has-this-name/cache", {}, "no such home is known"),
            ("~/cache", {"HOME": "a-file"}, "a-file"),
            ("/proc/cache", {}, "/proc/cache"),
        ],
    )
    def test_one_that_cannot_be_used_is_a_warning(self, aws, run, connection, env, reason):
        """No home, no rights, a read-only file system: AWS is read, and nothing is made beside the place."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.write("a-file", "x")

        result = run.inventory({**self.CACHED, "cache_connection": connection}, env=env)

        assert (0, ["10.0.0.1"]) == (result.rc, hosts_of(result, "my_ip")), result.output
        assert "the cache can't be used: " in result.said, result.output
        assert reason in result.said, result.output
        assert not list(run.folder.glob("~*"))

    @pytest.mark.cores
    def test_one_that_cannot_be_written_is_a_warning(self, aws, run):
        """The folder goes away, or the disk is full, between reading and writing."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.write(
            "cache_plugins/full.py",
            "DOCUMENTATION = '''\nname: full\nshort_description: x\ndescription: x\nversion_added: 1.0.0\noptions:\n"
            + "".join(f"  {name}: {{description: x, type: str}}\n" for name in ("_uri", "_prefix", "_timeout"))
            + "'''\nfrom ansible.plugins.cache.jsonfile import CacheModule as Files\n"
            "class CacheModule(Files):\n"
            "    def set(self, key, value):\n        raise OSError(28, 'No space left on device')\n",
        )

        result = run.inventory({**self.CACHED, "cache_plugin": "full"}, env={"ANSIBLE_CACHE_PLUGINS": "cache_plugins"})

        assert (0, ["10.0.0.1"]) == (result.rc, hosts_of(result, "my_ip")), result.output
        assert "the cache can't be written: [Errno 28] No space left on device" in result.said, result.output

    @pytest.mark.parametrize("options", [{"cache_plugin": "no.such.cache"}, {"cache_connection": None}])
    def test_one_that_is_not_named_is_an_error(self, aws, run, options):
        """The options are wrong then, not the place."""
        aws.publish({"MY_IP": ["10.0.0.1"]})

        assert 4 == run.inventory({**self.CACHED, **options}).rc

    def test_its_age_is_not_that_of_the_file(self, aws, run):
        """A folder that is restored has new files; a clock that is set back makes an age below zero."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        run.inventory(self.CACHED)
        (path,) = (run.folder / "cache").iterdir()
        for shift, calls in ((0, 0), (-7200, 1), (7200, 1)):
            changed = re.sub(
                r"(written\W+)([0-9]+)", lambda found, by=shift: f"{found[1]}{int(found[2]) + by}", path.read_text()
            )
            path.write_text(changed)
            aws.forget_calls()

            run.inventory(self.CACHED)

            assert calls == aws.calls()["ssm:DescribeParameters"], shift


class TestLongReads:
    """What takes more than a few seconds says so, where somebody wants to know."""

    def test_they_say_what_they_are_doing(self, aws, run):
        """At -v, on stderr, so that the JSON on stdout is whole; without it, nothing."""
        aws.publish({"MY_IP": [f"10.0.0.{index}" for index in range(1, 101)]})
        aws.app.settings.latency = 1.6

        verbose = run.inventory(REGION, "--list", "-v")
        quiet = run.inventory(REGION)

        said = re.findall(r"tfbridge.aws: (.*), (\d+) s so far", verbose.stderr)
        assert 1 <= len(said) <= 3, verbose.output
        assert re.fullmatch(r"(listed|read \d+ of) 100 parameters.* in eu-central-1", said[0][0])
        assert all(int(seconds) >= 5 for _message, seconds in said)
        assert "so far" not in verbose.stdout + quiet.output
        assert 100 == len(hosts_of(quiet, "my_ip"))

    @pytest.mark.parametrize("fault", [{"code": "ThrottlingException"}, {"code": "InternalServerError", "status": 500}])
    def test_repetitions_are_ours_alone(self, aws, run, fault):
        """Those of botocore would multiply them: with a budget that allows none, each call is made once."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        aws.fault("ssm:DescribeParameters", times=-1, **fault)

        result = run.inventory({**REGION, "retry_budget": 0.000001})

        assert 4 == result.rc
        assert "in 1 attempt during 0 s" in result.said
        assert f"the last time with {fault['code']}" in result.said
        assert "(listed 0 parameters until then)" in result.said
        assert {"ssm:DescribeParameters": 1} == dict(aws.calls())

    def test_a_read_stays_below_the_limit_of_aws(self, aws, run):
        """Four hundred parameters at 40 calls a second: nothing is throttled."""
        aws.publish({"MY_IP": [f"10.{index // 250}.0.{index % 250 + 1}" for index in range(400)]})
        aws.app.settings.rate = 40

        assert 400 == len(hosts_of(run.inventory(REGION), "my_ip"))
        assert {"ssm:DescribeParameters": 8, "ssm:GetParameters": 40, "ssm:GetServiceSetting": 1} == dict(aws.calls())


class TestErrors:
    """Each names what is wrong, what is accepted, and ends the run with 4; no host is there."""

    CASES = [
        ("nothing found", {}, {"regions": ["eu-west-1"]}, "nothing is published under 'OUTPUT_' in eu-west-1"),
        (
            "unknown region",
            {},
            {"regions": ["Frankfurt"]},
            "regions: 'Frankfurt' is not a region. Expected a region code",
        ),
        ("region twice", {}, {"regions": ["eu-central-1", "eu-central-1"]}, "regions: 'eu-central-1' is listed twice"),
        ("prefix", {}, {"prefix": "OUT PUT_"}, "prefix: 'OUT PUT_' has characters that SSM doesn't allow"),
        ("unknown option", {}, {"prefixx": "X"}, "'prefixx' is not an option. Did you mean 'prefix'?"),
        ("wrong type", {}, {"strict": "perhaps"}, "strict: 'perhaps' is a str. Expected true or false"),
        (
            "wrong choice",
            {},
            {"secure_strings": "decrpyt"},
            "secure_strings: 'decrpyt' is not a valid choice. Did you mean 'decrypt'? Valid values: skip, decrypt",
        ),
        ("text for a mapping", {}, {"variables": "X"}, "variables: 'X' is a str. Expected a mapping"),
        ("a mapping for a list", {}, {"hosts": {"output": "X"}}, "is a dict. Expected a list"),
        ("a list for text", {}, {"prefix": ["X"]}, "prefix: ['X'] is a list. Expected a string"),
        ("text for a number", {}, {"retry_budget": "long"}, "retry_budget: 'long' is a str. Expected a number"),
        ("group", {}, {"hosts": [{"output": "MY_IP", "groups": ["a b"]}]}, "hosts[0].groups: 'a b' is not a group's"),
        ("hosts as text", {}, {"hosts": [7]}, "hosts[0]: 7 is not a mapping. Valid keys: output"),
        ("budget", {}, {"retry_budget": 0}, "retry_budget: 0.0 is not within 0 to 3600 seconds"),
        (
            "no address",
            {"X": "web 1"},
            {"hosts": [{"output": "X"}]},
            "parameter OUTPUT_X in eu-central-1 is 'web 1', which is not",
        ),
        (
            "missing output",
            {"X": "a"},
            {"hosts": [{"output": "Y"}]},
            "hosts: the output Y is not published in eu-central-1",
        ),
        ("ambiguous", {"X": "a", "X_0": "b"}, {}, "parameters OUTPUT_X and OUTPUT_X_0 both claim the name"),
        ("hole", {"X_0": "a", "X_2": "b"}, {"strict": True}, "not published: OUTPUT_X_1"),
        ("broken JSON", {"X": '{"a": '}, {"strict": True}, "parameter OUTPUT_X looks like JSON but is not valid"),
        (
            "conflict",
            {"A": [{"ip": "10.0.0.1", "n": 1}], "B": [{"ip": "10.0.0.1", "n": 2}]},
            {},
            "parameter OUTPUT_A, element 0 and parameter OUTPUT_B, element 0",
        ),
        (
            "steering",
            {"ANSIBLE_SSH_COMMON_ARGS": "-o ProxyCommand=x"},
            {},
            "would set the variable 'ansible_ssh_common_args'",
        ),
        ("hostvars", {"HOSTVARS": "x"}, {}, "OUTPUT_HOSTVARS"),
        ("role", {"EFS_MOUNT_FSTAB": "/etc/passwd"}, {}, "it is an option of the role efs_mount"),
        (
            "connection",
            {"X": [{"ip": "10.0.0.1", "ansible_connection": "local"}]},
            {},
            "has the attribute 'ansible_connection'",
        ),
        ("localhost", {"X": {"localhost": "10.0.0.1"}}, {}, "would make a host named 'localhost'"),
        (
            "loopback",
            {"X": ["127.0.0.1"]},
            {"hosts": [{"output": "X"}]},
            "would make a host named '127.0.0.1'",
        ),
        ("the controller's group", {"LOCALHOST": "10.66.66.66"}, {}, "would name the group 'localhost'"),
        (
            "keyed localhost",
            {"X": [{"ip": "10.0.0.1", "role": "localhost"}]},
            {"keyed_groups": [{"key": "role", "separator": ""}]},
            "would make a group named 'localhost': plays use that name for the controller",
        ),
        (
            "core's variables",
            {"X": [{"ip": "10.0.0.1", "_ansible_coverage_remote_output": "x"}]},
            {},
            "has the attribute '_ansible_coverage_remote_output'",
        ),
        ("all at once", {"PORT": "1", "TAGS": "2", "HOSTVARS": "3"}, {}, "3 problems"),
        ("decoder", {"X": {"a": [{"__ansible_unsafe": 1}]}}, {}, "OUTPUT_X has the key '__ansible_unsafe'"),
        *(
            ("options at once", {}, {**WRONG_OPTIONS, "strict": "perhaps", "prefx": "x"}, message)
            for message in (
                "strict: 'perhaps' is a str. Expected true or false",
                "'prefx' is not an option",
                "prefix: 'a b' has characters",
                "regions: 'Frankfurt' is not a region",
            )
        ),
        ("stack", {}, {"stack": "a b"}, "stack: 'a b' can't name groups"),
        ("stack all", {}, {"stack": "prod/all"}, "because of 'all': Ansible reserves that name"),
        ("prefixed", {"X": "a"}, {"hosts": [{"output": "OUTPUT_X"}]}, "Leave out the prefix: X"),
        ("mixed", {"X": ["10.0.0.1", "pending"]}, {"strict": True}, "OUTPUT_X_1 is 'pending', which is not an address"),
        ("all", {"X": {"all": "10.0.0.1"}}, {}, "would make a host named 'all'"),
        ("pattern", {"X": {"web:!db": "10.0.0.1"}}, {}, "would make a host named 'web:!db'"),
        ("newline", {"X": {"a\nb": "10.0.0.1"}}, {}, r"would make a host named 'a\nb'"),
        ("group all", {"ALL": ["10.0.0.1"]}, {}, "would name the group 'all'"),
        (
            "keyed all",
            {"X": [{"ip": "10.0.0.1", "role": "all"}]},
            {"keyed_groups": [{"key": "role", "separator": ""}]},
            "would make a group named 'all'",
        ),
        (
            "keyed host",
            {"X": [{"name": "db", "ip": "10.0.0.1", "role": "db"}]},
            {"keyed_groups": [{"key": "role", "separator": ""}]},
            "would make a group named 'db', which is also the name of a host",
        ),
        (
            "instance",
            {"X": "i-0123456789abcdef0"},
            {"hosts": [{"output": "X"}]},
            "instance i-0123456789abcdef0, which doesn't exist",
        ),
        ("hostname", {"X": ["10.0.0.1"]}, {"hosts": [{"output": "X", "hostname": "{{ nam }}"}]}, "'nam' is undefined"),
    ]

    @pytest.mark.parametrize(
        ("published", "config", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
    )
    def test_bad_input(self, aws, run, published, config, message):
        """Through the command line, as a user would see it."""
        aws.publish({"MY_IP": ["10.7.7.7"], **published})

        result = run.inventory({**REGION, **config})

        assert 4 == result.rc, result.output
        assert message in result.said.replace("\\\\", "\\")
        assert "10.7.7.7" not in result.stdout
        assert "Traceback" not in result.output

    def test_long_values(self, aws, run):
        """5,000 characters, which the Advanced tier holds: a variable is whole, a message is not."""
        aws.publish({"MY_IP": ["10.7.7.7"]})
        aws.client("ssm").put_parameter(Name="OUTPUT_X", Value="x" * 5000, Type="String", Tier="Advanced")

        listed, refused = run.inventory(REGION), run.inventory({**REGION, "hosts": [{"output": "X"}]})

        assert "x" * 5000 == listed.json["_meta"]["hostvars"]["10.7.7.7"]["x"]
        assert (4, True) == (refused.rc, "(5,000 characters), which is not an address" in refused.said)
        assert "x" * 70 not in refused.output

    @pytest.mark.cores
    def test_ansible_playbook_stops_too(self, aws, run):
        """No play starts on half an inventory."""
        result = run.playbook(SHOW_HOSTS, inventory=REGION)

        assert 4 == result.rc
        assert "nothing is published" in result.said
        assert "PLAY" not in result.stdout

    @pytest.mark.cores
    def test_an_error_can_be_left_to_ansible(self, aws, run):
        """abort_on_error=false makes it the usual warning, with no hosts."""
        aws.publish({"MY_IP": ["10.7.7.7"], "X": "a", "X_0": "b"})

        result = run.inventory({**REGION, "abort_on_error": False}, "--graph")

        assert 0 == result.rc
        assert "both claim the name" in result.said
        assert "10.7.7.7" not in result.stdout

    @pytest.mark.cores
    @pytest.mark.parametrize("text", ["plugin: tfbridge.aws.ssm_outputs\nregions: [eu", "plugin: tfbridge.aws.ssm\n"])
    def test_what_never_reaches_the_plugin_can_be_an_error(self, aws, run, text):
        """As the README says; by itself Ansible only warns."""
        run.write("ansible.cfg", "[inventory]\nany_unparsed_is_failed = true\n")

        result = run.inventory(text, "--graph")

        assert 0 != result.rc
        # ansible-core 2.17 says it in other words.
        said = ("Failed to parse inventory", "Completely failed to parse inventory source")
        assert any(words in result.said for words in said)

    @pytest.mark.parametrize(("on_missing", "warned"), [("warn", True), ("skip", False)])
    def test_an_empty_inventory_can_be_accepted(self, aws, run, on_missing, warned):
        """With or without a warning."""
        result = run.inventory({**REGION, "on_missing": on_missing}, "--graph")

        assert 0 == result.rc
        assert warned is ("nothing is published" in result.said)

    @pytest.mark.cores
    def test_denied_names_the_iam_action(self, aws, run):
        """And what AWS says."""
        aws.fault("ssm:DescribeParameters", "AccessDeniedException", message="User: arn:x is not authorized")

        result = run.inventory(REGION)

        assert 4 == result.rc
        assert "needs the IAM action ssm:DescribeParameters in eu-central-1" in result.said
        assert "User: arn:x is not authorized" in result.said

    def test_denied_instances_name_the_iam_action(self, aws, run):
        """The second service has its own."""
        aws.publish({"X": "i-0123456789abcdef0"})
        aws.fault("ec2:DescribeInstances", "UnauthorizedOperation", status=403)

        result = run.inventory({**REGION, "hosts": [{"output": "X"}]})

        assert (4, True) == (result.rc, "IAM action ec2:DescribeInstances" in result.said)

    @pytest.mark.parametrize(
        ("message", "action"),
        [
            ("User: arn:x is not authorized to perform: ssm:GetParameters on resource: arn:y", "ssm:GetParameters"),
            ("User: arn:x is not authorized to perform: kms:Decrypt on resource: arn:y", "kms:Decrypt"),
            ("The ciphertext refers to a customer master key that does not exist", "kms:Decrypt"),
        ],
    )
    def test_the_action_that_aws_denied_is_named(self, aws, run, message, action):
        """Not the call behind which it stands."""
        aws.publish({"X": "x"})
        aws.fault("ssm:GetParameters", "AccessDeniedException", message=message)

        result = run.inventory(REGION)

        assert (4, True) == (result.rc, f"needs the IAM action {action} in eu-central-1" in result.said)

    def test_throttled_to_exhaustion(self, aws, run):
        """It says how long it tried and how far it got."""
        aws.publish({"X": [str(index) for index in range(30)]})
        aws.fault("ssm:GetParameters", "ThrottlingException", times=-1)

        result = run.inventory({**REGION, "retry_budget": 1})

        assert 4 == result.rc
        assert "did not answer ssm:GetParameters in eu-central-1" in result.said
        assert "the last time with ThrottlingException" in result.said
        assert "(read 0 of 30 parameters until then)" in result.said

    @pytest.mark.parametrize(
        "code", ["ExpiredTokenException", "UnrecognizedClientException", "InvalidSignatureException"]
    )
    def test_refused_credentials(self, aws, run, code):
        """Expired, unknown, wrong."""
        aws.fault("ssm:DescribeParameters", code, message="The security token included in the request is expired")

        result = run.inventory(REGION)

        assert (4, True) == (result.rc, "AWS refused the credentials for ssm:DescribeParameters" in result.said)
        assert "is eu-central-1 enabled in the account?" in result.said

    @pytest.mark.cores
    def test_missing_credentials(self, run):
        """What would be accepted is named."""
        result = run.inventory(REGION, env=NO_CREDENTIALS)

        assert 4 == result.rc
        assert "no credentials were found" in result.said
        assert "AWS_ACCESS_KEY_ID" in result.said

    def test_an_unknown_profile(self, run):
        """Named as it was given."""
        result = run.inventory({**REGION, "profile": "nobody"}, env=NO_CREDENTIALS)

        assert (4, True) == (result.rc, "nobody" in result.said)
        assert "Check profile, access_key" in result.said

    def test_half_of_the_credentials(self, run):
        """Which half is missing, and where to look."""
        result = run.inventory(REGION, env={"AWS_SECRET_ACCESS_KEY": None})

        assert (4, True) == (result.rc, "missing: aws_secret_access_key. Check profile" in result.said)

    def test_a_role_that_is_none(self, run):
        """The option is named."""
        result = run.inventory({**REGION, "assume_role_arn": "reader"})

        assert (4, True) == (result.rc, "assume_role_arn: assuming the role reader" in result.said)

    def test_the_endpoint_is_down(self, run):
        """A wrong region has no endpoint either, so the nearest is named."""
        env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

        down = run.inventory(REGION, env=env)
        mistyped = run.inventory({"regions": ["eu-centrall-1"]}, env=env)

        assert (4, True) == (down.rc, "ssm:DescribeParameters in eu-central-1 got no answer" in down.said)
        assert (4, True) == (mistyped.rc, "Did you mean 'eu-central-1'?" in mistyped.said)


@pytest.mark.cores
class TestSafety:
    """Whoever may write one parameter runs nothing, and secrets stay secret."""

    def test_templates_in_values_are_never_run(self, aws, run):
        """As host variable, through compose, keyed_groups and groups, in a hostname and a play."""
        victim = run.folder / "pwned"
        evil = f"{{{{ lookup('pipe', 'touch {victim}') }}}}"
        # SSM refuses {{ in values today; what is in it from elsewhere is tried here through moto's own back door.
        ssm = aws.client("ssm")
        aws.app.settings.refuse = False
        for name, value in {
            "NODES": json.dumps([{"name": "n1", "ip": "10.0.0.1", "evil": evil, "list": [evil, {"k": evil}]}]),
            "EVIL": evil,
            "STATEMENT": f"{{% if lookup('pipe', 'touch {victim}') %}}{{% endif %}}",
        }.items():
            ssm.put_parameter(Name=f"OUTPUT_{name}", Value=value, Type="String")
        inventory = {
            **REGION,
            "hosts": [{"output": "NODES", "groups": ["nodes"], "vars": {"copied": "{{ evil }}"}}],
            "compose": {"composed": "evil", "joined": "evil ~ ' and ' ~ evil", "listed": "list"},
            "groups": {"tricked": "evil is defined", "compared": "evil == 'x'"},
            "keyed_groups": [
                {"key": "evil", "prefix": "k"},
                {"key": "composed", "prefix": "c", "parent_group": "{{ 'p' }}"},
            ],
        }
        plays = """
- hosts: all
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.debug:
        msg:
          - "{{ evil }} {{ copied }} {{ composed }} {{ joined }}"
          - ["{{ listed }}", "{{ list }}", "{{ statement }}"]
    - ansible.builtin.debug:
        var: hostvars[inventory_hostname]
"""
        listed = run.inventory(inventory)
        played = run.playbook(plays, inventory=inventory)

        assert (0, 0) == (listed.rc, played.rc), listed.output + played.output
        assert "touch" in played.stdout
        assert not victim.exists()

    def test_values_are_no_expressions_and_set_no_markers(self, aws, run):
        """Without a brace: SSM accepts these. Where plays take variables for conditions, and with Jinja's header."""
        victim = run.folder / "pwned"
        call = f"lookup('pipe', 'touch {victim}')"
        header = f"#jinja2:variable_start_string:'<<', variable_end_string:'>>'\n<< {call} >>"
        aws.publish({"NODES": [{"ip": "10.0.0.1", "evil": call}], "FLAG": call, "HEADER": header})
        inventory = {
            **REGION,
            "hosts": [{"output": "NODES", "groups": ["nodes"], "vars": {"mine": "{{ flag }}", "replaced": "x"}}],
            "compose": {"composed": "evil", "replaced": "evil ~ ''"},
        }
        plays = """
- hosts: all
  gather_facts: false
  connection: local
  # Each of them is refused, and the next one shall be tried too.
  ignore_errors: true
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.assert: {that: ["{{ item }}"]}
      loop: ["{{ flag }}", "{{ evil }}", "{{ mine }}", "{{ composed }}", "{{ replaced }}"]
    - ansible.builtin.assert: {that: "{{ evil }}"}
    - ansible.builtin.debug: {msg: "{{ header }}"}
      when: "{{ flag }}"
    - ansible.builtin.debug: {var: "{{ flag }}"}
    - ansible.builtin.command: "true"
      failed_when: "{{ flag }}"
    - ansible.builtin.debug: {msg: "{{ header }}"}
      when: "{{ lookup('tfbridge.aws.ssm_output', 'FLAG') }}"
    - ansible.builtin.debug: {msg: "{{ header }}"}
    - ansible.builtin.debug: {var: header}
"""
        listed = run.inventory(inventory)
        played = run.playbook(plays, inventory=inventory)

        assert 0 == listed.rc == played.rc, listed.output + played.output
        assert header == listed.json["_meta"]["hostvars"]["10.0.0.1"]["header"]["__ansible_unsafe"]
        assert 2 == played.stdout.count("<< lookup('pipe'")
        assert not victim.exists()

    def test_a_template_in_a_name_is_refused(self, aws, run):
        """As a hostname it would be shown in every line of a play."""
        victim = run.folder / "pwned"
        aws.app.settings.refuse = False
        name = f"{{{{ lookup('pipe', 'touch {victim}') }}}}"
        aws.client("ssm").put_parameter(Name="OUTPUT_X", Value=json.dumps({name: "10.0.0.1"}), Type="String")

        result = run.inventory({**REGION, "hosts": [{"output": "X", "hostname": "{{ key }}"}]})

        assert 4 == result.rc
        assert "would make a host named" in result.said
        assert not victim.exists()

    def test_a_secret_is_in_no_output_and_no_cache(self, aws, run):
        """Not in --list, not at -vvvv, not in a file; the play that uses it has it."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        aws.publish_secret("DB_PASSWORD", "hunter2-geheim")
        inventory = {
            **TestCache.CACHED,
            "secure_strings": "decrypt",
        }
        plays = """
- hosts: all
  gather_facts: false
  connection: local
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.assert:
        that: (db_password | hash('sha1')) == ('hunter2-geheim' | reverse | reverse | hash('sha1'))
      no_log: true
""".replace("'hunter2-geheim' | reverse | reverse", "['hunter2', 'geheim'] | join('-')")

        listed = run.inventory(inventory, "--list", "-vvvv")
        played = run.playbook(plays, "-vvvv", inventory=inventory)

        assert (0, 0) == (listed.rc, played.rc), listed.output + played.output
        assert "hunter2-geheim" not in listed.output + played.output
        assert "lookup('tfbridge.aws.ssm_output', 'DB_PASSWORD'" in listed.stdout
        for path in pathlib.Path(run.folder).rglob("*"):
            if path.is_file():
                assert b"hunter2-geheim" not in path.read_bytes(), path

    def test_a_secret_below_a_path_stays_secret(self, aws, run):
        """GetParametersByPath returns a ciphertext, which is of no use to anybody; an error shows nothing."""
        aws.publish({"MY_IP": ["10.0.0.1"]}, prefix="/prod/")
        aws.publish_secret("PW", "hunter2-geheim", prefix="/prod/")
        aws.publish_secret("BROKEN", '{"hunter2-geheim": ', prefix="/prod/")
        config = {**REGION, "prefix": "/prod/", "secure_strings": "decrypt"}
        plays = SHOW_HOSTS.replace("{{ inventory_hostname }}", "{{ broken | length }}")

        listed = run.inventory(config, "--list", "-vvvv")
        warned = run.playbook(plays, "-vvvv", inventory=config)
        failed = run.playbook(plays, "-vvvv", inventory={**config, "strict": True})
        refused = run.inventory({**config, "hosts": [{"output": "PW"}]}, "--list", "-vvvv")

        assert (0, 0, 2, 4) == (listed.rc, warned.rc, failed.rc, refused.rc), failed.output
        for result in (warned, failed):
            assert "parameter /prod/BROKEN looks like JSON but is not valid: the reason is not shown" in result.said
        assert "a secret can't be a host" in refused.said
        for result in (listed, warned, failed, refused):
            assert "hunter2" not in result.output
            assert "kms:" not in result.output

    def test_secrets_are_skipped_by_default(self, aws, run):
        """No variable, no call that decrypts."""
        aws.publish({"MY_IP": ["10.0.0.1"]})
        aws.publish_secret("DB_PASSWORD", "hunter2-geheim")

        result = run.inventory(REGION)

        assert "db_password" not in result.stdout
        assert all(not request["WithDecryption"] for request in aws.app.requests("ssm:GetParameters"))

    def test_credentials_of_the_file_cannot_serve_a_later_lookup(self, aws, run):
        """They would have to be written into a variable."""
        aws.publish_secret("DB_PASSWORD", "x")

        result = run.inventory(
            {**REGION, "secure_strings": "decrypt", "access_key": "AKIAFILE", "secret_key": "file-secret"}
        )

        assert 4 == result.rc
        assert "can't hand on an access_key of the inventory file" in result.said
        assert "file-secret" not in result.output


@pytest.mark.cores
def test_the_examples_of_the_documentation_run(aws, run):
    """Each inventory file that ansible-doc shows, as it is."""
    aws.publish({"MY_IP": ["10.0.0.1", "10.0.0.2"], "EFS_DNS_URL": "fs"})
    aws.publish({"MY_IP": ["10.1.0.1"], "EFS_DNS_URL": "fs"}, region="us-east-1")
    made = aws.client("ec2").run_instances(ImageId=IMAGE, MinCount=1, MaxCount=1)["Instances"]
    aws.publish({"WORKER_INSTANCE_IDS": [made[0]["InstanceId"]], "INTERNAL_X": "x"}, prefix="/prod/web/OUTPUT_")
    documented = run.command(["ansible-doc", "-t", "inventory", "--json", "tfbridge.aws.ssm_outputs"])
    examples = list(yaml.safe_load_all(documented.json["tfbridge.aws.ssm_outputs"]["examples"]))

    results = [run.inventory(yaml.safe_dump(example)) for example in examples]

    assert 4 == len(results)
    for result in results:
        assert (0, True) == (result.rc, bool(hosts_of(result))), result.output
