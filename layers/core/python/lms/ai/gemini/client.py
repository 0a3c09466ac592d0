"""One call to Gemini's generateContent through google-genai, and what its failures mean.

google-genai's own retries (HttpRetryOptions) know neither Retry-After nor a deadline, so they stay off; its
timeout is one between two bytes, which a server that trickles never meets, so a deadline stands around the call.
"""

import asyncio
import threading
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lms.ai.failures import ProviderRejected
from lms.ai.gemini.prompts import Prompt
from lms.ai.gemini.retries import Outage, RateLimited

if TYPE_CHECKING:
    from google import genai
    from google.genai import errors, types

_API_VERSION = "v1beta"
_LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Reply:
    """``blocked`` names why the prompt was refused; ``model`` is the one that answered, thoughts are output."""

    text: str
    finish_reason: str
    blocked: str | None
    model: str
    input_tokens: int
    output_tokens: int


class _Connection(NamedTuple):
    client: "genai.Client"
    runner: asyncio.Runner


@dataclass(frozen=True)
class Client:
    api_key: str
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
            return _reply(connection.runner.run(request), self.model)
        except TimeoutError as error:
            raise Outage(f"Gemini did not answer within {seconds:.0f} seconds.") from error
        except httpx2.RequestError as error:
            raise Outage(f"Gemini could not be reached ({type(error).__name__}).") from error
        except errors.APIError as error:
            raise _meaning(error) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise Outage("Gemini sent an answer that its own protocol does not know.") from error

    async def _request(
        self,
        client: "genai.Client",
        prompt: Prompt,
        schema: dict[str, Any],
        max_output_tokens: int | None,
        seconds: float,
    ) -> "types.GenerateContentResponse":
        from google.genai import types

        content = types.Content(role="user", parts=[types.Part(text=part) for part in prompt.parts])
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


def _reply(response: "types.GenerateContentResponse", model: str) -> Reply:
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
    )


def _meaning(error: "errors.APIError") -> Exception:
    if error.code == 429:
        return RateLimited(
            "Gemini limits our calls (429): wait, or raise the quota of the key's project.", _retry_after(error)
        )
    if error.code == 408 or error.code >= 500:
        return Outage(f"Gemini is unavailable ({error.code}).", _retry_after(error))
    message = str(error.message or "")[:_LONGEST_MESSAGE]
    return ProviderRejected(
        f"Gemini rejects our calls ({error.code}): {message or 'no reason given'} "
        "Check the API key, the model's name and the key's permissions."
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
