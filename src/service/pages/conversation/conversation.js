// A conversation: notes beside the words, keys.
"use strict";

(() => {
  // Notes: shown at their words on hover, focus or tap. Without this script a mark leads to its note below.
  const box = document.createElement("div");
  box.className = "note-box";
  box.id = "note-box";
  box.hidden = true;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Note");
  document.getElementById("main").append(box);
  let shown = null;
  let pinned = false;
  let leaving = 0;

  function verdictButtons(item) {
    const radios = [...item.querySelectorAll(".say input")].filter((input) => input.value);
    if (!radios.length) return null;
    const row = document.createElement("p");
    row.className = "row";
    for (const radio of radios) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "second";
      button.textContent = radio.value === "yes" ? "Right" : "Wrong";
      button.setAttribute("aria-pressed", radio.checked);
      button.addEventListener("click", () => {
        radio.checked = true;
        radio.dispatchEvent(new Event("change", { bubbles: true }));
        for (const other of row.children) other.setAttribute("aria-pressed", other === button);
        amends.say("Noted. Save your verdict to keep it.");
      });
      row.append(button);
    }
    return row;
  }

  function show(mark) {
    clearTimeout(leaving);
    if (shown === mark) return;
    hide();
    shown = mark;
    box.replaceChildren();
    for (const id of mark.dataset.notes.split(" ")) {
      const item = document.getElementById(id);
      if (!item) continue;
      const note = item.querySelector(".note").cloneNode(true);
      const buttons = verdictButtons(item);
      if (buttons) note.append(buttons);
      box.append(note);
    }
    box.hidden = false;
    mark.setAttribute("aria-expanded", "true");
    mark.setAttribute("aria-describedby", box.id);
    place(mark);
  }

  // Below the last line of the words, or above the first where that is out of sight.
  function place(mark) {
    const lines = mark.getClientRects();
    const line = lines[lines.length - 1];
    const left = Math.max(16, Math.min(lines[0].left, document.documentElement.clientWidth - box.offsetWidth - 16));
    const below = line.bottom + 6 + box.offsetHeight < innerHeight || lines[0].top < box.offsetHeight + 6;
    box.style.left = `${left + scrollX}px`;
    box.style.top = `${(below ? line.bottom + 6 : lines[0].top - box.offsetHeight - 6) + scrollY}px`;
  }

  function hide() {
    clearTimeout(leaving);
    if (!shown) return;
    shown.removeAttribute("aria-expanded");
    shown.removeAttribute("aria-describedby");
    shown = null;
    pinned = false;
    box.hidden = true;
  }

  addEventListener("resize", () => { if (shown) place(shown); });
  const soon = () => { if (!pinned) leaving = setTimeout(hide, 250); };
  for (const mark of document.querySelectorAll("a[data-notes]")) {
    mark.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(mark); });
    mark.addEventListener("pointerleave", soon);
    mark.addEventListener("focus", () => { if (mark.matches(":focus-visible")) show(mark); });
    mark.addEventListener("blur", (event) => { if (!box.contains(event.relatedTarget)) soon(); });
    mark.addEventListener("click", (event) => {
      event.preventDefault();
      if (shown === mark && pinned) return hide();
      show(mark);
      pinned = true;
    });
    // From the words straight into their note, which stands at the end of the page.
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" || event.shiftKey || shown !== mark || !pinned) return;
      const first = box.querySelector("a, button");
      if (first) { event.preventDefault(); first.focus(); }
    });
  }
  box.addEventListener("pointerenter", () => clearTimeout(leaving));
  box.addEventListener("pointerleave", soon);
  box.addEventListener("keydown", (event) => {
    const within = [...box.querySelectorAll("a, button")];
    const last = document.activeElement === within[event.shiftKey ? 0 : within.length - 1];
    if (event.key === "Tab" && last) { event.preventDefault(); const mark = shown; mark.focus(); pinned = true; }
  });
  document.addEventListener("click", (event) => {
    if (shown && !box.contains(event.target) && !event.target.closest("a[data-notes]")) hide();
  });

  const judged = [...document.querySelectorAll(".turn.read")];
  const current = () => {
    const focused = document.activeElement?.closest?.(".turn.read");
    if (focused) return focused;
    return judged.find((turn) => "#" + turn.id === location.hash) ?? judged[0];
  };
  const go = (turn) => { turn?.focus({ preventScroll: true }); turn?.scrollIntoView({ block: "start" }); };
  const marks = () => [...document.querySelectorAll("mark a[data-notes]")];

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown) {
      const mark = shown;
      if (box.contains(document.activeElement)) mark.focus();
      hide();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (amends.typing(event.target) && event.target.type !== "radio") return;
    const turn = current();
    const button = (key) => turn?.querySelector(`[data-key="${key}"]`);
    const place = judged.indexOf(turn);
    const focused = document.activeElement?.closest?.(".turn.read") !== null;
    switch (event.key) {
      case "j": go(focused ? judged[Math.min(place + 1, judged.length - 1)] : turn); break;
      case "k": go(judged[Math.max(place - 1, 0)]); break;
      case "e": {
        const all = marks();
        const next = all[(all.indexOf(document.activeElement) + 1) % all.length];
        next?.focus();
        if (next) show(next);
        break;
      }
      case "n": document.querySelector(':is(.session, .trail) [rel="next"]')?.click(); break;
      case "p": document.querySelector(':is(.session, .trail) [rel="prev"]')?.click(); break;
      case "a": button("a")?.click(); break;
      case "u": button("u")?.click(); break;
      case "c": turn?.querySelector("textarea")?.focus(); break;
      case "b": document.querySelector('[data-key="b"]')?.click(); break;
      default: return;
    }
    event.preventDefault();
  });
})();
