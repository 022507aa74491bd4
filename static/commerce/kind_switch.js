/* On forms where the kind decides what else is asked: shows what goes with the chosen kind. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const kind = document.querySelector("[data-kind-switch]");
  if (!kind) return;
  const show = () => {
    const isList = kind.value === kind.dataset.kindSwitch;
    document.querySelectorAll(".filter-for-lists").forEach((part) => part.classList.toggle("filter-hidden", !isList));
    document.querySelectorAll(".filter-for-conditions").forEach((part) => part.classList.toggle("filter-hidden", isList));
  };
  kind.addEventListener("change", show);
  show();
});
