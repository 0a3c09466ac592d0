"""One call to Gemini's generateContent through google-genai, and what its failures mean.

google-genai's own retries (HttpRetryOptions) know neither Retry-After nor a deadline, so they stay off; its
timeout is one between two bytes, which a server that trickles never meets, so a deadline stands around the call.
"""

import asyncio
import re
import threading
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lms.ai.failures import ProviderRejected
from lms.ai.gemini.prompts import Prompt
from lms.ai.gemini.retries import Outage, RateLimited
from lms.telemetry import logger

if TYPE_CHECKING:
    from google import genai
    from google.genai import errors, types

_API_VERSION = "v1beta"
_LONGEST_MESSAGE = 300
_KEY = re.compile(r"api_key:\S+|AIza[\w-]+")
_REFUSALS = {
    400: "Gemini does not accept the request: the API key is not valid, or the model does not take such a request",
    401: "Gemini does not accept the API key",
    403: "Gemini does not let the API key in: it lacks a permission, or has been suspended",
    404: "Gemini does not know the model",
}


@dataclass(frozen=True)
class Reply:
    """``blocked`` names why the prompt was refused; ``model`` is the one that answered, thoughts are output.

    ``limit``: the output tokens that the call was held to, None: the model's own limit.
    """

    text: str
    finish_reason: str
    blocked: str | None
    model: str
    input_tokens: int
    output_tokens: int
    limit: int | None


class _Connection(NamedTuple):
    client: "genai.Client"
    runner: asyncio.Runner


@dataclass(frozen=True)
class Client:
    api_key: str = field(repr=False)
    model: str
    base_url: str

    def connect(self) -> None:
        """Load google-genai, which takes a second, before a call's time runs."""
        self._connection()

    def _connection(self) -> _Connection:
        return _connect(self.api_key, self.base_url, threading.get_ident())

    def generate(
        self, prompt: Prompt, schema: dict[str, Any], max_output_tokens: int | None, seconds: float
    ) -> Reply:
        """Raise RateLimited or Outage where the call may be made again, ProviderRejected where not."""
        connection = self._connection()
        import httpx2
        from google.genai import errors

        request = self._request(connection.client, prompt, schema, max_output_tokens, seconds)
        try:
            return _reply(connection.runner.run(request), self.model, max_output_tokens)
        except TimeoutError as error:
            raise Outage(f"Gemini did not answer within {seconds:.0f} seconds.", billable=True) from error
        except httpx2.RequestError as error:
            unsent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
            raise Outage(f"Gemini could not be reached ({type(error).__name__}).", billable=not unsent) from error
        except errors.APIError as error:
            logger.warning(
                "gemini refused a call", status=error.code, said=_redacted(error.message or "", self.api_key)
            )
            # From none, here and below: what Google said would stand in the log's traceback, unredacted.
            raise _meaning(error) from None
        except (ValueError, TypeError, AttributeError) as error:
            unknown = f"Gemini sent an answer that its own protocol does not know ({type(error).__name__})."
            raise Outage(unknown, billable=True) from None

    async def _request(
        self,
        client: "genai.Client",
        prompt: Prompt,
        schema: dict[str, Any],
        max_output_tokens: int | None,
        seconds: float,
    ) -> "types.GenerateContentResponse":
        from google.genai import types

        parts = [types.Part(text=part) for part in prompt.parts]
        parts += [types.Part.from_bytes(data=data, mime_type=kind) for kind, data in prompt.pictures]
        content = types.Content(role="user", parts=parts)
        config = types.GenerateContentConfig(
            system_instruction=prompt.rules,
            response_mime_type="application/json",
            response_json_schema=schema,
            max_output_tokens=max_output_tokens,
            # One call is one request: a budget is checked before each.
            automatic_continuation=False,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            http_options=types.HttpOptions(timeout=max(1, int(seconds * 1_000))),
        )
        async with asyncio.timeout(seconds):
            return await client.aio.models.generate_content(model=self.model, contents=content, config=config)


@cache
def _connect(api_key: str, base_url: str, _thread: int) -> _Connection:
    """Made once and kept while the worker lives; one a thread, since an event loop runs in one at a time."""
    import httpx2
    from google import genai
    from google.genai import types

    options = types.HttpOptions(
        base_url=base_url or None,
        api_version=_API_VERSION,
        # Given, so that it is httpx2 whether or not aiohttp happens to be installed.
        httpx_async_client=httpx2.AsyncClient(timeout=None),
    )
    return _Connection(genai.Client(api_key=api_key, vertexai=False, http_options=options), asyncio.Runner())


def _reply(response: "types.GenerateContentResponse", model: str, limit: int | None) -> Reply:
    candidate = response.candidates[0] if response.candidates else None
    feedback = response.prompt_feedback
    usage = response.usage_metadata
    if not (candidate or feedback or usage):
        raise ValueError("an empty response")
    return Reply(
        text=(response.text or "") if candidate else "",
        finish_reason=candidate.finish_reason.value if candidate and candidate.finish_reason else "",
        blocked=feedback.block_reason.value if feedback and feedback.block_reason else None,
        model=response.model_version or model,
        input_tokens=(usage.prompt_token_count or 0) if usage else 0,
        output_tokens=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0) if usage else 0,
        limit=limit,
    )


def _redacted(said: str, api_key: str) -> str:
    """Google's message without the key: "Consumer 'api_key:AIza…' has been suspended" is one of them."""
    return _KEY.sub("[key]", said.replace(api_key, "[key]"))[:_LONGEST_MESSAGE]


def _meaning(error: "errors.APIError") -> Exception:
    # Google does not bill what it answers with an error: https://ai.google.dev/gemini-api/docs/billing
    if error.code == 429:
        return RateLimited(
            "Gemini limits our calls (429): wait, or raise the quota of the key's project.", _retry_after(error)
        )
    if error.code == 408 or error.code >= 500:
        return Outage(f"Gemini is unavailable ({error.code}).", _retry_after(error))
    refusal = _REFUSALS.get(error.code, "Gemini rejects our calls")
    return ProviderRejected(
        f"{refusal} ({error.code}). An administrator has to check the API key, its permissions and the model."
    )


def _retry_after(error: "errors.APIError") -> float | None:
    """The longest wait asked for: by the header, in seconds or as a date, or by a google.rpc.RetryInfo."""
    asked = [_header_seconds(error), *_retry_info_seconds(error.details)]
    return max((seconds for seconds in asked if seconds is not None and seconds >= 0), default=None)


def _header_seconds(error: "errors.APIError") -> float | None:
    value = getattr(error.response, "headers", {}).get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        # The wall clock, since the date is by the server's: lms.clock may be shifted.
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def _retry_info_seconds(body: Any) -> list[float]:
    try:
        delays = [detail["retryDelay"] for detail in body["error"]["details"] if "retryDelay" in detail]
        return [float(delay.removesuffix("s")) for delay in delays]
    except (KeyError, TypeError, ValueError, AttributeError):
        return []
