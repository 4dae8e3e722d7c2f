// One answer: what was pressed, and its sealed entry.

export function answerOf(form, button) {
  const value = button.name === "answer" ? button.value : null;
  return { ...form.dataset, respondent: form.elements.who.value, value };
}

// Of a form that htmx sends.
export function answerOfRequest({ elt, requestConfig }) {
  const { answer, skip, who } = requestConfig.parameters;
  return { ...elt.dataset, respondent: who, value: skip ? null : answer };
}

// `at`: by this phone's clock, where it was answered earlier.
export function seal({ question, questionnaire, checkIn, respondent, value, at }) {
  const content = { questionnaire, answers: { [question]: value }, respondent, answered_at: at };
  return Outbox.add(checkIn, crypto.randomUUID(), content, "answers");
}
