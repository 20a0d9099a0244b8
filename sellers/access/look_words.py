"""Pages in words, for the list of who looked."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from sellers.models import Look

_WORDS = {
    "metrics:seller": "Standing",
    "metrics:move_reason": "Why one move happened",
    "metrics:why": "Why it moved",
    "metrics:why_csv": "Why it moved, as a file",
    "sellers:roster": "The list of sellers",
    "sellers:orders": "Orders",
    "sellers:order": "Order",
    "sellers:order_history": "Where it comes from: order",
    "sellers:completeness": "How complete the orders are",
    "sellers:notes": "Notes",
    "sellers:note_new": "Added a note",
    "sellers:note_remove": "Removed a note",
    "sellers:promises": "Promises",
    "sellers:promise_new": "Wrote a promise down",
    "sellers:promise_decide": "Decided a promise",
    "sellers:score_new": "Noted what the platform showed",
    "sellers:score_remove": "Removed what the platform had shown",
    "sellers:order_entry": "Entering an order by hand",
    "sellers:access": "Who may look",
    "sellers:access_end": "Ended a coach’s look",
    "sellers:owner_invite": "Invited an owner",
    "sellers:owner_withdraw": "Took back the invitation of an owner",
    "sellers:import": "An import",
    "sellers:imports": "The list of imports",
    "sellers:import_files": "Files of an import",
    "sellers:import_columns": "Columns of an import",
    "sellers:import_file_columns": "Columns of an import",
    "sellers:import_check": "What cannot be read of an import",
    "sellers:import_effect": "What an import would do",
    "sellers:import_undo": "Taking an import back",
    "sellers:import_undo_look": "What taking an import back would do",
    "sellers:import_mendable": "Rejected rows of an import, to mend",
    "sellers:import_progress": "Progress of an import",
    "sellers:import_rejected": "Rejected rows of an import, as a file",
    "metrics:next": "What comes next",
    "metrics:age_out_csv": "Orders that lower the score, as a file",
    "metrics:age_out_feed": "Days of orders, by a calendar program",
    "metrics:feed_new": "A calendar address",
    "metrics:feed_revoke": "Stopped a calendar address",
    "eligibility:notices": "Notices",
    "eligibility:compare": "Side by side with others",
    "eligibility:seller": "Eligibility",
    "eligibility:gig": "Eligibility of a gig",
    "eligibility:outcomes": "What the platform said of level and gigs",
    "eligibility:session_sheet": "Session sheet",
    "eligibility:orders": "Orders that eligibility rests on",
    "eligibility:orders_csv": "Orders that eligibility rests on, as a file",
}


def page_words(look: Look) -> str:
    """“Order FO12AB”, “Why it moved, as a file”; a page without words by its name."""
    space, _, name = look.page.rpartition(":")
    words = _WORDS.get(look.page) or name.replace("_", " ").capitalize()
    if space == "admin":
        words = f"Administration: {words.lower()}"
    return f"{words} {look.detail}" if look.detail else words


def page_url(look: Look) -> str | None:
    """Where an order that was looked at can be opened."""
    if look.page != "sellers:order":
        return None
    try:
        return reverse("sellers:order", args=[look.seller_id, look.detail])
    except NoReverseMatch:
        return None
