// Which questions are asked, by the conditions that the server sent with the check-in: as
// server/questionnaires/branching.py decides it. Answers are as their buttons send them, null for a skip.
// tests/browser/test_question_rules.py compares the two.

/**
 * @template {QuestionRule} Q
 * @param {Q[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 */
const allowed = (questions, answers, respondent) =>
  questions.filter((one) => !(respondent === "helper" && one.patientOnly) && isEnabled(questions, one, answers));

// While someone else holds the phone, the private questions wait for the patient.
/**
 * @template {QuestionRule} Q
 * @param {Q[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 */
export const asked = (questions, answers, respondent) =>
  allowed(questions, answers, respondent).filter((one) => respondent === "self" || !one.private);

/**
 * @param {QuestionRule[]} questions
 * @param {QuestionRule} one
 * @param {Answers} answers
 */
function isEnabled(questions, one, answers) {
  /** @param {Condition} when */
  const holds = (when) => compare(questions, when, answers[when[0]] ?? null);
  if (!one.whens.length) return true;
  return one.any ? one.whens.some(holds) : one.whens.every(holds);
}

/**
 * @param {QuestionRule[]} questions
 * @param {Condition} condition
 * @param {RawAnswer} given
 */
function compare(questions, [of, operator, value, threshold], given) {
  if (operator === "exists") return (given !== null) === value;
  if (given === null) return false;
  if (operator === "=" || operator === "!=") return (given === value) === (operator === "=");
  const level = questions.find((one) => one.id === of)?.levels[given] ?? null;
  if (level === null || threshold === null) return false;
  return { ">": level > threshold, "<": level < threshold, ">=": level >= threshold, "<=": level <= threshold }[
    operator
  ];
}

// The answers without those whose question is no longer asked, because another answer changed.
/**
 * @param {QuestionRule[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 */
export function stillAsked(questions, answers, respondent) {
  for (let kept = answers; ;) {
    const ids = allowed(questions, kept, respondent).map((one) => one.id);
    const left = Object.entries(kept).filter(([id]) => ids.includes(id));
    if (left.length === Object.keys(kept).length) return kept;
    kept = Object.fromEntries(left);
  }
}

// The first question without an answer or a skip: those that follow `after`, then those before it.
/**
 * @param {QuestionRule[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 * @param {string | null} after
 */
export function nextQuestion(questions, answers, respondent, after) {
  const ids = asked(questions, answers, respondent).map((one) => one.id);
  const start = after === null ? 0 : ids.indexOf(after) + 1;
  return [...ids.slice(start), ...ids.slice(0, start)].find((id) => !(id in answers)) ?? null;
}
