"""Groups on a page: cards, figures, dialogs, menus, tabs, trails."""

from __future__ import annotations

import json
from typing import Any

from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ui import text, toasts
from ui.tags import draw, new_id, register

_NOTE_ICONS = {"good": "circle-check", "warning": "triangle-alert", "bad": "circle-alert", "info": "info"}


@register.simple_tag(takes_context=True)
def block_again(context: Any, name: str) -> SafeString:
    """A block's content a second time: the title stands in the head and on the page."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    node = blocks.get_block(name) if blocks else None
    return node.render(context) if node is not None else mark_safe("")


@register.simple_block_tag
def card(content: str, title: Any = "", icon: str = "", subtitle: Any = "", href: str = "", pad: bool = True, **extra: str) -> SafeString:  # noqa: E501, FBT001, FBT002
    """A group of content."""
    return draw(
        "card", content=content, title=title, icon=icon, subtitle=subtitle, href=href, pad=pad,
        css=extra.get("class", ""),
    )  # fmt: skip


@register.simple_block_tag
def stats(content: str) -> SafeString:
    """The grid that figures stand in."""
    return format_html('<div class="stats-grid">{}</div>', content)


@register.simple_tag
def stat(
    label: Any, value: Any, delta: float | None = None, good: str = "up", spark: Any = None, href: str = "",
    hint: Any = "", unit: Any = "",
) -> SafeString:  # fmt: skip
    """A big number, its change against the period before, and a small curve."""
    shown = text.thousands(value) if isinstance(value, int) else value
    tone = "neutral"
    if delta:
        tone = "good" if (delta > 0) == (good == "up") else "bad"
    change = text.percent_text(delta or 0, sign=True, digits=0 if abs(delta or 0) >= 10 else 1)
    return draw(
        "stat",
        label=label, value=shown, has_delta=delta is not None, delta=delta or 0, tone=tone, spark=spark, href=href,
        hint=hint, unit=unit, delta_text=change,
    )  # fmt: skip


@register.simple_tag
def empty_state(
    title: Any, text: Any = "", icon: str = "inbox", action_url: str = "", action_label: Any = "", kind: str = "nothing"
) -> SafeString:
    """Nothing yet, or nothing matches."""
    shown = "search-x" if kind == "nomatch" and icon == "inbox" else icon
    return draw(
        "empty", title=title, text=text, icon=shown, action_url=action_url, action_label=action_label, kind=kind
    )


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: Any = "", dismiss: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """A note that stays on the page."""
    return draw("alert", content=content, tone=tone, title=title, dismiss=dismiss, icon=_NOTE_ICONS[tone])


@register.simple_block_tag
def dialog(content: str, id: str, title: Any, size: str = "md") -> SafeString:  # noqa: A002 the attribute's name
    """A dialog that a `dialog_button` opens."""
    return draw("dialog", content=content, id=id, title=title, size=size)


@register.simple_tag
def dialog_button(id: str, label: Any, icon: str = "", class_: str = "", **extra: str) -> SafeString:  # noqa: A002
    """The button that opens a dialog."""
    return draw("dialog_button", id=id, label=label, icon=icon, css=class_ or extra.get("class", "btn"))


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Any, content: str, id: str, title: Any, action_url: str, action_label: Any, word: str = "",  # noqa: A002
    tone: str = "bad", method: str = "post",
) -> SafeString:  # fmt: skip
    """A dialog that asks before something is done; `word` must be typed where it cannot be undone."""
    return draw(
        "confirm", content=content, id=id, title=title, action_url=action_url, action_label=action_label, word=word,
        tone=tone, method=method, csrf_token=context.get("csrf_token"),
    )  # fmt: skip


@register.simple_block_tag
def menu(content: str, label: Any, icon: str = "ellipsis", text: Any = "", class_: str = "", align: str = "end", **extra: str) -> SafeString:  # noqa: E501
    """A drop-down; its content is a list of `<li>`."""
    css = class_ or extra.get("class", "") or ("btn btn-ghost btn-square btn-sm" if not text else "btn btn-outline")
    return draw("menu", content=content, label=label, icon=icon, text=text, css=css, align=align, id=new_id("menu"))


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """Label and value pairs of a detail page."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, label: Any) -> SafeString:
    """One pair inside `facts`."""
    return format_html("<dt>{}</dt><dd>{}</dd>", label, content)


@register.simple_tag
def tabs(items: Any, label: Any = "") -> SafeString:
    """Pages of one thing, side by side."""
    return draw("tabs", items=items, label=label)


@register.simple_tag
def breadcrumbs(items: Any) -> SafeString:
    """Where this page lies: `(label, url)` pairs."""
    return draw("breadcrumbs", items=list(items))


@register.simple_tag(takes_context=True)
def pagination(context: Any, page: Any, param: str = "page") -> SafeString:
    """Links of a Django Page; other parameters of the URL stay."""
    request = context.get("request")

    def url(number: int) -> str:
        query = request.GET.copy() if request else None
        if query is None:
            return f"?{param}={number}"
        query[param] = str(number)
        return f"?{query.urlencode()}"

    return draw(
        "pagination",
        page=page,
        previous=url(page.previous_page_number()) if page.has_previous() else "",
        following=url(page.next_page_number()) if page.has_next() else "",
    )


@register.simple_tag
def progress(percent: float | None = None, label: Any = "", tone: str = "") -> SafeString:
    """A bar with its figure; without a percentage it only moves."""
    whole = None if percent is None else max(0, min(100, int(percent)))
    return draw("progress", percent=whole, label=label, tone=tone)


@register.simple_tag
def steps(current: int, total: int, label: Any = "") -> SafeString:
    """How far one is in a flow."""
    marks = [number <= int(current) for number in range(1, int(total) + 1)]
    return draw("steps", current=current, total=total, label=label, marks=marks)


@register.simple_tag
def skeleton(lines: int = 3) -> SafeString:
    """What stands there until the content has come."""
    return draw("skeleton", lines=range(int(lines)))


def _changes(event: Any) -> list[tuple[str, str, str]]:
    before, after = getattr(event, "before", None) or {}, getattr(event, "after", None) or {}
    names = list(dict.fromkeys([*before, *after]))

    def said(side: dict[str, Any], name: str) -> str:
        return _plain(side[name]) if name in side else ""

    return [(name.replace("_", " "), said(before, name), said(after, name)) for name in names]


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "—"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


@register.simple_tag
def history(events: Any) -> SafeString:
    """The audit trail of a thing."""
    rows = [
        {
            "at": event.at,
            "who": getattr(event, "actor_label", ""),
            "what": getattr(event, "verb_label", "") or str(event.verb).replace("_", " ").replace(".", ": "),
            "changes": _changes(event),
            "reason": getattr(event, "reason", "") or "",
            "request_id": getattr(event, "request_id", "") or "",
        }
        for event in events
    ]
    return draw("history", rows=rows)


@register.simple_tag
def chart(kind: str, data: Any, label: Any, height: str = "md") -> SafeString:
    """A chart, with the same figures as a table for screen readers."""
    series = data if isinstance(data, dict) else {"values": list(data)}
    rows: list[list[Any]] = []
    if kind in {"bars", "doughnut"}:
        heads = [line["label"] for line in series["series"]]
        for index, name in enumerate(series["labels"]):
            rows.append([name, *(line["values"][index] for line in series["series"])])
    else:
        heads = [line["label"] for line in series.get("series", [])]
    plain = {**series, **({"labels": [str(name) for name in series["labels"]]} if "labels" in series else {})}
    if "series" in series:
        plain["series"] = [{**line, "label": str(line["label"])} for line in series["series"]]
    return draw(
        "chart", kind=kind, data=plain, label=label, height=height, id=new_id("chart"), heads=heads, rows=rows
    )


@register.simple_tag
def toast_list(messages: Any) -> SafeString:
    """The messages of this page as toasts."""
    rows = [
        {"text": str(message), "tone": toasts.tone(message), "undo": toasts.undo_url(message)}
        for message in messages or []
    ]
    return draw("toasts", rows=rows)
