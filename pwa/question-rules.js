// Decide which questions to ask, by the conditions that came with the check-in. server/questionnaires/branching.py has
// the same rules, and tests/browser/test_question_rules.py compares the two. Answers are as their buttons send
// them, and null for a skip.

/**
 * @template {QuestionRule} Q
 * @param {Q[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 */
const allowed = (questions, answers, respondent) =>
  questions.filter((one) => !(respondent === "helper" && one.patientOnly) && isEnabled(questions, one, answers));

// Private questions wait for the patient while someone else holds the phone.
/**
 * @template {QuestionRule} Q
 * @param {Q[]} questions
 * @param {Answers} answers
 * @param {Respondent} respondent
 */
export const asked = (questions, answers, respondent) =>
  allowed(questions, answers, respondent).filter((one) => respondent === "self" || !one.private);

/** @type {(questions: QuestionRule[], one: QuestionRule, answers: Answers) => boolean} */
function isEnabled(questions, one, answers) {
  /** @param {Condition} when */
  const holds = (when) => compare(questions, when, answers[when[0]] ?? null);
  if (!one.whens.length) return true;
  return one.any ? one.whens.some(holds) : one.whens.every(holds);
}

/** @type {(questions: QuestionRule[], condition: Condition, given: RawAnswer) => boolean} */
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

// The answers whose questions are still asked: a question may drop out when another answer changes.
/** @type {(questions: QuestionRule[], answers: Answers, respondent: Respondent) => Answers} */
export function stillAsked(questions, answers, respondent) {
  for (let kept = answers; ;) {
    const ids = allowed(questions, kept, respondent).map((one) => one.id);
    const left = Object.entries(kept).filter(([id]) => ids.includes(id));
    if (left.length === Object.keys(kept).length) return kept;
    kept = Object.fromEntries(left);
  }
}

// The first question with neither an answer nor a skip, of those that follow `after` and then of those before it.
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
