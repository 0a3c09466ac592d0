"""rate(), cron() and at(): when an EventBridge schedule fires next."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MONTHS = {
    name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), start=1)
}
_WEEKDAYS = {name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), start=1)}
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days"}
_LAST_YEAR = 2199


class ScheduleExpressionError(ValueError):
    """Not an expression that EventBridge takes."""


def next_firing(expression: str, after: datetime, time_zone: str = "UTC") -> datetime | None:
    """The first instant (UTC) after `after` at which the schedule fires; None when it never does again.

    A rate counts from `after`. ScheduleExpressionError for an expression that is none.
    Source: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    """
    match = re.fullmatch(r"(rate|cron|at)\((.*)\)", expression.strip())
    if match is None:
        raise ScheduleExpressionError(f"{expression!r} is neither rate(…), cron(…) nor at(…)")
    kind, argument = match.groups()
    if kind == "rate":
        return after + _rate(argument)
    zone = ZoneInfo(time_zone)
    if kind == "at":
        moment = datetime.fromisoformat(argument).replace(tzinfo=zone).astimezone(UTC)
        return moment if moment > after else None
    return _Cron.parse(argument).next_after(after, zone)


def _rate(argument: str) -> timedelta:
    match = re.fullmatch(r"(\d+) (minute|hour|day)s?", argument.strip())
    if match is None or int(match[1]) == 0:
        raise ScheduleExpressionError(f"rate({argument}) is not a positive number of minutes, hours or days")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


@dataclass(frozen=True)
class _Cron:
    minutes: list[int]
    hours: list[int]
    months: frozenset[int]
    years: frozenset[int]
    day_matches: Callable[[date], bool]

    @classmethod
    def parse(cls, argument: str) -> "_Cron":
        fields = argument.upper().split()
        if len(fields) != 6:
            raise ScheduleExpressionError(f"cron({argument}) has {len(fields)} fields, not 6")
        minutes, hours, days, months, weekdays, years = fields
        if (days == "?") == (weekdays == "?"):
            raise ScheduleExpressionError(f"cron({argument}): exactly one of the two day fields must be ?")
        return cls(
            minutes=sorted(_values(minutes, 0, 59)),
            hours=sorted(_values(hours, 0, 23)),
            months=frozenset(_values(months, 1, 12, _MONTHS)),
            years=frozenset(_values(years, 1970, _LAST_YEAR)),
            day_matches=_day_of_month(days) if weekdays == "?" else _day_of_week(weekdays),
        )

    def next_after(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        local = after.astimezone(zone)
        for day in self._days(local.date()):
            for hour in self.hours:
                for minute in self.minutes:
                    moment = datetime.combine(day, time(hour, minute), zone).astimezone(UTC)
                    if moment > after:
                        return moment
        return None

    def _days(self, start: date) -> Iterator[date]:
        day = start
        final = max(self.years)
        while day.year <= final:
            if day.year not in self.years:
                day = date(day.year + 1, 1, 1)
                continue
            if day.month in self.months and self.day_matches(day):
                yield day
            day += timedelta(days=1)


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            start, end = low, high
        else:
            start = _number(first, names)
            # a/n means: from a to the end, every n.
            end = _number(last, names) if dash else (high if step else start)
        if not (low <= start <= high and low <= end <= high):
            raise ScheduleExpressionError(f"{part} is outside {low}-{high}")
        stride = _number(step, None) if step else 1
        if stride < 1:
            raise ScheduleExpressionError(f"{part} has no positive step")
        if start <= end:
            values.update(range(start, end + 1, stride))
        else:
            # FRI-MON runs over the end.
            values.update(list([*range(start, high + 1), *range(low, end + 1)])[::stride])
    return values


def _number(text: str, names: dict[str, int] | None) -> int:
    if names and text in names:
        return names[text]
    if not text.isdecimal():
        raise ScheduleExpressionError(f"{text!r} is not a number")
    return int(text)


def _day_of_month(field: str) -> Callable[[date], bool]:
    if field == "L":
        return lambda day: day.day == monthrange(day.year, day.month)[1]
    if match := re.fullmatch(r"(\d+)W", field):
        wanted = int(match[1])
        return lambda day: day == _nearest_workday(day, wanted)
    values = _values(field, 1, 31)
    return lambda day: day.day in values


def _nearest_workday(month: date, wanted: int) -> date:
    last = monthrange(month.year, month.month)[1]
    day = month.replace(day=min(wanted, last))
    if day.isoweekday() == 6:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.isoweekday() == 7:
        return day + timedelta(days=1) if day.day < last else day - timedelta(days=2)
    return day


def _day_of_week(field: str) -> Callable[[date], bool]:
    if match := re.fullmatch(r"(\w+)#([1-5])", field):
        weekday, nth = _weekday(match[1]), int(match[2])
        return lambda day: _aws_weekday(day) == weekday and (day.day - 1) // 7 + 1 == nth
    if match := re.fullmatch(r"(\w+)L", field):
        final = _weekday(match[1])
        return lambda day: _aws_weekday(day) == final and (day + timedelta(days=7)).month != day.month
    if field == "L":
        field = "SAT"
    values = _values(field, 1, 7, _WEEKDAYS)
    return lambda day: _aws_weekday(day) in values


def _weekday(text: str) -> int:
    (value,) = _values(text, 1, 7, _WEEKDAYS)
    return value


def _aws_weekday(day: date) -> int:
    """1 is Sunday, 7 Saturday."""
    return day.isoweekday() % 7 + 1
