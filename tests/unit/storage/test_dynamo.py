"""Batches and transactions go on where the service left off, and stop when it is no use."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.storage import dynamo
from chalicelib.storage.dynamo import StorageBusy, batch_get, batch_write, transact


class Client:
    """Answers as given, and remembers what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    def _next(self, **request: Any) -> Any:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    batch_get_item = batch_write_item = transact_write_items = _next


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, in seconds; nobody really waits."""
    waited: list[float] = []
    monkeypatch.setattr(dynamo.time, "sleep", waited.append)
    return waited


def canceled(*codes: str) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    return ClientError(response, "TransactWriteItems")  # type: ignore[arg-type]


ITEM = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def test_keys_that_were_left_unprocessed_are_asked_for_again(pauses: list[float]) -> None:
    client = Client(
        {"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [ITEM]}}},
        {"Responses": {"t": [ITEM]}, "UnprocessedKeys": {}},
    )

    assert list(batch_get(client, "t", [("a", "b")])) == [ITEM]  # type: ignore[arg-type]
    assert len(pauses) == 1


def test_a_key_is_asked_for_once_and_a_hundred_at_a_time() -> None:
    client = Client({"Responses": {}})

    list(batch_get(client, "t", [(str(n % 150), "x") for n in range(400)]))  # type: ignore[arg-type]

    assert [len(request["RequestItems"]["t"]["Keys"]) for request in client.asked] == [100, 50]


def test_items_that_were_left_unprocessed_are_written_again() -> None:
    left = {"UnprocessedItems": {"t": [{"PutRequest": {"Item": ITEM}}]}}
    client = Client(left, left, {"UnprocessedItems": {}})

    batch_write(client, "t", [ITEM])  # type: ignore[arg-type]

    assert len(client.asked) == 3


def test_a_table_that_stays_busy_is_given_up_on(pauses: list[float]) -> None:
    client = Client({"Responses": {}, "UnprocessedKeys": {"t": {"Keys": [ITEM]}}})

    with pytest.raises(StorageBusy, match="1 keys unread after 10 attempts"):
        list(batch_get(client, "t", [("a", "b")]))  # type: ignore[arg-type]

    assert max(pauses) <= 5


def test_a_transaction_that_met_another_one_is_repeated() -> None:
    client = Client(canceled("None", "TransactionConflict"), {})

    transact(client, [{"Put": {}}, {"Put": {}}])  # type: ignore[arg-type]

    assert len(client.asked) == 2


def test_a_condition_that_does_not_hold_becomes_the_refusal_of_its_action() -> None:
    client = Client(canceled("None", "ConditionalCheckFailed"))

    with pytest.raises(Refusal, match="action 1 was refused"):
        transact(client, [{"Put": {}}] * 2, refusal=lambda index: Refusal(f"action {index} was refused"))  # type: ignore[arg-type]

    assert len(client.asked) == 1


def test_an_error_that_does_not_pass_is_not_repeated() -> None:
    client = Client(canceled("ValidationError"))

    with pytest.raises(ClientError):
        transact(client, [{"Put": {}}])  # type: ignore[arg-type]

    assert len(client.asked) == 1
