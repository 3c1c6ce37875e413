// Reads the draft anew shortly after the last key.
"use strict";

{
  const form = document.getElementById("try");
  let waiting;
  let asked = 0;

  async function read() {
    const own = ++asked;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (own !== asked) return;
      // A session that has ended leads to the page for signing in.
      if (answer.redirected) { location.assign(answer.url); return; }
      if (!answer.ok) { amends.say("That could not be read. Try again in a moment."); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("read");
      if (own === asked && fresh) document.getElementById("read").replaceChildren(...fresh.childNodes);
    } catch {
      amends.say("The service cannot be reached. What you wrote is still here.");
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(read, 400);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    read();
  });
}
