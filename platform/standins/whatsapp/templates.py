"""Message templates: submitted, reviewed, and filled in as Meta fills them in."""

from __future__ import annotations

import re
import time
from typing import Any

from standins.whatsapp.state import State
from standins.whatsapp.webhooks import emit
from standins.whatsapp.wire import GraphError, Json, need, new_number, no_such_object

VARIABLE = re.compile(r"\{\{(\w+)\}\}")
NAME = re.compile(r"[a-z0-9_]{1,512}")
CATEGORIES = {"MARKETING", "UTILITY", "AUTHENTICATION"}
NOT_USABLE = {"PAUSED": 132015, "DISABLED": 132016}
CODE_BODY = {
    "en": "*{{1}}* is your verification code. For your security, do not share this code.",
    "ar": "*{{1}}* هو رمز التحقق الخاص بك. للحفاظ على أمانك، لا تشارك هذا الرمز.",
}
COPY = {"en": "Copy code", "ar": "نسخ الرمز"}
# The review's word, and what the webhook says of it.
REVIEWED = {"approve": "APPROVED", "reject": "REJECTED", "pending": "PENDING"}


def find(state: State, template_id: str) -> Json:
    """Raises GraphError."""
    found: Json | None = state.data["templates"].get(template_id)
    if found is None:
        raise no_such_object(template_id)
    return found


def submit(state: State, asked: Json) -> Json:
    """A new template. Raises GraphError."""
    name, language = need(asked, "name"), need(asked, "language")
    category = need(asked, "category").upper()
    if not NAME.fullmatch(name):
        raise GraphError(100, "Message template name: lower case letters, digits and underscores only.")
    if category not in CATEGORIES:
        raise GraphError(100, f"Param category must be one of {sorted(CATEGORIES)}")
    same = [t for t in state.data["templates"].values() if t["name"] == name]
    if any(t["language"] == language for t in same):
        raise GraphError(
            100, "Content in this language already exists", subcode=2388024, title="Message template exists"
        )
    if any(t["category"] != category for t in same):
        raise GraphError(100, "The category is that of the other languages", subcode=2388026)
    made: Json = {
        "id": new_number(), "name": name, "language": language, "category": category, "status": "PENDING",
        "rejected_reason": "NONE", "components": checked(state, asked.get("components"), category, language),
        "quality_score": {"score": "UNKNOWN", "date": int(time.time())},
    }  # fmt: skip
    state.data["templates"][made["id"]] = made
    review(state, made)
    return {"id": made["id"], "status": made["status"], "category": category}


def edit(state: State, template: Json, asked: Json) -> Json:
    """Other components for a template that exists. Raises GraphError."""
    if template["status"] not in ("APPROVED", "REJECTED", "PAUSED"):
        raise GraphError(100, "Only approved, rejected and paused templates can be edited", subcode=2593002)
    if "components" in asked:
        template["components"] = checked(state, asked["components"], template["category"], template["language"])
    template["status"] = "PENDING"
    review(state, template)
    return {"success": True, "id": template["id"], "name": template["name"], "category": template["category"]}


def review(state: State, template: Json) -> None:
    """What Meta's reviewers say, as the switch `review` has it."""
    status = REVIEWED[state.data["switches"]["review"]]
    if status != "PENDING":
        change(state, template, status, "INVALID_FORMAT" if status == "REJECTED" else "NONE")
    state.touch()


def change(state: State, template: Json, status: str, reason: str = "NONE") -> None:
    """Another status, and the webhook that says so."""
    template |= {"status": "APPROVED" if status == "REINSTATED" else status, "rejected_reason": reason}
    value = {
        "event": status, "message_template_id": int(template["id"]), "message_template_name": template["name"],
        "message_template_language": template["language"], "reason": reason,
        "message_template_category": template["category"],
    }  # fmt: skip
    if status == "DISABLED":
        value["disable_info"] = {"disable_date": "2026-01-01"}
    emit(state, "message_template_status_update", value)


def delete(state: State, name: str) -> None:
    """All languages of a name. Raises GraphError."""
    gone = [t for t in state.data["templates"].values() if t["name"] == name]
    if not gone:
        raise GraphError(100, f"Message template {name} does not exist", subcode=2593002)
    for template in gone:
        change(state, template, "PENDING_DELETION")
        state.data["templates"].pop(template["id"])


# what a template is made of


def checked(state: State, components: Any, category: str, language: str) -> list[Json]:
    """Components as Meta keeps them. Raises GraphError."""
    if not isinstance(components, list):
        raise GraphError(100, "components must be an array")
    made = [{**part, "type": str(part.get("type", "")).upper()} for part in components if isinstance(part, dict)]
    kinds = [part["type"] for part in made]
    if kinds.count("BODY") != 1 or len(set(kinds)) != len(kinds):
        raise GraphError(100, "A template has one BODY, and at most one of each other component")
    for part in made:
        if part["type"] == "BODY":
            _check_body(part, category, language)
        elif part["type"] == "HEADER":
            _check_header(state, part)
        elif part["type"] == "FOOTER" and category != "AUTHENTICATION":
            _short(part.get("text"), 60, "footer")
        elif part["type"] == "BUTTONS":
            part["buttons"] = [_checked_button(button, category, language) for button in part.get("buttons", [])]
    return made


def _check_body(part: Json, category: str, language: str) -> None:
    if category == "AUTHENTICATION":
        part |= {"text": CODE_BODY.get(language, CODE_BODY["en"]), "example": {"body_text": [["123456"]]}}
        return
    text = str(part.get("text", ""))
    _short(text, 1024, "body")
    variables = VARIABLE.findall(text)
    if not text.strip() or variables != [str(n + 1) for n in range(len(variables))]:
        raise GraphError(100, "Variables are {{1}}, {{2}} and so on, in order, each once", subcode=2388040)
    if VARIABLE.match(text.strip()) or text.strip().endswith("}}"):
        raise GraphError(100, "Variables can't be at the start or end of the template", subcode=2388299)
    examples = (part.get("example") or {}).get("body_text") or [[]]
    if len(examples[0]) != len(variables):
        raise GraphError(100, "Every variable needs an example", subcode=2388043)


def _check_header(state: State, part: Json) -> None:
    kind = str(part.get("format", "")).upper()
    part["format"] = kind
    if kind == "TEXT":
        _short(part.get("text"), 60, "header")
    elif kind in ("IMAGE", "VIDEO", "DOCUMENT"):
        handles = (part.get("example") or {}).get("header_handle") or []
        if not handles or any(handle not in state.data["uploads"] for handle in handles):
            raise GraphError(100, "Templates with a media header need an uploaded example", subcode=2388273)
    else:
        raise GraphError(100, "header format must be TEXT, IMAGE, VIDEO or DOCUMENT")


def _checked_button(button: Json, category: str, language: str) -> Json:
    kind = str(button.get("type", "")).upper()
    if category == "AUTHENTICATION":
        if kind != "OTP":
            raise GraphError(100, "Authentication templates have an OTP button")
        text = button.get("text") or COPY.get(language, COPY["en"])
        address = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"
        return {
            "type": "URL",
            "text": text,
            "url": address,
            "example": [address.replace("{{1}}", "123456")],
            "otp": True,
        }
    _short(button.get("text") or ("Copy" if kind == "COPY_CODE" else None), 25, "button")
    if kind == "URL":
        address = str(button.get("url", ""))
        variables = VARIABLE.findall(address)
        if not address.startswith(("http://", "https://")) or len(address) > 2000:
            raise GraphError(100, "The button's url is not one")
        if len(variables) > 1 or (variables and not address.endswith("}}")):
            raise GraphError(100, "A button's url has one variable, at its end", subcode=2388047)
        if variables and not button.get("example"):
            raise GraphError(100, "A url with a variable needs an example")
    elif kind not in ("QUICK_REPLY", "PHONE_NUMBER", "COPY_CODE"):
        raise GraphError(100, f"Button type {kind} is not known")
    return {**button, "type": kind}


def _short(text: Any, longest: int, what: str) -> None:
    if not text or len(str(text)) > longest:
        raise GraphError(100, f"The {what} must have 1 to {longest} characters")


# sending


def usable(state: State, asked: Json) -> Json:
    """The template that a message names. Raises GraphError."""
    name = str(asked.get("name", ""))
    language = str((asked.get("language") or {}).get("code", ""))
    if not name or not language:
        raise GraphError(131008, "template name and language code are required")
    found: Json | None = next(
        (t for t in state.data["templates"].values() if t["name"] == name and t["language"] == language), None
    )
    if found is None:
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if found["status"] in NOT_USABLE:
        raise GraphError(NOT_USABLE[found["status"]], f"template ({name}) is {found['status'].lower()}")
    if found["status"] != "APPROVED":
        raise GraphError(132001, f"template name ({name}) is not approved in {language}")
    return found


def check_parameters(state: State, template: Json, components: Any) -> None:
    """Whether a message fills in what the template leaves open. Raises GraphError."""
    given = [part for part in components or [] if isinstance(part, dict)]
    for part in template["components"]:
        if part["type"] == "BODY":
            _check_texts(part["text"], _parameters(given, "body"))
        elif part["type"] == "HEADER":
            _check_header_parameter(state, part, _parameters(given, "header"))
        elif part["type"] == "BUTTONS":
            for index, button in enumerate(part["buttons"]):
                _check_button_parameter(button, _button_parameters(given, index), index)


def _check_texts(text: str, parameters: list[Json]) -> None:
    wanted = len(VARIABLE.findall(text))
    if len(parameters) != wanted:
        raise GraphError(
            132000, f"body: number of localizable_params ({len(parameters)}) does not match the expected ({wanted})"
        )
    for parameter in parameters:
        value = str(parameter.get("text", ""))
        if parameter.get("type") != "text" or not value:
            raise GraphError(132012, "body parameters are texts")
        if re.search(r"[\n\t]| {5}", value):
            raise GraphError(100, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")
    if len(text) + sum(len(str(parameter["text"])) for parameter in parameters) > 1024 + 5 * wanted:
        raise GraphError(132005, "The body is longer than 1024 characters")


def _check_header_parameter(state: State, part: Json, parameters: list[Json]) -> None:
    kind = part["format"].lower()
    if kind == "text":
        return _check_texts(part["text"], parameters)
    if len(parameters) != 1 or str(parameters[0].get("type", "")).lower() != kind:
        raise GraphError(132012, f"header: Format mismatch, expected {part['format']}")
    return check_media(state, parameters[0].get(kind))


def check_media(state: State, media: Any) -> None:
    """A media object of a message: an id that is here, or a link. Raises GraphError."""
    if not isinstance(media, dict) or not (media.get("id") or media.get("link")):
        raise GraphError(131008, "media needs an id or a link")
    if media.get("id") and str(media["id"]) not in state.data["media"]:
        raise GraphError(131053, f"No media with id {media['id']}")


def _check_button_parameter(button: Json, parameters: list[Json], index: int) -> None:
    if button["type"] == "URL" and VARIABLE.search(button["url"]):
        if len(parameters) != 1 or not parameters[0].get("text"):
            raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
        if button.get("otp") and len(str(parameters[0]["text"])) > 15:
            raise GraphError(131009, "A code has at most 15 characters")
    if button["type"] == "COPY_CODE":
        code = str(parameters[0].get("coupon_code", "")) if parameters else ""
        if not 1 <= len(code) <= 15:
            raise GraphError(131009, "coupon_code must have 1 to 15 characters")


def _parameters(given: list[Json], kind: str) -> list[Json]:
    for part in given:
        if str(part.get("type", "")).lower() == kind:
            return list(part.get("parameters") or [])
    return []


def _button_parameters(given: list[Json], index: int) -> list[Json]:
    for part in given:
        if str(part.get("type", "")).lower() == "button" and str(part.get("index", "0")) == str(index):
            return list(part.get("parameters") or [])
    return []


def filled(template: Json, components: Any) -> Json:
    """What the phone shows of a template's message."""
    given = [part for part in components or [] if isinstance(part, dict)]
    shown: Json = {"header": None, "media": None, "body": "", "footer": "", "buttons": []}
    for part in template["components"]:
        if part["type"] == "BODY":
            shown["body"] = _fill(part["text"], [str(p.get("text", "")) for p in _parameters(given, "body")])
        elif part["type"] == "FOOTER":
            shown["footer"] = part.get("text", "")
        elif part["type"] == "HEADER":
            values = _parameters(given, "header")
            if part["format"] == "TEXT":
                shown["header"] = _fill(part["text"], [str(p.get("text", "")) for p in values])
            elif values:
                shown["media"] = values[0].get(part["format"].lower())
        elif part["type"] == "BUTTONS":
            for index, button in enumerate(part["buttons"]):
                shown["buttons"].append(_filled_button(button, _button_parameters(given, index)))
    return shown


def _filled_button(button: Json, parameters: list[Json]) -> Json:
    value = str(parameters[0].get("text") or parameters[0].get("coupon_code") or "") if parameters else ""
    if button.get("otp") or button["type"] == "COPY_CODE":
        return {"text": button.get("text") or "Copy", "code": value}
    if button["type"] == "URL":
        return {"text": button["text"], "url": _fill(button["url"], [value])}
    return {"text": button["text"], "reply": button["text"]}


def _fill(text: str, values: list[str]) -> str:
    return VARIABLE.sub(lambda m: values[int(m[1]) - 1] if m[1].isdigit() and int(m[1]) <= len(values) else m[0], text)
