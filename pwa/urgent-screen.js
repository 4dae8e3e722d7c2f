// After an urgent answer, a screen says what to do now. It takes the question's place at the press, before anything is
// sent (case 71). Nothing takes it away again. Only its words about the clinic change.
import { offerReadAloud, pageChanged, startGuard } from "./page-change.js";

/** @type {{ question: Found; form: Found; isReceived: boolean } | null} */
let current = null; // null while no such screen is open

export const isOpen = () => current !== null;
export const isReceived = () => Boolean(current?.isReceived);
export const formBehind = () => current?.form;

// The form stays in the page, hidden, because htmx sends the answer from there.
/** @type {(form: Found, screen: Found) => void} */
export function open(form, screen) {
  const question = document.getElementById("asked");
  question.replaceWith(screen.content.cloneNode(true));
  form.hidden = true;
  current = { question, form, isReceived: false };
  startGuard();
  offerReadAloud();
  document.dispatchEvent(new Event("page-changed"));
  scrollTo(0, 0);
  setTimeout(() => document.querySelector("main h1").focus()); // after htmx has seen which button was pressed
}

// Another page has replaced the screen.
export function forget() {
  current = null;
}

// Go back to the question.
export function close() {
  if (!current) return;
  document.getElementById("red").replaceWith(current.question);
  current.form.hidden = false;
  current = null;
  pageChanged();
}

/** @type {(isClosed: boolean | undefined, text?: string | null) => void} */
export function showReceived(isClosed, text) {
  const place = document.getElementById("outbox-state");
  place.textContent = text ?? (isClosed ? place.dataset.closed : place.dataset.received);
  if (isClosed) document.querySelector("#red [data-reads]")?.remove(); // the line above says it
  offerToContinue();
  if (current) current.isReceived = true;
}

export function offerToContinue() {
  document.getElementById("go-on").hidden = false;
  document.dispatchEvent(new Event("page-updated"));
}

// The clinic has not received the answer: ask at once how urgent it is.
export function askUrgency() {
  document.querySelector("#red [data-urgency]")?.toggleAttribute("hidden", false);
  document.dispatchEvent(new Event("page-updated"));
}
