"""Outputs become hosts, groups and variables, or an error that names the parameter."""

from __future__ import annotations

import ipaddress
import json

import pytest
from ansible_collections.tfbridge.aws.plugins.module_utils._common.errors import (
    BridgeError,
    DataError,
    NothingFoundError,
)
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.decode import assemble
from ansible_collections.tfbridge.aws.plugins.module_utils._outputs.output import Parameter
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.build import build_plan
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.names import NameRules, core_variables
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.options import InventoryOptions
from ansible_collections.tfbridge.aws.plugins.plugin_utils._inventory.rules import (
    parse_host_rules,
    parse_variable_rules,
)
from hypothesis import given
from hypothesis import strategies as st

EU = "eu-central-1"
ADDRESSES = st.ip_addresses(v=4).filter(lambda ip: not ip.is_unspecified and not ip.is_multicast and not ip.is_loopback)


def outputs(**values):
    """An OutputSet of strings; lists and dicts are published as JSON, as Terraform does."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}
    return assemble([Parameter(f"OUTPUT_{name}", "String", text) for name, text in texts.items()], "OUTPUT_")


def render(template, variables):
    """A stand-in for Ansible's templating that knows {{ name }} only."""
    for name, value in variables.items():
        template = template.replace("{{ %s }}" % name, str(value))
    return template


def options_of(hosts=None, variables=None, allow=None, **others):
    """Options as the inventory file would give them."""
    rules = parse_variable_rules(variables, allow)
    names = NameRules(frozenset(rules.allow), frozenset({"port", "tags", "name"}))
    return InventoryOptions(parse_host_rules(hosts), rules, names, **others)


def planned(published, instances=None, **options):
    """The plan for one region, or for several where a mapping of them is given."""
    regions = published if isinstance(published, dict) else {EU: published}
    return build_plan(
        regions, (), options_of(**options), render, lambda _region, ids: {i: (instances or {})[i] for i in ids}
    )


def hosts(result):
    """Names and groups of the planned hosts, in order."""
    return [(host.name, host.groups) for host in result.hosts]


def host_variables(result, name):
    """The variables of one planned host."""
    return next(host.variables for host in result.hosts if host.name == name)


class TestFindingHosts:
    """What becomes a host when the file doesn't say."""

    def test_addresses_in_every_form_become_hosts(self):
        """Single values, numbered runs, JSON lists, maps and objects."""
        result = planned(
            outputs(
                ONE="10.0.0.1",
                RUN_0="10.0.1.0",
                RUN_1="10.0.1.1",
                LIST=["10.0.2.1", "2001:db8::1"],
                MAP={"web-a": "10.0.3.1"},
                OBJECTS=[{"name": "db", "private_ip": "10.0.4.1", "role": "primary"}],
            )
        )

        expected = [
            ("10.0.2.1", ["list"]),
            ("2001:db8::1", ["list"]),
            ("web-a", ["map"]),
            ("db", ["objects"]),
            ("10.0.0.1", ["one"]),
            ("10.0.1.0", ["run"]),
            ("10.0.1.1", ["run"]),
        ]
        assert expected == hosts(result)
        assert host_variables(result, "web-a")["ansible_host"] == "10.0.3.1"
        assert host_variables(result, "db")["role"] == "primary"

    @pytest.mark.parametrize(
        "value",
        [
            "fs-0123.efs.eu-central-1.amazonaws.com",
            "10.0.0.0/16",
            "0.0.0.0",
            "10.0.0.300",
            "224.0.0.1",
            "010.0.0.1",
            "127.0.0.1",
            ["127.0.0.1", "::1", "::ffff:127.0.0.1"],
            {"a": "10.0.0.1", "b": "x"},
            [],
            {},
            [1, 2],
            "fe80::1%eth0",
        ],
    )
    def test_all_else_is_a_variable(self, value):
        """A DNS name, a network, a list with something else in it."""
        result = planned(outputs(X=value))

        assert result.hosts == []
        assert {"x": value} == result.groups["all"].variables

    def test_other_loopback_addresses_are_hosts(self):
        """Ansible takes 127.0.0.1 alone for the controller; tunnels, labs and our demo use the others."""
        assert ["127.0.0.11", "127.0.0.12"] == [
            host.name for host in planned(outputs(X=["127.0.0.11", "127.0.0.12"])).hosts
        ]

    @given(st.lists(ADDRESSES.map(str), min_size=1, max_size=30, unique=True))
    def test_hosts_are_in_the_order_of_the_list(self, addresses):
        """Numeric order, and no placeholder in any name."""
        result = planned(outputs(**{f"MY_IP_{index}": address for index, address in enumerate(addresses)}))

        assert addresses == [host.name for host in result.hosts]
        assert not any("{" in host.name for host in result.hosts)

    @given(st.lists(st.lists(ADDRESSES.map(str), max_size=6), min_size=1, max_size=4))
    def test_every_address_is_one_host_in_all_its_groups(self, lists):
        """Whatever outputs share addresses, each is one host, and is in the group of each of its outputs."""
        result = planned(
            outputs(**{f"OUT{index}": addresses for index, addresses in enumerate(lists)}),
            hosts=[{"output": f"OUT{index}", "groups": [f"out{index}"]} for index in range(len(lists))],
        )

        expected = {address for addresses in lists for address in addresses}
        assert expected == {host.name for host in result.hosts}
        assert len(expected) == len(result.hosts)
        for host in result.hosts:
            assert {f"out{index}" for index, addresses in enumerate(lists) if host.name in addresses} == set(
                host.groups
            )

    def test_an_excluded_output_makes_no_hosts(self):
        """variables.exclude leaves an output out of everything."""
        result = planned(outputs(NAT_IP="10.0.0.1", X="a"), variables={"exclude": ["nat_*"]})

        assert (result.hosts, result.groups["all"].variables) == ([], {"x": "a"})


NO_ADDRESSES = [
    "pending",
    "10.0.0.11/32",
    "10.0.0.3.",
    "10.0.0.1:22",
    "10.0.0.2,10.0.0.3",
    '"10.0.0.11"',
    "10.0.0.011",
    "fe80::1%eth0",
    "127.0.0.1",
]


class TestMixedElements:
    """Some elements are addresses, and others aren't."""

    @pytest.mark.parametrize("other", NO_ADDRESSES)
    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_the_group_stays_and_the_first_other_is_named(self, other, position):
        """Wherever it stands; an error under strict; the list is a variable as before."""
        addresses = ["10.0.0.21", "10.0.0.22"]
        addresses.insert(position, other)
        published = outputs(**{f"MY_IP_{index}": text for index, text in enumerate(addresses)})

        result = planned(published)

        assert [("10.0.0.21", ["my_ip"]), ("10.0.0.22", ["my_ip"])] == hosts(result)
        assert f"parameter OUTPUT_MY_IP_{position} is {other!r}, which is not an address" in result.warnings[0]
        assert addresses == result.groups["all"].variables["my_ip"]
        with pytest.raises(DataError, match="which is not an address"):
            planned(published, strict=True)

    def test_a_secret_among_them_is_named_and_not_shown(self):
        """It was the whole group before."""
        published = assemble(
            [Parameter("OUTPUT_IP_0", "String", "10.0.0.1"), Parameter("OUTPUT_IP_1", "SecureString", None)], "OUTPUT_"
        )

        result = planned(published)

        assert [("10.0.0.1", ["ip"])] == hosts(result)
        assert "OUTPUT_IP_1 is a SecureString" in result.warnings[0]

    @pytest.mark.parametrize("text", ["10.0.0.1\n", " 10.0.0.1 ", "10.0.0.1\r\n"])
    def test_white_space_is_no_part_of_an_address(self, text):
        """As a file that was published has it at its end."""
        assert ["10.0.0.1"] == [host.name for host in planned(outputs(X=text)).hosts]
        assert ["10.0.0.1"] == [host.name for host in planned(outputs(X=[text]), hosts=[{"output": "X"}]).hosts]

    @pytest.mark.parametrize("text", ["10.0.0.2,10.0.0.3", '"10.0.0.11"', "10.0.0.011", "10.0.0.3.", "fe80::1%eth0"])
    def test_a_single_value_that_was_meant_as_one_is_told(self, text):
        """It stays a variable."""
        result = planned(outputs(X=text))

        assert ([], {"x": text}) == (result.hosts, result.groups["all"].variables)
        assert "OUTPUT_X is" in result.warnings[0]

    @pytest.mark.parametrize("value", ["10.0.0.0/16", "10.0.0.1:22", {"host": "10.0.0.1", "port": "1"}, "1,2", ["a"]])
    def test_what_was_meant_as_something_else_is_not(self, value):
        """A network, an endpoint, an object with an address in it."""
        assert [] == planned(outputs(X=value)).warnings


class TestStacks:
    """A stack is a scope."""

    def test_its_variables_are_on_its_group(self):
        """And its hosts are in it; the levels nest."""
        result = planned(outputs(IP="10.0.0.1", X="a"), stack=("prod", "web"))

        assert [("10.0.0.1", ["ip", "prod_web"])] == hosts(result)
        assert ({"x": "a"}, {"prod_web"}) == (result.groups["prod_web"].variables, result.groups["prod"].children)
        assert "all" not in result.groups

    def test_regions_are_inside_it(self):
        """Two stacks in one region have nothing in common."""
        result = planned({EU: outputs(X="a", IP="10.0.0.1"), "us-east-1": outputs(X="b")}, stack=("prod",))

        assert {"prod_eu_central_1", "prod_us_east_1"} == result.groups["prod"].children
        assert {"x": "b"} == result.groups["prod_us_east_1"].variables
        assert ["ip", "prod_eu_central_1"] == result.hosts[0].groups

    def test_an_output_does_not_take_its_name(self):
        """Its hosts would be those of the whole stack."""
        with pytest.raises(DataError, match="the group that holds the hosts of a stack"):
            planned(outputs(PROD="10.0.0.1"), stack=("prod",))


class TestRules:
    """What the file says about hosts."""

    def test_only_named_outputs_make_hosts(self):
        """All other addresses are variables, and DNS names are hosts where the file says so."""
        result = planned(
            outputs(MY_IP="10.0.0.1", DB="DB.example.com", OTHER="10.0.0.2"),
            hosts=[{"output": "db", "groups": ["data"]}, {"output": "MY_IP", "groups": ["a", "b"]}],
        )

        assert hosts(result) == [("db.example.com", ["data"]), ("10.0.0.1", ["a", "b"])]
        assert result.groups["all"].variables == {"other": "10.0.0.2"}

    def test_a_hostname_template_knows_the_element(self):
        """With its name, position and region; the address goes into ansible_host."""
        result = planned(
            outputs(MY_IP_0="10.0.0.1", MY_IP_1="10.0.0.2"),
            hosts=[{"output": "MY_IP", "hostname": "{{ name }}.{{ region }}.{{ index }}"}],
        )

        assert [host.name for host in result.hosts] == ["my_ip_0.eu-central-1.0", "my_ip_1.eu-central-1.1"]
        assert result.hosts[1].variables["ansible_host"] == "10.0.0.2"

    def test_a_hole_keeps_the_index_of_those_after_it(self):
        """The host of element 2 says 2, and the hole is a warning."""
        result = planned(outputs(MY_IP_0="10.0.0.1", MY_IP_2="10.0.0.3"))

        assert host_variables(result, "10.0.0.3")["tfbridge_outputs"] == {"MY_IP": 2}
        assert "OUTPUT_MY_IP_1" in result.warnings[0]

    def test_instances_are_resolved_to_the_address_that_is_asked_for(self):
        """What is known of the instance comes along."""
        instance = {
            "instance_id": "i-0123456789abcdef0",
            "state": "running",
            "private_ip": "10.0.0.1",
            "public_ip": "192.0.2.1",
        }
        result = planned(
            outputs(IDS=["i-0123456789abcdef0"]),
            instances={"i-0123456789abcdef0": instance},
            hosts=[{"output": "IDS", "address": "public_ip"}],
        )

        assert [host.name for host in result.hosts] == ["192.0.2.1"]
        assert instance == result.hosts[0].variables["tfbridge_instance"]

    def test_the_files_variables_are_told_from_data(self):
        """Only their text may be a template."""
        result = planned(
            outputs(X=[{"ip": "10.0.0.1", "role": "{{ evil }}"}]),
            hosts=[{"output": "X", "vars": {"ansible_user": "{{ who }}"}}],
        )

        (host,) = result.hosts
        assert host.from_file == ["ansible_user"]
        assert host.variables["role"] == "{{ evil }}"

    def test_groups_exist_without_hosts(self):
        """A play at an empty group says so, instead of not knowing the group."""
        result = planned(outputs(X=[]), hosts=[{"output": "X", "groups": ["web"]}])

        assert (result.hosts, "web" in result.groups) == ([], True)

    def test_a_name_with_the_prefix_gets_the_way_out(self):
        """The prefix is an option of its own."""
        with pytest.raises(NothingFoundError, match="Leave out the prefix: MY_IP"):
            planned(outputs(MY_IP="10.0.0.1"), hosts=[{"output": "OUTPUT_MY_IP"}], prefix="/prod/OUTPUT_")

    def test_a_name_that_is_no_outputs_says_why(self):
        """Which character it is."""
        published = outputs(**{"BAD_Web-Servers": "x", "web": "x", "1A": "x"})

        (warning,) = planned(published, prefix="OUTPUT_").warnings

        assert "OUTPUT_BAD_Web-Servers (it has '-')" in warning
        assert "OUTPUT_web (it has lower-case letters)" in warning
        assert "OUTPUT_1A (it doesn't begin with a letter)" in warning

    def test_a_missing_output_is_an_error_with_a_hint(self):
        """Or a warning, or nothing, as on_missing says."""
        rule = [{"output": "MY_IPS"}]

        with pytest.raises(NothingFoundError, match=r"MY_IPS is not published in eu-central-1. Did you mean 'MY_IP'\?"):
            planned(outputs(MY_IP="10.0.0.1"), hosts=rule)
        assert len(planned(outputs(MY_IP="10.0.0.1"), hosts=rule, on_missing="warn").warnings) == 1
        assert planned(outputs(MY_IP="10.0.0.1"), hosts=rule, on_missing="skip").warnings == []


class TestMerging:
    """Two outputs that tell of one address."""

    def test_one_address_is_one_host_in_both_groups(self):
        """And knows both outputs."""
        result = planned(outputs(A="10.0.0.1", B=["10.0.0.2", "10.0.0.1"]))

        assert hosts(result)[0] == ("10.0.0.1", ["a", "b"])
        assert host_variables(result, "10.0.0.1")["tfbridge_outputs"] == {"A": None, "B": 1}

    def test_a_given_name_wins_over_the_address(self):
        """Where the file names both outputs, whichever comes first."""
        for first, second in (("A", "B"), ("B", "A")):
            rules = [{"output": name} for name in ("A", "B")]
            result = planned(outputs(**{first: ["10.0.0.1"], second: {"web": "10.0.0.1"}}), hosts=rules)

            assert [host.name for host in result.hosts] == ["web"]

    def test_an_unrelated_output_renames_no_host(self):
        """Where the file names none, the first name stays, and the clash is told."""
        published = outputs(A="10.0.0.1", B=[{"name": "nat", "ip": "10.0.0.1", "role": "nat"}])

        result = planned(published)

        assert ["10.0.0.1"] == [host.name for host in result.hosts]
        assert "OUTPUT_A and parameter OUTPUT_B, element 0" in result.warnings[0]
        assert "named '10.0.0.1' and not 'nat'" in result.warnings[0]
        with pytest.raises(DataError, match="not 'nat'"):
            planned(published, strict=True)
        assert [] == planned(outputs(A={"web": "10.0.0.1"}, B="10.0.0.1")).warnings

    @pytest.mark.parametrize(
        ("published", "message"),
        [
            ({"A": {"x": "10.0.0.1"}, "B": {"y": "10.0.0.1"}}, "OUTPUT_A, key 'x' and parameter OUTPUT_B, key 'y'"),
            ({"A": {"x": "10.0.0.1"}, "B": {"x": "10.0.0.2"}}, "one name, 'x': 10.0.0.1 and 10.0.0.2"),
            (
                {"A": [{"ip": "10.0.0.1", "role": "db"}], "B": [{"ip": "10.0.0.1", "role": "web"}]},
                "OUTPUT_A, element 0 and parameter OUTPUT_B, element 0 in eu-central-1 both describe 10.0.0.1 and set "
                "'role': to 'db' and to 'web'",
            ),
            ({"A": [{"ip": "10.0.0.1", "n": 1}], "B": [{"ip": "10.0.0.1", "n": True}]}, "set 'n': to 1 and to True"),
        ],
    )
    def test_contradictions_name_both_parameters(self, published, message):
        """Nobody guesses which one is right."""
        with pytest.raises(DataError) as caught:
            planned(outputs(**published))

        assert message in str(caught.value)

    def test_two_regions_with_one_address_need_names(self):
        """Private addresses repeat among regions."""
        regions = {EU: outputs(IP="10.0.0.1"), "us-east-1": outputs(IP="10.0.0.1")}

        with pytest.raises(DataError, match="two hosts one name"):
            planned(regions)
        named = planned(regions, hosts=[{"output": "IP", "hostname": "{{ name }}-{{ region }}"}])
        assert [host.name for host in named.hosts] == ["ip-eu-central-1", "ip-us-east-1"]

    def test_variables_of_several_regions_stay_apart(self):
        """Each region's hosts get the values of their region."""
        result = planned({EU: outputs(IP="10.0.0.1", X="a"), "us-east-1": outputs(IP="10.0.0.2", X="b")})

        assert result.groups["eu_central_1"].variables == {"x": "a"}
        assert result.groups["us_east_1"].variables == {"x": "b"}
        assert hosts(result) == [("10.0.0.1", ["ip", "eu_central_1"]), ("10.0.0.2", ["ip", "us_east_1"])]


class TestSafety:
    """Data does not steer Ansible."""

    @pytest.mark.parametrize(
        "name", ["ANSIBLE_SSH_COMMON_ARGS", "ANSIBLE_HOST", "HOSTVARS", "GROUPS", "TFBRIDGE_X", "VARS"]
    )
    def test_outputs_with_names_that_steer_are_refused(self, name):
        """With the ways out."""
        with pytest.raises(DataError) as caught:
            planned(outputs(**{name: "x"}))

        assert f"OUTPUT_{name} " in str(caught.value)
        assert f"exclude: [{name}]" in str(caught.value)
        assert "allow_variables" in str(caught.value)

    @pytest.mark.parametrize("name", ["PORT", "TAGS", "CLASS", "TRUE", "LOOKUP", "ITEM"])
    def test_outputs_with_names_that_ansible_uses_are_refused(self, name):
        """They would be set and never be seen."""
        with pytest.raises(DataError, match=f"would set the variable '{name.lower()}'"):
            planned(outputs(**{name: "x"}))

    def test_a_prefix_or_a_permission_lets_them_in(self):
        """The inventory file's author decides."""
        assert planned(outputs(HOSTVARS="x"), variables={"prefix": "tf_"}).groups["all"].variables == {
            "tf_hostvars": "x"
        }
        allowed = planned(outputs(ANSIBLE_USER="x"), allow=["ansible_user"])
        assert allowed.groups["all"].variables == {"ansible_user": "x"}

    @pytest.mark.parametrize(
        "key", ["ansible_connection", "ansible_ssh_common_args", "ANSIBLE_HOST", "hostvars", "tfbridge_x"]
    )
    def test_attributes_with_names_that_steer_are_refused(self, key):
        """A JSON object is as much data as anything."""
        with pytest.raises(DataError, match="has the attribute"):
            planned(outputs(X=[{"ip": "10.0.0.1", key: "local"}]))

    def test_attributes_that_ansible_uses_are_kept_in_the_item(self):
        """Nothing is lost, nothing warns."""
        variables = host_variables(
            planned(outputs(X=[{"ip": "10.0.0.1", "tags": "a", "a b": 1, "role": "db"}])), "10.0.0.1"
        )

        assert variables["tfbridge_item"] == {"ip": "10.0.0.1", "tags": "a", "a b": 1, "role": "db"}
        assert (variables["role"], "tags" in variables, "a b" in variables) == ("db", False, False)

    @pytest.mark.parametrize(
        "name",
        [
            "localhost",
            "LOCALHOST",
            "all",
            "web:!db",
            "web*",
            "a\nb",
            "",
            "-x",
            "@x",
            "~x",
            "a,b",
            "a b",
            "{{ x }}",
            "::1",
        ],
    )
    def test_host_names_that_mean_something_else_are_refused(self, name):
        """Patterns, the controller, options, line breaks."""
        with pytest.raises(DataError, match="would make a host named"):
            planned(outputs(X={name: "10.0.0.1"}))

    @given(st.text(max_size=12))
    def test_no_text_becomes_a_host_that_is_a_pattern(self, name):
        """Whatever a map's key is: refused, or a name that Ansible reads as itself."""
        try:
            result = planned(outputs(X={name: "10.0.0.1"}), hosts=[{"output": "X"}])
        except BridgeError:
            return

        (host,) = result.hosts
        assert not set(host.name) & set(" ,!&*?[]~@{}\n\r\t/\\'\"") and host.name != "localhost"
        assert ":" not in host.name or ipaddress.ip_address(host.name)

    @pytest.mark.parametrize("name", ["ALL", "UNGROUPED"])
    def test_groups_of_ansible_are_not_named_by_data(self, name):
        """An output ALL would put its hosts everywhere."""
        with pytest.raises(DataError, match="Ansible reserves"):
            planned(outputs(**{name: ["10.0.0.1"]}))

    @pytest.mark.parametrize("name", ["LOCALHOST", "LOCALHOST4", "LOOPBACK"])
    def test_the_controller_is_not_named_by_data(self, name):
        """Plays say hosts: localhost and mean the controller."""
        with pytest.raises(DataError, match="plays use that name for the controller"):
            planned(outputs(**{name: "10.66.66.66"}))

    @pytest.mark.parametrize(
        "name", ["localhost.localdomain", "Localhost.", "ip6-localhost", "127.0.0.1", "::ffff:127.0.0.1", "localhost6"]
    )
    def test_no_spelling_of_the_controller_is_a_host(self, name):
        """Whatever its address is."""
        with pytest.raises(DataError, match="would make a host named"):
            planned(outputs(X={name: "10.0.0.1"}))

    def test_all_refusals_come_at_once(self):
        """Nobody wants to run it four times."""
        with pytest.raises(DataError) as caught:
            planned(outputs(PORT="1", NAME="2", TAGS="3", HOSTVARS="4", X=[{"ip": "10.0.0.1", "_a": 1, "_b": 2}]))

        for name in ("OUTPUT_PORT", "OUTPUT_NAME", "OUTPUT_TAGS", "OUTPUT_HOSTVARS", "'_a'", "'_b'"):
            assert name in str(caught.value)

    def test_variables_of_cores_own_options_are_refused(self):
        """Whatever they are called; an attribute that begins with an underscore is internal to somebody."""
        names = NameRules(frozenset(), frozenset(), core_variables() | {"debugger_of_core"})

        assert names.steering("_ansible_coverage_remote_output") == names.steering("debugger_of_core") != ""
        assert "internal" in names.steering("_x") and not names.steering("_tf_x", "_tf_")

    def test_a_host_with_the_name_of_a_group_is_refused(self):
        """Ansible would take the one for the other."""
        with pytest.raises(DataError, match="also the name of a group"):
            planned(outputs(WEB={"web": "10.0.0.1"}))

    def test_a_secret_is_left_out_or_read_later_and_never_a_host(self):
        """Its value is in no plan."""
        published = assemble([Parameter("OUTPUT_PW", "SecureString", None)], "OUTPUT_")

        skipped = planned(published, on_missing="skip").groups["all"]
        assert (skipped.secrets, skipped.variables) == ({}, {})
        with pytest.raises(NothingFoundError, match="are SecureStrings, which are skipped"):
            planned(published)
        assert planned(published, decrypt=True).groups["all"].secrets == {"pw": "PW"}
        with pytest.raises(DataError, match="a secret can't be a host"):
            planned(published, hosts=[{"output": "PW"}], on_missing="skip")


class TestBadValues:
    """Errors name the parameter, what it holds and what is accepted."""

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("not an address", "OUTPUT_X in eu-central-1 is 'not an address', which is not an address"),
            ("10.0.0.0/24", "'10.0.0.0/24', which is not an address"),
            (["10.0.0.1", 7], "OUTPUT_X, element 1 in eu-central-1 is 7"),
            ("x" * 5000 + " ", "(5,001 characters)"),
            (
                [{"hostname": "a"}],
                "an object without an address: looked for address, ip, ip_address, private_ip, public_ip",
            ),
            ({"a": ["10.0.0.1"]}, "OUTPUT_X, key 'a'"),
        ],
    )
    def test_a_host_that_is_no_address(self, value, message):
        """Long values are cut."""
        with pytest.raises(DataError) as caught:
            planned(outputs(X=value), hosts=[{"output": "X"}])

        assert message in str(caught.value)
        assert len(str(caught.value)) < 500

    def test_an_instance_that_is_gone(self):
        """The id and the parameter are named."""
        with pytest.raises(
            DataError, match="OUTPUT_X in eu-central-1 names the instance i-01234567, which doesn't exist"
        ):
            build_plan(
                {EU: outputs(X="i-01234567")}, (), options_of(hosts=[{"output": "X"}]), render, lambda _r, _i: {}
            )

    def test_an_instance_without_that_address(self):
        """A stopped instance has no public address."""
        instance = {"instance_id": "i-01234567", "state": "stopped", "public_ip": None}

        with pytest.raises(DataError, match=r"i-01234567 \(stopped\) has no public_ip"):
            planned(outputs(X="i-01234567"), {"i-01234567": instance}, hosts=[{"output": "X", "address": "public_ip"}])

    def test_problems_count_only_where_an_output_is_used(self):
        """A broken output that is excluded breaks nothing."""
        published = outputs(BAD='{"a": ', IP="10.0.0.1")

        with pytest.raises(DataError, match="OUTPUT_BAD looks like JSON"):
            planned(published, strict=True)
        assert "OUTPUT_BAD looks like JSON" in planned(published).warnings[0]
        assert len(planned(published, variables={"exclude": ["BAD"]}).hosts) == 1

    def test_strict_makes_errors_of_warnings(self):
        """Holes and strays."""
        with pytest.raises(DataError, match="a list with holes"):
            planned(outputs(X_0="a", X_2="c"), strict=True)
        with pytest.raises(DataError, match="OUTPUT_lower"):
            planned(outputs(lower="a"), strict=True)


@given(st.sampled_from(["__ansible_unsafe", "__ansible_vault", "__ansible_type"]), st.text(max_size=3))
def test_a_tag_that_ansible_would_read_as_its_own_is_refused(begin, rest):
    """As keys of outputs are: an exported inventory would be read otherwise."""
    instance = {**dict.fromkeys(("private_ip", "public_ip"), "10.0.0.1"), "tags": {f"{begin}{rest}": "x"}}
    rules = [{"output": "IDS"}]

    with pytest.raises(DataError, match=r"the instance i-0a1b2c3d has the tag .__ansible_"):
        planned(outputs(IDS=["i-0a1b2c3d"]), {"i-0a1b2c3d": instance}, hosts=rules)
