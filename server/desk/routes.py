"""All routes of this feature."""

from litestar import Router

from server.desk import clinic_pages, device_pages, pages, past_pages, patient_pages, plan_pages
from server.desk.end_of_care import pages as end_of_care_pages
from server.desk.inbox import flag_pages
from server.desk.inbox import pages as inbox_pages
from server.desk.triggers import editor_pages, ending_pages
from server.desk.triggers import pages as trigger_pages

router = Router(
    "/",
    route_handlers=[
        inbox_pages.router,
        flag_pages.router,
        pages.router,
        patient_pages.router,
        past_pages.router,
        device_pages.router,
        plan_pages.router,
        clinic_pages.router,
        end_of_care_pages.router,
        trigger_pages.router,
        ending_pages.router,
        editor_pages.router,
    ],
)
