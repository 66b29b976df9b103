"""The example tuned_lambda: applied by genuine Terraform, tuned by the playbook, applied, tuned again."""

from __future__ import annotations

import zipfile

import pytest

# Older providers can't list the parameters of a path.
pytestmark = [pytest.mark.full, pytest.mark.parametrize("provider", ["newest"], indirect=True)]

TUNE = (
    "-e", "function=worker", "-e", "publish_to=/prod/worker/INPUT_WORKER_MEMORY", "-e", "region=eu-central-1",
    "-e", '{"memory_sizes": [256, 1024, 2048], "invocations": 5, "strategy": "speed"}',
)  # fmt: skip


def test_tuned_applied_and_tuned_again(aws, run, terraform):
    """Every plan is empty but the one after the size was published; the second tuning changes nothing."""
    folder = terraform.root / "examples" / "tuned_lambda"
    with zipfile.ZipFile(folder / "handler.zip", "w") as archive:
        archive.write(folder / "handler.py", "handler.py")
    with terraform.provider_reads("tuned_lambda"):
        configuration = terraform.configuration("tuned_lambda")
        configuration.apply()
        assert not configuration.changes()
        checked = run.playbook("tfbridge.aws.tune_lambda", "--check", *TUNE)
        assert 0 == checked.rc, checked.output
        assert not configuration.changes()

        tuned = run.playbook("tfbridge.aws.tune_lambda", *TUNE, env={"PWD": str(run.folder)})
        assert 0 == tuned.rc, tuned.output
        assert "changed=1" in tuned.said
        assert "Published as /prod/worker/INPUT_WORKER_MEMORY." in tuned.said
        assert "512 MB" in tuned.said
        assert "<svg" in (run.folder / "lambda-tuning.html").read_text()
        planned = configuration.run("plan")
        assert "memory_size" in planned.output
        assert "512 -> 2048" in planned.output
        configuration.apply()
        assert not configuration.changes()

        again = run.playbook("tfbridge.aws.tune_lambda", *TUNE, env={"PWD": str(run.folder)})
        assert "changed=0" in again.said, again.output
        assert not configuration.changes()
