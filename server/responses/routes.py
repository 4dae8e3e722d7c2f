"""All routes of this feature. The pages of one check-in share its address and what they look up of it."""

from litestar import Router
from litestar.di import Provide
from litestar.params import FromPath, FromQuery

from server.responses import by_phone_pages
from server.responses.offline import entry_pages
from server.responses.questions import question_pages, respondent_pages, same_as_last_pages
from server.responses.questions.answering import Caller
from server.responses.submission import send_pages
from server.web.dependencies import InWork


async def provide_caller(work: InWork, check_in_id: FromPath[str], who: FromQuery[str] = "self") -> Caller:
    """It must not read the database: an error raised here would leave the transaction open."""
    return Caller(work, check_in_id, who)


check_in = Router(
    "/check-ins/{check_in_id:str}",
    route_handlers=[respondent_pages.router, question_pages.router, same_as_last_pages.router, send_pages.router],
    dependencies={"caller": Provide(provide_caller)},
)
router = Router("/", route_handlers=[check_in, entry_pages.router, by_phone_pages.router])
