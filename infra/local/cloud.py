"""Deploys template.yaml's queues, buckets, tables, topics and parameters onto moto."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.deployment import BucketSource, Deployment, FunctionSpec, read_functions
from infra.local.process import StackError
from infra.local.template import ACCOUNT, REGION, STACK_NAME, PhysicalResource, Resolver, read_yaml

CREDENTIALS = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}

# moto creates nothing for API Gateway v2 and Scheduler, and its CloudFormation breaks on what else SAM makes.
_DEPLOYED = {
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::SNS::Topic",
    "AWS::SSM::Parameter",
}
_SECRET = re.compile(r"\{\{resolve:secretsmanager:(?P<name>[^}]+?):SecretString:(?P<key>[^:}]+)[^}]*\}\}")


@dataclass(frozen=True)
class Settings:
    """What differs from a deployment on AWS.

    `parameters` override the template's defaults; `secrets` are the values behind dynamic references, by
    their upper-case key; `environment` replaces functions' variables; `visibility_timeout` (seconds), when
    set, replaces that of every queue with a redrive policy, so that tests see a redelivery soon.
    """

    parameters: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    visibility_timeout: int | None = None


def client(service: str, endpoint: str) -> Any:
    """A boto3 client of moto at `endpoint`; thread-safe."""
    config = Config(connect_timeout=5, read_timeout=60, max_pool_connections=32, retries={"total_max_attempts": 2})
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=endpoint, region_name=REGION, config=config, **CREDENTIALS
    )


def deploy(template_file: Path, endpoint: str, settings: Settings) -> Deployment:
    """Create the template's resources on moto and read its functions. StackError for what cannot be met."""
    template = read_yaml(template_file)
    parameters = _parameters(template, settings.parameters)
    conditions = Resolver(template, parameters, {})
    wanted = dict(_wanted(template, conditions))
    deployed = _create_stack(template, wanted, parameters, endpoint, settings.visibility_timeout)
    resources = {**_placeholders(template), **deployed}
    resolver = Resolver(template, parameters, resources)
    functions = read_functions(template, resolver)
    _apply_what_moto_ignores(wanted, resolver, functions, endpoint)
    _create_secrets(functions, settings.secrets, endpoint)
    return Deployment(
        endpoint=endpoint,
        resources=resources,
        functions={
            name: replace(function, environment=_local_environment(function, settings))
            for name, function in functions.items()
        },
    )


def notification_queue(function: FunctionSpec) -> str:
    """The name of the queue that carries a bucket's notifications to a function."""
    return f"{function.name}-notifications"


def _parameters(template: Mapping[str, Any], overrides: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for name, declaration in template.get("Parameters", {}).items():
        if name not in overrides and "Default" not in declaration:
            raise StackError(f"Parameter {name} of the template has no default and no local value.")
        values[name] = str(overrides.get(name, declaration.get("Default")))
    return values


def _wanted(template: Mapping[str, Any], resolver: Resolver) -> Iterator[tuple[str, dict[str, Any]]]:
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] not in _DEPLOYED:
            continue
        if "Condition" in resource and not resolver.condition(resource["Condition"]):
            continue
        yield logical_id, {"Type": resource["Type"], "Properties": dict(resource.get("Properties", {}))}


def _create_stack(
    template: Mapping[str, Any],
    wanted: Mapping[str, dict[str, Any]],
    parameters: Mapping[str, str],
    endpoint: str,
    visibility_timeout: int | None,
) -> dict[str, PhysicalResource]:
    resources = {name: _as_moto_takes_it(resource, visibility_timeout) for name, resource in wanted.items()}
    if not resources:
        return {}
    sections = {name: template[name] for name in ("Parameters", "Mappings", "Conditions") if name in template}
    cloudformation = client("cloudformation", endpoint)
    cloudformation.create_stack(
        StackName=STACK_NAME,
        TemplateBody=json.dumps({**sections, "Resources": resources}, default=str),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    )
    made = cloudformation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return {row["LogicalResourceId"]: _physical(row["ResourceType"], row["PhysicalResourceId"]) for row in made}


def _as_moto_takes_it(resource: Mapping[str, Any], visibility_timeout: int | None) -> dict[str, Any]:
    properties = dict(resource["Properties"])
    # Refers to functions, which moto does not have; applied by API afterwards.
    properties.pop("NotificationConfiguration", None)
    if visibility_timeout is not None and "RedrivePolicy" in properties:
        properties["VisibilityTimeout"] = visibility_timeout
    return {"Type": resource["Type"], "Properties": properties}


def _physical(kind: str, physical_id: str) -> PhysicalResource:
    name = physical_id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    match kind:
        case "AWS::SQS::Queue":
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
            return PhysicalResource(physical_id, {"Arn": arn, "QueueName": name, "QueueUrl": physical_id})
        case "AWS::S3::Bucket":
            domain = f"{name}.s3.{REGION}.amazonaws.com"
            return PhysicalResource(name, {"Arn": f"arn:aws:s3:::{name}", "RegionalDomainName": domain})
        case "AWS::DynamoDB::Table":
            return PhysicalResource(name, {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"})
        case "AWS::SNS::Topic":
            return PhysicalResource(physical_id, {"TopicArn": physical_id, "TopicName": name})
    return PhysicalResource(physical_id)


def _placeholders(template: Mapping[str, Any]) -> dict[str, PhysicalResource]:
    """Names for what is not deployed (functions, roles, APIs), so that references to it resolve."""
    placeholders = {}
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            function = FunctionSpec(logical_id, "")
            placeholders[logical_id] = PhysicalResource(function.name, {"Arn": function.arn})
        else:
            arn = f"arn:aws:local:{REGION}:{ACCOUNT}:{logical_id}"
            placeholders[logical_id] = PhysicalResource(logical_id, {"Arn": arn})
    return placeholders


def _apply_what_moto_ignores(
    wanted: Mapping[str, dict[str, Any]],
    resolver: Resolver,
    functions: Mapping[str, FunctionSpec],
    endpoint: str,
) -> None:
    for logical_id, resource in wanted.items():
        properties = resource["Properties"]
        match resource["Type"]:
            case "AWS::S3::Bucket":
                bucket = resolver.resolve({"Ref": logical_id})
                _configure_bucket(bucket, resolver.resolve(properties), functions, endpoint)
            case "AWS::DynamoDB::Table" if "TimeToLiveSpecification" in properties:
                client("dynamodb", endpoint).update_time_to_live(
                    TableName=resolver.resolve({"Ref": logical_id}),
                    TimeToLiveSpecification=resolver.resolve(properties["TimeToLiveSpecification"]),
                )


def _configure_bucket(
    bucket: str,
    properties: Mapping[str, Any],
    functions: Mapping[str, FunctionSpec],
    endpoint: str,
) -> None:
    s3 = client("s3", endpoint)
    if cors := properties.get("CorsConfiguration"):
        rules = [_cors_rule(rule) for rule in cors["CorsRules"]]
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    if lifecycle := properties.get("LifecycleConfiguration"):
        rules = [_lifecycle_rule(rule) for rule in lifecycle["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    queues = [
        _queue_notification(row)
        for row in properties.get("NotificationConfiguration", {}).get("QueueConfigurations", [])
    ]
    for function in functions.values():
        sources = [source for source in function.buckets if source.bucket == bucket]
        if sources:
            arn = _create_notification_queue(function, endpoint)
            queues += [_function_notification(arn, source) for source in sources]
    if queues:
        s3.put_bucket_notification_configuration(
            Bucket=bucket, NotificationConfiguration={"QueueConfigurations": queues}
        )


def _cors_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    api_names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    return {api_names.get(name, name): value for name, value in rule.items()}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    api_rule: dict[str, Any] = {
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "Id" in rule:
        api_rule["ID"] = rule["Id"]
    if "ExpirationInDays" in rule:
        api_rule["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    for name in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
        if name in rule:
            api_rule[name] = {key: int(value) for key, value in rule[name].items()}
    return api_rule


def _queue_notification(row: Mapping[str, Any]) -> dict[str, Any]:
    rules = row.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    return {
        "QueueArn": row["Queue"],
        "Events": [row["Event"]],
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


def _function_notification(queue_arn: str, source: BucketSource) -> dict[str, Any]:
    rules = [
        {"Name": name, "Value": value}
        for name, value in (("prefix", source.prefix), ("suffix", source.suffix))
        if value
    ]
    return {
        "QueueArn": queue_arn,
        "Events": list(source.events),
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


def _create_notification_queue(function: FunctionSpec, endpoint: str) -> str:
    name = notification_queue(function)
    # As long as the function may run, so that a notification is not handed out twice meanwhile.
    timeout = str(int(function.timeout) + 5)
    client("sqs", endpoint).create_queue(QueueName=name, Attributes={"VisibilityTimeout": timeout})
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _create_secrets(functions: Mapping[str, FunctionSpec], secrets: Mapping[str, str], endpoint: str) -> None:
    names = {
        match["name"]
        for function in functions.values()
        for value in function.environment.values()
        for match in _SECRET.finditer(value)
    }
    for name in names:
        client("secretsmanager", endpoint).create_secret(Name=name, SecretString=json.dumps(dict(secrets)))


def _local_environment(function: FunctionSpec, settings: Settings) -> dict[str, str]:
    def secret(match: re.Match[str]) -> str:
        key = match["key"]
        if key.upper() not in settings.secrets:
            raise StackError(f"{function.logical_id} needs the secret {key}, which has no local value.")
        return settings.secrets[key.upper()]

    resolved = {name: _SECRET.sub(secret, value) for name, value in function.environment.items()}
    return {**resolved, **settings.environment}
