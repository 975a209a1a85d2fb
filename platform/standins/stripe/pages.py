"""Pages for people: the hosted pay page, the accounts and their money."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from standins.stripe import control, payments, sessions
from standins.stripe.state import State, owner_of
from standins.stripe.wire import ApiError, Json, invalid

CSS = (Path(__file__).parent / "look.css").read_text()
WHOLE = {"jpy", "krw", "vnd"}  # currencies without minor units
THREE = {"kwd", "bhd", "omr", "jod"}


@dataclass(frozen=True)
class Shown:
    """A page, or where to go instead."""

    html: str = ""
    location: str = ""
    status: int = 200


def money(amount: int, currency: str) -> str:
    digits = 0 if currency in WHOLE else 3 if currency in THREE else 2
    return f"{currency.upper()} {amount / 10**digits:,.{digits}f}"


def when(at: float) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%d %b %Y, %H:%M UTC")


def page(title: str, body: str, *, kind: str = "", status: int = 200) -> Shown:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return Shown(
        f'<!doctype html><html lang="en"><head>{head}<style>{CSS}</style></head>'
        f'<body class="{kind}">{body}</body></html>', status=status,
    )  # fmt: skip


def problem(error: ApiError) -> Shown:
    body = f'<main class="narrow"><h1>That did not work</h1><p>{escape(error.message)}</p><p><a href="/">Accounts</a></p></main>'
    return page("That did not work", body, status=error.status)


def show(state: State, method: str, path: str, form: Json) -> Shown:
    """The page of a path. Raises ApiError."""
    parts = [part for part in path.split("/") if part]
    if not parts and method == "GET":
        return accounts(state)
    if len(parts) == 2 and parts[0] == "pay":
        return pay_page(state, parts[1]) if method == "GET" else paid(state, parts[1], form)
    if len(parts) == 2 and parts[0] == "accounts":
        return account(state, parts[1], form.get("mode", "test")) if method == "GET" else act(state, parts[1], form)
    raise invalid("There is no such page.", status=404)


# the hosted page


def pay_page(state: State, session_id: str, *, declined: bool = False) -> Shown:
    owner, session = state.any(sessions.KIND, session_id)
    seller = escape(state.account(owner.split("/")[0])["name"])
    if session["status"] != "open":
        text = "This payment is done." if session["status"] == "complete" else "This page has expired."
        return page(seller, f'<main class="narrow"><h1>{text}</h1><p>You can close it.</p></main>', kind="plain")
    total = money(session["amount_total"], session["currency"])
    lines = "".join(
        f"<li><span>{escape(line['description'])}<small>Qty {line['quantity']}</small></span>"
        f"<b>{money(line['amount_total'], line['currency'])}</b></li>"
        for line in state.hidden(session_id)["lines"]
    )
    alert = '<p class="alert" role="alert">Your card was declined. Try another one.</p>' if declined else ""
    cancel = '<button name="act" value="cancel" class="quiet" formnovalidate>← Back</button>' if session["cancel_url"] else ""
    badge = "" if session["livemode"] else '<span class="badge">Test mode</span>'
    return page(
        f"Pay {seller}",
        f"""<form method="post" class="pay"><section class="order"><div class="inner">
        <div class="row">{cancel}{badge}</div><p class="muted">Pay {seller}</p><p class="total">{total}</p>
        <ul>{lines}</ul></div></section>
        <section class="card"><div class="inner"><h1>Payment details</h1>{alert}
        <label>Email<input name="email" type="email" value="{escape(session['customer_email'] or '')}" required></label>
        <label>Card number<input value="4242 4242 4242 4242" readonly inputmode="numeric"></label>
        <div class="pair"><label>Expiry<input value="12 / 40" readonly></label><label>CVC<input value="123" readonly></label></div>
        <label>Name on card<input name="name" autocomplete="cc-name"></label>
        <button name="act" value="paid" class="main">Pay {total}</button>
        <div class="pair"><button name="act" value="later">Pay later</button>
        <button name="act" value="declined">Decline the card</button></div>
        <p class="muted small">No money moves here: this page stands in for Stripe's.</p></div></section></form>""",
        kind="checkout",
    )


def paid(state: State, session_id: str, form: Json) -> Shown:
    owner, session = state.any(sessions.KIND, session_id)
    what = form.get("act", "paid")
    if what == "cancel":
        return Shown(location=session["cancel_url"] or "/")
    sessions.pay(state, owner, session_id, outcome=what, email=form.get("email", ""), name=form.get("name", ""))
    if what == "declined":
        return pay_page(state, session_id, declined=True)
    return Shown(location=session["success_url"].replace("{CHECKOUT_SESSION_ID}", session_id))


# accounts


def accounts(state: State) -> Shown:
    rows = "".join(
        f'<li><a href="/accounts/{name}"><b>{escape(found["name"])}</b><small>{found["id"]}</small></a>'
        f"<span>{_balance(state, name, 'test')}</span></li>"
        for name, found in sorted(state.data["accounts"].items())
    )
    empty = '<p class="muted">No account yet. One opens when a key names it, for example <code>sk_test_acme_1234</code>.</p>'
    return page("Accounts", f'<main class="wide"><h1>Stripe stand-in</h1><ul class="list">{rows}</ul>{"" if rows else empty}</main>')


def _balance(state: State, name: str, mode: str) -> str:
    sums = payments.balance(state, owner_of(name, mode))
    return " · ".join(money(amount, currency) for currency, amount in sorted(sums.items())) or "—"


def account(state: State, name: str, mode: str) -> Shown:
    if name not in state.data["accounts"]:
        raise invalid("There is no such account.", status=404)
    view = control.account_view(state, name, mode)
    tabs = "".join(
        f'<a href="?mode={kind}"{" aria-current=page" if kind == mode else ""}>{kind.title()}</a>' for kind in ("test", "live")
    )
    balance = "".join(f"<p class=total>{money(a, c)}</p>" for c, a in sorted(view["balance"].items()))
    return page(
        view["account"]["name"],
        f"""<main class="wide"><p><a href="/">← Accounts</a></p><h1>{escape(view['account']['name'])}</h1>
        <nav>{tabs}</nav><section><h2>Balance</h2>{balance or '<p class="muted">Nothing has come in yet.</p>'}</section>
        {_table("Payments", ("When", "Amount", "For", "State", ""), [_payment(view, s, mode) for s in view["sessions"]])}
        {_table("Disputes", ("When", "Amount", "Payment", "State", ""), [_dispute(d, mode) for d in view["disputes"]])}
        {_switches(view, mode)}
        {_table("Webhook endpoints", ("Address", "Id", "State"), [_endpoint(e) for e in view["endpoints"]])}
        {_table("Events", ("When", "Type", "Event", "Deliveries", ""), [_event(view, e, mode) for e in view["events"][:40]])}
        </main>""",
    )


def _table(title: str, heads: tuple[str, ...], rows: list[str]) -> str:
    if not rows:
        return f'<section><h2>{title}</h2><p class="muted">None.</p></section>'
    head = "".join(f"<th>{text}</th>" for text in heads)
    return f"<section><h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></section>"


def _button(mode: str, what: str, target: str, label: str, **more: str) -> str:
    hidden = {"mode": mode, "act": what, "target": target, **more}
    fields = "".join(f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in hidden.items())
    return f'<form method="post" class="inline">{fields}<button>{label}</button></form>'


def _payment(view: Json, session: Json, mode: str) -> str:
    charge = next((c for c in view["charges"] if c["payment_intent"] == session["payment_intent"]), None)
    state, buttons = session["status"], ""
    if session["status"] == "complete" and session["payment_status"] == "unpaid":
        intent = next(p for p in view["payments"] if p["id"] == session["payment_intent"])
        state = "on its way" if intent["status"] == "processing" else "failed"
        if intent["status"] == "processing":
            buttons = _button(mode, "arrive", session["id"], "Arrives", outcome="succeeded")
            buttons += _button(mode, "arrive", session["id"], "Fails", outcome="failed")
    elif session["status"] == "open":
        buttons = f'<a href="/pay/{session["id"]}">Pay page</a>' + _button(mode, "expire", session["id"], "Expire")
    if charge:
        back = charge["amount_refunded"]
        state = "disputed" if charge["disputed"] else "refunded" if charge["refunded"] else "part refunded" if back else "paid"
        if not charge["disputed"] and not charge["refunded"]:
            buttons = _button(mode, "refund", session["payment_intent"], "Refund")
            buttons += _button(mode, "dispute", session["payment_intent"], "Dispute")
    about = f"{session['client_reference_id'] or ''}<small>{session['payment_intent'] or session['id'][:24]}</small>"
    return (
        f"<tr><td>{when(session['created'])}</td><td class=num>{money(session['amount_total'], session['currency'])}</td>"
        f"<td class=code>{about}</td><td>{state}</td><td>{buttons}</td></tr>"
    )


def _dispute(found: Json, mode: str) -> str:
    open_still = found["status"] not in {"won", "lost"}
    buttons = "".join(
        _button(mode, "close_dispute", found["id"], label, status=status)
        for label, status in (("Won", "won"), ("Lost", "lost"))
        if open_still
    )
    return (
        f"<tr><td>{when(found['created'])}</td><td class=num>{money(found['amount'], found['currency'])}</td>"
        f"<td class=code>{found['payment_intent']}</td><td>{found['status'].replace('_', ' ')}</td><td>{buttons}</td></tr>"
    )


def _endpoint(found: Json) -> str:
    return f"<tr><td class=code>{escape(found['url'])}</td><td class=code>{found['id']}</td><td>{found['status']}</td></tr>"


def _event(view: Json, event: Json, mode: str) -> str:
    sent = [d for d in view["deliveries"] if d["event"] == event["id"]]
    told = ", ".join(f"{d['state']} ({d['status'] or 'no answer'}, {d['attempt']}×)" for d in sent) or "no endpoint"
    return (
        f"<tr><td>{when(event['created'])}</td><td class=code>{event['type']}</td><td class=code>{event['id']}</td>"
        f"<td>{told}</td><td>{_button(mode, 'resend', event['id'], 'Send again')}</td></tr>"
    )


def _switches(view: Json, mode: str) -> str:
    switches = view["switches"]
    fields = "".join(
        f'<label>{label}<input name="{name}" type="number" min="0" value="{switches[name]:g}"></label>'
        for name, label in (
            ("duplicate", "Extra copies"), ("delay", "Delay (s)"), ("reorder", "Reverse groups of"), ("drop", "Lose first tries"),
        )
    )  # fmt: skip
    hold = " checked" if switches["hold"] else ""
    return f"""<section><h2>Webhook switches</h2><form method="post" class="switches">
    <input type="hidden" name="mode" value="{mode}"><input type="hidden" name="act" value="webhooks">{fields}
    <label class="check"><input type="checkbox" name="hold" value="1"{hold}> Hold all back</label><button>Save</button></form></section>"""


ACTS: dict[str, tuple[str, Callable[[State, Json], Any]]] = {
    "refund": ("payment_intent", control.refund), "dispute": ("payment_intent", control.dispute),
    "close_dispute": ("dispute", control.close_dispute), "arrive": ("session", control.arrive),
    "expire": ("session", control.expire), "resend": ("event", control.resend),
}  # fmt: skip


def act(state: State, name: str, form: Json) -> Shown:
    """A button of an account's page."""
    what = form.get("act", "")
    if what == "webhooks":
        control.webhooks(state, {**form, "account": name, "hold": form.get("hold", "")})
    elif what in ACTS:
        target, function = ACTS[what]
        function(state, {**form, target: form.get("target", "")})
    else:
        raise invalid("There is no such button.", status=404)
    return Shown(location=f"/accounts/{quote(name)}?mode={form.get('mode', 'test')}")
