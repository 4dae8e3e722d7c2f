"""A person's answers over time: one chart per item and one per profile of function, with infusions marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.appointments.models import Appointment
from server.appointments.rules import AppointmentStatus
from server.desk import rules
from server.language import gettext as _
from server.language import mark
from server.questionnaires.definition import Definition, levels
from server.questionnaires.level_words import level_words
from server.questionnaires.question import Question
from server.responses import history as past
from server.responses.history import AnswerHistory
from server.responses.models import Response
from server.web import charts
from server.web.charts import Chart

PROFILE_WORDS = {
    "bulbar": mark("Bulbar"),
    "fine-motor": mark("Fine motor"),
    "gross-motor": mark("Gross motor"),
    "respiratory": mark("Respiratory"),
}


@dataclass(frozen=True)
class Trend:
    """`levels_in_words`: each moment and answer in words, the newest first."""

    name: str
    chart: Chart
    levels_in_words: list[tuple[datetime, str]]


@dataclass(frozen=True)
class Section:
    definition: Definition
    profiles: list[Trend]
    items: list[Trend]


def sections(
    definitions: Iterable[Definition], history: Sequence[Response], appointments: Sequence[Appointment]
) -> list[Section]:
    """One section per answered questionnaire, in its newest version, the longest first."""
    infusions = [
        appointment.starts_at for appointment in appointments if appointment.status == AppointmentStatus.FULFILLED
    ]
    newest = {
        definition.slug: definition for definition in sorted(definitions, key=lambda definition: definition.version)
    }
    made = [
        _section(definition, past.answered(r for r in history if r.slug == slug), infusions)
        for slug, definition in newest.items()
    ]
    return sorted(
        (section for section in made if section.items), key=lambda section: -len(section.definition.questions)
    )


def _section(definition: Definition, answered: AnswerHistory, infusions: Sequence[datetime]) -> Section:
    items = [_item(question, answered, infusions) for question in definition.questions]
    return Section(
        definition, _profiles(definition, answered, infusions), [trend for trend in items if trend.levels_in_words]
    )


def _item(question: Question, answered: AnswerHistory, infusions: Sequence[datetime]) -> Trend:
    points = past.points(question, answered)
    level_texts = [(at, level_words(question, level)) for at, level in reversed(points)]
    return Trend(question.short, charts.draw(points, question.worst, infusions), level_texts)


def _profiles(definition: Definition, answered: AnswerHistory, infusions: Sequence[datetime]) -> list[Trend]:
    """Charts of the four profiles, if the questionnaire asks about all of them; never one sum of them."""
    if {question.profile for question in definition.questions} & set(rules.PROFILES) != set(rules.PROFILES):
        return []
    at_each = [(at, rules.profile_levels(definition.questions, levels(definition, given))) for at, given in answered]
    return [
        _profile(profile, [(at, *found[profile]) for at, found in at_each if profile in found], infusions)
        for profile in rules.PROFILES
        if any(profile in found for _at, found in at_each)
    ]


def _profile(profile: str, points: list[tuple[datetime, int, int]], infusions: Sequence[datetime]) -> Trend:
    worst = max(most for _at, _level, most in points)
    drawn = charts.draw([(at, level) for at, level, _most in points], worst, infusions)
    level_texts = [(at, _("%(level)s of %(worst)s") % {"level": n, "worst": most}) for at, n, most in reversed(points)]
    return Trend(_(PROFILE_WORDS[profile]), drawn, level_texts)
