"""The phone: which numbers were written to, and each one's chats as their owner sees them."""

from __future__ import annotations

import datetime as dt
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote

from standins.whatsapp import templates
from standins.whatsapp.files import Files
from standins.whatsapp.http import Answer, Request
from standins.whatsapp.messages import Mailroom
from standins.whatsapp.state import State
from standins.whatsapp.wire import Json, digits, no_such_object

HERE = Path(__file__).parent
CSS, SCRIPT = (HERE / "phone.css").read_text(), (HERE / "phone.js").read_text()
RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
LINK = re.compile(r"https?://[^\s<]+")
MARK = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
QUICK = ("STOP", "إيقاف", "START")
TICKS = {"accepted": "🕓", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "failed": "!"}
NAMES = {"accepted": "waiting", "sent": "sent", "delivered": "delivered", "read": "read", "failed": "failed"}


class Phone:
    def __init__(self, state: State, mailroom: Mailroom, files: Files) -> None:
        self.state, self.mailroom, self.files = state, mailroom, files

    def show(self, request: Request) -> Answer:
        """The page of a path. Raises GraphError."""
        parts = [part for part in request.path.split("/") if part]
        if not parts:
            return page("Phones", self._list(), "list")
        if parts[0] == "phones" and len(parts) == 1:
            return html(self._rows())
        if parts[0] == "media" and len(parts) == 2:
            return self._media(parts[1])
        if parts[0] == "open":
            return Answer(303, headers={"Location": f"/phone/{digits(request.query.get('phone', ''))}"})
        if parts[0] != "phone" or len(parts) not in (2, 3) or not digits(parts[1]):
            raise no_such_object(request.path)
        phone = digits(parts[1])
        if request.method == "POST":
            return self._reply(phone, parse_qs(request.body.decode()))
        self.mailroom.open_chat(phone)
        if len(parts) == 3:
            return html(self._chats(phone))
        return page(f"+{phone}", self._phone(phone), "phone")

    def _list(self) -> str:
        account = self.state.account
        numbers = "".join(
            f"<li><code>{escape(n['id'])}</code> {escape(n['name'])} <bdi>{escape(n['phone'])}</bdi></li>"
            for n in self.state.data["numbers"].values()
        )
        return (
            '<main class="wide"><h1>WhatsApp phones</h1><p class="muted">Every number that a message went to. Open one to'
            ' see what its owner sees.</p><form class="find" action="/open"><label for="phone">Open a phone</label>'
            '<input id="phone" name="phone" inputmode="tel" placeholder="+966 50 000 0000" required>'
            f'<button>Open</button></form><ul class="people" data-poll="/phones">{self._rows()}</ul>'
            "<details><summary>The business account that this stand-in knows</summary><dl>"
            f"<dt>WhatsApp Business Account id</dt><dd><code>{escape(account['waba'])}</code></dd>"
            f"<dt>App id</dt><dd><code>{escape(account['app'])}</code></dd>"
            f"<dt>Access token</dt><dd><code>{escape(account['tokens'][0] if account['tokens'] else '')}</code></dd>"
            f"<dt>App secret</dt><dd><code>{escape(account['app_secret'])}</code></dd>"
            f"<dt>Webhook</dt><dd><code>{escape(account['webhook'] or 'none yet')}</code></dd>"
            f"<dt>Phone number ids</dt><dd><ul>{numbers}</ul></dd></dl></details></main>"
        )

    def _rows(self) -> str:
        last: dict[str, Json] = {}
        unread: dict[str, int] = {}
        for message in self.state.data["messages"].values():
            last[message["phone"]] = message
            unread[message["phone"]] = unread.get(message["phone"], 0) + (
                message["status"] == "delivered" and not message["in"]
            )
        people = sorted(last.values(), key=lambda message: -message["at"])[:200]
        rows = []
        for message in people:
            text = self._text(message).replace("\n", " ").replace("*", "")
            count = unread[message["phone"]]
            badge = f'<b class="badge"><span class="sr">unread </span>{count}</b>' if count else ""
            rows.append(
                f'<li><a href="/phone/{message["phone"]}"><span class="face" aria-hidden="true">{message["phone"][-2:]}</span>'
                f'<span class="who"><bdi dir="ltr">+{message["phone"]}</bdi><span class="last" dir="auto">{escape(text[:80])}</span></span>'
                f'<span class="when">{clock(message["at"])}{badge}</span></a></li>'
            )
        return "".join(rows) or '<li class="none">Nobody was written to yet.</li>'

    def _phone(self, phone: str) -> str:
        known = self._senders(phone) or list(self.state.data["numbers"].values())[:1]
        options = "".join(f'<option value="{escape(n["id"])}">{escape(n["name"])}</option>' for n in known)
        choice = (
            f'<label class="to"><span>To</span> <select name="number">{options}</select></label>'
            if len(known) > 1 else f'<input type="hidden" name="number" value="{escape(known[0]["id"] if known else "")}">'
        )  # fmt: skip
        quick = "".join(f'<button class="quick" name="quick" value="{w}" formnovalidate>{w}</button>' for w in QUICK)
        return (
            '<main class="device"><header><a href="/" aria-label="All phones">‹</a><span class="face" aria-hidden="true">'
            f'{phone[-2:]}</span><h1><bdi dir="ltr">+{phone}</bdi></h1></header>'
            f'<div class="chats" data-poll="/phone/{phone}/chats" aria-live="polite">{self._chats(phone)}</div>'
            f'<form class="answer" method="post" action="/phone/{phone}">{choice}<div class="line">'
            '<label class="sr" for="text">Message</label><input id="text" name="text" dir="auto" autocomplete="off"'
            ' placeholder="Message" required><button class="send" aria-label="Send">➤</button></div>'
            f'<div class="quicks">{quick}</div></form></main>'
        )

    def _senders(self, phone: str) -> list[Json]:
        """Who wrote to this phone, the last one first."""
        seen = dict.fromkeys(message["number"] for message in reversed(self.state.messages_of(phone)))
        return [self.state.data["numbers"][number] for number in seen if number in self.state.data["numbers"]]

    def _chats(self, phone: str) -> str:
        shown, sender = [], None
        for message in self.state.messages_of(phone)[-300:]:
            if message["status"] in ("accepted", "failed") and not message["in"]:
                continue  # not on the phone (yet)
            if message["number"] != sender:
                sender = message["number"]
                name = self.state.data["numbers"].get(sender, {}).get("name", sender)
                shown.append(f'<p class="sender" dir="auto">{escape(name)}</p>')
            shown.append(self._bubble(message))
        return "".join(shown) or '<p class="none">No messages yet.</p>'

    def _bubble(self, message: Json) -> str:
        shown = self._shown(message)
        text = "\n".join(part for part in (shown["header"], shown["body"]) if part)
        direction = "rtl" if RTL.search(text) else "ltr"
        picture = self._picture(shown["media"])
        footer = f'<small dir="auto">{escape(shown["footer"])}</small>' if shown["footer"] else ""
        ticks = "" if message["in"] else (
            f'<span class="tick {message["status"]}" title="{NAMES[message["status"]]}">{TICKS[message["status"]]}</span>'
        )  # fmt: skip
        stamp = f'<time dir="ltr">{clock(message["at"])} {ticks}</time>'
        buttons = "".join(self._button(button, message) for button in shown["buttons"])
        side = "mine" if message["in"] else "theirs"
        return (
            f'<article class="{side}" dir="{direction}">{picture}<div class="words">{rich(text)}{footer}{stamp}</div>'
            f"{buttons}</article>"
        )

    def _button(self, button: Json, message: Json) -> str:
        text = escape(button["text"])
        if "url" in button:
            return f'<a class="act" href="{escape(button["url"])}" target="_blank" rel="noreferrer"><span aria-hidden="true">↗</span> {text}</a>'
        if "code" in button:
            return f'<button class="act" type="button" data-copy="{escape(button["code"])}"><span aria-hidden="true">⧉</span> {text}</button>'
        return (
            f'<form method="post" action="/phone/{message["phone"]}"><input type="hidden" name="number" value="{escape(message["number"])}">'
            f'<input type="hidden" name="context" value="{escape(message["id"])}"><button class="act" name="button" value="{escape(button["reply"])}">↩ {text}</button></form>'
        )

    def _picture(self, media: Json | None) -> str:
        if not media:
            return ""
        source = f"/media/{quote(str(media['id']))}" if media.get("id") else str(media.get("link"))
        return (
            f'<a href="{escape(source)}" target="_blank"><img src="{escape(source)}" alt="Picture of the message"></a>'
        )

    def _shown(self, message: Json) -> Json:
        template = self.state.data["templates"].get(message.get("template", ""))
        if template:
            return templates.filled(template, (message["body"].get("template") or {}).get("components"))
        part = message["body"].get(message["type"]) or {}
        media = part if message["type"] not in ("text", "template") else None
        return {
            "header": None,
            "media": media,
            "body": part.get("body") or part.get("caption") or "",
            "footer": "",
            "buttons": [],
        }

    def _text(self, message: Json) -> str:
        return str(self._shown(message)["body"] or "Picture")

    def _media(self, wanted: str) -> Answer:
        """What the phone downloaded; a business would need its token. Raises GraphError."""
        found = self.state.data["media"].get(wanted)
        if found is None:
            raise no_such_object(wanted)
        return Answer(200, self.files.read(wanted), found["mime_type"], {"Cache-Control": "max-age=3600"})

    def _reply(self, phone: str, form: dict[str, list[str]]) -> Answer:
        text = (form.get("quick") or form.get("button") or form.get("text") or [""])[0].strip()
        number = form.get("number", [""])[0]
        if text and number in self.state.data["numbers"]:
            kind = "button" if "button" in form else "text"
            self.mailroom.receive(number, phone, text=text, kind=kind, context=form.get("context", [""])[0])
        return Answer(303, headers={"Location": f"/phone/{phone}"})


def rich(text: str) -> str:
    """Words as WhatsApp shows them: links, *bold*, line breaks."""
    found = LINK.sub(
        lambda m: f'<a href="{m[0]}" dir="ltr" target="_blank" rel="noreferrer"><bdi>{m[0]}</bdi></a>', escape(text)
    )
    return MARK.sub(r"<b>\1</b>", found).replace("\n", "<br>")


def clock(at: float) -> str:
    moment = dt.datetime.fromtimestamp(at).astimezone()
    return moment.strftime("%H:%M" if moment.date() == dt.datetime.now().astimezone().date() else "%d %b, %H:%M")


def html(body: str) -> Answer:
    return Answer(200, body.encode(), "text/html; charset=utf-8", {"Cache-Control": "no-store"})


def page(title: str, body: str, kind: str) -> Answer:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{CSS}</style>'
    )
    return html(
        f'<!doctype html><html lang="en"><head>{head}</head><body class="{kind}">{body}<script>{SCRIPT}</script></body></html>'
    )
