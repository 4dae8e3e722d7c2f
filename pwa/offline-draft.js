// A check-in of the offline bundle, and the draft of its answers: those that the server has, and the phone's own.
import { stillAsked } from "./question-rules.js";

/** @type {Bundle | null} */
export let bundle;
/** @type {BundledCheckIn} */
export let dueCheckIn; // the check-in that was loaded last
/** @type {Drafts} */
export let draft; // its answers, by question
/** @type {Urgency | null} */
export let urgency = null; // how urgent it is for the person, once chosen without a network
/** @type {Respondent} */
export let respondent = "self";
/** @type {Drafts} */
let hidden = {}; // the patient's private answers, while someone else holds the patient's phone
/** @type {Promise<boolean>} */
let recording = Promise.resolve(false);
/** @type {{ id: string; answer: DraftAnswer; draftOf: string }[]} */
const early = []; // answers that were pressed before this phone had the check-in

/** @returns {Source} */
const source = () => (respondent === "helper" ? "helper" : "patient");
/** @returns {Answers} */
export const answers = () => Object.fromEntries(Object.entries(draft).map(([id, { is }]) => [id, is]));
/** @param {string} id */
export const question = (id) => dueCheckIn.questions.find((each) => each.id === id);
export const now = () => Date.now() + serverAhead(); // drafts have the server's time
const serverAhead = () => bundle?.ahead || 0;
// A caregiver's phone does not have the private questions: a question that it does not know counts as private.
/** @param {string} id */
function isPrivate(id) {
  const rule = question(id);
  return respondent !== "self" && (!rule || rule.private || rule.patientOnly);
}

export const save = () =>
  OfflineBundle.putDraft(dueCheckIn.id, source(), { who: respondent, answers: { ...hidden, ...draft }, urgency });

// The bundle, or null. It stays loaded for the pages without a network.
export async function loadBundle() {
  return (bundle = await OfflineBundle.current());
}

// Load a check-in with what the respondent has answered so far. False if the phone does not have the check-in.
/** @type {(checkIn: string, answeredBy?: Respondent | null) => Promise<boolean>} */
export async function load(checkIn, answeredBy) {
  await loadBundle();
  dueCheckIn = /** @type {BundledCheckIn} */ (bundle?.forms.find((each) => each.id === checkIn));
  if (!dueCheckIn) return false;
  respondent = answeredBy ?? dueCheckIn.who ?? "self";
  const own = (await OfflineBundle.draft(checkIn, source())) ?? { who: respondent, answers: {} };
  if (!answeredBy) respondent = own.who;
  urgency = own.urgency ?? null;
  draft = { ...dueCheckIn.kept[source()] };
  for (const [id, answer] of Object.entries(own.answers)) keepNewer(id, answer);
  for (const { id, answer, draftOf } of early) {
    if (draftOf === `${checkIn} ${respondent}` && !isPrivate(id)) keepNewer(id, answer);
  }
  hidePrivate();
  return true;
}

/** @type {(id: string, answer: DraftAnswer) => void} */
function keepNewer(id, answer) {
  if (!(draft[id]?.at > answer.at)) draft[id] = answer;
}

function hidePrivate() {
  const found = Object.entries(draft).filter(([id]) => isPrivate(id));
  hidden = Object.fromEntries(found.filter(([id]) => question(id)));
  for (const [id] of found) delete draft[id];
}

// Record an answer, with a network or without, so that the phone can continue the check-in without one. `isSafe`: the
// server or the outbox has the answer. `at` is set for an earlier answer, by the server's clock. One record after the
// other: the press must not overwrite that the answer is safe. False if the phone does not have the check-in.
/** @param {Parameters<typeof recordNow>} answer */
export function record(...answer) {
  recording = recording.catch(() => false).then(() => recordNow(...answer));
  return recording;
}

/**
 * @param {string} checkIn
 * @param {Respondent} answeredBy
 * @param {string} id
 * @param {RawAnswer} is
 * @param {boolean} isSafe
 * @param {number} [at]
 */
async function recordNow(checkIn, answeredBy, id, is, isSafe, at) {
  if (!(await load(checkIn, answeredBy))) {
    early.push({
      id,
      answer: { is, at: at ?? Date.now(), before: false, told: isSafe },
      draftOf: `${checkIn} ${answeredBy}`,
    });
    return false;
  }
  if (isPrivate(id)) return true; // it is on its way or in the outbox; this phone must not store it
  draft[id] = { is, at: at ?? now(), before: false, told: isSafe };
  await save();
  return true;
}

// Answers that were pressed, and neither sent nor put into the outbox because the app was closed at that moment.
/** @type {(checkIn: string, answeredBy: Respondent) => Promise<[string, DraftAnswer & { phonesAt: number }][]>} */
export async function lostAnswers(checkIn, answeredBy) {
  if (!(await load(checkIn, answeredBy))) return [];
  const lost = Object.entries(draft).filter(([, answer]) => answer.told === false);
  return lost.map(([id, answer]) => [id, { ...answer, phonesAt: answer.at - serverAhead() }]);
}

// Whether this phone has answers that the server's page does not show. `shown`: the questions whose answers it shows.
// `only`: a question, to compare that one alone.
/** @type {(shown: string[], checkIn: string, answeredBy: Respondent, only: string) => Promise<boolean>} */
export async function isAheadOf(shown, checkIn, answeredBy, only) {
  if (!(await load(checkIn, answeredBy))) return false;
  const current = stillAsked(dueCheckIn.questions, answers(), respondent);
  const own = Object.keys(current).filter((id) => current[id] !== null && !draft[id].before);
  return own.some((id) => (only ?? id) === id && !shown.includes(id));
}

// The person said how urgent it is. After Send the phone no longer has the check-in: then only the page knows it.
/** @type {(checkIn: string, chosen: Urgency) => Promise<void>} */
export async function keepUrgency(checkIn, chosen) {
  urgency = chosen;
  const stored = await OfflineBundle.current();
  if (dueCheckIn?.id === checkIn && stored?.forms.some(({ id }) => id === checkIn)) await save();
}

// How urgent the person said it is, for a check-in that goes out now.
/** @type {(checkIn: string, answeredBy: Respondent) => Promise<Urgency | null>} */
export async function chosenUrgency(checkIn, answeredBy) {
  return (await load(checkIn, answeredBy)) ? urgency : null;
}
