// Names for fields that are made of parts, or by scripts: those of what they belong to.
(() => {
  const text = (label) => label?.textContent.replace("*", "").trim() ?? "";
  const labelOf = (id) => text(document.querySelector(`label[for="${CSS.escape(id)}"]`));
  const part = (name) => new Intl.DisplayNames([document.documentElement.lang], { type: "dateTimeField" }).of(name);

  // The search field that select2 puts into a list of choices.
  const nameSearch = (field) => {
    const box = field.closest(".select2-container");
    const select = box?.previousElementSibling ?? document.querySelector("select[aria-expanded='true']");
    field.setAttribute("aria-label", text(select?.labels?.[0]) || field.placeholder || "Search");
  };
  // Day and hour of an instant stand in two fields under one label.
  const nameMoment = (field) => {
    const whole = field.id.replace(/_[01]$/, "");
    const row = labelOf(whole) || labelOf(`${whole}_0`) || text(field.closest("[class*='field-']")?.querySelector("label"));
    field.setAttribute("aria-label", `${row}, ${part(field.classList.contains("vTimeField") ? "hour" : "day")}`);
  };
  // Several fields stand under one label: the first, the second, …
  const namePart = (field) => {
    const [, whole, place] = /^(.*)_(\d+)$/.exec(field.id);
    const row = labelOf(whole) || text(field.closest("[class*='field-']")?.querySelector("label, legend"));
    if (row && !field.labels?.length) field.setAttribute("aria-label", `${row}, ${Number(place) + 1}`);
  };
  // A choice of select2 is called as its list, and says what is chosen.
  const nameChoice = (shown) => {
    const box = shown.closest(".select2-container");
    const label = box?.previousElementSibling?.labels?.[0];
    if (!label) return;
    label.id ||= `${shown.id}-label`;
    shown.setAttribute("aria-labelledby", label.id);
    shown.closest("[role=combobox]")?.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
  };
  // Fields in a table are called as their column, also where a narrow screen hides its head.
  const nameCell = (cell) => {
    const column = [...cell.classList].find((name) => /^field-(?!tabular$)/.test(name))?.replace("field-", "column-");
    const name = text(cell.closest("table").querySelector(`th.${CSS.escape(column ?? "")} span > span`));
    if (!name) return;
    cell.dataset.label = name;
    cell.querySelectorAll("input:not([type=hidden]), select").forEach((field) => {
      if (!field.labels?.length && !field.hasAttribute("aria-label")) field.setAttribute("aria-label", name);
    });
  };
  const all = (root) => {
    root.querySelectorAll?.("table.formset td.field-tabular:not([data-label])").forEach(nameCell);
    root.querySelectorAll?.(".select2-search__field:not([aria-label])").forEach(nameSearch);
    root.querySelectorAll?.(".select2-selection__rendered:not([aria-labelledby])").forEach(nameChoice);
    root.querySelectorAll?.(":is(input:not([type=hidden]), select):is([id$='_0'], [id$='_1'], [id$='_2'], [id$='_3'], [id$='_4']):not([aria-label], .vDateField, .vTimeField)").forEach(namePart);
    root.querySelectorAll?.(".help-tooltip[aria-label]:not([role])").forEach((one) => one.setAttribute("role", "img"));
    root.querySelectorAll?.("input:is(.vDateField, .vTimeField):not([aria-label])").forEach(nameMoment);
  };
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(all)))
    .observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => all(document));
})();
