"""A form is written again with what was typed and with messages; the rest of its page stays as it was."""

import pytest

from server.web.refused_forms import refill
from server.web.refused_forms.refill import Filling
from tests.web.form_reader import read

PAGE = """<!DOCTYPE html>
<body class="desk"><main><h1>Call &amp; note</h1>
<form action="/other"><input name="note" value="stays"></form>
<form method="post" action="/calls">
<input type="hidden" name="_csrf_token" value="new"><input type="hidden" name="seen" value="now">
<fieldset><legend>Outcome</legend>
<label><input type="radio" name="outcome" value="reached" checked>Reached</label>
<label><input type="radio" name="outcome" value="no-answer">No answer</label></fieldset>
<details><summary>More</summary>
<div class="field"><label for="note">Note</label><textarea id="note" name="note"></textarea></div>
<div class="hours"><span>Monday</span><input name="opens"></div></details>
<select name="who"><option value="">No one</option><option value="ken" selected>Ken</option></select>
<input type="password" name="password"><button name="go" value="yes">Save</button></form>
<svg><path d="M0 0"/></svg><!-- end --></main></body>
"""
SENT = {
    "_csrf_token": ["old"],
    "seen": ["before"],
    "outcome": ["no-answer"],
    "note": ["</textarea><b>thick & thin"],
    "opens": ["nine"],
    "who": [""],
    "password": ["a secret"],
}


def test_case_116_each_field_holds_what_was_sent() -> None:
    html = refill.filled(PAGE, Filling(1, {}, SENT, "/patients/1?tab=calls"))
    other, form = read(html).forms
    assert other.named("note")[0].value == "stays"
    assert [each.is_chosen for each in form.named("outcome")] == [False, True]
    assert form.named("note")[0].value.replace("&lt;", "<") == "</textarea><b>thick & thin"
    assert "</textarea><b>" not in html
    assert (form.named("opens")[0].value, form.named("who")[0].value) == ("nine", "")
    assert form.named("page")[0].value == "/patients/1?tab=calls"
    assert "a secret" not in html


def test_case_116_a_form_keeps_what_its_page_showed_but_gets_a_new_token() -> None:
    form = read(refill.filled(PAGE, Filling(1, {}, SENT))).forms[1]
    assert form.named("seen")[0].value == "before"
    assert form.named("_csrf_token")[0].value == "new"


@pytest.mark.parametrize(
    ("field", "before"),
    [
        ("outcome", "<legend>Outcome</legend>"),
        ("note", '<label for="note">Note</label>'),
        ("opens", "</textarea></div>\n"),
    ],
)
def test_case_116_the_message_stands_at_the_field(field: str, before: str) -> None:
    html = refill.filled(PAGE, Filling(1, {field: "Not <that>."}))
    assert f'{before}<p class="fault" id="{field}-fault">Not &lt;that&gt;.</p>' in html
    [wrong] = [each for each in read(html).forms[1].fields if each.is_wrong]
    assert (wrong.name, wrong.described[0]) == (field, f"{field}-fault")
    assert ("<details open>" in html) == (field != "outcome")


def test_the_rest_of_the_page_stays_as_it_was() -> None:
    assert refill.filled(PAGE, Filling(7, {"note": "wrong"}, SENT)) == PAGE


def test_case_116_a_page_that_says_what_is_wrong_says_it_at_the_field_too() -> None:
    trouble = '<div class="trouble" role="alert"><h2>There is a problem</h2>\n<p>Please <b>write</b> it.</p></div><form'
    html = refill.marked(PAGE.replace("<form", trouble, 1), "/calls", ["note"])
    assert '<p class="fault" id="note-fault">Please write it.</p>' in html
    assert refill.marked(PAGE, "/calls", ["note"]) == PAGE
