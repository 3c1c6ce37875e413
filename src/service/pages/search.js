// Completion in the search box, after the WAI-ARIA combobox pattern.
"use strict";

{
  const box = document.getElementById("q");
  const list = document.getElementById("completions");
  let found = [];
  let at = -1;
  let asked = 0;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  const close = () => {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const point = (to) => {
    at = to;
    for (const [index, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(index === at));
      if (index === at) {
        box.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  };
  const take = (index) => {
    const { query, cursor, text } = found[index];
    box.value = query;
    box.focus();
    box.setSelectionRange(cursor, cursor);
    close();
    if (text.endsWith(":")) ask();
  };
  const show = () => {
    list.replaceChildren(...found.map(({ text, what }, index) => {
      const option = document.createElement("li");
      option.id = "completion-" + index;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const name = document.createElement("code");
      name.textContent = text;
      const told = document.createElement("span");
      told.textContent = what;
      option.append(name, told);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return option;
    }));
    at = -1;
    list.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    box.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const mine = ++asked;
    const query = new URLSearchParams({ q: box.value, at: String(box.selectionStart ?? box.value.length) });
    try {
      const answer = await fetch("/search/completions?" + query, { headers: { "Accept": "application/json" } });
      // Answers may come in another order; a slow one must not undo a quick one.
      if (!answer.ok || mine !== asked || document.activeElement !== box) return;
      found = await answer.json();
      show();
    } catch {
      // Without completion the box is still a box.
      close();
    }
  };

  let waiting = 0;
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) { ask(); event.preventDefault(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") point((at + 1) % found.length);
    else if (event.key === "ArrowUp") point((at <= 0 ? found.length : at) - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) take(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}
