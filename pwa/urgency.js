// "How urgent is this for you?", asked on the phone while the clinic has not received an answer that needs staff
// (case 141). The choice is sealed and follows the answers; a later choice follows the earlier one.
import { answers, dueCheckIn, keepUrgency, question, respondent, urgency } from "./offline-draft.js";
import { asked } from "./question-rules.js";

// Whether the answers that were given without a network need staff, and the person has not said how urgently.
export function isOpen() {
  const given = answers();
  const ids = asked(dueCheckIn.questions, given, respondent).map(({ id }) => id);
  const needsStaff = ids.some((id) => id in given && question(id)?.needsStaff?.includes(given[id] ?? ""));
  return needsStaff && !urgency && Boolean(dueCheckIn.pages.urgency);
}

// The person chose: seal it, to go out behind the answers. Throws if the phone can't store it.
/** @type {(form: Found, chosen: Urgency, answeredBy: Respondent) => Promise<void>} */
export async function choose({ dataset: { checkIn, questionnaire } }, chosen, answeredBy) {
  await Outbox.add(
    checkIn,
    crypto.randomUUID(),
    { questionnaire, answers: {}, respondent: answeredBy, urgency: chosen },
    "answers",
  );
  await keepUrgency(checkIn, chosen);
}

// Show the choice in this part of a page.
/** @type {(part: Found | DocumentFragment, chosen: Urgency | null) => void} */
export function showChosen(part, chosen) {
  if (!chosen) return;
  const place = part.querySelector("[data-chosen-urgency]");
  if (place) Object.assign(place, { textContent: place.dataset[chosen], hidden: false });
  part.querySelector("[data-change-urgency]")?.toggleAttribute("hidden", false);
  for (const button of part.querySelectorAll("[name=urgency]")) {
    button.classList.toggle("said", button.value === chosen);
  }
}
