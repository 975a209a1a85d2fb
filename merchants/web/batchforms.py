"""Small forms about batches and coupons."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from merchants.services import exports
from ui.forms import DateField, Option, RadioCards


class ExtendForm(forms.Form):
    claim_until = DateField(label=_("New last day to take one"), presets=())

    def __init__(self, *args: Any, last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"claim_until": last + dt.timedelta(days=30)}, **kwargs})
        self.fields["claim_until"].widget.attrs["min"] = (last + dt.timedelta(days=1)).isoformat()


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Staff and the customers who hold one will read it."),
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class ExportForm(forms.Form):
    """Which file; and, where online coupons are left, whether they move to paper first."""

    form = forms.ChoiceField(
        label=_("File"),
        choices=[
            ("a4", Option(_("PDF, A4 sheets"), _("Many on a page, with cut marks."), "scissors")),
            (
                "single",
                Option(_("PDF, one coupon a page"), _("For a print shop; each page has the coupon's size."), "file"),
            ),
            ("csv", Option("CSV", _("Serials and states as plain text."), "file-text")),
            ("xlsx", Option("Excel", _("Serials and states as a spreadsheet."), "sheet")),
        ],
        widget=RadioCards,
        initial="a4",
    )
    move_online = forms.BooleanField(required=False)

    def __init__(self, *args: Any, online: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not online:
            del self.fields["move_online"]
        else:
            self.fields["move_online"].label = _("Also move the untaken online coupons to paper")
            self.fields["move_online"].help_text = _(
                "They leave the coupon centre and the store's page for good: only who has the paper can take them."
            )
        assert {value for value, _label in self.fields["form"].choices} == set(exports.FORMATS)  # type: ignore[attr-defined]
