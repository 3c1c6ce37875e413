// What somebody writes in a verdict is kept in this tab until it is saved: a session that ends, a network that fails
// or a page that is left by mistake loses none of it.
"use strict";

{
  const who = document.querySelector(".who-name")?.textContent ?? "";
  const forms = [...document.querySelectorAll("form.review")];
  const name = (form) => `draft:${who}:${form.id}`;
  const isWritten = (field) => field.name === "comment" || field.name.includes(":");

  // What the form says, as text: the chosen verdicts and the comment.
  const written = (form) => {
    const said = [...new FormData(form)].filter(([field, value]) => isWritten({ name: field }) && value.trim() !== "");
    return JSON.stringify(said.map(([field, value]) => [field, value.replaceAll("\r\n", "\n").trim()]).sort());
  };
  const write = (form, text) => {
    const said = new Map(JSON.parse(text));
    for (const field of [...form.elements].filter(isWritten)) {
      const value = said.get(field.name) ?? "";
      if (field.type === "radio") field.checked = field.value === value;
      else field.value = value;
    }
  };
  const saved = new Map(forms.map((form) => [form, written(form)]));

  const tell = (form) => {
    const told = document.createElement("div");
    told.className = "notice small unsaved";
    told.setAttribute("role", "status");
    const words = document.createElement("p");
    words.textContent = "What you wrote here is back. It is not saved yet.";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "quiet";
    drop.textContent = "Drop it";
    drop.addEventListener("click", () => {
      write(form, saved.get(form));
      sessionStorage.removeItem(name(form));
      told.remove();
      form.querySelector("textarea").focus();
    });
    told.append(words, drop);
    form.prepend(told);
    form.closest(".turn").scrollIntoView({ block: "start" });
  };

  for (const form of forms) {
    const draft = sessionStorage.getItem(name(form));
    if (draft === null) continue;
    if (draft === saved.get(form)) { sessionStorage.removeItem(name(form)); continue; }
    write(form, draft);
    tell(form);
  }

  const keep = (event) => {
    const form = event.target.form;
    if (!saved.has(form)) return;
    const text = written(form);
    if (text === saved.get(form)) sessionStorage.removeItem(name(form));
    else sessionStorage.setItem(name(form), text);
  };
  document.addEventListener("input", keep);
  document.addEventListener("change", keep);
  // Whoever agrees with all or takes all back means it.
  document.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) sessionStorage.removeItem(name(event.target));
  });
}
