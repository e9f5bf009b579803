"""What notifications hears, and the relay for what it orders of itself and of users."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.expenses.events import AttachmentChecked, ReceiptRead
from chalicelib.interchange.events import (
    ConnectionBroken,
    ConnectionExpiring,
    ConnectionLinked,
    ConnectionRestored,
    ExportProgressed,
    ImportProgressed,
    SyncProgressed,
)
from chalicelib.notifications.commands import EraseMore, ExportMore, PushToMember
from chalicelib.notifications.model.notices import told_plainly
from chalicelib.notifications.repository import TABLE
from chalicelib.notifications.service import data_rights, live, mails, notices
from chalicelib.users.events import (
    EmailChanged,
    EmailChangeRequested,
    ErasureReceiptReady,
    ErasureStarted,
    ExportRequested,
    InvitationSent,
    PasswordResetRequested,
    RegistrationRepeated,
    SignedInOnNewDevice,
    UserSuspended,
    VerificationRequested,
)
from functions._edge.worker import consume

_OF_BANKS = (
    ConnectionBroken,
    ConnectionExpiring,
    ConnectionLinked,
    ConnectionRestored,
    SyncProgressed,
)
blueprint = Blueprint(__name__)

consume(
    blueprint,
    TABLE,
    on={
        VerificationRequested: mails.send_verification,
        RegistrationRepeated: mails.send_repeated_notice,
        PasswordResetRequested: mails.send_reset,
        EmailChangeRequested: mails.send_email_change,
        EmailChanged: mails.send_email_changed,
        InvitationSent: mails.send_invitation,
        **dict.fromkeys(told_plainly(), notices.tell),
        SignedInOnNewDevice: notices.tell_new_device,
        UserSuspended: notices.tell_suspended,
        **dict.fromkeys(
            (ImportProgressed, ExportProgressed, AttachmentChecked, ReceiptRead), live.push
        ),
        **dict.fromkeys(_OF_BANKS, live.push),
        PushToMember: live.push_to_member,
        ErasureStarted: data_rights.erase,
        EraseMore: data_rights.erase,
        ExportRequested: data_rights.export,
        ExportMore: data_rights.export,
        ErasureReceiptReady: data_rights.mail_receipt,
    },
    keyless=(ErasureStarted, EraseMore, ErasureReceiptReady),
)
