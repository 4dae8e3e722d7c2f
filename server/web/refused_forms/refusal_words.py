"""The words of error pages: what happened, whether something was saved, and what to do."""

from server.language import mark
from server.web.dependencies import MayOpen

WORDS = {
    400: mark("We couldn't read that. Please go back and try again."),
    401: mark("You were signed out, so this was not saved. Please sign in, then do it again."),
    403: mark("This page is too old to use. Please open it again."),
    404: mark("We can't find that page."),
    405: mark("This address can't be opened by itself. Nothing was changed."),
    409: mark("This was already sent, with other answers. Both are kept. The clinic will look at it."),
    410: mark("This is over. It was cancelled, or its time has passed. You don't need to do anything."),
    413: mark("That's too large to send. Nothing was saved. Please go back and send less."),
    422: mark("Please check the form. Something is missing or not right."),
    429: mark("Too many tries. Please wait 15 minutes, or call the clinic."),
    500: mark("Something went wrong on our side. Nothing you sent before is lost. Please try again."),
    503: mark("We're too busy to save this right now. Nothing was sent. Please try again in a minute."),
}

# The roles that may do what this person may not.
NOT_ALLOWED = {
    MayOpen.ADMIN: mark("Your role does not allow this. Only an admin of the clinic may do this. Nothing was changed."),
    MayOpen.CLINICIAN: mark(
        "Your role does not allow this. Only a clinician or an admin of the clinic may do this. Nothing was changed."
    ),
    MayOpen.PATIENT: mark("Only the patient may do this, on the patient's own phone. Nothing was changed."),
}

FOR_PATIENTS = mark("This page is for patients and their helpers. You are signed in as staff.")
TOO_OLD = mark("This page was open for too long. Nothing was saved yet. Please check the form, then send it again.")

# A form without any cookie. A form of another site comes without cookies too, but is not for us to explain.
COOKIES_OFF = mark(
    "Your browser doesn't keep cookies for this site, so we couldn't take this. "
    "Please allow cookies in your browser's settings. Then open this page again."
)
