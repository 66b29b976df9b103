# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values read from AWS, marked as the data that they are.

PRIVATE: not for use outside this collection, may change in any release.

ansible-core 2.19 and later template only strings that are marked as trusted; what a play takes from its variables
as an expression (C(when: "{{ flag }}"), C(debug: var=...)) needs no braces at all, so no string of AWS's is ever
trusted where plays run. Earlier releases template everything that isn't marked as unsafe.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Mapping
from typing import Any, Callable

from ansible import context
from ansible.utils.unsafe_proxy import wrap_var

from .data import as_data, each_string, text_of

try:
    from ansible.template import trust_as_template

    HAS_TRUST = True
except ImportError:  # ansible-core 2.18 and earlier: every string is a template but for those that wrap_var marked
    HAS_TRUST = False

    def trust_as_template(value: str) -> str:
        """Return the text back."""
        return value


Mark = Callable[[Any], Any]
UNSAFE_KEY = "__ansible_unsafe"

# Words, numbers, addresses, DNS names and ARNs: no template, no call, subscript, filter or quoted string. Nor is what
# YAML takes for null, a merge, a default or a time; ansible-core 2.19 and later would read it as one after C(!unsafe).
_TIME = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9:.]+(?:[ \t]*(?:Z|[-+][0-9:]+))?"
_PLAIN_TEXT = re.compile(rf"(?:[\w.:/@+,-]*|~|<<|=|{_TIME})\Z")


def marks_of_this_command() -> Mark:
    """Return how this command line marks data.

    What ansible-inventory prints is read again: by AWX, as a script's output or from a file. So whatever could be an
    expression is marked in the text too, as each form has it. All else is trusted where it is printed, because
    ansible-core shows no other string without a wrapper.
    """
    arguments = context.CLIARGS
    if "export" not in arguments or not (arguments.get("list") or arguments.get("host")):
        unsafe, simple = wrap_var, wrap_var
    else:
        unsafe, simple = _unsafe_mark(arguments), _trusted
    # Thousands of hosts have many values in common.
    mark = functools.cache(lambda text: simple(text) if _PLAIN_TEXT.match(text) else unsafe(text))
    return functools.partial(each_string, mark=mark)


def _unsafe_mark(arguments: Mapping[str, Any]) -> Mark:
    """Return what makes ansible-inventory show that a string is data."""
    if arguments.get("yaml"):
        return _yaml_mark()
    if arguments.get("host") and HAS_TRUST:
        # Of the variables of one host ansible-core 2.19 and later shows no marks.
        return lambda text: {UNSAFE_KEY: text_of(text)}
    return as_data


def _yaml_mark() -> Mark:
    """Return what makes YAML show a string with the tag C(!unsafe): ansible-core's own marks are not in its YAML."""
    # Imported here: every task of every host imports this file.
    from ansible.parsing.yaml.dumper import AnsibleDumper  # noqa: PLC0415  see above

    # AnsibleDumper is a function that makes one in ansible-core 2.19 and later, and a class before.
    dumper_class = type(AnsibleDumper(io.StringIO()))
    marked = set()

    def represent(dumper: Any, text: str) -> Any:
        tag = "!unsafe" if text_of(text) in marked else "tag:yaml.org,2002:str"
        return dumper.represent_scalar(tag, text_of(text))

    def mark(text: str) -> Any:
        marked.add(text_of(text))
        return wrap_var(text_of(text))

    for kind in dict.fromkeys((str, type(wrap_var("")))):
        dumper_class.add_representer(kind, represent)
    return mark


def _trusted(text: str) -> Any:
    return trust_as_template(text_of(text))


def as_config(value: Any) -> Any:
    """Mark all strings inside a value that the inventory file's author wrote, or the collection: templates work."""
    return each_string(value, trust_as_template)
