"""The status of an escalation as text."""

from server.flags.escalation import status
from server.flags.models import Flag
from tests.cast import NOW
from tests.flags.escalation.scene import Rota, step
from tests.flags.scene import answers, only_flag
from tests.stories import subscribed


async def test_the_last_step_is_shown_as_text(rota: Rota) -> None:
    async with rota.database.writing() as db:
        await subscribed(db, rota.cast.ruth)
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    await rota.pass_minutes(1)
    seen = [await step(rota)]
    for minutes in (10, 5, 10):
        await rota.pass_minutes(minutes)
        seen.append(await step(rota))
    assert [words.replace("\u00a0", " ") for words in seen] == [
        "1 staff device alerted; Maria Alvarez will be told at 9:10 AM",
        "told Maria Alvarez by text at 9:10 AM, no one has responded yet; the next person will be told at 9:20 AM",
        "told Maria Alvarez by email at 9:15 AM, no one has responded yet; the next person will be told at 9:20 AM",
        "told Ken Osei by email at 9:25 AM, no one has responded yet; the next person will be told at 10:20 AM",
    ]


async def test_a_closed_flag_has_no_status(rota: Rota) -> None:
    await answers(rota.database, rota.cast.rosa, {"fall": True})
    async with rota.database.writing() as db:
        flag = await db.get_one(Flag, (await only_flag(rota.database)).id)
        assert await status.escalation_step(db, flag, "America/New_York", NOW) != ""
        flag.closed_at = NOW
        assert await status.escalation_step(db, flag, "America/New_York", NOW) == ""
