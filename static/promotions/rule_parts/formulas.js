/* A limit that is calculated for each order: one figure of the order, and perhaps one step of arithmetic with it.
   A formula that says more is shown and kept. `setup.formulas` are the figures: [{value, label, hasKey}]. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, select, input, button } = FC;
  const STEPS = [
    { value: "", label: "as it is" }, { value: "*", label: "times" }, { value: "/", label: "divided by" },
    { value: "+", label: "plus" }, { value: "-", label: "minus" },
  ];
  const SIMPLE = /^\s*([A-Z_]+)(?:\(\s*"([^"\\]*)"\s*\))?\s*(?:([*/+-])\s*(\d+(?:\.\d+)?))?\s*$/;

  /* {fact, key, step, by} of a formula that can be said in words, else null. */
  function parse(text, facts) {
    const found = SIMPLE.exec(String(text));
    const fact = found && facts.find((each) => each.value === found[1]);
    if (!fact || Boolean(fact.hasKey) !== (found[2] !== undefined)) return null;
    return { fact: found[1], key: found[2] ?? "", step: found[3] ?? "", by: found[4] ?? "" };
  }

  function write({ fact, key, step, by }, facts) {
    const hasKey = facts.find((each) => each.value === fact)?.hasKey;
    const what = hasKey ? `${fact}("${key.replaceAll(/["\\]/g, "")}")` : fact;
    return step ? `${what} ${step} ${by.trim().replace(",", ".")}` : what;
  }

  function formula(page, label, stored, set) {
    const facts = page.setup.formulas;
    const root = el("div", { class: "rb-formula" });
    let text = stored === null || stored === undefined || stored === "" ? "" : String(stored);
    const say = (found) => { text = found; set(found); };
    const draw = (focus) => {
      const state = text ? parse(text, facts) : null;
      if (!text) {
        root.replaceChildren(button("Calculate it", () => { say(facts[0].value); draw("select"); },
          { class: "fanfare-add rb-small", "aria-label": `Calculate: ${label}` }));
      } else if (!state) {
        root.replaceChildren(el("span", { class: "fanfare-note" }, "Calculated by a formula that is kept as it is: ", el("code", {}, text)),
          button("Take it out", () => { say(""); draw("button"); }, { class: "fanfare-add rb-small", "aria-label": `Take the formula out: ${label}` }));
      } else {
        const change = (found) => { Object.assign(state, found); say(write(state, facts)); };
        root.replaceChildren(el("span", { class: "rb-label" }, "Calculated from"), el("span", { class: "rb-unit" },
          select(`Calculated from: ${label}`, facts, state.fact, (fact) => { change({ fact, key: "" }); draw("select"); }),
          facts.find((each) => each.value === state.fact).hasKey
            ? input("Metadata key", state.key, (key) => change({ key }), { class: "rb-key", placeholder: "Key" }) : null,
          select(`Arithmetic: ${label}`, STEPS, state.step, (step) => {
            change({ step, by: step ? state.by || "1" : "" });
            draw("select:last-of-type");
          }),
          state.step ? input(`By how much: ${label}`, state.by, (by) => change({ by }), { inputmode: "decimal", class: "rb-short" }) : null,
          button("Do not calculate", () => { say(""); draw("button"); }, { class: "fanfare-add rb-small" })),
        el("span", { class: "fanfare-note" }, "The figure above counts where this has no value."));
      }
      if (focus) root.querySelector(focus)?.focus();
    };
    draw();
    return root;
  }

  Object.assign(FC, { formula, parseFormula: parse, writeFormula: write });
})();
