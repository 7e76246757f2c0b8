"""The reference page in Markdown: hand-written text around tables of fields and examples that are rated."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.tariff_documents.charge_sections import ChargeSection
from chalicelib.tariff_documents.json_schema import EXAMPLES, json_schema
from cli.reference.fields import FieldTables
from cli.reference.results import Result

TEMPLATES = Path(__file__).parents[2] / "templates" / "reference"


def reference_page() -> str:
    """The page. Raises what loading and rating raise where an example is wrong."""
    schema = json_schema()
    tables = FieldTables(schema)
    every_charge = tuple(ChargeSection.model_fields)
    examples = {example.name: example for example in EXAMPLES}

    def shown(name: str) -> str:
        return f"```yaml\n{examples[name].text}```"

    def example(name: str) -> str:
        result = Result(examples[name])
        about = f"{examples[name].about}:\n\n" if examples[name].about else ""
        return f"{about}{shown(name)}\n\n{result.heading()}:\n\n{result.table()}"

    def charge(section: str, name: str, *more: str) -> str:
        fields = tables.table(section, without=(*every_charge, "type"))
        kind = schema["$defs"][section]["properties"]["type"]["const"]
        return "\n\n".join(
            [f"### `{kind}`", tables.description(section), fields, *(example(one) for one in (name, *more))]
        )

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # Markdown
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template("tariffs.md").render(
        fields=tables.table, every_charge=every_charge, shown=shown, example=example, charge=charge
    )
