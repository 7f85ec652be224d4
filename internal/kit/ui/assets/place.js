// For screens that stand in a place. A wallboard swaps its main part for a new one; a kiosk
// starts over when nobody has touched it for a while.
const board = document.querySelector("[data-renew]");
if (board) {
  setInterval(async () => {
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return; // the last numbers stay until the next round
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    const shown = document.querySelector("main");
    if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
  }, Number(board.dataset.renew) * 1000);
}

const kiosk = document.querySelector("[data-start-over]");
if (kiosk) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(kiosk.dataset.startOver), Number(kiosk.dataset.after) * 1000);
  };
  for (const touch of ["pointerdown", "keydown", "scroll"]) addEventListener(touch, wait, { passive: true });
  wait();
}
