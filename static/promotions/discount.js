/* "Applies to" offers what goes with the kind of discount. The server checks it again. */
"use strict";

(() => {
  function narrow() {
    const kind = document.getElementById("id_discount_type");
    const effect = document.getElementById("id_applies_to");
    if (!kind || !effect) return;
    const formula = document.getElementById("id_formula")?.closest("fieldset");
    if (formula) formula.classList.toggle("promo-hidden", ["UNITS", "SHIPPING"].includes(kind.value));
    for (const option of effect.options) {
      option.hidden = option.disabled = !option.dataset.kinds.split(" ").includes(kind.value);
    }
    if (effect.selectedOptions[0]?.disabled) {
      const first = [...effect.options].find((option) => !option.disabled);
      if (!first) return;
      effect.value = first.value;
      effect.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.id === "id_discount_type") narrow();
  });
  document.addEventListener("DOMContentLoaded", narrow);
})();
