// A button that prints, shown only where scripts run.
"use strict";

for (const button of document.querySelectorAll("button.print-page")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
