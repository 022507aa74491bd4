/* Facts are written down only where no draft is chosen. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("[data-simulator]");
  const facts = form?.querySelector("[data-simulator-facts]");
  const what = form?.querySelector("[name=what]");
  if (!facts || !what) return;
  what.addEventListener("change", () => { facts.hidden = what.value !== "facts"; });
  form.addEventListener("submit", () => {
    for (const field of facts.querySelectorAll("input, select")) field.disabled = !field.value || facts.hidden;
  });
});
