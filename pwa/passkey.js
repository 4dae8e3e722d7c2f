"use strict";
// Come back by a face, a finger or the phone's own code: a passkey is made in Settings, and used on Join.

const place = document.getElementById("passkey");
const can = typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";
if (place && can) place.hidden = false;
document.getElementById("passkey-make")?.addEventListener("click", () => withPasskey(make));
document.getElementById("passkey-use")?.addEventListener("click", () => withPasskey(use));

async function make() {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked("/passkey/options"));
  const made = await navigator.credentials.create({ publicKey });
  await asked("/passkey", made.toJSON());
  location.reload();
}

async function use() {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await asked("/passkey/sign-in/options"));
  const proof = await navigator.credentials.get({ publicKey });
  const { go } = await asked("/passkey/sign-in", proof.toJSON());
  location.assign(go);
}

async function asked(path, body = {}) {
  const answer = await post(path, body);
  const said = await answer?.json();
  if (!answer?.ok) throw new Error(said?.detail ?? path);
  return said;
}

// Who changed their mind is told nothing is wrong: the code is still there.
async function withPasskey(act) {
  const failed = document.getElementById("passkey-failed");
  const ended = document.getElementById("passkey-ended") ?? failed;
  failed.hidden = ended.hidden = true;
  try {
    await act();
  } catch (error) {
    console.warn(error);
    (error.message === "ended" ? ended : failed).hidden = false;
  }
}
