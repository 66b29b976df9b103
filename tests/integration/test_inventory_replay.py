"""What ansible-inventory prints is read again, by platforms and from files: data stays data on the whole way."""

from __future__ import annotations

import json
import random

import pytest

REGION = {"regions": ["eu-central-1"]}
PRINTED = {
    "list": ["--list"],
    "export": ["--list", "--export"],
    "host": ["--host", "w1"],
    "yaml": ["--list", "--yaml"],
    "yaml export": ["--list", "--yaml", "--export"],
    "yaml host": ["--host", "w1", "--yaml"],
    "graph": ["--graph", "--vars"],
}
USES = """
- hosts: all
  gather_facts: false
  connection: local
  # Each use is refused, and the next one shall be tried too.
  ignore_errors: true
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  tasks:
    - ansible.builtin.debug: {msg: "{{ item }}"}
      when: "{{ item }}"
      loop: ["{{ flag }}", "{{ nested.deep[0] }}", "{{ stack_flag }}"]
    - ansible.builtin.debug: {msg: "shown {{ flag }} {{ nested.deep[0] }} {{ stack_flag }}"}
    - ansible.builtin.debug: {msg: x}
      loop: "{{ flag }}"
    - ansible.builtin.debug: {var: "{{ flag }}"}
    - ansible.builtin.debug: {var: nested}
    - ansible.builtin.assert: {that: ["{{ flag }}"]}
    - ansible.builtin.command: "true"
      failed_when: "{{ stack_flag }}"
      changed_when: "{{ nested.deep[0] }}"
"""


def publish(aws, victim):
    """Publish an expression as an attribute, inside one, and as an output; and words, which are none."""
    call = f"lookup('pipe','touch {victim}')"
    node = {"name": "w1", "address": "10.0.0.11", "flag": call, "nested": {"deep": [call]}, "size": "t3.micro"}
    aws.publish({"NODES": json.dumps([node]), "STACK_FLAG": call, "EFS_DNS_URL": "fs-1.efs.eu-central-1.amazonaws.com"})
    return call


@pytest.mark.cores
@pytest.mark.parametrize("printed", PRINTED)
def test_a_constructed_file_beside_it_runs_nothing(aws, run, printed):
    """Each place in which a constructed source takes an expression, in each form that is printed."""
    victim = run.folder / "pwned"
    publish(aws, victim)
    run.write("m/10.ssm_outputs.yml", {"plugin": "tfbridge.aws.ssm_outputs", **REGION})
    for index, value in enumerate(("flag", "nested.deep[0]", "stack_flag")):
        use = f"{{{{ {value} }}}}"
        run.write(
            f"m/2{index}_constructed.yml",
            {
                "plugin": "ansible.builtin.constructed",
                "groups": {"g": use, "g2": f"{value} == 'x'"},
                "compose": {"c": use, "c2": value},
                "keyed_groups": [{"key": use}, {"key": value, "parent_group": use}],
            },
        )

    run.command(["ansible-inventory", "-i", run.folder / "m", *PRINTED[printed]])

    assert not victim.exists()


@pytest.mark.cores
@pytest.mark.parametrize("printed", ["list", "export", "host", "yaml", "yaml export"])
def test_what_was_printed_runs_nothing_when_it_is_read_again(aws, run, printed):
    """As a script's output or from a file; the values are the same."""
    victim = run.folder / "pwned"
    call = publish(aws, victim)
    text = run.inventory(REGION, *PRINTED[printed]).stdout

    if "yaml" in printed:
        inventory = run.write("stored.yml", text)
    else:
        if printed == "host":
            script = {"all": {"hosts": ["w1"]}}
            body = f"import sys\nprint({text!r} if '--host' in sys.argv else {json.dumps(script)!r})\n"
        else:
            body = f"print({text!r})\n"
        inventory = run.write("stored.py", "#!/usr/bin/env python3\n" + body)
        inventory.chmod(0o755)
    run.write("uses.yml", USES)
    result = run.command(["ansible-playbook", "-i", inventory, "uses.yml"])

    assert f"shown {call} {call} {call}" in result.stdout.replace('\\"', '"'), result.output
    assert not victim.exists()


TEMPLATES = ("{{ 7*7 }}", "{% raw %}", "{#", "}}", "lookup('pipe','touch {victim}')")
MARKS = (
    "!unsafe",
    "!vault |",
    "__ansible",
    "~",
    "<<",
    "*a",
    "&a",
    ": ",
    "- ",
    "#",
    "%",
    "@",
    "`",
    "[1]",
    "{a}",
    "'",
    '"',
)
LOOKS = (
    "yes",
    "null",
    "0x1F",
    "1e3",
    "2026-11-24",
    "",
    " ",
    "\\",
    "\n",
    "\t",
    "\u00e9",
    "\u2028",
    "\U0001f600",
    "\x7f",
)
# What YAML takes for something else than a string, whatever its tag.
RESOLVED = ("~", "<<", "=", "2026-11-24 10:00:00", "2026-11-24\t1:00:00.5 +01:00", "2026-11-24T10:00:00Z", ".inf")
PARTS = (*TEMPLATES, *MARKS, *LOOKS)


def generated(rng, victim, depth=3):
    """Return a JSON value made of what some reader on the way may take for its own."""

    def text():
        return "".join(rng.choices(PARTS, k=rng.randint(0, 4))).replace("{victim}", str(victim))

    kind = rng.choice(("text", "text", "number", "constant", "list", "object")) if depth else "text"
    if kind == "number":
        return rng.choice((0, -1, 2**53, 1.5, -0.25))
    if kind == "constant":
        return rng.choice((True, False, None))
    if kind == "list":
        return [generated(rng, victim, depth - 1) for _item in range(rng.randint(0, 4))]
    if kind == "object":
        names = [name for name in (text() for _item in range(4)) if not name.startswith("__ansible_")]
        return {name: generated(rng, victim, depth - 1) for name in names}
    return text()


@pytest.mark.cores
@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(2, 20))])
def test_values_and_keys_are_the_same_when_they_are_read_again(aws, run, seed):
    """Whatever is published, in JSON by a script and in YAML by a file: nothing changed, executed or dropped."""
    victim, rng = run.folder / "pwned", random.Random(seed)
    values = {f"v{number}": {"x": generated(rng, victim)} for number in range(40)}
    values["resolved"] = {"x": [*LOOKS, *RESOLVED], **dict.fromkeys(RESOLVED, "x")}
    # SSM holds no two braces in a row, but JSON has a way around it.
    texts = {name.upper(): json.dumps(value).replace("{{", "{\\u007b") for name, value in values.items()}
    aws.publish({"MY_IP": ["10.0.0.1"], **texts})
    names = ", ".join(f"'{name}'" for name in values)
    task = {
        "ansible.builtin.copy": {
            "content": f"{{{{ dict([{names}] | zip([{', '.join(values)}])) | to_json }}}}",
            "dest": str(run.folder / "read.json"),
            "mode": "0600",
        },
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    run.write("read.yml", [{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [task]}])
    for arguments in (["--list", "--export"], ["--list", "--export", "--yaml"]):
        text = run.inventory(REGION, *arguments).stdout
        script = f"#!/usr/bin/env python3\nimport sys\nsys.stdout.buffer.write({text.encode()!r})\n"
        stored = run.write(*(("stored.yml", text) if "--yaml" in arguments else ("stored.py", script)))
        stored.chmod(0o755)
        (run.folder / "read.json").unlink(missing_ok=True)

        result = run.command(["ansible-playbook", "-i", stored, "read.yml"])

        assert 0 == result.rc, result.output
        assert values == json.loads((run.folder / "read.json").read_text())
    assert not victim.exists()


@pytest.mark.cores
def test_words_addresses_and_names_are_shown_plainly(aws, run):
    """The JSON has wrappers only for what could be an expression."""
    call = publish(aws, run.folder / "pwned")

    variables = run.inventory(REGION).json["_meta"]["hostvars"]["w1"]

    assert ("t3.micro", "10.0.0.11") == (variables["size"], variables["ansible_host"])
    assert "fs-1.efs.eu-central-1.amazonaws.com" == variables["efs_dns_url"]
    assert {"__ansible_unsafe": call} == variables["flag"] == variables["nested"]["deep"][0]
