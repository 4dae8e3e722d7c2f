"""Of two saves of one form, the later loses nothing of the earlier (case 89)."""

from hypothesis import given
from hypothesis import strategies as st
from litestar.datastructures import FormMultiDict

from server.web import edits

FIELDS = ("name", "phone", "note")
VALUES = st.fixed_dictionaries({field: st.sampled_from(("", "a", "b", "c d")) for field in FIELDS})


def form(values: dict[str, str], shown: dict[str, str]) -> FormMultiDict:
    return FormMultiDict([*values.items(), ("seen", edits.marks(shown))])


@given(VALUES, VALUES, VALUES)
def test_case_89_any_two_saves_of_a_form_lose_nothing(
    shown: dict[str, str], first: dict[str, str], second: dict[str, str]
) -> None:
    """Both opened the page when it showed `shown`; the first saved `first`, and now the second saves `second`."""
    merged = edits.merge(form(second, shown), first)
    for field in FIELDS:
        is_lost = first[field] not in (shown[field], second[field])
        assert (field in merged.changed) is is_lost
        expected = second[field] if second[field] != shown[field] else first[field]
        assert merged.form[field] == expected
    again = edits.merge(form(dict(merged.form.multi_items()) | {"seen": edits.marks(first)}, first), first)
    assert again.changed == {}


def test_case_89_a_page_of_the_former_version_saves_as_before() -> None:
    merged = edits.merge(FormMultiDict([("name", "a")]), {"name": "b"})
    assert (merged.changed, merged.form["name"]) == ({}, "a")


def test_case_89_line_ends_of_a_browser_are_no_change() -> None:
    shown = {"note": "one\ntwo"}
    assert edits.merge(form({"note": "one\r\ntwo"}, shown), {"note": "one\ntwo"}).changed == {}


CODES = st.lists(st.sampled_from(("CA", "MX", "US")), unique=True).map(sorted)


@given(CODES, CODES, CODES)
def test_case_89_several_ticked_boxes_of_one_name_are_one_value(
    shown: list[str], first: list[str], second: list[str]
) -> None:
    """The boxes, and the empty field below them that adds one."""
    sent = [*(("codes", code) for code in [*second, ""]), ("seen", edits.marks({"codes": " ".join(shown)}))]
    merged = edits.merge(FormMultiDict(sent), {"codes": " ".join(first)})
    assert ("codes" in merged.changed) is (first not in (shown, second))
    expected = second if second != shown else first
    assert " ".join(merged.form.getall("codes")).split() == expected


@given(VALUES, VALUES)
def test_case_89_a_field_that_the_page_did_not_have_keeps_its_value(
    shown: dict[str, str], second: dict[str, str]
) -> None:
    merged = edits.merge(form(second, shown), shown | {"newer": "a"})
    assert (merged.changed, merged.form["newer"]) == ({}, "a")


def test_case_89_a_page_is_older_if_it_showed_something_else() -> None:
    assert edits.is_older("holiday", "hospital")
    assert not edits.is_older("hospital", "hospital")
    assert not edits.is_older("", "hospital")


def test_case_118_a_button_goes_on_only_with_what_its_page_asked() -> None:
    for pressed, goes_on in (
        ("", False),
        (edits.asked("closed"), True),
        (edits.asked("overlap"), False),
        ("yes", True),
    ):
        assert edits.goes_on(FormMultiDict([("anyway", pressed)]), "anyway", "closed") == goes_on, pressed
