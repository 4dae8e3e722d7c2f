// Text typed into a form that finds no network is not lost: the service worker keeps it under the key of this phone, and
// the form has it again when its page opens. The page says which fields have text. A secret is never among them.

const TEXT = "textarea, input:not([type]), input:is([type=text], [type=search], [type=tel], [type=email], [type=url])";
const SECRET =
  ".code, [data-from-fragment], [autocomplete~=one-time-code], [autocomplete$=password], [autocomplete~=webauthn]";
const SECRET_NAME = /password|secret|code|token|proof|^pin$/i;

addEventListener("formdata", nameFields);
if (document.body.dataset.standsIn === undefined) giveAllBack();
else showWhatIsKept();

/** @type {(form: HTMLFormElement) => HTMLInputElement[]} */
function textFields(form) {
  const fields = /** @type {HTMLInputElement[]} */ ([...form.elements]);
  return fields.filter(
    (field) => field.name && field.matches(TEXT) && !field.matches(SECRET) && !SECRET_NAME.test(field.name),
  );
}

// Tell the service worker which fields of the form have text, and where the form stands.
/** @param {FormDataEvent} event */
function nameFields({ target, formData }) {
  const form = /** @type {HTMLFormElement} */ (target);
  const names = textFields(form).flatMap(({ name, value, defaultValue }) => (value === defaultValue ? [] : [name]));
  if (form.method !== "post" || !names.length) return;
  formData.set("typed", JSON.stringify({ page: location.pathname + location.search, names }));
}

async function giveAllBack() {
  await KeptText.forgetOthers(OfflineBundle.everyone(document.body.dataset));
  for (const found of document.querySelectorAll("main form[method=post]")) {
    const form = /** @type {HTMLFormElement} */ (/** @type {unknown} */ (found));
    await giveBack(form, new URL(found.getAttribute("action") ?? "", location.href).pathname);
  }
}

/** @type {(form: HTMLFormElement, path: string) => Promise<void>} */
async function giveBack(form, path) {
  const kept = await KeptText.of(path);
  if (!kept || kept.person !== document.body.dataset.person) return;
  const fields = textFields(form).filter(
    ({ name, value, defaultValue }) => kept.fields[name] && value === defaultValue,
  );
  if (!fields.length) return;
  for (const field of fields) field.value = kept.fields[field.name];
  for (let place = form.closest("details"); place; place = place.parentElement?.closest("details") ?? null) {
    place.open = true;
  }
  const note = document.createElement("p");
  note.className = "notice";
  note.setAttribute("role", "status");
  note.textContent = document.body.dataset.textBack ?? "";
  form.prepend(note);
  form.addEventListener("input", () => {
    if (fields.every(({ value }) => !value.trim())) KeptText.forget(path); // the person has removed it
  });
}

// Runs on the page that stands in for the form's target page.
async function showWhatIsKept() {
  const link = document.getElementById("text-page");
  const kept = link && (await KeptText.of(location.pathname));
  if (!kept) return;
  link.href = kept.page;
  link.hidden = false;
  document.getElementById("text-kept").hidden = false;
  document.getElementById("type-again").hidden = true;
}
