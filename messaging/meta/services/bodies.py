"""The JSON of a message.

`to` is the number in E.164 without the plus; `recipient` instead is Meta's id of a user who hides the number.
`callback` is our own id: every status about the message brings it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
LONGEST_CAPTION = 1024
LONGEST_TEXT = 4096


def template(
    to: str,
    name: str,
    language: str,
    *,
    body: Sequence[str],
    image: str | None = None,
    button: str | None = None,
    code: str | None = None,
    callback: str,
    recipient: str = "",
) -> Json:
    """A message of an approved template. `image`: media id of the header; `button`: what is added to the address of its
    link; `code`: what the copy button of an authentication template copies."""
    components: list[Json] = []
    if image:
        components.append({"type": "header", "parameters": [{"type": "image", "image": {"id": image}}]})
    components.append({"type": "body", "parameters": [{"type": "text", "text": plain(value)} for value in body]})
    # The copy button of an authentication template is a link at Meta, too.
    link = code or button
    if link:
        components.append(
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": link}]}
        )
    made = {"name": name, "language": {"code": language}, "components": components}
    return {**_common(to, recipient, callback), "type": "template", "template": made}


def image(to: str, media_id: str, caption: str, callback: str, *, recipient: str = "") -> Json:
    """A picture with a caption; only while the customer's window is open."""
    shown = {"id": media_id, "caption": caption[:LONGEST_CAPTION]}
    return {**_common(to, recipient, callback), "type": "image", "image": shown}


def text(to: str, text: str, callback: str, *, recipient: str = "") -> Json:
    """Words; only while the customer's window is open."""
    said = {"body": text[:LONGEST_TEXT], "preview_url": False}
    return {**_common(to, recipient, callback), "type": "text", "text": said}


def plain(value: str) -> str:
    """A parameter as Meta takes it: no line breaks, tabs, or runs of spaces, and never empty."""
    return " ".join(value.split()) or "-"


def _common(to: str, recipient: str, callback: str) -> Json:
    whom = {"to": to.removeprefix("+")} if to else {"recipient": recipient}
    return {
        "messaging_product": "whatsapp", "recipient_type": "individual", **whom, "biz_opaque_callback_data": callback,
    }  # fmt: skip
