"""What the migrations do to caregivers' drafts of earlier versions: each becomes one caregiver's own view."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from server.responses.models import Draft
from tests.migrating import MADE, adder, upgraded
from tests.migrating import bare_url as bare_url

pytestmark = pytest.mark.sweep
WORDS = {"patient.contact": "caregiver", "patient.name_in_messages": "first", "check_in.state": "waiting"} | {
    "audit_event.actor_kind": "caregiver",
    "draft.source": "helper",
    "draft.respondent": "helper",
}
# Draft → its patient, who kept it (the newest last), and whose it has to be.
Kept = list[tuple[str, str]]
DRAFTS: dict[str, tuple[str, Kept, str | None]] = {
    "only": ("one", [], "anna"),
    "on-the-patients-phone": ("one", [("patient", "one")], "anna"),
    "newest": ("two", [("caregiver", "carl"), ("caregiver", "bea")], "bea"),
    "unknown": ("two", [], None),
    "last-on-the-patients-phone": ("two", [("caregiver", "bea"), ("patient", "two")], None),
    "of-somebody-else": ("two", [("caregiver", "anna")], None),
    "nobody": ("none", [], None),
    "own-words": ("one", [("caregiver", "anna")], None),
}


async def test_case_76_drafts_of_an_earlier_version_are_kept_and_named_where_it_is_known_whose_they_are(
    bare_url: str,
) -> None:
    async with upgraded(bare_url, "0033", _began) as database, database.reading() as db:
        found = {draft.id: draft.caregiver_id for draft in await db.scalars(select(Draft))}
    assert found == {name: whose for name, (_patient, _kept, whose) in DRAFTS.items()}


def _began(connection: Connection) -> None:
    add = adder(connection, WORDS)
    for name in ("clinic", "questionnaire"):
        add(name)
    for patient, caregivers in {"one": ["anna"], "two": ["bea", "carl"], "none": []}.items():
        add("patient", id=patient)
        add("plan", id=patient, patient_id=patient, rhythm="weekly")
        add("check_in", id=patient, patient_id=patient, plan_id=patient, client_id=patient)
        for caregiver in caregivers:
            add("caregiver", id=caregiver, patient_id=patient)
    for name, (patient, kept, _whose) in DRAFTS.items():
        own = {"source": "patient", "respondent": "hands"} if name == "own-words" else {}
        add("draft", id=name, check_in_id=patient, link_id=name, **own)
        for hour, (kind, actor) in enumerate(kept):
            by = {"verb": "answer.kept", "subject_id": name, "actor_kind": kind, "actor_id": actor}
            add("audit_event", id=f"{name}-{hour}", at=MADE + timedelta(hours=hour), detail={}, **by)
