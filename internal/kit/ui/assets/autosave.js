// Keeps a form while it is filled in: each time it rests it is posted, without its files, to
// data-autosave, and the line that is answered is shown.
for (const line of document.querySelectorAll("[data-autosave]")) {
  const form = line.closest("form");
  if (!form) continue;
  const rest = 1500;
  let timer = 0;
  let leaving = false;
  let last = "";

  const fields = () => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") body.append(name, value);
    }
    return body;
  };
  const keep = async () => {
    const body = fields();
    if (leaving || body.toString() === last) return;
    const answer = await fetch(line.dataset.autosave, {
      method: "POST", body, headers: { Accept: "text/plain" }, redirect: "error",
    }).catch(() => null);
    const kind = answer?.headers.get("Content-Type") ?? "";
    if (answer?.ok && kind.startsWith("text/plain")) {
      last = body.toString();
      line.textContent = await answer.text();
    } else {
      line.textContent = line.dataset.unsaved;
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, rest);
  };

  last = fields().toString();
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(timer);
  });
}
