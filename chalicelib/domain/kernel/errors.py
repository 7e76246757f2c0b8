"""The one base class of everything the domain refuses."""

from __future__ import annotations


class Refusal(Exception):
    """A request the domain understands and will not carry out.

    Each refusal is a class of its own, defined beside the function that raises it. Its keyword arguments
    are kept in `data` so that an edge (problem document, import report, command line) can show what was
    refused, where, and how to mend it, without parsing the message.
    """

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    @property
    def code(self) -> str:
        """Stable machine name of the refusal: the class name."""
        return type(self).__name__
