"""What nobody waits for must not get lost: dead letters, alarms, timeouts in the right order."""

from __future__ import annotations

from typing import Any

from tests.infrastructure.conftest import Built

BOTO_LONGEST_SINGLE_CALL_S = 15  # chalicelib/runtime/clients.py: connect 5 + read 10
API_GATEWAY_LIMIT_S = 29


def dead_letter_queue(properties: dict[str, Any]) -> str | None:
    target: list[str] | None = (
        properties.get("RedrivePolicy", {}).get("deadLetterTargetArn", {}).get("Fn::GetAtt")
    )
    return target[0] if target else None


def alarmed(built: Built, namespace: str, metric: str) -> set[str]:
    """Logical ids that an alarm on this metric watches."""
    watched = set()
    for alarm in built.of_type("AWS::CloudWatch::Alarm").values():
        if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric):
            value = alarm["Dimensions"][0]["Value"]
            watched.add(value.get("Ref") or value["Fn::GetAtt"][0])
    return watched


def test_every_queue_has_dead_letters_and_every_dead_letter_queue_an_alarm(built: Built) -> None:
    queues = built.of_type("AWS::SQS::Queue")
    dead = {name for properties in queues.values() if (name := dead_letter_queue(properties))}
    assert [name for name, p in queues.items() if name not in dead and not dead_letter_queue(p)] == []
    assert dead - alarmed(built, "AWS/SQS", "ApproximateNumberOfMessagesVisible") == set()


def test_dead_letters_stay_longer_than_the_queue_keeps_messages(built: Built) -> None:
    queues = built.of_type("AWS::SQS::Queue")
    for name, properties in queues.items():
        if dead := dead_letter_queue(properties):
            assert queues[dead]["MessageRetentionPeriod"] > properties["MessageRetentionPeriod"], name


def test_a_rule_that_cannot_deliver_leaves_the_event_in_a_dead_letter_queue(built: Built) -> None:
    for name, rule in built.of_type("AWS::Events::Rule").items():
        assert all("DeadLetterConfig" in target for target in rule["Targets"]), name


def test_every_function_has_an_alarm_on_errors(built: Built) -> None:
    assert set(built.of_type("AWS::Serverless::Function")) == alarmed(built, "AWS/Lambda", "Errors")


def test_every_state_machine_has_alarms_on_each_bad_end(built: Built) -> None:
    machines = set(built.of_type("AWS::Serverless::StateMachine"))
    for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"):
        assert alarmed(built, "AWS/States", metric) == machines, metric


def test_every_alarm_tells_someone(built: Built) -> None:
    for name, alarm in built.of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlertsTopic"}], name


def test_a_lost_answer_is_asked_for_again_before_the_function_ends(built: Built) -> None:
    for name, function in built.of_type("AWS::Serverless::Function").items():
        assert function["Timeout"] > BOTO_LONGEST_SINGLE_CALL_S, name


def test_the_api_function_ends_before_the_gateway_gives_up(built: Built) -> None:
    assert built.resources["APIHandler"]["Properties"]["Timeout"] < API_GATEWAY_LIMIT_S


def test_every_function_and_state_machine_writes_logs_that_end(built: Built) -> None:
    groups = built.of_type("AWS::Logs::LogGroup").values()
    assert all("RetentionInDays" in group for group in groups)
    named = {group["LogGroupName"]["Fn::Sub"] for group in groups}
    functions = built.of_type("AWS::Serverless::Function").values()
    assert {f"/aws/lambda/{function['FunctionName']['Fn::Sub']}" for function in functions} <= named
