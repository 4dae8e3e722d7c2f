// Sign in with a face, a finger or the phone's own code: Settings creates a passkey, and Join uses it.
import { post } from "./requests.js";

const place = document.getElementById("passkey");
const isSupported = typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";
if (place && isSupported) place.hidden = false;
document.getElementById("passkey-make")?.addEventListener("click", () => withPasskey(create));
document.getElementById("passkey-use")?.addEventListener("click", () => withPasskey(signIn));

async function create() {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await request("/passkey/options"));
  const created = await navigator.credentials.create({ publicKey });
  await request("/passkey", created.toJSON());
  location.reload();
}

async function signIn() {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await request("/passkey/sign-in/options"));
  const proof = await navigator.credentials.get({ publicKey });
  /** @type {{ go: string } | { proof: string }} */
  const answer = await request("/passkey/sign-in", proof.toJSON());
  if ("go" in answer) location.assign(answer.go);
  else askWhoStays(answer.proof);
}

// Somebody else is signed in here: the server asks before that changes.
/** @param {string} proof */
function askWhoStays(proof) {
  const field = document.querySelector("#passkey-asks [name=proof]");
  field.value = proof;
  field.form.requestSubmit();
}

/** @type {<T>(path: string, body?: object) => Promise<T>} */
async function request(path, body = {}) {
  const response = await post(path, body);
  const content = await response?.json();
  if (!response?.ok) throw new Error(content?.detail ?? path);
  return content;
}

// A person who only cancels sees the same words, because they can still use a code.
/** @param {() => Promise<void>} action */
async function withPasskey(action) {
  const failed = document.getElementById("passkey-failed");
  const ended = document.getElementById("passkey-ended") ?? failed;
  failed.hidden = ended.hidden = true;
  try {
    await action();
  } catch (error) {
    console.warn(error);
    (error instanceof Error && error.message === "ended" ? ended : failed).hidden = false;
  }
}
