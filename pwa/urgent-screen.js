// What to do now after an urgent answer. The screen takes the question's place at the press, before anything is sent
// (case 71), and nothing takes it away again; only what it says of the clinic changes.
import { offerReadAloud, pageChanged, startGuard } from "./page-change.js";

/** @type {{ question: Found; form: Found; isReceived: boolean } | null} */
let current = null; // the question that the screen replaced, its form, and whether the clinic has received the answer

export const isOpen = () => current !== null;
export const isReceived = () => Boolean(current?.isReceived);
export const formBehind = () => current?.form;

// The form stays in the page, hidden: the answer is sent from there.
/**
 * @param {Found} form
 * @param {Found} screen
 */
export function open(form, screen) {
  const question = document.getElementById("asked");
  question.replaceWith(screen.content.cloneNode(true));
  form.hidden = true;
  current = { question, form, isReceived: false };
  startGuard();
  offerReadAloud();
  document.dispatchEvent(new Event("page-changed"));
  scrollTo(0, 0);
  setTimeout(() => document.querySelector("main h1").focus()); // htmx has yet to see which button was pressed
}

// Another page has replaced it.
export function forget() {
  current = null;
}

// Back to the question.
export function close() {
  if (!current) return;
  document.getElementById("red").replaceWith(current.question);
  current.form.hidden = false;
  current = null;
  pageChanged();
}

/**
 * @param {boolean | undefined} isClosed
 * @param {string | null} [text]
 */
export function showReceived(isClosed, text) {
  const place = document.getElementById("outbox-state");
  place.textContent = text ?? (isClosed ? place.dataset.closed : place.dataset.received);
  offerToContinue();
  if (current) current.isReceived = true;
}

export function offerToContinue() {
  document.getElementById("go-on").hidden = false;
  document.dispatchEvent(new Event("page-updated"));
}
