"use strict";
// Who is asked what, by the data that the server sent with a form: as server/questionnaires/definition.py decides it. Answers are as
// their buttons send them, null for a skip. The two are held together by tests/browser/test_question_rules.py.

const FormRules = (() => {
  const answerable = (questions, answers, who) =>
    questions.filter((one) => !(who === "helper" && one.patientOnly) && enabled(questions, one, answers));

  // While someone else holds the phone, the private questions wait for the patient's own hands.
  const asked = (questions, answers, who) =>
    answerable(questions, answers, who).filter((one) => who === "self" || !one.private);

  function enabled(questions, one, answers) {
    const holds = (when) => compare(questions, when, answers[when[0]] ?? null);
    if (!one.whens.length) return true;
    return one.any ? one.whens.some(holds) : one.whens.every(holds);
  }

  function compare(questions, [of, operator, value, against], given) {
    if (operator === "exists") return (given !== null) === value;
    if (given === null) return false;
    if (operator === "=" || operator === "!=") return (given === value) === (operator === "=");
    const level = questions.find((one) => one.id === of).levels[given] ?? null;
    if (level === null || against === null) return false;
    return { ">": level > against, "<": level < against, ">=": level >= against, "<=": level <= against }[operator];
  }

  // A changed answer may end others: those of questions that are asked, now that these are the answers.
  function stillAsked(questions, answers, who) {
    for (let kept = answers; ; ) {
      const ids = answerable(questions, kept, who).map((one) => one.id);
      const left = Object.entries(kept).filter(([id]) => ids.includes(id));
      if (left.length === Object.keys(kept).length) return kept;
      kept = Object.fromEntries(left);
    }
  }

  // The next question with no answer and no skip, looking on from `after` first, then from the start.
  function next(questions, answers, who, after) {
    const ids = asked(questions, answers, who).map((one) => one.id);
    const start = ids.indexOf(after) + 1;
    return [...ids.slice(start), ...ids.slice(0, start)].find((id) => !(id in answers)) ?? null;
  }

  return { asked, stillAsked, next };
})();
