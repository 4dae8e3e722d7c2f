// A question that is opened while answers to its check-in are still on this phone: lost answers are sealed now, and once
// the clinic has received all of them, the page that follows them is opened.
import { seal } from "./answer.js";
import { isAheadOf, lostAnswers, record } from "./offline-draft.js";

const OPEN_AT_MOST_EVERY = 5000; // ms: an answer that the clinic never accepts must not open pages again and again
let isBehind = false; // this page came from the server before some answers did

// `hasAnswered`: an answer was given since the page opened, and what the phone had before matters no more.
/**
 * @param {() => boolean} hasAnswered
 * @param {() => boolean} isBusy
 */
export async function recover(hasAnswered, isBusy) {
  const form = document.querySelector("main form[data-check-in]");
  if (!form) return;
  const { checkIn, question, questionnaire, outbox } = form.dataset;
  const respondent = form.elements.who.value;
  const chosen = form.querySelector(".said");
  // A redirect led here as to the next question, while its answer arrived.
  if (chosen && performance.getEntriesByType("navigation")[0].redirectCount) return openCurrent(checkIn);
  const lost = await lostAnswers(checkIn, respondent);
  if (hasAnswered()) return;
  for (const [id, { is, at, phonesAt }] of lost) {
    await seal({ question: id, questionnaire, checkIn, respondent, value: is, at: phonesAt });
    await record(checkIn, respondent, id, is, true, at);
  }
  const shown = outbox ? Object.keys(JSON.parse(outbox).answers) : chosen ? [question] : [];
  isBehind = (await isAheadOf(shown, checkIn, respondent, question)) && !hasAnswered();
  if (lost.length) Outbox.flushAndNotify();
  else if (isBehind) catchUp(await Outbox.all(), isBusy());
}

/**
 * @param {Entry[]} entries
 * @param {boolean} isBusy
 */
export function catchUp(entries, isBusy) {
  const { checkIn } = document.querySelector("main [data-check-in]")?.dataset ?? {};
  const waits = entries.some((one) => one.check_in === checkIn && one.part === "answers" && one.state === "waiting");
  if (isBehind && !waits && !isBusy) openCurrent(checkIn);
}

/** @param {string} checkIn */
function openCurrent(checkIn) {
  const key = `where-it-is-${checkIn}`;
  if (Date.now() - Number(sessionStorage.getItem(key)) < OPEN_AT_MOST_EVERY) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.replace(`/check-ins/${checkIn}`);
}
