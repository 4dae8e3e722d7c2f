// One answer: what was pressed, and its sealed entry.

/**
 * @param {Found} form
 * @param {Found} button
 * @returns {Answer}
 */
export function answerOf(form, button) {
  return answerTo(form, form.elements.who.value, button.name === "answer" ? button.value : null);
}

// Of a form that htmx sends.
/**
 * @param {HtmxDetail} detail
 * @returns {Answer}
 */
export function answerOfRequest({ elt, requestConfig }) {
  const { answer, skip, who } = requestConfig.parameters;
  return answerTo(elt, who, skip ? null : answer);
}

/**
 * @param {Found} form
 * @param {Respondent} respondent
 * @param {RawAnswer} value
 * @returns {Answer}
 */
function answerTo(form, respondent, value) {
  const { question, questionnaire, checkIn } = form.dataset;
  return { question, questionnaire, checkIn, respondent, value };
}

// `at`: by this phone's clock, where it was answered earlier.
/** @param {Answer} answer */
export function seal({ question, questionnaire, checkIn, respondent, value, at }) {
  const content = { questionnaire, answers: { [question]: value }, respondent, answered_at: at };
  return Outbox.add(checkIn, crypto.randomUUID(), content, "answers");
}
