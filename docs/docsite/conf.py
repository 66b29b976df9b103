# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of Sphinx. scripts/docs.py lays the pages out around this file."""

from docutils import nodes

project = "tfbridge.aws"
copyright = "The tfbridge.aws maintainers"  # noqa: A001  Sphinx's name
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "furo"
html_title = "tfbridge.aws"
html_theme_options = {"source_repository": "https://github.com/tfbridge/tfbridge.aws/"}
html_copy_source = False
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]
# Environment variables of other collections are documented on Ansible's own site.
nitpick_ignore_regex = [("envvar", ".*")]
# Its lexer of HCL knows no splat.
suppress_warnings = ["misc.highlighting_failure"]

# Where pages of Ansible are that ours refer to, so that the site is built without a network.
ANSIBLE = "https://docs.ansible.com/ansible/latest"
LABELS = {
    "common_return_values": "reference_appendices/common_return_values.html",
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
}


def _ansibles(_app, _env, node, contents):
    """Return a link to Ansible's own documentation for a label that is not one of ours."""
    target = node["reftarget"]
    page = LABELS.get(target)
    if target.startswith("ansible_collections.") and not target.startswith("ansible_collections.tfbridge."):
        _root, namespace, name, plugin = target.split(".", 3)
        page = f"collections/{namespace}/{name}/{plugin}.html"
    address = f"{ANSIBLE}/{page}" if page else ""
    if target.startswith("ansible_collections.tfbridge.aws.") and target.endswith("_playbook"):
        # antsibull-docs has no pages for playbooks; pages of plugins are in a folder beside ours.
        name = target.rpartition(".")[2].removesuffix("_playbook")
        address = f"../playbooks.html#{name.replace('_', '-')}"
    if node.get("reftype") != "ref" or not address:
        return None
    link = nodes.reference("", "", internal=False, refuri=address)
    link += contents
    return link


def setup(app):
    """Have Sphinx ask for labels that it does not find."""
    app.connect("missing-reference", _ansibles)
