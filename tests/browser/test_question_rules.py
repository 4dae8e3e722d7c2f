"""A phone without a network asks what the server would ask. Both get the same questionnaires and answers."""

import json
from random import Random
from typing import Any

from playwright.async_api import Browser

from server.questionnaires.answers import Value
from server.questionnaires.branching import asked, next_unanswered, still_asked
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import read_definition
from server.questionnaires.flow import LIBRARY
from server.questionnaires.question import Option, Question, QuestionType, When, buttons, raw
from server.questionnaires.respondents import Respondent
from server.responses.offline import bundle
from server.web.assets import ROOT
from tests.browser.chromium import new_page

RUNS = 600
JUDGE = """async ([source, cases]) => {
  const rules = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  return cases.map(({questions, answers, who, after}) => ({
    asked: rules.asked(questions, answers, who).map(one => one.id),
    still: Object.keys(rules.stillAsked(questions, answers, who)).sort(),
    next: rules.nextQuestion(questions, answers, who, after),
  }));
}"""


async def test_a_phone_asks_each_respondent_the_same_questions_as_the_server(chromium: Browser) -> None:
    random = Random(7)
    cases = [_case(random, definition) for definition in [*_library(), *(_random_form(random) for _ in range(RUNS))]]
    page = await new_page(chromium)
    script = (ROOT / "pwa/question-rules.js").read_text()
    theirs = await page.evaluate(JUDGE, [script, [given for given, _ in cases]])
    assert theirs == [ours for _, ours in cases]
    assert len({json.dumps(each) for each in theirs}) > RUNS / 4  # the cases differ from each other


def _case(random: Random, definition: Definition) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the phone gets, and the server's result."""
    answers = {q.link_id: _answer(random, q) for q in definition.questions if random.random() < 0.6}
    who = random.choice(list(Respondent))
    after = random.choice([None, *(q.link_id for q in definition.questions)])
    given = {
        "questions": bundle.rules_of(definition),
        "answers": {link_id: raw(value) for link_id, value in answers.items()},
        "who": who,
        "after": after,
    }
    following = next_unanswered(definition, answers, who, after)
    return given, {
        "asked": [q.link_id for q in asked(definition, answers, who)],
        "still": sorted(still_asked(definition, answers, who)),
        "next": following.link_id if following else None,
    }


def _library() -> list[Definition]:
    return [read_definition(json.loads(path.read_text())) for path in sorted(LIBRARY.glob("*.json"))]


def _random_form(random: Random) -> Definition:
    questions: list[Question] = []
    for number in range(random.randint(1, 8)):
        questions.append(_question(random, f"q{number}", questions))
    return Definition("any", 1, "", 60, False, tuple(questions), {q.link_id: q for q in questions})


def _question(random: Random, link_id: str, earlier: list[Question]) -> Question:
    kind = random.choice(list(QuestionType))
    levels = random.sample(range(5), 5)
    options = tuple(Option(f"{link_id}-{level}", "", level) for level in levels) if kind == "choice" else ()
    whens = tuple(_when(random, random.choice(earlier)) for _ in range(random.randint(0, 2)) if earlier)
    return Question(
        link_id,
        "",
        kind,
        options,
        patient_only=random.random() < 0.2,
        whens=whens,
        any_when=random.random() < 0.5,
        worse_answer=random.random() < 0.5,
    )


def _when(random: Random, of: Question) -> When:
    operator = random.choice(("exists", "=", "!=", ">", "<", ">=", "<="))
    value = random.random() < 0.5 if operator == "exists" else _answer(random, of)
    return When(of.link_id, operator, of.read(buttons(of)[0]) if value is None else value)


def _answer(random: Random, question: Question) -> Value:
    answer = random.choice([None, *buttons(question)])
    return None if answer is None else question.read(answer)
