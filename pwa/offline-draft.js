// A check-in of the offline bundle, and this phone's draft of it: the answers so far, the server's and the phone's own.
import { stillAsked } from "./question-rules.js";

export let bundle, form, draft; // of the check-in that was loaded last; `draft` by question
export let respondent = "self";
let hidden = {}; // the patient's private answers, while someone else holds the patient's own phone
let recording = Promise.resolve(false);
const early = []; // answers that were pressed before this phone had the check-in

const party = () => (respondent === "helper" ? "helper" : "patient");
export const answers = () => Object.fromEntries(Object.entries(draft).map(([id, { is }]) => [id, is]));
export const question = (id) => form.questions.find((one) => one.id === id);
export const now = () => Date.now() + serverAhead(); // the server's clock, which drafts go by
const serverAhead = () => bundle.ahead || 0;
// A caregiver's phone does not have the private questions: one that it does not know counts as private.
const isPrivate = (id) => respondent !== "self" && (!question(id) || question(id).private || question(id).patientOnly);

export const save = () =>
  OfflineBundle.putDraft(form.id, party(), { who: respondent, answers: { ...hidden, ...draft } });

// The bundle, or null; it stays loaded for the pages without a network.
export async function loadBundle() {
  return (bundle = await OfflineBundle.current());
}

// Loads what this respondent has answered so far. False where the phone does not have the check-in.
export async function load(checkIn, who) {
  await loadBundle();
  form = bundle?.forms.find((one) => one.id === checkIn);
  if (!form) return false;
  respondent = who ?? form.who ?? "self";
  const own = (await OfflineBundle.draft(checkIn, party())) ?? { who: respondent, answers: {} };
  if (!who) respondent = own.who;
  draft = { ...form.kept[party()] };
  for (const [id, one] of Object.entries(own.answers)) if (!(draft[id]?.at > one.at)) draft[id] = one;
  for (const { id, one, of } of early) {
    if (of === `${checkIn} ${respondent}` && !isPrivate(id) && !(draft[id]?.at > one.at)) draft[id] = one;
  }
  hidePrivate();
  return true;
}

function hidePrivate() {
  const found = Object.entries(draft).filter(([id]) => isPrivate(id));
  hidden = Object.fromEntries(found.filter(([id]) => question(id)));
  for (const [id] of found) delete draft[id];
}

// Every answer is recorded, with a network or without, so that the phone can continue without one. `isSafe`: the server or
// the outbox has it. One at a time: that it was pressed must not overwrite that it is safe. `at`: by the server's clock,
// where it was answered earlier. False where the phone does not have the check-in. Phones store drafts with these names.
export function record(...answer) {
  recording = recording.catch(() => false).then(() => recordNow(...answer));
  return recording;
}

async function recordNow(checkIn, who, id, is, isSafe, at) {
  if (!(await load(checkIn, who))) {
    early.push({ id, one: { is, at: at ?? Date.now(), before: false, told: isSafe }, of: `${checkIn} ${who}` });
    return false;
  }
  if (isPrivate(id)) return true; // it is on its way or in the outbox; this phone must not store it
  draft[id] = { is, at: at ?? now(), before: false, told: isSafe };
  await save();
  return true;
}

// Answers that were pressed and neither sent nor put in the outbox: the app was closed in that moment.
export async function lostAnswers(checkIn, who) {
  if (!(await load(checkIn, who))) return [];
  const lost = Object.entries(draft).filter(([, one]) => one.told === false);
  return lost.map(([id, one]) => [id, { ...one, phonesAt: one.at - serverAhead() }]);
}

// Whether this phone has answers that the server's page does not show. `shown`: the questions whose answers it shows.
// `only`: a question, to compare that one alone.
export async function isAheadOf(shown, checkIn, who, only) {
  if (!(await load(checkIn, who))) return false;
  const current = stillAsked(form.questions, answers(), respondent);
  const own = Object.keys(current).filter((id) => current[id] !== null && !draft[id].before);
  return own.some((id) => (only ?? id) === id && !shown.includes(id));
}
