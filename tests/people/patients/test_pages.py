"""Staff register and edit patients and caregivers, and pair their phones (case 60)."""

import asyncio
import re
from urllib.parse import quote

import pytest
from httpx import Response

from server.db import Database
from server.people.models import Caregiver, Patient
from tests.browser_without_screen import markup, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.people.scene import FORM
from tests.stories import audited, rows
from tests.web.form_reader import read


async def test_staff_register_and_edit_a_patient(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    page = await maria.submit("/staff/patients", FORM)
    assert "Ada Fox" in words(page)
    [ada] = [patient for patient in await rows(database, Patient) if patient.name == "Ada Fox"]
    assert (ada.clinic_id, ada.phone, ada.contact) == (cast.harbor.id, "(212) 555-0199", "text")
    assert b"Ada" not in ada.name_sealed
    await maria.submit(f"/staff/patients/{ada.id}/edit", FORM | {"name": "Ada Fox-Lee", "phone": ""})
    [ada] = [patient for patient in await rows(database, Patient) if patient.id == ada.id]
    assert (ada.name, ada.phone) == ("Ada Fox-Lee", None)
    assert "Bring the mask machine." in (await maria.get(f"/staff/patients/{ada.id}/edit")).text
    assert {"patient.registered", "patient.changed"} <= set(await audited(database, ada.id))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("name", "  "),
        ("name", "\u200b\u3164"),
        ("email", "rosa..d@example.org"),
        ("zone", "Moon/Sea"),
        ("zone", ""),
        ("zone", "EST"),
    ],
)
async def test_an_invalid_form_says_why_and_keeps_what_was_typed(
    signed_in: Enter, cast: Cast, database: Database, field: str, bad: str
) -> None:
    maria = await signed_in(cast.maria)
    for path in ("/staff/patients", f"/staff/patients/{cast.rosa.id}/edit"):
        refused = await maria.submit(path, FORM | {field: bad})
        assert refused.status_code == 422
        assert "(212) 555-0199" in refused.text
    assert sorted(p.name for p in await rows(database, Patient)) == ["Helen Marsh", "Rosa Delgado", "Walter Brandt"]


async def test_the_list_of_patients_is_sorted_and_searched(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    everybody = words(await maria.get("/staff/patients"))
    assert everybody.index("Rosa Delgado") < everybody.index("Walter Brandt")
    assert "Helen" not in everybody
    assert "Walter" not in words(await maria.get("/staff/patients?q=DELG"))
    assert "No patient was found" in words(await maria.get("/staff/patients?q=zz"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_60_script_in_a_name_is_shown_as_text(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, evil = await signed_in(cast.maria), "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    page = await maria.submit("/staff/patients", FORM | {"name": evil})
    patient = next(patient for patient in await rows(database, Patient) if patient.name == evil)
    await maria.submit(f"/staff/patients/{patient.id}/caregivers", {"name": evil, "relation": "<b>"})
    pages = [page.url.path, f"/staff/patients/{patient.id}/edit", "/staff/patients", "/staff/visits/new"]
    for path in [*pages, f"/staff/patients?q={evil}"]:
        html = (await maria.get(path)).text
        assert "<script>alert" not in html, path
        assert "<img src=x" not in html, path


async def test_a_caregiver_without_a_name_is_not_added(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria = await signed_in(cast.maria)
    await maria.submit(f"/staff/patients/{cast.walter.id}/caregivers", {"name": " ", "relation": "daughter"})
    assert [caregiver.name for caregiver in await rows(database, Caregiver)] == ["Luis Delgado"]


NUMBERS = [
    ("xyz", "Write the number in digits"),
    ("(212) 555-0140 ext. 12", "can't go to an extension"),
    ("(212) 555-0140 / (212) 555-0141", "Write one number here"),
    ("(212) 555-0140 after six", "without words"),
    ("911", "short code"),
    ("(555) 010-0140", "no such number in United States"),
    ("2" * 60, "too long"),
]


@pytest.mark.parametrize("field", ["phone", "caregiver_phone"])
@pytest.mark.parametrize(("typed", "sentence"), NUMBERS)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_case_78_an_unusable_number_is_refused_at_its_field(
    signed_in: Enter, cast: Cast, database: Database, field: str, typed: str, sentence: str
) -> None:
    maria = await signed_in(cast.maria)
    for path in ("/staff/patients", f"/staff/patients/{cast.rosa.id}/edit"):
        refused = await maria.submit(path, FORM | {field: typed})
        assert (refused.status_code, sentence in words(refused)) == (422, True)
        assert f'value="{typed}" autocomplete="off" aria-invalid="true" aria-describedby="{field}-fault"' in markup(
            refused
        )
        assert FORM["name"] in refused.text
    rosa = next(p for p in await rows(database, Patient) if p.id == cast.rosa.id)
    assert (rosa.phone, rosa.phone_tel) == ("(212) 555-0101", "+12125550101")


async def test_case_78_a_number_is_shown_as_typed_and_dialled_in_full(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    page = await maria.submit("/staff/patients", FORM | {"phone": "020 7946 0018"})
    assert page.status_code == 422
    page = await maria.submit("/staff/patients", FORM | {"phone": "+44 20 7946 0018", "contact": "call"})
    assert 'href="tel:+442079460018"' in page.text
    assert "+44 20 7946 0018" in words(page)
    ada = next(p for p in await rows(database, Patient) if p.name == FORM["name"])
    assert (ada.phone_tel, ada.caregiver_phone_tel) == ("+442079460018", "+12125550198")


async def test_case_81_a_name_in_another_direction_turns_nothing_around_it(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, name = await signed_in(cast.maria), "محمد علي"
    page = await maria.submit("/staff/patients", FORM | {"name": f"\u202e{name}\u202c"})
    patient = next(patient for patient in await rows(database, Patient) if patient.name == name)
    await maria.submit(f"/staff/patients/{patient.id}/caregivers", {"name": name, "relation": "ابن"})
    for path in (page.url.path, "/staff/patients", f"/staff/patients/{patient.id}/edit", "/staff/visits/new"):
        html = (await maria.get(path)).text.replace(f'value="{name}"', "")  # a field of its own turns nothing
        assert html.count(name) == html.count(f"\u2068{name}\u2069") > 0, path
    await maria.submit(f"/staff/patients/{patient.id}/edit", FORM | {"name": f"\u2068{name}\u2069"})
    assert name in [patient.name for patient in await rows(database, Patient)]


async def test_case_83_a_patient_is_found_by_any_spelling_and_order(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    await maria.submit("/staff/patients", FORM | {"name": "Seán O’Brien-Núñez", "birth_date": "1961-03-04"})
    for sought in ("nunez sean", "o'brien", "OBRIEN", "555-0199", "03/04/1961"):
        page = words(await maria.get(f"/staff/patients?q={quote(sought)}"))
        assert "Seán O’Brien-Núñez" in page, sought
        assert "born Mar 4, 1961" in page


async def test_case_114_another_person_is_asked_about_for_each_that_looks_alike(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The page asks about Rosa. Staff correct the name to Walter's before they say that it is another person."""
    maria = await signed_in(cast.maria)
    asked = await maria.submit("/staff/patients", FORM | {"name": "Delgado Rosa"})
    [another] = [button.value for form in read(asked.text).forms for button in form.named("another")]
    again = await maria.submit("/staff/patients", FORM | {"name": "Walter Brandt", "another": another})
    assert (again.status_code, f'href="/staff/patients/{cast.walter.id}"' in again.text) == (422, True)
    assert len(await rows(database, Patient)) == 3
    saved = await maria.submit("/staff/patients", FORM | {"name": "Delgado Rosa", "another": another})
    assert (saved.status_code, len(await rows(database, Patient))) == (200, 4)


async def test_case_114_a_second_patient_of_one_name_is_shown_before_saving(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    new = FORM | {"name": "delgado rosa", "birth_date": "1950-01-02", "record_number": "77"}
    asked = await maria.submit("/staff/patients", new)
    assert asked.status_code == 422
    assert f'href="/staff/patients/{cast.rosa.id}"' in asked.text
    assert "Is this the same person?" in words(asked)
    assert all(f'value="{kept}"' in asked.text for kept in ("delgado rosa", "1950-01-02", "77", "(212) 555-0199"))
    assert len(await rows(database, Patient)) == 3
    saved = await maria.submit("/staff/patients", new | {"another": "yes"})
    assert saved.status_code == 200
    assert len(await rows(database, Patient)) == 4
    for path in ("/staff/patients", "/staff/visits/new", saved.url.path):
        assert "born Jan 2, 1950 · record 77" in words(await maria.get(path)), path


async def test_case_114_of_two_who_register_one_person_at_once_the_second_is_asked(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    pressed = [
        nurse.submit("/staff/patients", FORM | {"name": name, "phone": ""})
        for nurse, name in ((maria, "Ana Ruiz"), (ken, "Ruiz, Aná"))
    ]
    assert sorted(page.status_code for page in await asyncio.gather(*pressed)) == [200, 422]
    assert len(await rows(database, Patient)) == 4


async def test_case_114_a_renamed_patient_is_compared_too(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    path = f"/staff/patients/{cast.walter.id}/edit"
    assert (await maria.submit(path, FORM | {"name": "Rosa Delgado"})).status_code == 422
    assert (await maria.submit(path, FORM | {"name": "Walter Brandt"})).status_code == 200


@pytest.mark.parametrize("typed", ["2099-01-01", "1850-01-01", "the third of May"])
async def test_a_birth_date_that_cannot_be_is_refused_and_stays_in_the_form(
    signed_in: Enter, cast: Cast, typed: str
) -> None:
    maria = await signed_in(cast.maria)
    refused = await maria.submit("/staff/patients", FORM | {"birth_date": typed})
    assert refused.status_code == 422
    assert f'value="{typed}"' in refused.text
    assert "isn't a birth date" in words(refused)


def seen_on(page: Response) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


async def test_case_89_two_edits_of_a_patient_lose_nothing(signed_in: Enter, cast: Cast, database: Database) -> None:
    maria, ken = await signed_in(cast.maria), await signed_in(cast.ken)
    path, form = f"/staff/patients/{cast.walter.id}/edit", FORM | {"name": "Walter Brandt"}
    await maria.submit(path, form)
    old = {"seen": seen_on(await maria.get(path))}
    await ken.submit(path, form | old | {"phone": "(212) 555-0177"})
    late = await maria.submit(path, form | old | {"instructions": "Bring the cane."})
    assert late.status_code == 409
    assert "This was changed while you had it open" in words(late)
    assert "Phone: (212) 555-0177" in words(late)
    assert "Bring the cane." in late.text
    assert 'value="(212) 555-0177"' in late.text
    await maria.submit(
        path, form | {"seen": seen_on(late), "phone": "(212) 555-0177", "instructions": "Bring the cane."}
    )
    [walter] = [patient for patient in await rows(database, Patient) if patient.id == cast.walter.id]
    assert (walter.phone, walter.instructions) == ("(212) 555-0177", "Bring the cane.")
