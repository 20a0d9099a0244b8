"""Facts and people. Unknown is NULL with a meaning; times are UTC."""

from sellers.models.access import Claim, Grant, Look, Scope
from sellers.models.coaching import ClientMark
from sellers.models.history import (
    ChangeKind,
    ImportChange,
    ImportPreview,
    ImportRawBlock,
    ImportUndoPreview,
)
from sellers.models.imports import (
    FileRole,
    ImportBatch,
    ImportEffect,
    ImportFile,
    ImportMapping,
    ImportRejection,
    ImportState,
)
from sellers.models.mail import Letter
from sellers.models.observations import Inquiry, Observation
from sellers.models.orders import CancelledBy, Order, OrderStatus, Review, WaitingReview
from sellers.models.rates import ExchangeRate
from sellers.models.sellers import Gig, Platform, Seller
from sellers.models.users import User
from sellers.models.working import Note, Promise, Visit, WrittenAs

__all__ = [
    "CancelledBy",
    "ChangeKind",
    "Claim",
    "ClientMark",
    "ExchangeRate",
    "FileRole",
    "Gig",
    "Grant",
    "ImportBatch",
    "ImportChange",
    "ImportEffect",
    "ImportFile",
    "ImportMapping",
    "ImportPreview",
    "ImportRawBlock",
    "ImportRejection",
    "ImportState",
    "ImportUndoPreview",
    "Inquiry",
    "Letter",
    "Look",
    "Note",
    "Observation",
    "Order",
    "OrderStatus",
    "Platform",
    "Promise",
    "Review",
    "Scope",
    "Seller",
    "User",
    "Visit",
    "WaitingReview",
    "WrittenAs",
]
