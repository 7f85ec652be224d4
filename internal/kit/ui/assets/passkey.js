// Asks an authenticator for a passkey, a new one or one that it has. The form is posted to
// its own address, which answers {"challenge", "options"}; the browser asks the authenticator;
// its answer is posted to data-passkey as "response", with the fields of a form for a new one,
// and then the page goes on to where "next" says. What goes wrong is said in words. Until
// this script has run the form says that it needs it.
const bytes = (s) => Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const base64 = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

// The options as the browser wants them; by hand where it can't read JSON itself.
const read = (o, fresh) => {
  const known = fresh ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[known]) return PublicKeyCredential[known](o);
  const keys = (list) => list?.map((k) => ({ ...k, id: bytes(k.id) }));
  o = { ...o, challenge: bytes(o.challenge) };
  if (!fresh) return { ...o, allowCredentials: keys(o.allowCredentials) };
  return { ...o, user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: keys(o.excludeCredentials) };
};

const written = (key) => {
  const r = key.response;
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (r[part]) response[part] = base64(r[part]);
  }
  if (r.getTransports) response.transports = r.getTransports();
  return JSON.stringify({
    id: key.id, rawId: base64(key.rawId), type: key.type, response,
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
    clientExtensionResults: key.getClientExtensionResults(),
  });
};

const refused = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "unable", NotSupportedError: "unable" };

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const line = form.querySelector("[data-passkey-text]");
  const fresh = "passkeyNew" in form.dataset;
  const text = (what) => form.getAttribute("data-text-" + what) ?? form.getAttribute("data-text-failed");
  const say = (what) => {
    line.textContent = what ? text(what) : "";
    line.classList.toggle("t-error", !["", "waiting"].includes(what));
  };
  if (!window.PublicKeyCredential || !navigator.credentials) {
    say("unable");
    continue;
  }

  const post = async (to, fields) => {
    const answer = await fetch(to, {
      method: "POST", body: JSON.stringify(fields), cache: "no-store", redirect: "error",
      headers: { Accept: "application/json", "Content-Type": "application/json" },
    });
    const said = await answer.json();
    if (!answer.ok) throw { name: "refused", what: said.error };
    return said;
  };
  let busy = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    say("waiting");
    try {
      const fields = Object.fromEntries(new FormData(form));
      const { challenge, options } = await post(form.action, fields);
      const publicKey = read(options.publicKey, fresh);
      const key = await navigator.credentials[fresh ? "create" : "get"]({ publicKey });
      const { next } = await post(form.dataset.passkey.replace("{challenge}", challenge), { ...fields, response: written(key) });
      location.assign(next);
    } catch (error) {
      busy = false;
      say(error.what ?? refused[error.name] ?? "failed");
    }
  });
  say("");
  form.querySelector("[data-passkey-ready]").hidden = false;
}
