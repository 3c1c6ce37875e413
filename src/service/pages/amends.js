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

// On a slow network people press twice: a form is sent once. Whoever comes back to the page may send it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { if (form.dataset.sent) amends.say("Sending …"); }, 1000);
  // Or gave up waiting.
  setTimeout(() => { delete form.dataset.sent; }, 15000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What was written and not saved is nobody else's.
document.querySelector('form[action="/signout"]')?.addEventListener("submit", () => sessionStorage.clear());

// On a phone the way between pages is wider than the screen.
{
  const here = document.querySelector(".pages [aria-current]");
  const list = here?.closest("ul");
  const show = () => { list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2; };
  if (list) { show(); addEventListener("resize", show); }
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
