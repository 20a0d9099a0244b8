"""Addresses of the pages about facts: who, what was ordered, what was imported."""

from __future__ import annotations

from django.urls import URLPattern, path

from sellers.views import (
    access,
    completeness,
    import_draft,
    import_steps,
    import_undo,
    imports,
    invitations,
    mappings,
    notes,
    order_entry,
    orders,
    promises,
    provenance,
    roster,
)

app_name = "sellers"

urlpatterns: list[URLPattern] = [
    path("", roster.roster_page, name="roster"),
    path("sellers/<int:seller_id>/orders/", orders.orders_page, name="orders"),
    path("sellers/<int:seller_id>/orders/<path:ref>/", orders.order_page, name="order"),
    path(
        "sellers/<int:seller_id>/order-history/<path:ref>/",
        provenance.order_history,
        name="order_history",
    ),
    path("sellers/<int:seller_id>/completeness/", completeness.completeness, name="completeness"),
    path("sellers/<int:seller_id>/enter-order/", order_entry.enter_order, name="order_entry"),
    path("sellers/<int:seller_id>/notes/", notes.notes_page, name="notes"),
    path("sellers/<int:seller_id>/notes/new/", notes.new_note, name="note_new"),
    path(
        "sellers/<int:seller_id>/notes/<int:note_id>/remove/",
        notes.remove_note,
        name="note_remove",
    ),
    path("sellers/<int:seller_id>/promises/", promises.promises_page, name="promises"),
    path("sellers/<int:seller_id>/promises/new/", promises.new_promise, name="promise_new"),
    path(
        "sellers/<int:seller_id>/promises/<int:promise_id>/decide/",
        promises.decide,
        name="promise_decide",
    ),
    path("sellers/<int:seller_id>/scores/new/", notes.new_score, name="score_new"),
    path(
        "sellers/<int:seller_id>/scores/<int:observation_id>/remove/",
        notes.remove_score,
        name="score_remove",
    ),
    path("sellers/<int:seller_id>/access/", access.access_page, name="access"),
    path("sellers/<int:seller_id>/access/give/", access.give, name="access_give"),
    path("sellers/<int:seller_id>/access/<int:grant_id>/end/", access.end, name="access_end"),
    path("sellers/<int:seller_id>/access/owner/", access.invite, name="owner_invite"),
    path("sellers/<int:seller_id>/access/owner/back/", access.withdraw, name="owner_withdraw"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("shared/", invitations.shared_page, name="shared"),
    path("shared/<int:grant_id>/accept/", invitations.accept_shared, name="shared_accept"),
    path("shared/<int:grant_id>/end/", invitations.end_shared, name="shared_end"),
    path("imports/", imports.imports_page, name="imports"),
    path("imports/new/", imports.new_import, name="import_new"),
    path("imports/mappings/", mappings.mappings_page, name="mappings"),
    path("imports/mappings/<int:mapping_id>/rename/", mappings.rename, name="mapping_rename"),
    path("imports/mappings/<int:mapping_id>/remove/", mappings.remove, name="mapping_remove"),
    path("imports/by-hand/", order_entry.choose_seller, name="import_by_hand"),
    path("imports/example.csv", imports.example, name="import_example"),
    path("imports/<int:batch_id>/", imports.import_page, name="import"),
    path("imports/<int:batch_id>/files/", import_draft.files_page, name="import_files"),
    path(
        "imports/<int:batch_id>/files/<int:file_id>/take-out/",
        import_draft.take_out,
        name="import_take_out",
    ),
    path(
        "imports/<int:batch_id>/files/<int:file_id>/sheet/",
        import_draft.read_sheet_too,
        name="import_sheet",
    ),
    path("imports/<int:batch_id>/columns/", import_draft.columns_page, name="import_columns"),
    path(
        "imports/<int:batch_id>/columns/<int:file_id>/",
        import_draft.columns_page,
        name="import_file_columns",
    ),
    path("imports/<int:batch_id>/check/", import_steps.check_page, name="import_check"),
    path(
        "imports/<int:batch_id>/mend/<int:file_id>.csv",
        provenance.mendable_file,
        name="import_mendable",
    ),
    path("imports/<int:batch_id>/mend/", import_steps.mend, name="import_mend"),
    path("imports/<int:batch_id>/effect/", import_steps.effect_page, name="import_effect"),
    path("imports/<int:batch_id>/duplicates/", import_steps.duplicates, name="import_duplicates"),
    path("imports/<int:batch_id>/all-scores/", import_steps.all_scores, name="import_all_scores"),
    path("imports/<int:batch_id>/commit/", import_steps.commit, name="import_commit"),
    path("imports/<int:batch_id>/cancel/", import_steps.cancel, name="import_cancel"),
    path("imports/<int:batch_id>/undo/", import_undo.undo_page, name="import_undo"),
    path("imports/<int:batch_id>/undo/look/", import_undo.look, name="import_undo_look"),
    path("imports/<int:batch_id>/progress/", imports.import_progress, name="import_progress"),
    path("imports/<int:batch_id>/rejected.csv", imports.rejected_file, name="import_rejected"),
]
