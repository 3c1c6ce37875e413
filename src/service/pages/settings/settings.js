// Follows how far reading anew is, and leads from a fault to its place in the rules.
"use strict";

{
  const followed = document.getElementById("rescoring");
  const share = document.getElementById("rescored-share");
  // The page itself tells how it ended.
  async function follow() {
    try {
      const answer = await fetch("/v1/rescore/" + followed.dataset.key, { headers: { "Accept": "application/json" } });
      if (!answer.ok) return;
      const { state, counts } = await answer.json();
      if (!["waiting", "running"].includes(state)) { location.reload(); return; }
      if (state === "running") {
        document.getElementById("rescored").textContent =
          counts.conversations.toLocaleString() + " of " + counts.size.toLocaleString() + " conversations read anew.";
        if (share && counts.size > 0) share.value = 100 * counts.conversations / counts.size;
      }
    } catch { /* It is asked again. */ }
    setTimeout(follow, 1000);
  }
  if (followed?.dataset.state === "finishing") setTimeout(() => location.reload(), 2000);
  if (followed && ["waiting", "running"].includes(followed.dataset.state)) setTimeout(follow, 500);

  const text = document.getElementById("text");
  for (const link of document.querySelectorAll("a[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const lines = text.value.split("\n");
      const line = Number(link.dataset.line) - 1;
      const before = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
      const at = before + [...(lines[line] ?? "")].slice(0, Number(link.dataset.column) - 1).join("").length;
      text.focus();
      text.setSelectionRange(at, before + (lines[line] ?? "").length);
      const height = text.scrollHeight / lines.length;
      text.scrollTop = Math.max(0, (line - 5) * height);
      text.scrollIntoView({ block: "center" });
    });
  }
}
