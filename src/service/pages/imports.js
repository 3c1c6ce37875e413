// Sends an export, and follows one that is being read.
"use strict";

{
  const form = document.getElementById("upload");
  if (form) {
    const refused = document.getElementById("refused");
    const sending = document.getElementById("sending");
    const refuse = (why) => {
      sending.hidden = true;
      form.querySelector("button").disabled = false;
      refused.textContent = why;
      refused.hidden = false;
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const file = form.elements.file.files[0];
      if (!file) return;
      const asked = new URLSearchParams({ name: file.name });
      for (const name of ["format", "encoding", "map", "dates", "our_addresses"]) {
        const value = form.elements[name].value.trim();
        if (value) asked.set(name, value);
      }
      refused.hidden = true;
      sending.hidden = false;
      form.querySelector("button").disabled = true;
      const request = new XMLHttpRequest();
      request.open("POST", "/v1/imports?" + asked);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (sent) => {
        if (sent.lengthComputable) document.getElementById("sent").value = 100 * sent.loaded / sent.total;
      });
      request.addEventListener("load", () => {
        if (request.status === 401) { location.assign("/signin?next=/imports"); return; }
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch { /* told below */ }
        if (request.status === 202 && answer) { location.assign("/imports/" + answer.key); return; }
        const faults = (answer?.errors ?? []).map((fault) => fault.pointer + ": " + fault.detail);
        refuse([answer?.detail ?? "It was not taken.", ...faults].join(" "));
      });
      request.addEventListener("error", () => refuse("The service cannot be reached. Nothing was taken in."));
      request.send(file);
    });
  }

  const followed = document.getElementById("import");
  if (followed && ["waiting", "running"].includes(followed.dataset.state)) {
    const events = new EventSource("/v1/imports/" + followed.dataset.key + "/events");
    const show = (told) => {
      const { counts } = JSON.parse(told.data);
      for (const place of followed.querySelectorAll("[data-count]")) {
        place.textContent = counts[place.dataset.count].toLocaleString();
      }
      const read = document.getElementById("read");
      if (read && counts.size > 0) read.value = 100 * counts.bytes / counts.size;
    };
    events.addEventListener("progress", show);
    // How it ended stands on the page.
    events.addEventListener("over", () => { events.close(); location.reload(); });
  }
}
