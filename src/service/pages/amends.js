// What every page has: times in the viewer's zone, and keys.
"use strict";

const amends = {
  // Tells something to whoever sees it and whoever hears it.
  say(words) {
    const said = document.getElementById("said");
    said.textContent = "";
    clearTimeout(amends.saying);
    requestAnimationFrame(() => { said.textContent = words; });
    amends.saying = setTimeout(() => { said.textContent = ""; }, 6000);
  },

  // Whether keys are meant for a field and not for the page.
  typing(target) {
    return target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
  },

  // Sends a form without leaving the page; gives whether it was taken. A session that has ended leads to /signin.
  async send(form) {
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "Accept": "application/json" },
        // Where a browser without scripts would go on.
        redirect: "manual",
      });
      if (answer.type === "opaqueredirect") return true;
      if (answer.status === 401) {
        location.assign("/signin?next=" + encodeURIComponent(location.pathname + location.search));
        return false;
      }
      if (answer.ok) return true;
      const problem = await answer.json().catch(() => null);
      amends.say(problem?.detail ?? "That did not work. Try again in a moment.");
    } catch {
      amends.say("The service cannot be reached. Nothing was changed; try again in a moment.");
    }
    return false;
  },
};

for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime()) || !time.dateTime.includes("T")) continue;
  time.title = "In the office's time zone: " + time.textContent;
  time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || amends.typing(event.target)) return;
  const keys = document.querySelector("details.keys");
  if (event.key === "?" && keys) {
    event.preventDefault();
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
  } else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
});

// From a conversation one goes on to the next one of the list in which it was last shown.
{
  const links = [...document.querySelectorAll('main :is(.items, table) :is(h2, h3, th) a[href^="/conversations/"]')];
  const places = links.map((link) => link.getAttribute("href"));
  if (places.length) sessionStorage.setItem("trail", JSON.stringify({ from: location.pathname + location.search, places }));
}
