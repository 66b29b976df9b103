"""Each Terraform module's page says what its code says, in the form of terraform-docs."""

from __future__ import annotations

import shutil

import pytest

from scripts import terraform_docs


@pytest.mark.parametrize("module", terraform_docs.modules(), ids=lambda module: module.name)
def test_a_page_says_what_the_code_says(module):
    """`.venv/bin/python -m scripts.terraform_docs` writes it."""
    assert (module / "README.md").read_text() == terraform_docs.documented(module)


def test_every_module_has_a_page():
    """A module without one would be checked by nothing."""
    folders = [path for path in terraform_docs.MODULES.iterdir() if path.is_dir()]

    assert sorted(folders) == terraform_docs.modules()


def test_what_changes_in_the_code_changes_the_page(tmp_path):
    """A new input with a default, one that is required, a text of two lines with a bar, and an output."""
    module = tmp_path / "module"
    shutil.copytree(terraform_docs.MODULES / "ssm_secrets", module)
    (module / "more.tf").write_text(
        """
        variable "needed" {
          description = "This or\\u0020that."
          type        = list(string)
        }
        variable "lines" {
          description = <<-EOT
            one | two
            three
          EOT
          type    = number
          default = 3
        }
        output "made" {
          description = "What was made."
          value       = 1
        }
        """
    )

    page = terraform_docs.documented(module)

    assert (
        '| <a name="input_needed"></a> [needed](#input_needed) | This or that. | `list(string)` | n/a | yes |' in page
    )
    assert '<a name="input_lines"></a> [lines](#input_lines) | one \\| two<br/>three | `number` | `3` | no |' in page
    assert '| <a name="output_made"></a> [made](#output_made) | What was made. |' in page
    assert page != (module / "README.md").read_text()
    assert page.index("input_lines") < page.index("input_needed") < page.index("input_prefix")


def test_a_page_without_its_marks_is_named(tmp_path):
    """Nothing is written at random."""
    (tmp_path / "README.md").write_text("# module\n")
    with pytest.raises(ValueError, match="has no <!-- BEGIN_TF_DOCS -->"):
        terraform_docs.documented(tmp_path)
