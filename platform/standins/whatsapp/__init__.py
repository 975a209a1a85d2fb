"""A stand-in of WhatsApp's Cloud API: `python -m standins.whatsapp --port N [--state FILE]`.

It answers the Graph API's paths with its JSON and its errors, reviews templates, keeps both rate limits, follows each
message with signed webhooks, and shows the phones that were written to. With `--state` everything survives a restart
(media beside the file). It starts with one business account and three numbers; `/` says which.

API, under `/{version}/`, with `Authorization: Bearer <token>` (401 and code 190 without):
    {number}/messages (template, text, image…, mark read) · {number}/media · {media} · {number}/register
    {waba}/message_templates (list in pages, submit, delete) · {template} (read, edit) · {template}/unpause
    {app}/uploads and upload:… (a header's example) · {number} · {waba} · {waba}/phone_numbers · {waba}/subscribed_apps

Phones: `/` (who was written to), `/phone/<number>` (the chat; looking at it reads the messages, and one can answer).

Numbers that end in 555 and four digits behave badly, as does any number told so by `/_control/recipient`:
    9xyz    refused at once with code 131xyz (9026, 9047, 9048, 9049, 9050, 9056 …)
    8xyz    accepted, then failed with code 131xyz
    7001    accepted and never answered   7002  each status twice      7003  delivered before sent
    7004    read, and nothing before      7005  failed after sent      7006  accepted, and never heard of again
    7007    hides its number              7008  accepted, then cut     7009  sent, never delivered
    7010    held for quality assessment
Words for `/_control/recipient`: a code, `fail:<code>`, timeout, duplicate, reorder, read_only, fail_after_sent,
silence, username, cut, only_sent, held.

Control, JSON in and out (`POST` unless said otherwise):
    /_control/reset      {}    forget everything but the account it starts with
    /_control/account    {waba?, app?, token? | tokens?, app_secret?, verify_token?, webhook?, name?,
                         numbers?: [{id, phone, name, mps?, quality?, limit?}]}
    /_control/number     {id, mps?, quality?, limit?, status?, registered?, phone?, name?, service?}
                         quality and limit are told by webhook; service: how many free messages are used this month
    /_control/templates  {templates: [{name, language, category, components, status?}]}      without a review
    /_control/template   {id | name, language; status?, reason?, category?}                  told by webhook
    /_control/inbound    {number, phone, text, name?, button?, context?, hidden?}            somebody writes
    /_control/preference {number, phone, value: stop | resume}                               Meta's own opt-out
    /_control/read       {phone, number?}          /_control/recipient {phone, behaviour, hidden?}
    /_control/emit       {field, value, number?}   any other webhook
    /_control/switches   {hold?, duplicate?, delay?, reorder?, drop?, batch?, latency?, read_after?, review?, late?}
                         hold: keep webhooks back until released; duplicate: so many extra copies of each; delay:
                         seconds; reorder: gather so many and send them backwards; drop: lose the first attempts of
                         each; batch: news in one request at most (100); latency: seconds to sent, and again to
                         delivered; read_after: seconds until it is read (0: never by itself); review: approve | reject
                         | pending; late: what concerns the recipient is told by a failed status, not at once
    /_control/release    {ids?: [in the order to send], reverse?}
    /_control/fault      {status? | code? | hang? | cut?, times?, path?, method?, after?}
                         status: an answer that is not Meta's; code: Meta's error; hang: seconds of silence; cut: close
                         the connection; after: do the work first; times: 0 switches all off, -1 keeps this one on
    GET /_control/messages?phone=&number=&limit=   /_control/counters   /_control/webhooks
        /_control/account   /_control/numbers   /_control/templates   /_control/users   /_control/media

Counters: `per_second` the most each number asked for within one second, `pair_per_minute` the most one person was
asked for within a minute, `over_number` and `over_pair` how often a limit was broken (80 a second and number; 45 at
once and one in six seconds to one person), `accepted`, and what became of webhooks.
"""
