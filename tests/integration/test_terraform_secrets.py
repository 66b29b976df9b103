"""The ssm_secrets module, applied: the secret is in SSM, and neither in the state nor in a plan file."""

from __future__ import annotations

import zipfile

import pytest

from tests.support.terraform import Terraform

FIRST, SECOND = "correct-horse", "battery-staple"


@pytest.fixture
def secrets(tmp_path, aws, newest_provider):
    """The example, with the newest provider: 3.x has no write-only arguments."""
    return Terraform(tmp_path / "terraform", newest_provider, aws.env).configuration("secrets")


def kept(configuration):
    """Return all that Terraform keeps: the state, its backup and what the plan file holds."""
    folder = configuration.folder
    files = [path.read_bytes() for path in folder.glob("*.tfstate*")]
    with zipfile.ZipFile(folder / "kept.plan") as archive:
        return b"".join(files + [archive.read(name) for name in archive.namelist()])


def test_the_secret_is_kept_by_ssm_alone(aws, run, secrets):
    """A version that counts up writes the value; a second plan is empty; a lookup reads it."""
    for number, value in ((1, FIRST), (2, SECOND)):
        planned = secrets.run("plan", "-out=kept.plan", db_password=value, db_password_version=number)
        assert planned.rc == 0, planned.output
        applied = secrets.apply(db_password=value, db_password_version=number)
        assert not secrets.changes(db_password=value, db_password_version=number)
        parameter = aws.client("ssm").get_parameter(Name="OUTPUT_DB_PASSWORD", WithDecryption=True)["Parameter"]
        assert ("SecureString", value) == (parameter["Type"], parameter["Value"])
        held = kept(secrets)
        assert b"OUTPUT_DB_PASSWORD" in held
        assert value.encode() not in held
        assert value not in planned.output + applied.output

    ask = "{{ lookup('tfbridge.aws.ssm_output', 'DB_PASSWORD', decrypt=true) == '" + SECOND + "' }}"
    told = run.playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.debug": {"msg": f"is <{ask}>"}}]}]
    )
    assert "is <True>" in told.said

    refused = secrets.run("plan", db_password="a {{ b", db_password_version=3)
    said = " ".join(refused.output.replace("│", " ").split())
    assert "secrets.db_password (OUTPUT_DB_PASSWORD): the value has '{{' in it, which SSM refuses." in said
