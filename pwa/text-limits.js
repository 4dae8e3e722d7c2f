// Show the length of a text once it is nearly too long, and do not send a text that is too long. Nothing is ever cut.

const NEARLY = 0.8;

document.addEventListener("input", count);
document.addEventListener("focusin", count);

/** @param {Event} event */
function count(event) {
  const field = /** @type {HTMLInputElement} */ (event.target);
  const longest = Number(field.dataset?.longest);
  if (!longest) return;
  const length = lengthOf(field.value);
  const words = (document.body.dataset.fits ?? "").replace("{length}", `${length}`).replace("{longest}", `${longest}`);
  placeOf(field).textContent = length > longest * NEARLY ? words : "";
  field.setCustomValidity(length > longest ? words : "");
}

// Count as the server does: the end of a line is two characters, and an emoji is one.
/** @param {string} text */
const lengthOf = (text) => [...text.trim().replaceAll(/\r?\n/g, "\r\n")].length;

/** @param {HTMLElement} field */
function placeOf(field) {
  if (field.nextElementSibling?.matches("output")) return field.nextElementSibling;
  const place = document.createElement("output");
  place.className = "hint";
  place.htmlFor.add(field.id);
  field.after(place);
  return place;
}
