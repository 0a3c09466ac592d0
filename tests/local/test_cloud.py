"""A template of the house's form, deployed onto moto."""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import Aws
from infra.local.cloud import Settings, client, deploy
from infra.local.deployment import BucketSource, Deployment, FunctionSpec, QueueSource, ScheduleSource
from infra.local.process import StackError
from infra.local.template import Resolver

TEMPLATE = textwrap.dedent(
    """
    AWSTemplateFormatVersion: "2010-09-09"
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, Default: dev}
      SecretName: {Type: String, Default: lms/dev}
      AlertAddress: {Type: String, Default: ""}
    Mappings:
      Limits: {dev: {Attempts: 2}, prod: {Attempts: 5}}
    Conditions:
      IsProduction: !Equals [!Ref Stage, prod]
      HasAlerts: !Not [!Equals [!Ref AlertAddress, ""]]
    Globals:
      Function:
        Runtime: python3.13
        Timeout: 29
        MemorySize: 512
        Environment:
          Variables:
            STAGE: !Ref Stage
            MONGODB_URI: !Sub "{{resolve:secretsmanager:${SecretName}:SecretString:mongodb_uri}}"
            JWT_KEYS: !Sub "{{resolve:secretsmanager:${SecretName}:SecretString:jwt_keys}}"
            AI_QUEUE_URL: !Ref AiQueue
            CONNECTIONS_TABLE: !Ref ConnectionsTable
            API_URL: !Sub "https://${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
            ATTEMPTS: !FindInMap [Limits, !Ref Stage, Attempts]
            DEBUG: !If [IsProduction, !Ref AWS::NoValue, "yes"]
    Resources:
      AiQueue:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 180
          RedrivePolicy:
            deadLetterTargetArn: !GetAtt AiDeadLetterQueue.Arn
            maxReceiveCount: !FindInMap [Limits, !Ref Stage, Attempts]
      AiDeadLetterQueue:
        Type: AWS::SQS::Queue
        Properties: {MessageRetentionPeriod: 1209600}
      FilesQueue: {Type: AWS::SQS::Queue}
      FilesQueuePolicy:
        Type: AWS::SQS::QueuePolicy
        Properties:
          Queues: [!Ref FilesQueue]
          PolicyDocument: {Version: "2012-10-17", Statement: []}
      FilesBucket:
        Type: AWS::S3::Bucket
        DependsOn: FilesQueuePolicy
        Properties:
          CorsConfiguration:
            CorsRules:
              - {AllowedMethods: [PUT], AllowedOrigins: ["*"], ExposedHeaders: [ETag], MaxAge: 600}
          LifecycleConfiguration:
            Rules:
              - Id: forget
                Status: Enabled
                Prefix: tmp/
                ExpirationInDays: 2
                AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}
          NotificationConfiguration:
            QueueConfigurations:
              - Event: "s3:ObjectRemoved:*"
                Queue: !GetAtt FilesQueue.Arn
      ConnectionsTable:
        Type: AWS::DynamoDB::Table
        Properties:
          BillingMode: PAY_PER_REQUEST
          AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}]
          KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
          TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
      AlertTopic:
        Type: AWS::SNS::Topic
        Condition: HasAlerts
      ModelParameter:
        Type: AWS::SSM::Parameter
        Properties: {Name: !Sub "/${AWS::StackName}/model", Type: String, Value: !Ref Stage}
      HttpApi: {Type: AWS::Serverless::HttpApi, Properties: {}}
      WorkerRole: {Type: AWS::IAM::Role, Properties: {}}
      CourseFunction:
        Type: AWS::Serverless::Function
        Properties:
          Handler: courses.course.lambda_handler
          Environment: {Variables: {OWN_ARN: !GetAtt RunStepFunction.Arn}}
      RunStepFunction:
        Type: AWS::Serverless::Function
        Properties:
          Handler: ai.run_step.lambda_handler
          Role: !GetAtt WorkerRole.Arn
          Timeout: 90
          MemorySize: 1024
          Events:
            Steps:
              Type: SQS
              Properties:
                Queue: !GetAtt AiQueue.Arn
                BatchSize: 1
                MaximumBatchingWindowInSeconds: 1
                FunctionResponseTypes: [ReportBatchItemFailures]
                ScalingConfig: {MaximumConcurrency: 4}
      RelayEventsFunction:
        Type: AWS::Serverless::Function
        Properties:
          Handler: notifications.relay_events.lambda_handler
          Events:
            EveryMinute: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 minute)}}
            Nightly:
              Type: Schedule
              Properties: {Schedule: "cron(0 3 * * ? *)", Name: nightly, Input: '{"full":true}', Enabled: false}
      CheckFileFunction:
        Type: AWS::Serverless::Function
        Properties:
          Handler: files.check.lambda_handler
          Events:
            Uploaded:
              Type: S3
              Properties:
                Bucket: !Ref FilesBucket
                Events: ["s3:ObjectCreated:*"]
                Filter: {S3Key: {Rules: [{Name: prefix, Value: uploads/}]}}
      ArchiveFunction:
        Type: AWS::Serverless::Function
        Condition: IsProduction
        Properties: {Handler: files.archive.lambda_handler}
    """
)
SECRETS = {"MONGODB_URI": "mongodb://local", "JWT_KEYS": json.dumps({"current": "k"})}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    server = Aws(tmp_path_factory.mktemp("state"))
    server.start()
    server.wait()
    yield server
    server.stop()


@dataclass(frozen=True)
class Deployed:
    deployment: Deployment
    aws: Aws

    def client(self, service: str) -> Any:
        return client(service, self.aws.endpoint)

    def ref(self, logical_id: str) -> str:
        return self.deployment.resources[logical_id].ref

    def arn(self, logical_id: str) -> str:
        return self.deployment.resources[logical_id].attributes["Arn"]


@pytest.fixture(scope="module")
def deployed(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    file = tmp_path_factory.mktemp("template") / "template.yaml"
    file.write_text(TEMPLATE)
    settings = Settings(secrets=SECRETS, environment={"API_URL": "http://127.0.0.1:8000"}, visibility_timeout=7)
    return Deployed(deploy(file, aws.endpoint, settings), aws)


def test_queues_carry_the_templates_redrive_policy(deployed: Deployed) -> None:
    attributes = deployed.client("sqs").get_queue_attributes(
        QueueUrl=deployed.ref("AiQueue"), AttributeNames=["All"]
    )["Attributes"]
    assert json.loads(attributes["RedrivePolicy"]) == {
        "deadLetterTargetArn": deployed.arn("AiDeadLetterQueue"),
        "maxReceiveCount": 2,
    }
    assert attributes["QueueArn"] == deployed.arn("AiQueue")


def test_visibility_may_be_shortened_where_messages_are_redriven(deployed: Deployed) -> None:
    sqs = deployed.client("sqs")
    timeouts = [
        sqs.get_queue_attributes(QueueUrl=deployed.ref(name), AttributeNames=["VisibilityTimeout"])["Attributes"][
            "VisibilityTimeout"
        ]
        for name in ("AiQueue", "FilesQueue")
    ]
    assert timeouts == ["7", "30"]


def test_counts_are_right_when_asked_for(deployed: Deployed) -> None:
    sqs, url = deployed.client("sqs"), deployed.ref("AiDeadLetterQueue")
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=60)
    for names in (["All"], ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]):
        counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        assert counts["ApproximateNumberOfMessages"] == "2"
        assert counts["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"] == {
        "DelaySeconds": "0"
    }


def test_the_bucket_gets_cors_lifecycle_and_notifications(deployed: Deployed) -> None:
    s3, bucket = deployed.client("s3"), deployed.ref("FilesBucket")
    (cors,) = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (cors["AllowedMethods"], cors["ExposeHeaders"], cors["MaxAgeSeconds"]) == (["PUT"], ["ETag"], 600)
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert rule["Expiration"] == {"Days": 2}
    assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rule["Filter"] == {"Prefix": "tmp/"}
    by_event = {
        row["Events"][0]: row["QueueArn"]
        for row in s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    }
    assert by_event["s3:ObjectRemoved:*"] == deployed.arn("FilesQueue")
    assert by_event["s3:ObjectCreated:*"].endswith("CheckFileFunction-notifications")


def test_tables_have_their_keys_and_expiry(deployed: Deployed) -> None:
    dynamodb, table = deployed.client("dynamodb"), deployed.ref("ConnectionsTable")
    keys = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    assert [key["AttributeName"] for key in keys] == ["pk", "sk"]
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}


def test_parameters_and_secrets_are_there(deployed: Deployed) -> None:
    parameter = deployed.client("ssm").get_parameter(Name="/lms-local/model")
    assert parameter["Parameter"]["Value"] == "dev"
    secret = deployed.client("secretsmanager").get_secret_value(SecretId="lms/dev")
    assert json.loads(secret["SecretString"]) == SECRETS


def test_conditions_decide_what_exists(deployed: Deployed) -> None:
    assert deployed.client("sns").list_topics()["Topics"] == []
    assert "ArchiveFunction" not in deployed.deployment.functions


def test_a_function_merges_globals_with_its_own(deployed: Deployed) -> None:
    course = deployed.deployment.functions["CourseFunction"]
    assert (course.handler, course.timeout, course.memory) == ("courses.course.lambda_handler", 29, 512)
    assert course.environment == {
        "STAGE": "dev",
        "MONGODB_URI": "mongodb://local",
        "JWT_KEYS": '{"current": "k"}',
        "AI_QUEUE_URL": deployed.ref("AiQueue"),
        "CONNECTIONS_TABLE": deployed.ref("ConnectionsTable"),
        "API_URL": "http://127.0.0.1:8000",
        "ATTEMPTS": "2",
        "DEBUG": "yes",
        "OWN_ARN": "arn:aws:lambda:us-east-1:123456789012:function:lms-local-RunStepFunction",
    }
    worker = deployed.deployment.functions["RunStepFunction"]
    assert (worker.timeout, worker.memory) == (90, 1024)


def test_event_sources_are_read_from_the_functions(deployed: Deployed) -> None:
    functions = deployed.deployment.functions
    assert functions["RunStepFunction"].queues == (
        QueueSource(
            queue_arn=deployed.arn("AiQueue"),
            queue_url=deployed.ref("AiQueue"),
            batch_size=1,
            window_seconds=1,
            report_batch_item_failures=True,
            maximum_concurrency=4,
        ),
    )
    assert functions["RelayEventsFunction"].schedules == (
        ScheduleSource("RelayEventsFunctionEveryMinute", "rate(1 minute)"),
        ScheduleSource("nightly", "cron(0 3 * * ? *)", input='{"full":true}', enabled=False, rule=True),
    )
    assert functions["CheckFileFunction"].buckets == (
        BucketSource(deployed.ref("FilesBucket"), ("s3:ObjectCreated:*",), prefix="uploads/"),
    )


def test_functions_that_disagree_on_a_variable_are_refused(deployed: Deployed) -> None:
    union = deployed.deployment.environment()
    assert union["STAGE"] == "dev"
    one, other = (deployed.deployment.functions[name] for name in ("CourseFunction", "RunStepFunction"))
    at_odds = Deployment("", {}, {"One": one, "Other": _with(other, STAGE="prod")})
    with pytest.raises(StackError, match="STAGE"):
        at_odds.environment()


def test_a_parameter_without_value_is_said_so(aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Parameters: {Domain: {Type: String}}\nResources: {}\n")
    with pytest.raises(StackError, match="Domain"):
        deploy(file, aws.endpoint, Settings())


def test_a_secret_without_local_value_is_said_so(aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        """
Resources:
  OneFunction:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Environment: {Variables: {KEY: "{{resolve:secretsmanager:other:SecretString:stripe}}"}}
"""
    )
    with pytest.raises(StackError, match="stripe"):
        deploy(file, aws.endpoint, Settings())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-dev"),
        ({"Fn::Sub": "${!literal} ${Stage}"}, "${literal} dev"),
        ({"Fn::Sub": ["${Name}/${Stage}", {"Name": {"Ref": "Stage"}}]}, "dev/dev"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::If": ["Yes", "then", {"Ref": "Unknown"}]}, "then"),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "Yes"}]}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "Yes"}]}]}, True),
        ({"a": [{"Ref": "AWS::NoValue"}, 1], "b": {"Ref": "AWS::NoValue"}}, {"a": [1]}),
    ],
)
def test_intrinsics(expression: Any, value: Any) -> None:
    template = {"Conditions": {"Yes": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}}}
    assert Resolver(template, {"Stage": "dev"}, {}).resolve(expression) == value


@pytest.mark.parametrize("expression", [{"Ref": "Nobody"}, {"Fn::GetAtt": ["Nobody", "Arn"]}, {"Fn::Cidr": ["a"]}])
def test_what_cannot_be_resolved_is_named(expression: Any) -> None:
    with pytest.raises(KeyError, match=r"Nobody|Fn::Cidr"):
        Resolver({}, {}, {}).resolve(expression)


def _with(function: FunctionSpec, **variables: str) -> FunctionSpec:
    return replace(function, environment={**function.environment, **variables})
