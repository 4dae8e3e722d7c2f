// A page takes the place of another without a load, by htmx or from the offline bundle. The heading gets the focus, the
// button "Read aloud" is prepared, and a moment passes before the page takes an answer.

const GUARD = 700; // ms: a double tap must not answer the next question as well

offerReadAloud();
document.addEventListener("htmx:afterSwap", ifPage(startGuard)); // by afterSettle the person can already tap an answer
document.addEventListener("htmx:afterSettle", ifPage(announce));
document.addEventListener("click", guard, true);

// htmx also replaces parts of a page: react only where it has replaced the whole.
/** @param {() => void} react */
function ifPage(react) {
  /** @param {HtmxEvent} event */
  return ({ detail }) => detail.target.id === "main" && react();
}

export function pageChanged() {
  startGuard();
  announce();
}

function announce() {
  document.querySelector("main h1")?.focus();
  offerReadAloud();
  document.dispatchEvent(new Event("page-changed"));
}

// The page stores the moment, so that every script finds the same one.
export function startGuard() {
  document.body.dataset.shownAt = String(performance.now());
}

/** @param {On<MouseEvent>} event */
function guard(event) {
  const target = event.target.closest?.("[data-guard] :is(a, button)");
  if (!target || performance.now() - Number(document.body.dataset.shownAt ?? 0) > GUARD) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

export function offerReadAloud() {
  const button = document.querySelector("[data-read-aloud]");
  const { aloud } = document.body.dataset;
  if (!button || aloud === "off" || !("speechSynthesis" in window)) return;
  button.hidden = false;
  button.onclick = () => {
    speechSynthesis.cancel();
    const speech = new SpeechSynthesisUtterance(pageText());
    speech.lang = document.documentElement.lang;
    speech.rate = aloud === "slow" ? 0.7 : 1;
    speechSynthesis.speak(speech);
  };
}

function pageText() {
  const parts = document.querySelectorAll(
    "main h1, main h1 + p, main [name=answer], #red a[href^=tel], #red details[open] p, main [name=say], main .facts > *",
  );
  return [...parts].map((part) => part.textContent.trim()).join(". ");
}
