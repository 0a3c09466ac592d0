"""template.yaml: functions and handlers agree, and what it deploys keeps to AWS's limits and to least privilege."""

import importlib
import inspect
import os
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from itertools import zip_longest
from typing import Any

import pytest

from infra.contract import ROOT
from infra.contract.endpoints import endpoints
from infra.contract.gateway import function_ids
from infra.local import stack
from infra.local.template import read_yaml
from lms.config import Settings

TEMPLATE = read_yaml(ROOT / "template.yaml")
RESOURCES: dict[str, dict[str, Any]] = TEMPLATE["Resources"]
GLOBALS: dict[str, Any] = TEMPLATE["Globals"]["Function"]
MOST_RESOURCES = 480
MOST_INTEGRATIONS = 280


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    return {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == kind}


FUNCTIONS = of_type("AWS::Serverless::Function")


def handler_modules() -> set[str]:
    return {f"{file.parent.name}.{file.stem}" for file in (ROOT / "functions").glob("*/*.py")}


@cache
def translated() -> dict[str, dict[str, Any]]:
    """The resources that CloudFormation would make of the template."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.translator.transform import transform

    template = read_yaml(ROOT / "template.yaml")
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "ContentUri" in properties:
            properties["ContentUri"] = "s3://bucket/layer"
    # CloudFormation includes first and translates then.
    template["Resources"]["HttpApi"]["Properties"]["DefinitionBody"] = read_yaml(ROOT / "infra/api.yaml")
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/functions"
    template["Resources"]["Observability"]["Properties"]["Location"] = "https://bucket.s3.amazonaws.com/nested"
    parameters = {name: str(each["Default"]) for name, each in template["Parameters"].items()}

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    resources: dict[str, dict[str, Any]] = transform(template, parameters, NoManagedPolicies())["Resources"]
    return resources


def test_every_handler_has_a_function_and_every_function_a_handler():
    assert set(function_ids()) == handler_modules()
    assert len(FUNCTIONS) == len(handler_modules())
    for name in handler_modules():
        assert callable(importlib.import_module(name).lambda_handler)


def test_resources_stay_below_cloudformations_limit():
    assert len(translated()) < MOST_RESOURCES


def references(value: Any) -> Iterator[str]:
    """The logical ids that a value refers to."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "Ref":
                yield each
            elif name == "Fn::GetAtt":
                yield each[0] if isinstance(each, list) else each.partition(".")[0]
            elif name == "Fn::Sub":
                yield from re.findall(r"\${(\w+)", each if isinstance(each, str) else each[0])
            yield from references(each)


def test_no_resources_wait_for_each_other_in_a_circle():
    resources = translated()
    waits = {name: set(references(each)) & resources.keys() for name, each in resources.items()}
    TopologicalSorter(waits).prepare()


def test_integrations_stay_below_the_http_apis_limit():
    assert len(endpoints()) < MOST_INTEGRATIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_domains_role_and_log_group(name: str):
    domain = FUNCTIONS[name]["Handler"].partition(".")[0].capitalize()
    assert FUNCTIONS[name]["Role"] == {"Fn::GetAtt": [f"{domain}Role", "Arn"]}
    assert FUNCTIONS[name]["LoggingConfig"]["LogGroup"] == {"Ref": f"{domain}LogGroup"}
    assert f"{domain}Role" in RESOURCES and f"{domain}LogGroup" in RESOURCES


def test_nothing_is_made_beside_the_roles_that_are_written_out():
    made = {name for name, each in translated().items() if each["Type"] == "AWS::IAM::Role"}
    assert made == set(of_type("AWS::IAM::Role"))


def statements() -> list[tuple[str, dict[str, Any]]]:
    return [
        (role, statement)
        for role, properties in of_type("AWS::IAM::Role").items()
        for policy in properties["Policies"]
        for each in policy["PolicyDocument"]["Statement"]
        for statement in ([each["Fn::If"][1]] if "Fn::If" in each else [each])
    ]


def test_no_role_may_do_anything_to_everything():
    for role, statement in statements():
        actions, resources = (
            [value] if not isinstance(value := statement[key], list) else value for key in ("Action", "Resource")
        )
        assert "*" not in resources, role
        assert not [action for action in actions if action.endswith(":*") or action == "*"], role


def test_whoever_reads_a_queue_may():
    needed = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                role, queue = function["Role"]["Fn::GetAtt"][0], event["Properties"]["Queue"]
                granted = [
                    set(each["Action"])
                    for owner, each in statements()
                    if (owner, each["Resource"]) == (role, queue)
                ]
                assert any(needed <= actions for actions in granted), name


def test_whoever_runs_on_a_schedule_is_invoked_by_the_schedulers_role():
    scheduled = {
        name
        for name, function in FUNCTIONS.items()
        for event in function.get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
        and event["Properties"]["RoleArn"] == {"Fn::GetAtt": ["SchedulerRole", "Arn"]}
    }
    events = [event for function in FUNCTIONS.values() for event in function.get("Events", {}).values()]
    assert len(scheduled) == len([event for event in events if event["Type"] == "ScheduleV2"])
    (granted,) = [each["Resource"] for role, each in statements() if role == "SchedulerRole"]
    assert sorted(each["Fn::GetAtt"][0] for each in granted) == sorted(scheduled)


def test_no_message_is_handed_out_again_while_its_worker_may_still_run():
    queues = of_type("AWS::SQS::Queue")
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                queue = queues[event["Properties"]["Queue"]["Fn::GetAtt"][0]]
                assert queue["VisibilityTimeout"] > function.get("Timeout", GLOBALS["Timeout"]), name


STEPS = {
    "AiQueue": "RunStepFunction",
    "WorkQueue": "RunWorkFunction",
    "SimilarityQueue": "RunSimilarityFunction",
    "GradingQueue": "RunGradingFunction",
}
"""The queues of jobs' steps, and their workers."""


def test_a_steps_lease_ends_before_its_message_comes_again():
    lease = Settings().ai_step_lease_seconds
    for queue, worker in STEPS.items():
        assert RESOURCES[queue]["Properties"]["VisibilityTimeout"] > lease
        assert FUNCTIONS[worker]["Timeout"] <= lease


def value(given: Any) -> str:
    """What the template comes to where its parameters keep their defaults."""
    return str(TEMPLATE["Parameters"][given["Ref"]]["Default"] if isinstance(given, dict) else given)


def test_the_queue_gives_a_step_up_when_the_step_gives_itself_up():
    for queue in STEPS:
        receives = RESOURCES[queue]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
        assert receives == GLOBALS["Environment"]["Variables"]["AI_STEP_ATTEMPTS"]
        assert value(receives) == str(Settings().ai_step_attempts)


def test_who_names_failed_messages_has_told_sqs_to_listen():
    for name, function in FUNCTIONS.items():
        module = importlib.import_module(function["Handler"].removesuffix(".lambda_handler"))
        source = inspect.getsource(module)
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                reports = any(each in source for each in ("run_steps", "batches.process", "batchItemFailures"))
                declared = event["Properties"].get("FunctionResponseTypes", [])
                assert declared == (["ReportBatchItemFailures"] if reports else []), name


def test_every_queue_is_encrypted_and_has_a_dead_letter_queue_or_is_one():
    queues = of_type("AWS::SQS::Queue")
    targets = {
        each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for each in queues.values()
        if "RedrivePolicy" in each
    }
    for name, queue in queues.items():
        assert queue["SqsManagedSseEnabled"] is True, name
        assert ("RedrivePolicy" in queue) != (name in targets), name
        if name in targets:
            assert queue["MessageRetentionPeriod"] == 14 * 86_400, name


def test_an_http_function_ends_before_api_gateway_gives_up():
    modules = {endpoint.module for endpoint in endpoints()}
    for function in FUNCTIONS.values():
        if function["Handler"].removesuffix(".lambda_handler") in modules:
            assert function.get("Timeout", GLOBALS["Timeout"]) < 30


def test_the_environment_holds_settings_and_no_function_has_its_own():
    known = {name.upper() for name in Settings._fields}
    for_powertools = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
    assert set(GLOBALS["Environment"]["Variables"]) <= known | for_powertools
    assert not [name for name, function in FUNCTIONS.items() if "Environment" in function]


def test_what_is_deployed_by_default_is_what_the_code_takes_for_granted():
    for name, given in GLOBALS["Environment"]["Variables"].items():
        if name.lower() in Settings._fields and set(given) == {"Ref"} and given["Ref"] in TEMPLATE["Parameters"]:
            assert value(given) == str(getattr(Settings(), name.lower())), name


def configuration() -> dict[str, str]:
    """README's table of variables with their defaults."""
    table = (ROOT / "README.md").read_text("utf-8").partition("## Configuration\n")[2]
    rows = re.findall(r"^\| (`.*?) \| (.*?) ?\|", table, re.MULTILINE)
    return {
        name: default.strip("` ")
        for names, defaults in rows
        for name, default in zip_longest(re.findall(r"`(\w+)`", names), defaults.split(", "), fillvalue="")
    }


LOCAL_ONLY = ["PORT", "WS_PORT", "MONGODB_URI", "GEMINI_API_KEY"]


def test_what_the_readme_lets_one_configure_can_be_configured_when_deployed_and_locally():
    documented = configuration()
    assert list(documented)[: len(LOCAL_ONLY)] == LOCAL_ONLY
    assert "The first four are for the local stack alone" in (ROOT / "README.md").read_text("utf-8")
    for name in documented.keys() - set(LOCAL_ONLY):
        given = GLOBALS["Environment"]["Variables"][name]
        assert given == {"Ref": "".join(map(str.capitalize, name.split("_")))}, name
        assert value(given) == documented[name], name
        assert name in stack._PASSED_THROUGH


HEAVY = {
    # Ask, too: a person waits for the model's answer.
    "GeminiLayer": {"RunStepFunction", "AskFunction", "RunGradingFunction"},
    "DocumentsLayer": {"CheckFileFunction", "ExtractTextFunction"},
    "IntelligenceLayer": {"RunSimilarityFunction", "RunGradingFunction"},
}


def test_heavy_packages_go_to_their_workers_only():
    assert GLOBALS["Layers"] == [{"Ref": "CoreLayer"}, {"Ref": "DependenciesLayer"}]
    for name, function in FUNCTIONS.items():
        assert function.get("Layers", []) == [{"Ref": layer} for layer, workers in HEAVY.items() if name in workers]


def test_buckets_are_private_and_encrypted_and_refuse_plain_http():
    guarded = {each["Bucket"]["Ref"]: each for each in of_type("AWS::S3::BucketPolicy").values()}
    for name, bucket in of_type("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["BucketEncryption"]
        (statement,) = guarded[name]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_alarms_watch_every_domain_and_every_dead_letter_queue():
    watched = RESOURCES["Observability"]["Properties"]["Parameters"]
    logs = {name for name in of_type("AWS::Logs::LogGroup") if name != "ApiLogGroup"}
    assert {each["Ref"] for name, each in watched.items() if name.endswith("LogGroupName")} == logs
    nested = read_yaml(ROOT / "infra/observability.yaml")
    assert set(nested["Parameters"]) == set(watched)
    filters = {
        each["Properties"]["LogGroupName"]["Ref"]
        for each in nested["Resources"].values()
        if each["Type"] == "AWS::Logs::MetricFilter"
    }
    assert filters == {name for name in watched if name.endswith("LogGroupName")}
    queues = {
        dimension["Value"]["Ref"]
        for each in nested["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm"
        for dimension in each["Properties"].get("Dimensions", ())
        if dimension["Name"] == "QueueName"
    }
    assert queues == {name for name in watched if name.endswith("DeadLetterQueueName")}
