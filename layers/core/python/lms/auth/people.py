"""Who people are, for the packages that keep their ids alone."""

from collections.abc import Iterable

from bson import ObjectId

from lms.auth import repository


def names(user_ids: Iterable[ObjectId]) -> dict[ObjectId, str]:
    """The names of those who have an account, by id, in one query."""
    return {user["_id"]: user["name"] for user in repository.users_with(list(user_ids), ["name"])}


def ids_of(addresses: Iterable[str]) -> dict[str, ObjectId]:
    """The ids of those who have an account, by address as accounts store it, in one query."""
    return {user["email"]: user["_id"] for user in repository.users_at(list(addresses))}
