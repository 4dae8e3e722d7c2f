// A check-in continues without a network: this shows the server's own pages from the offline bundle, one after the
// other. Each answer is recorded and sealed before the next page comes (pwa/question.js).
import { answers, draft, dueCheckIn, load, now, question, respondent, save, urgency } from "./offline-draft.js";
import { pageChanged } from "./page-change.js";
import { asked, nextQuestion, stillAsked } from "./question-rules.js";
import * as urgencyQuestion from "./urgency.js";

const main = document.getElementById("main");
export let continuesOffline = false; // from the first answer that found no network until Send
/** @type {"offline" | "signIn"} */
let status = "offline"; // which of the page's texts says why; "signIn" if nobody is signed in

const askedNow = () => asked(dueCheckIn.questions, answers(), respondent);
/** @param {string} place */
const path = (place) => `/check-ins/${dueCheckIn.id}/${place}?who=${respondent}`;

/** @param {boolean} yes */
export function continueOffline(yes) {
  continuesOffline = yes;
}

/** @param {string} id */
function answerText(id) {
  return id in draft ? (question(id)?.said[draft[id].is ?? ""] ?? dueCheckIn.words.skipped) : dueCheckIn.words.open;
}

/** @type {(html: string, to: string, fillIn?: (page: DocumentFragment) => void) => void} */
export function show(html, to, fillIn = () => {}) {
  const page = document.createElement("template");
  page.innerHTML = html;
  speakToReader(page.content);
  for (const title of page.content.querySelectorAll("title")) {
    document.title = title.textContent;
    title.remove();
  }
  for (const field of page.content.querySelectorAll("[name=who]:not(button)")) field.value = respondent;
  fillIn(page.content);
  main.replaceChildren(page.content);
  if (location.pathname + location.search !== to) history.pushState(null, "", to);
  scrollTo(0, 0);
  pageChanged();
}

// If the page has two texts, keep the one for this respondent: a caregiver reads the patient's name instead of "you".
/** @param {DocumentFragment} page */
function speakToReader(page) {
  for (const text of page.querySelectorAll(respondent === "helper" ? "[data-own]" : "[data-named]")) text.remove();
  for (const text of page.querySelectorAll("[data-named]")) text.hidden = false;
  for (const screen of page.querySelectorAll("template")) speakToReader(screen.content);
}

function showFirst() {
  const offer = dueCheckIn.same[respondent];
  if (offer && !Object.keys(draft).length) return show(offer.html, path("same"));
  return showNext();
}

// `why`: the state of the previous answer.
/** @type {(after?: string | null, why?: "waiting" | "signIn") => void} */
export function showNext(after = null, why = "waiting") {
  status = why === "signIn" ? why : "offline";
  const id = nextQuestion(dueCheckIn.questions, answers(), respondent, after);
  if (id) return showQuestion(id);
  const copied = after && dueCheckIn.same[respondent] && Object.values(draft).some((answer) => answer.before);
  return copied ? showDifferent(0) : showCheck();
}

/** @type {(id: string) => void} */
function showQuestion(id) {
  const questions = askedNow();
  const at = questions.findIndex((each) => each.id === id);
  if (at < 0) return showNext();
  return show(questions[at].html, path(`q/${encodeURIComponent(id)}`), (page) => {
    fillInPosition(page, at, questions.length);
    const back = page.querySelector("[data-back]");
    if (at) back.href = path(`q/${encodeURIComponent(questions[at - 1].id)}`);
    (at ? page.querySelector("[data-first]") : back)?.remove();
    for (const button of page.querySelectorAll("[name=answer]")) {
      button.classList.toggle("said", button.value === draft[id]?.is);
    }
    const place = page.querySelector("#outbox-state");
    place.textContent = place.dataset[status] ?? place.dataset.held; // "held" in bundles of earlier versions
    place.hidden = false;
  });
}

/** @type {(page: DocumentFragment, at: number, total: number) => void} */
function fillInPosition(page, at, total) {
  const place = page.querySelector("[data-place]");
  place.textContent = place.dataset.place.replace("{number}", String(at + 1)).replace("{total}", String(total));
  const steps = Array.from({ length: total }, (_, number) => {
    const step = document.createElement("i");
    step.classList.toggle("on", number <= at);
    return step;
  });
  page.querySelector(".progress").replaceChildren(...steps);
}

function showCheck() {
  const current = stillAsked(dueCheckIn.questions, answers(), respondent);
  const copied = Object.keys(current).filter((id) => draft[id].before);
  show(dueCheckIn.pages.check, path("check"), (page) => {
    const ids = askedNow().map(({ id }) => id);
    for (const line of page.querySelectorAll("[data-of]")) fillInAnswer(line, ids, copied);
    for (const line of page.querySelectorAll("[data-who]")) if (line.dataset.who !== respondent) line.remove();
    const send = page.querySelector("[data-outbox]");
    send.dataset.outbox = JSON.stringify({ answers: current, respondent, as_before: copied });
  });
}

/** @type {(line: Found, ids: string[], copied: string[]) => void} */
function fillInAnswer(line, ids, copied) {
  const { of } = line.dataset;
  if (!ids.includes(of)) return line.remove();
  const place = line.querySelector("dd");
  if (!place) return;
  place.textContent = answerText(of);
  if (!copied.includes(of)) return;
  const note = document.createElement("span");
  note.className = "soft small";
  note.textContent = dueCheckIn.words.same;
  place.append(" ", note);
}

/** @param {number} number */
function showDifferent(number) {
  const { different } = /** @type {LastTime} */ (dueCheckIn.same[respondent]);
  show(different[number], `${path("different")}&page=${number}`, (page) => {
    for (const line of page.querySelectorAll("[data-of]")) {
      const { of } = line.dataset;
      if (draft[of]?.before === false)
        line.querySelector(".small").textContent = `${dueCheckIn.words.now} ${answerText(of)}`;
    }
  });
}

// "Same as last time?" was answered: `say` is the button that was pressed.
/** @param {SameAsLast} say */
export async function copyLast(say) {
  const offer = /** @type {LastTime} */ (dueCheckIn.same[respondent]);
  if (say === "all") return showNext();
  for (const [id, is] of Object.entries(offer.answers)) draft[id] = { is, at: now(), before: true };
  await save();
  return say === "some" ? showDifferent(0) : showNext();
}

/** @param {Respondent} chosen */
export async function chooseRespondent(chosen) {
  await load(dueCheckIn.id, chosen);
  await save();
  showFirst();
}

// The check-in is in the outbox: ask how urgent it is, if the clinic would ask.
export function showSent() {
  if (urgencyQuestion.isOpen()) showUrgency();
  else showSaved();
  return OfflineBundle.removeCheckIn(dueCheckIn.id);
}

function showUrgency() {
  show(dueCheckIn.pages.urgency ?? "", path("urgency"), (page) => urgencyQuestion.showChosen(page, urgency));
}

export function showSaved() {
  show(dueCheckIn.pages.saved, location.pathname + location.search, (page) =>
    urgencyQuestion.showChosen(page, urgency),
  );
}

export const askWho = () => show(dueCheckIn.pages.who, path("who"));

// Show the page of this check-in that a link leads to. False for any other link.
/** @param {URL} url */
export function follow(url) {
  const [, checkIn, place, id] = url.pathname.match(/^\/check-ins\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/) ?? [];
  if (checkIn !== dueCheckIn?.id) return false;
  /** @type {{ [place: string]: () => unknown }} */
  const pages = {
    q: () => showQuestion(decodeURIComponent(id)),
    next: () => showNext(url.searchParams.get("after")),
    check: showCheck,
    urgency: showUrgency,
    different: () => showDifferent(Number(url.searchParams.get("page"))),
    who: askWho,
  };
  (pages[place] ?? showFirst)();
  return true;
}

addEventListener("popstate", () => continuesOffline && follow(new URL(location.href)));
