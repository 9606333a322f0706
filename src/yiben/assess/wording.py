"""Values as words (数值成文): the same text from either engine, and JSON of the numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from yiben.assess.grid import when
from yiben.assess.lowering import joined
from yiben.assess.terms import Engine, Term, cast, function, literal, multiplied, rounded
from yiben.scenes.because import Format
from yiben.scenes.model import Label

MISSING = "—"
YES_NO = {"zh": ("是", "否"), "en": ("yes", "no")}


def said(text: str) -> exp.Expr:
    """A constant text."""
    return exp.Literal.string(text)


def worded(
    term: Term, form: Format | None, *, language: str, choices: Mapping[str, Label], engine: Engine
) -> exp.Expr:
    """A value as a person reads it; a dash where there is none."""
    if form is not None:
        tree = formatted(term, form, engine)
    elif term.kind == "boolean":
        yes, no = YES_NO[language]
        tree = exp.Case(
            ifs=[
                exp.If(this=term.tree, true=said(yes)),
                exp.If(this=exp.Not(this=exp.Paren(this=term.tree.copy())), true=said(no)),
            ]
        )
    elif choices:
        tree = labelled(term.tree, choices, language)
    else:
        tree = plain(term, engine)
    return function("coalesce", tree, said(MISSING))


def labelled(tree: exp.Expr, choices: Mapping[str, Label], language: str) -> exp.Expr:
    """The label of a choice."""
    ifs = [
        exp.If(this=exp.EQ(this=tree.copy(), expression=said(key)), true=said(label.text(language)))
        for key, label in choices.items()
    ]
    return exp.Case(ifs=ifs, default=tree)


def plain(term: Term, engine: Engine) -> exp.Expr:
    """The value as text: numbers without needless zeros, days as 2025-09-01."""
    if term.kind == "number":
        text = cast(term.tree, "TEXT") if term.decimals else cast(cast(term.tree, "DECIMAL(38, 1)"), "TEXT")
        return without_tail(without_tail(text, "0", engine), ".", engine)
    return term.tree if term.kind == "text" else cast(term.tree, "TEXT")


def without_tail(text: exp.Expr, sign: str, engine: Engine) -> exp.Expr:
    """A text without the signs of one kind at its end."""
    if engine == "spark":
        return exp.Trim(this=text, expression=said(sign), position="TRAILING")
    return function("rtrim", text, said(sign))


def formatted(term: Term, form: Format, engine: Engine) -> exp.Expr:
    """A number in the stated format, rounded half away from zero."""
    value = multiplied(term, literal(100)) if form.percent else term
    value = rounded(value, form.digits)
    shaped = cast(value.tree, f"DECIMAL(30, {form.digits})")
    text = grouped(shaped, form.digits, engine) if form.comma else cast(shaped, "TEXT")
    return joined([text, said("%")]) if form.percent else text


def grouped(shaped: exp.Expr, digits: int, engine: Engine) -> exp.Expr:
    """A decimal as text with a comma before each three digits of its whole part."""
    size = function("abs", shaped)
    whole = cast(function("floor", size), "BIGINT")
    if engine == "spark":
        back = function("format_number", whole, exp.Literal.number(0))
    else:
        back = function("format", said("{:,}"), whole)
    sign = when(exp.LT(this=shaped.copy(), expression=exp.Literal.number(0)), said("-"), said(""))
    parts = [sign, back]
    if digits:
        text = cast(size.copy(), "TEXT")
        parts += [said("."), function("split_part", text, said("."), exp.Literal.number(2))]
    return joined(parts)


def as_json(pairs: Sequence[tuple[str, Term]], engine: Engine) -> exp.Expr:
    """{"name": value, …} as text: numbers as numbers, all else as texts, nothing as null."""
    parts: list[exp.Expr] = [said("{")]
    for index, (key, term) in enumerate(pairs):
        parts.append(said(f"{', ' if index else ''}{_quoted(key)}: "))
        parts.append(function("coalesce", _json_value(term, engine), said("null")))
    return joined([*parts, said("}")])


def _quoted(key: str) -> str:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _json_value(term: Term, engine: Engine) -> exp.Expr:
    if term.is_number:
        return plain(term, engine)
    if term.kind == "boolean":
        return cast(term.tree, "TEXT")
    text = plain(term, engine)
    if term.kind == "text":
        text = function("replace", text, said("\\"), said("\\\\"))
        text = function("replace", text, said('"'), said('\\"'))
        for sign in ("\n", "\r", "\t"):
            text = function("replace", text, said(sign), said(" "))
    return joined([said('"'), text, said('"')])
