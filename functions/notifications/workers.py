"""What notifications hears, and the relay for what it orders of itself and of users."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.interchange.events import ImportProgressed
from chalicelib.notifications.commands import EraseMore, ExportMore
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.service import data_rights, live, mails
from chalicelib.users.events import (
    ErasureReceiptReady,
    ErasureStarted,
    ExportRequested,
    RegistrationRepeated,
    VerificationRequested,
)
from functions._edge.relays import relay
from functions._edge.worker import consume

blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        VerificationRequested: mails.send_verification,
        RegistrationRepeated: mails.send_repeated_notice,
        ImportProgressed: live.push_import_progress,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
        ErasureReceiptReady: data_rights.mail_receipt,
    },
    keyless=(ErasureStarted, EraseMore, ErasureReceiptReady),
)
relay(blueprint, TABLE)
