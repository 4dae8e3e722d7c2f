"""The escalation of a flag in words."""

from tests.flags.escalation.ladder import Ladder, step
from tests.flags.scene import answers
from tests.stories import subscribed


async def test_the_last_step_is_told_in_words(ladder: Ladder) -> None:
    async with ladder.database.writing() as db:
        await subscribed(db, ladder.cast.ruth)
    await answers(ladder.database, ladder.cast.rosa, {"fall": True})
    await ladder.pass_minutes(1)
    seen = [await step(ladder)]
    for minutes in (10, 5, 10):
        await ladder.pass_minutes(minutes)
        seen.append(await step(ladder))
    assert [words.replace("\u00a0", " ") for words in seen] == [
        "1 staff device alerted; Maria Alvarez will be told at 9:10 AM",
        "told Maria Alvarez by text at 9:10 AM, no one has responded yet; the next person will be told at 9:20 AM",
        "told Maria Alvarez by email at 9:15 AM, no one has responded yet; the next person will be told at 9:20 AM",
        "told Ken Osei by email at 9:25 AM, no one has responded yet; the next person will be told at 10:20 AM",
    ]
