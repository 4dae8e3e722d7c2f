// A question opens while this phone still has answers to its check-in. Lost answers are sealed now. Once the clinic has
// received all of them, the page that follows them opens.
import { seal } from "./answer.js";
import { isAheadOf, lostAnswers, record } from "./offline-draft.js";

const OPEN_AT_MOST_EVERY = 5000; // ms: an answer that the clinic never accepts must not open pages again and again
let isBehind = false; // the server drew this page before it had some of the answers

// `hasAnswered`: the person has answered since the page opened, so the phone's earlier answers no longer matter.
/** @type {(hasAnswered: () => boolean, isBusy: () => boolean) => Promise<void>} */
export async function recover(hasAnswered, isBusy) {
  const form = document.querySelector("main form[data-check-in]");
  if (!form) return;
  const { checkIn, question, questionnaire, outbox } = form.dataset;
  const respondent = form.elements.who.value;
  const chosen = form.querySelector(".said");
  // The server redirected to this question as the next one, while the answer to it arrived.
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

// Open the current page of the check-in, once no answer to it waits any more.
/** @type {(entries: Entry[], isBusy: boolean) => void} */
export function catchUp(entries, isBusy) {
  const { checkIn } = document.querySelector("main [data-check-in]")?.dataset ?? {};
  const waits = entries.some(
    (entry) => entry.check_in === checkIn && entry.part === "answers" && entry.state === "waiting",
  );
  if (isBehind && !waits && !isBusy) openCurrent(checkIn);
}

/** @param {string} checkIn */
function openCurrent(checkIn) {
  const key = `where-it-is-${checkIn}`;
  if (Date.now() - Number(sessionStorage.getItem(key)) < OPEN_AT_MOST_EVERY) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.replace(`/check-ins/${checkIn}`);
}
