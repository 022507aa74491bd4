/* "Add an item": a blank copy of the table's last row, with the next number in its names. */
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rows-add]");
  if (!button) return;
  const table = button.closest("[data-rows]");
  const rows = table.querySelectorAll("tbody tr");
  const row = rows[rows.length - 1].cloneNode(true);
  for (const cell of row.querySelectorAll("[name]")) {
    cell.name = cell.name.replace(/-\d+-(?=[a-z-]+$)/, `-${rows.length}-`);
    if (cell.tagName === "SELECT") cell.selectedIndex = 0;
    else cell.value = "";
  }
  table.querySelector("tbody").append(row);
  row.querySelector("input").focus();
});
