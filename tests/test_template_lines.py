"""Long lines of templates: none in a new file, and the list of old files that have some may only shrink."""

from pathlib import Path

from tools.template_lines import LIMIT, ROOT, complaints, files_with_long_lines, listed

AT_MOST = 68  # lower it with the list; it never rises


def test_the_list_of_files_with_long_lines_only_shrinks() -> None:
    assert len(listed()) <= AT_MOST
    assert listed() == sorted(set(listed()))


def test_no_template_outside_the_list_has_a_long_line() -> None:
    assert complaints(files_with_long_lines(ROOT), set(listed())) == []


def test_a_long_line_in_a_new_template_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "server" / "phone" / "templates" / "new.html"
    template.parent.mkdir(parents=True)
    template.write_text("é" * LIMIT + "\n" + "é" * (LIMIT + 1) + "\n", encoding="utf-8")
    long = files_with_long_lines(tmp_path)
    assert long == {"server/phone/templates/new.html": [2]}
    assert complaints(long, set()) == ["server/phone/templates/new.html:2: over 160 characters"]
    assert complaints(long, set(long)) == []


def test_a_file_that_was_put_right_must_leave_the_list() -> None:
    assert complaints({}, {"server/templates/head.html"}) == [
        "server/templates/head.html: has no long line, please take it off template_lines.txt"
    ]
