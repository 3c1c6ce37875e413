// Working through the queue by keys.
"use strict";

{
  const items = [...document.querySelectorAll("#queue > .item")];
  let at = -1;

  const go = (to) => {
    if (!items.length) return;
    at = Math.min(Math.max(to, 0), items.length - 1);
    items[at].querySelector("a.open").focus();
    items[at].scrollIntoView({ block: "nearest" });
  };
  for (const [index, item] of items.entries()) item.addEventListener("focusin", () => { at = index; });

  const settle = (item, agreed) => {
    item.classList.toggle("is-done", agreed);
    item.querySelector("form.agree").hidden = agreed;
    item.querySelector("form.undo").hidden = !agreed;
    amends.say(agreed ? "You agreed with the machine. u takes it back." : "Taken back: the message is unreviewed.");
  };
  const act = async (item, name) => {
    const form = item?.querySelector("form." + name);
    if (!form || form.hidden || form.dataset.busy) return;
    form.dataset.busy = "yes";
    const taken = await amends.send(form);
    delete form.dataset.busy;
    if (!taken) return;
    const focused = item.contains(document.activeElement);
    settle(item, name === "agree");
    if (focused) item.querySelector("a.open").focus();
  };
  for (const form of document.querySelectorAll("#queue form")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(form.closest(".item"), form.className);
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || amends.typing(event.target)) return;
    if (event.key === "j") go(at + 1);
    else if (event.key === "k") go(at - 1);
    else if (event.key === "a") act(items[at], "agree");
    else if (event.key === "u") act(items[at], "undo");
    else return;
    event.preventDefault();
  });
}
