// A check-in of the offline bundle, and this phone's draft of it: the answers so far, the server's and the phone's own.
import { stillAsked } from "./question-rules.js";

/** @type {Bundle | null} */
export let bundle;
/** @type {BundledCheckIn} */
export let form; // the check-in that was loaded last
/** @type {Drafts} */
export let draft; // its answers, by question
/** @type {Respondent} */
export let respondent = "self";
/** @type {Drafts} */
let hidden = {}; // the patient's private answers, while someone else holds the patient's own phone
/** @type {Promise<boolean>} */
let recording = Promise.resolve(false);
/** @type {{ id: string; one: DraftAnswer; of: string }[]} */
const early = []; // answers that were pressed before this phone had the check-in

/** @returns {Source} */
const party = () => (respondent === "helper" ? "helper" : "patient");
/** @returns {Answers} */
export const answers = () => Object.fromEntries(Object.entries(draft).map(([id, { is }]) => [id, is]));
/** @param {string} id */
export const question = (id) => form.questions.find((one) => one.id === id);
export const now = () => Date.now() + serverAhead(); // the server's clock, which drafts go by
const serverAhead = () => bundle?.ahead || 0;
// A caregiver's phone does not have the private questions: one that it does not know counts as private.
/** @param {string} id */
function isPrivate(id) {
  const one = question(id);
  return respondent !== "self" && (!one || one.private || one.patientOnly);
}

export const save = () =>
  OfflineBundle.putDraft(form.id, party(), { who: respondent, answers: { ...hidden, ...draft } });

// The bundle, or null; it stays loaded for the pages without a network.
export async function loadBundle() {
  return (bundle = await OfflineBundle.current());
}

// Loads what this respondent has answered so far. False where the phone does not have the check-in.
/**
 * @param {string} checkIn
 * @param {Respondent | null} [who]
 */
export async function load(checkIn, who) {
  await loadBundle();
  form = /** @type {BundledCheckIn} */ (bundle?.forms.find((one) => one.id === checkIn));
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
/** @param {Parameters<typeof recordNow>} answer */
export function record(...answer) {
  recording = recording.catch(() => false).then(() => recordNow(...answer));
  return recording;
}

/**
 * @param {string} checkIn
 * @param {Respondent} who
 * @param {string} id
 * @param {RawAnswer} is
 * @param {boolean} isSafe
 * @param {number} [at]
 */
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
/**
 * @param {string} checkIn
 * @param {Respondent} who
 * @returns {Promise<[string, DraftAnswer & { phonesAt: number }][]>}
 */
export async function lostAnswers(checkIn, who) {
  if (!(await load(checkIn, who))) return [];
  const lost = Object.entries(draft).filter(([, one]) => one.told === false);
  return lost.map(([id, one]) => [id, { ...one, phonesAt: one.at - serverAhead() }]);
}

// Whether this phone has answers that the server's page does not show. `shown`: the questions whose answers it shows.
// `only`: a question, to compare that one alone.
/**
 * @param {string[]} shown
 * @param {string} checkIn
 * @param {Respondent} who
 * @param {string} only
 */
export async function isAheadOf(shown, checkIn, who, only) {
  if (!(await load(checkIn, who))) return false;
  const current = stillAsked(form.questions, answers(), respondent);
  const own = Object.keys(current).filter((id) => current[id] !== null && !draft[id].before);
  return own.some((id) => (only ?? id) === id && !shown.includes(id));
}
