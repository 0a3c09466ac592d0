"""template.yaml, read: its YAML with CloudFormation's tags, and the intrinsic functions in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

REGION = "us-east-1"
ACCOUNT = "123456789012"
STACK_NAME = "lms-local"

_PSEUDO_PARAMETERS = {
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": STACK_NAME,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK_NAME}/local",
}
_NO_VALUE = object()
_PLACEHOLDER = re.compile(r"\$\{(!?)([^}]+)\}")


# libyaml where PyYAML has it: the template is long, and every test run reads it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML with !Ref, !Sub and the like as their long forms."""


def _intrinsic(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _intrinsic)


def read_yaml(path: Path) -> dict[str, Any]:
    """A CloudFormation YAML file with every short tag (!Ref) as its long form ({"Ref": …})."""
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    return document


@dataclass(frozen=True)
class PhysicalResource:
    """What Ref gives for a logical resource, and what Fn::GetAtt gives by attribute."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Evaluates intrinsic functions against parameters, mappings, conditions and deployed resources."""

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Mapping[str, str],
        resources: Mapping[str, PhysicalResource],
    ) -> None:
        self._mappings: Mapping[str, Any] = template.get("Mappings", {})
        self._conditions: Mapping[str, Any] = template.get("Conditions", {})
        self._references = {
            **_PSEUDO_PARAMETERS,
            **parameters,
            **{name: resource.ref for name, resource in resources.items()},
        }
        self._resources = resources

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic evaluated; KeyError names what is not known."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name == "Condition" or name.startswith("Fn::"):
                return self._evaluate(name, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _NO_VALUE}

    def condition(self, name: str) -> bool:
        """Whether a named condition of the template holds."""
        return bool(self.resolve(self._conditions[name]))

    def _evaluate(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._reference(argument)
            case "Condition":
                return self.condition(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                return self._substitute(argument)
            case "Fn::If":
                return self.resolve(argument[1] if self.condition(argument[0]) else argument[2])
        values = self.resolve(argument)
        match name:
            case "Fn::Join":
                return values[0].join(map(str, values[1]))
            case "Fn::Select":
                return values[1][int(values[0])]
            case "Fn::Split":
                return values[1].split(values[0])
            case "Fn::FindInMap":
                return self._mappings[values[0]][values[1]][values[2]]
            case "Fn::Equals":
                return str(values[0]) == str(values[1])
            case "Fn::Not":
                return not values[0]
            case "Fn::And":
                return all(values)
            case "Fn::Or":
                return any(values)
        raise KeyError(f"{name} is not supported by the local stack")

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name not in self._references:
            raise KeyError(f"Ref to {name}, which is neither a parameter nor a resource")
        return self._references[name]

    def _attribute(self, logical_id: str, attribute: str) -> str:
        if logical_id not in self._resources:
            raise KeyError(f"Fn::GetAtt of {logical_id}, which is not a resource")
        attributes = self._resources[logical_id].attributes
        if attribute not in attributes:
            raise KeyError(f"Fn::GetAtt {logical_id}.{attribute} is not known to the local stack")
        return attributes[attribute]

    def _substitute(self, argument: Any) -> str:
        text, variables = argument if isinstance(argument, list) else (argument, {})
        local = self.resolve(variables)

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in local:
                return str(local[name])
            if "." in name:
                return self._attribute(*name.split(".", 1))
            return str(self._reference(name))

        return _PLACEHOLDER.sub(value, text)
