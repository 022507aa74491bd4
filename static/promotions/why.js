/* The page "Why?": rows are added and taken out without a reload, and empty ones stay out of the address. */
"use strict";

(() => {
  const all = (root, what) => [...root.querySelectorAll(what)];

  function clear(row) {
    for (const field of all(row, "input")) field.value = "";
    for (const list of all(row, ".promo-options")) list.remove();
  }

  function add(rows) {
    const last = all(rows, "[data-why-row]").at(-1);
    const row = last.cloneNode(true);
    clear(row);
    last.after(row);
    row.querySelector("input[type=text]").focus();
  }

  function remove(row) {
    const rows = row.closest("[data-why-rows]");
    if (all(rows, "[data-why-row]").length === 1) clear(row);
    else row.remove();
    rows.querySelector("[data-why-add]").focus();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-why-add]")) add(event.target.closest("[data-why-rows]"));
    const cross = event.target.closest("[data-why-remove]");
    if (cross) remove(cross.closest("[data-why-row]"));
  });

  /* Whole rows only: what stands beside each other in the address belongs together. */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-why-form]")) return;
    for (const row of all(event.target, "[data-why-row]")) {
      const fields = all(row, "input");
      if (fields.every((field) => !field.value.trim())) for (const field of fields) field.disabled = true;
    }
    for (const name of ["amount", "at", "customer", "customer-text"]) {
      const field = event.target.elements.namedItem(name);
      if (field && !field.value.trim()) field.disabled = true;
    }
  });

  /* Back from the next page: what was left out can be typed into again. */
  window.addEventListener("pageshow", () => {
    for (const field of all(document, "[data-why-form] :disabled")) field.disabled = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of all(document, "[data-why-add], [data-why-remove]")) button.hidden = false;
  });
})();
