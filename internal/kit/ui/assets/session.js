// Asks before an idle session ends. Every page of a signed-in session that is loaded, in
// any tab, keeps the session alive, and the tabs tell each other.
const dialog = document.getElementById("t-session");
const warnFor = 120e3;

if (dialog) {
  const { idle, extend, gone } = dialog.dataset;
  const life = Number(idle) * 1000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("t-session") : null;
  const title = document.title;
  let ends = Date.now() + life;

  const alive = (tell) => {
    ends = Date.now() + life;
    document.title = title;
    if (dialog.open) dialog.close();
    if (tell) tabs?.postMessage("alive");
  };
  const leave = () => {
    clearInterval(clock);
    location.replace(gone);
  };
  const ask = async () => {
    const answer = await fetch(extend, { method: "POST" }).catch(() => null);
    if (answer?.ok && !answer.redirected) alive(true);
    else if (answer) leave(); // the session has ended; without an answer the clock goes on
  };

  dialog.querySelector("button").addEventListener("click", ask);
  dialog.addEventListener("cancel", (event) => { // Esc says the same as the button
    event.preventDefault();
    ask();
  });
  tabs?.addEventListener("message", () => alive(false));
  tabs?.postMessage("alive");

  // A clock, not one long timer: timers stand still while a device sleeps.
  const look = () => {
    const left = ends - Date.now();
    if (left <= 0) leave();
    else if (left <= warnFor && !dialog.open) {
      dialog.showModal();
      document.title = dialog.querySelector("h2").textContent + " – " + title;
    }
  };
  const clock = setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  look();
}
