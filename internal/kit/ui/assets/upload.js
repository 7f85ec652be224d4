// Shows how much of a file has gone. A form with data-upload is posted by this script, which
// asks for JSON and goes where "next" says, or where the answer leads. Was it refused, the
// browser posts the form itself and shows why.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const bar = form.querySelector("[data-upload-progress]");
  const text = form.querySelector("[data-upload-status]");

  form.addEventListener("submit", (event) => {
    const files = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (!bar || !files || event.defaultPrevented) return;
    event.preventDefault();

    const body = new FormData(form, event.submitter);
    const plainly = () => {
      if (event.submitter?.name) { // form.submit() leaves the pressed button out
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = event.submitter.name;
        field.value = event.submitter.value;
        form.append(field);
      }
      HTMLFormElement.prototype.submit.call(form);
    };

    const request = new XMLHttpRequest();
    request.open("POST", event.submitter?.getAttribute("formaction") ?? form.action);
    request.setRequestHeader("Accept", "application/json");
    let told = -1;
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      if (!lengthComputable) return;
      const percent = Math.floor((100 * loaded) / total);
      bar.value = percent;
      if (percent - told >= 25 || percent === 100) { // heard four times, not a hundred
        told = percent;
        text.textContent = text.dataset.text.replace("{n}", String(percent));
      }
    });
    request.addEventListener("load", () => {
      let next;
      try { next = JSON.parse(request.responseText).next; } catch { next = undefined; }
      if (request.status >= 400) {
        plainly();
        return;
      }
      const to = new URL(next ?? request.responseURL, location.href);
      // An address that is this page's but for the fragment would not be loaded anew.
      if (to.pathname + to.search === location.pathname + location.search) to.hash = "";
      location.assign(to);
    });
    request.addEventListener("error", plainly);
    bar.hidden = false;
    request.send(body);
  });
}
