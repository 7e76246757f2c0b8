"""Documents out of the stack's bucket into a file of the person at the keyboard."""

from __future__ import annotations

from pathlib import Path

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.ports.rendering import RenderRequest
from cli.output import out, print_json, steps


class NotSaved(Refusal):
    """A file could not be written where it was wanted."""


def save_document(request: RenderRequest, *, to: Path | None, as_json: bool) -> None:
    """Render a bill, unless the very same was rendered before, and save it. Raises NotSaved."""
    with steps("Rendering"):
        rendered = bootstrap.bill_files().render(request)
        body = bootstrap.document_store().get(rendered.key)
    file = to or Path()
    if file.is_dir():
        file = file / rendered.file_name
    try:
        file.write_bytes(body)
    except OSError as error:
        raise NotSaved(f"{file} cannot be written: {error.strerror}", file=str(file)) from None
    if as_json:
        print_json({"file": str(file), "bytes": len(body), "key": rendered.key})
    else:
        out.print(f"{file}  [dim]{len(body):,} bytes[/]", soft_wrap=True)
