"""What notifications hears. It tells nothing, so it has no relay."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.interchange.events import ImportProgressed
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.service import live, mails
from chalicelib.users.events import RegistrationRepeated, VerificationRequested
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        VerificationRequested: mails.send_verification,
        RegistrationRepeated: mails.send_repeated_notice,
        ImportProgressed: live.push_import_progress,
    },
)
