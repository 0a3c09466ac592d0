"""Characters that a reader does not see and a model reads: what hides an order in a text.

Taken out where a text comes in, so that places in it stay true, and again of whatever is put into a prompt.
"""

import re

# Unicode's Default_Ignorable_Code_Point, interlinear annotation, and the controls that end no line or page.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"
# Scripts that join or part letters by them, marks of direction beside letters that run from the right, and emoji.
_JOINING = r"\u0590-\u109f\u1780-\u18af\u0900-\u0dff"
_EMOJI = r"\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_HIDDEN = re.compile(
    rf"(?<=[{_JOINING}])[\u200c-\u200f\u061c](?=[{_JOINING}])|(?<=[{_EMOJI}])\ufe0f?\u200d?(?=[{_EMOJI}])"
    rf"|(?<=[{_EMOJI}0-9#*])\ufe0f|(?P<hidden>[{_IGNORABLE}{_CONTROLS}])"
)


def visible(text: str) -> str:
    """The text without what cannot be seen; joiners and variants stay where a script or an emoji needs them."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: "" if found["hidden"] else found.group(), text)
