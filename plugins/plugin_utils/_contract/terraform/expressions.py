# Copyright (c) 2026, The tfbridge.aws maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Terraform's expressions, evaluated as far as code alone tells.

PRIVATE: not for use outside this collection, may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from ansible_collections.tfbridge.aws.plugins.plugin_utils._contract.model.source_files import UnreadableError

from .functions import call
from .operators import combined, minus, negated
from .syntax import kids, parse_template, rule, tokens, unescape, word
from .values import Either, Entries, Items, Unknown, Value, is_known, item, joined, reason_of, text

Bound = Mapping[str, Value]
_LITERALS = {"true": True, "false": False, "null": None}


class Evaluator:
    """Evaluates the expressions of one module.

    C(reference) returns the value of C(var.x), C(local.x), C(module.x) and the like.
    """

    def __init__(self, reference: Callable[[str, str], Value]) -> None:
        self._reference = reference

    def evaluate(self, node: Any, bound: Optional[Bound] = None) -> Value:
        """Return the value of an expression. What is nested too deeply is Unknown."""
        try:
            return self._value(node, bound or {})
        except RecursionError:
            return Unknown("an expression that is nested too deeply")

    def _value(self, node: Any, bound: Bound) -> Value:
        method = getattr(self, f"_{rule(node)}", None)
        return method(node, bound) if method else Unknown(rule(node).replace("_", " ") or "an expression")

    def _expr_term(self, node: Any, bound: Bound) -> Value:
        return self._value(kids(node)[0], bound)

    _interpolation = _expr_term

    def _identifier(self, node: Any, bound: Bound) -> Value:
        name = word(node)
        return bound[name] if name in bound else Unknown(name)

    def _literal_value(self, node: Any, _bound: Bound) -> Value:
        return _LITERALS[word(node)]

    def _int_lit(self, node: Any, _bound: Bound) -> Value:
        return int(word(node))

    def _float_lit(self, node: Any, _bound: Bound) -> Value:
        return float(word(node))

    def _string(self, node: Any, bound: Bound) -> Value:
        parts: list[Value] = []
        for part in kids(node):
            inner = part.children[0]
            if rule(inner) == "interpolation":
                value = self._value(inner, bound)
                if len(kids(node)) == 1:
                    # A string that is nothing but a template keeps the type.
                    return value
                parts.append(value)
            elif rule(inner):
                return Unknown("a template directive")
            elif inner.type.startswith("ESCAPED_"):
                parts.append(str(inner)[1:])
            else:
                parts.append(unescape(str(inner)))
        return joined(parts)

    def _heredoc_template(self, node: Any, bound: Bound) -> Value:
        return self._heredoc(str(node.children[0]).split("\n")[1:], bound)

    def _heredoc_template_trim(self, node: Any, bound: Bound) -> Value:
        lines = str(node.children[0]).split("\n")[1:]
        margin = min((len(line) - len(line.lstrip()) for line in lines[:-2] if line.strip()), default=0)
        return self._heredoc([line[margin:] for line in lines], bound)

    def _heredoc(self, lines: list[str], bound: Bound) -> Value:
        """Read the lines of a heredoc, the last of which is empty and the one before it its end mark."""
        body = "".join(f"{line}\n" for line in lines[:-2])
        if "${" in body.replace("$${", "") and '"' in body:
            return Unknown("a heredoc with quotes")
        quoted = body.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        try:
            return self._value(parse_template(quoted), bound)
        except UnreadableError:
            return Unknown("a heredoc")

    def _tuple(self, node: Any, bound: Bound) -> Value:
        return Items(tuple(self._value(item, bound) for item in kids(node)))

    def _object(self, node: Any, bound: Bound) -> Value:
        values: dict[str, Value] = {}
        still_open = False
        for element in kids(node):
            key, value = kids(element)
            name = self._key(kids(key)[0], bound)
            if isinstance(name, str):
                values[name] = self._value(value, bound)
            else:
                still_open = True
        return Entries(values, still_open)

    def _key(self, node: Any, bound: Bound) -> Value:
        """Return the key of an object: a bare word is a text, what is in parentheses an expression."""
        if rule(node) == "keyword":
            return word(node)
        if rule(node) == "expr_term" and "LPAR" not in tokens(node):
            inner = kids(node)[0]
            if rule(inner) in ("identifier", "literal_value"):
                return word(inner)
        return text(self._value(node, bound))

    def _get_attr_expr_term(self, node: Any, bound: Bound) -> Value:
        base, attribute = kids(node)
        name = word(kids(attribute)[0])
        root = kids(base)[0] if rule(base) == "expr_term" else base
        if rule(root) == "identifier" and word(root) not in bound:
            return self._reference(word(root), name)
        return item(self._value(base, bound), name)

    def _index_expr_term(self, node: Any, bound: Bound) -> Value:
        base, index = kids(node)
        key = int(index.children[1]) if rule(index) == "short_index" else self._value(kids(index)[0], bound)
        return item(self._value(base, bound), key)

    def _full_splat_expr_term(self, node: Any, bound: Bound) -> Value:
        base, splat = kids(node)
        value = self._value(base, bound)
        if not isinstance(value, Items):
            return Items((), open=True)
        values = value.values
        for step in kids(splat):
            if rule(step) != "get_attr":
                return Items((), open=True)
            values = tuple(item(one, word(kids(step)[0])) for one in values)
        return Items(values, value.open)

    _attr_splat_expr_term = _full_splat_expr_term

    def _conditional(self, node: Any, bound: Bound) -> Value:
        test, yes, no = kids(node)
        decided = self._value(test, bound)
        if isinstance(decided, bool):
            return self._value(yes if decided else no, bound)
        one, other = self._value(yes, bound), self._value(no, bound)
        return one if is_known(one) and one == other else Either((one, other), reason_of(decided, "a condition"))

    def _unary_op(self, node: Any, bound: Bound) -> Value:
        value = self._value(kids(node)[0], bound)
        return negated(value) if "NOT" in tokens(node) else minus(value)

    def _binary_op(self, node: Any, bound: Bound) -> Value:
        left, term = kids(node)
        sign, right = kids(term)
        return combined(self._value(left, bound), str(sign.children[0]), self._value(right, bound))

    def _function_call(self, node: Any, bound: Bound) -> Value:
        name, *given = kids(node)
        if len(given) > 1 or (given and rule(given[0]) != "arguments"):
            return Unknown("a function of a provider")
        arguments = [self._value(argument, bound) for argument in (kids(given[0]) if given else ())]
        if given and "ELLIPSIS" in tokens(given[0]):
            if not isinstance(arguments[-1], Items) or arguments[-1].open:
                return call(word(name), [*arguments[:-1], Unknown("arguments that aren't known")])
            arguments = [*arguments[:-1], *arguments[-1].values]
        return call(word(name), arguments)

    def _for_tuple_expr(self, node: Any, bound: Bound) -> Value:
        passes, still_open = self._passes(node, bound)
        body = next(kid for kid in kids(node)[1:] if rule(kid) != "for_cond")
        return Items(tuple(self._value(body, scope) for scope in passes), still_open)

    def _for_object_expr(self, node: Any, bound: Bound) -> Value:
        passes, still_open = self._passes(node, bound)
        key, value = [kid for kid in kids(node)[1:] if rule(kid) != "for_cond"]
        values: dict[str, Value] = {}
        grouped = "ELLIPSIS" in tokens(node)
        for scope in passes:
            name = text(self._value(key, scope))
            if not isinstance(name, str):
                still_open = True
            elif grouped:
                values[name] = Items((*values.get(name, Items()).values, self._value(value, scope)))
            else:
                values[name] = self._value(value, scope)
        return Entries(values, still_open)

    def _passes(self, node: Any, bound: Bound) -> tuple[list[Bound], bool]:
        """Return the scopes of a loop's passes, and whether there may be others."""
        *names, source = kids(kids(node)[0])
        condition = next((kids(kid)[0] for kid in kids(node) if rule(kid) == "for_cond"), None)
        given = self._value(source, bound)
        pairs: list[tuple[Value, Value]]
        if isinstance(given, Entries):
            pairs = [(key, given.values[key]) for key in sorted(given.values)]
        elif isinstance(given, Items):
            pairs = list(enumerate(given.values))
        else:
            return [], True
        still_open = given.open
        scopes: list[Bound] = []
        for key, value in pairs:
            scope = {**bound, word(names[-1]): value, **({word(names[0]): key} if len(names) == 2 else {})}
            chosen = True if condition is None else self._value(condition, scope)
            if chosen is True:
                scopes.append(scope)
            elif chosen is not False:
                still_open = True
        return scopes, still_open
