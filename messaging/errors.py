"""Why a message is not sent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError, NotFound


class WhatsAppOff(DomainError):
    """The site has no sender number, or the merchant has delivery switched off."""

    code = "whatsapp_off"
    status = 409

    said = _("WhatsApp is not switched on here.")

    def __init__(self) -> None:
        super().__init__(self.said)


class NotToCountry(WhatsAppOff):
    """The site's number does not send to the country of this one."""

    code = "not_to_country"
    said = _("WhatsApp is not sent to numbers of this country.")


class NotWanted(DomainError):
    """The customer did not agree to messages of this merchant, or opted out."""

    code = "not_wanted"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This customer does not want messages."))


class TooLate(DomainError):
    """Before it may go out, what it says is no longer true."""

    code = "too_late"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("It would come too late."))


class Unreadable(DomainError):
    """What the customer's number is kept as cannot be opened."""

    code = "unreadable"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("The number of this customer could not be read."))


class OnItsWay(DomainError):
    """A message about this coupon is open, or so young that another one would be a double."""

    code = "on_its_way"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("It is on its way to your WhatsApp already. If it does not come, ask again in a while."))


class NoCoupon(DomainError):
    """The batch has no coupon for this customer: `outcome` is sold_out, closed, over, not_yet, paused or held."""

    code = "no_coupon"
    status = 409

    def __init__(self, outcome: str) -> None:
        super().__init__(_("There is no coupon for this customer."), outcome=outcome)
        self.outcome = outcome


class NoSuchMessage(NotFound):
    code = "no_such_message"

    def __init__(self) -> None:
        super().__init__(_("There is no such message."))


class WrongState(DomainError):
    """Only a message whose outcome is unknown waits for a person."""

    code = "wrong_state"
    status = 409

    def __init__(self) -> None:
        super().__init__(_("This message is settled already. Reload the page."))
