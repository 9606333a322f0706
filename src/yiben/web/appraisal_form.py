"""The appraisal's form (评价表单): what is typed → the file that the journey reads, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal

from yiben.appraise.energy import base_unit, carriers
from yiben.rulebook import built_in
from yiben.rulebook.yaml_lines import read_yaml

ROWS = 6
PLAIN = ("applied_on", "value_added", "production_year", "process_carbon")
REGION = ("name", "energy", "gdp", "carbon", "increment", "energy_room", "carbon_room")
PARTS = ("carrier", "amount", "renewable", "feedstock")
# What each amount means where no unit is typed.
UNITS = {"value_added": "万元", "process_carbon": "吨二氧化碳", "energy": "吨标准煤", "gdp": "万元",
         "carbon": "吨二氧化碳", "increment": "吨标准煤", "energy_room": "吨标准煤", "carbon_room": "吨二氧化碳"}  # fmt: skip
# What most projects use, offered first; the rest of the rows offer the first carrier there is.
USUAL = ("electricity", "natural_gas", "diesel", "gasoline", "heat")
WHOLE = frozenset({"production_year"})


def typed_file(sent: Mapping[str, str]) -> str:
    """The file that a form spells: one key in a line, every typed text quoted, so that it stays a value."""
    lines = [f"{name}: {_value(name, sent[name])}" for name in PLAIN if sent.get(name, "").strip()]
    uses = []
    for row in range(ROWS):
        parts = {part: sent.get(f"{part}.{row}", "").strip() for part in PARTS}
        if parts["amount"] or parts["renewable"]:
            uses.append(
                f"  - {{{', '.join(f'{part}: {_quoted(text)}' for part, text in parts.items() if text)}}}"
            )
    lines += ["energy:", *uses] if uses else []
    region = [name for name in REGION if sent.get(f"region.{name}", "").strip()]
    if region:
        lines += ["region:", *(f"  {name}: {_quoted(sent[f'region.{name}'])}" for name in region)]
    equivalent, year, source = (
        sent.get(f"equivalent.{part}", "").strip() for part in ("value", "year", "source")
    )
    if equivalent:
        said = [f"value: {_bare(equivalent)}", f"source: {_quoted(source)}"] + (
            [f"year: {_bare(year)}"] if year else []
        )
        lines += ["factors:", f"  electricity_equivalent: {{{', '.join(said)}}}"]
    more = sent.get("more", "").replace("\r\n", "\n").strip("\n")
    return "\n".join([*lines, *([more] if more else []), ""])


def _value(name: str, text: str) -> str:
    return _bare(text) if name in WHOLE else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text.strip(), ensure_ascii=False)


def _bare(text: str) -> str:
    """A number as a number; anything else as a text, to be told as what it is."""
    text = text.strip()
    try:
        return str(Decimal(text)) if Decimal(text).is_finite() else _quoted(text)
    except ArithmeticError:
        return _quoted(text)


def form_of(text: str) -> dict[str, str]:
    """What a kept file puts into the form; keys that have no field of their own stand under `more`."""
    raw, _, problems = read_yaml(text, file="kept.yaml", exact=True)
    if problems or not isinstance(raw, dict):
        return {}
    raw = dict(raw)
    for known in ("name", "code", "place", "trade", "government"):
        raw.pop(known, None)
    form = {name: str(raw.pop(name)) for name in PLAIN if name in raw}
    uses = raw.pop("energy", None) or []
    for row, use in enumerate(uses[:ROWS] if isinstance(uses, list) else []):
        form |= {f"{part}.{row}": str(use[part]) for part in PARTS if isinstance(use, dict) and part in use}
    region = raw.pop("region", None) or {}
    if isinstance(region, dict):
        form |= {f"region.{name}": str(region.pop(name)) for name in REGION if name in region}
        if region:
            raw["region"] = region
    factors = raw.pop("factors", None)
    own = factors.pop("electricity_equivalent", None) if isinstance(factors, dict) else None
    if isinstance(own, dict):
        form |= {f"equivalent.{part}": str(own[part]) for part in ("value", "year", "source") if part in own}
    if factors:
        raw["factors"] = factors
    form["more"] = "\n".join(
        f"{key}: {json.dumps(value, ensure_ascii=False, default=str)}" for key, value in raw.items()
    )
    return form


def carrier_choices() -> list[tuple[str, str]]:
    """Every carrier's Chinese name with the unit in which a bare amount is read."""
    return [(name, base_unit(key)) for name, key in carriers(built_in()).items()]


def usual_carriers() -> list[str]:
    """The carrier that each row of an empty form offers."""
    names = {key: name for name, key in carriers(built_in()).items()}
    usual = [names[key] for key in USUAL if key in names]
    return (usual + [next(iter(names.values()))] * ROWS)[:ROWS]
