// Renews a code every second and asks every other second how it goes. When it is decided the
// page goes on to where the answer says. Without this script the page has a link that shows
// a new code.
for (const part of document.querySelectorAll("[data-qr]")) {
  const code = part.querySelector("[data-qr-code]");
  const text = part.querySelector("[data-qr-text]");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const shown = () => document.visibilityState === "visible";
  let open = true;

  const renew = async () => {
    while (open) {
      await pause(1000);
      if (!open || !shown()) continue;
      const answer = await fetch(part.dataset.qr, { cache: "no-store" }).catch(() => null);
      if (!answer?.ok) continue;
      const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
      if (open && svg.localName === "svg") code.replaceChildren(document.importNode(svg, true));
    }
  };
  const ask = async () => {
    while (open) {
      await pause(2000);
      if (!open) return;
      const answer = await fetch(part.dataset.qrStatus, {
        method: "POST", headers: { Accept: "application/json" }, cache: "no-store",
      }).catch(() => null);
      if (!answer) continue; // no net for a moment: ask again
      const said = await answer.json().catch(() => null);
      if (answer.ok && said?.status === "pending") {
        if (said.text && said.text !== text.textContent) text.textContent = said.text;
        continue;
      }
      open = false;
      if (said?.next) location.replace(said.next);
      else location.reload();
    }
  };
  if (part.dataset.qr) renew();
  if (part.dataset.qrStatus) ask();
  addEventListener("pagehide", () => { open = false; });
}
