// An answer to one question: read from the form in which it was pressed, and sealed for the outbox.

// The answer that `button` gives.
/** @type {(form: Found, button: Found) => Answer} */
export function answerOf(form, button) {
  return answerTo(form, form.elements.who.value, button.name === "answer" ? button.value : null);
}

// The answer that htmx is sending.
/** @type {(detail: HtmxDetail) => Answer} */
export function answerOfRequest({ elt, requestConfig }) {
  const { answer, skip, who } = requestConfig.parameters;
  return answerTo(elt, who, skip ? null : answer);
}

/** @type {(form: Found, respondent: Respondent, value: RawAnswer) => Answer} */
function answerTo(form, respondent, value) {
  const { question, questionnaire, checkIn } = form.dataset;
  return { question, questionnaire, checkIn, respondent, value };
}

// Put the answer into the outbox. `at` is set for an earlier answer, by this phone's clock.
/** @param {Answer} answer */
export function seal({ question, questionnaire, checkIn, respondent, value, at }) {
  const content = { questionnaire, answers: { [question]: value }, respondent, answered_at: at };
  return Outbox.add(checkIn, crypto.randomUUID(), content, "answers");
}
