/* Puts a builder together: the hidden document, its rows, beside them the sentence it means, a count, a trial.
   What an area adds (`FanfareConditions.parts`) stands below the rows: {key: (page, wire) => {root, read}}. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const FC = globalThis.FanfareConditions;
  const { el, button, level, wireOf, drawLevel } = FC;
  const WAIT = 350;
  const MOST_STEPS = 50;

  function start(root) {
    const hidden = root.querySelector("[data-rule-document]");
    const setup = JSON.parse(document.getElementById(root.dataset.setup).textContent);
    const wire = JSON.parse(hidden.value || "{}");
    const live = root.querySelector("[data-rule-said]");
    const state = { rules: level(wire.rules, setup.outline), history: [] };
    const page = { setup, mistakes: { ...setup.mistakes } };
    let waiting = 0;
    let asked = 0;

    page.say = (text) => { live.textContent = text; };
    page.remember = () => {
      state.history.push(structuredClone(state.rules));
      if (state.history.length > MOST_STEPS) state.history.shift();
      undo.hidden = false;
    };
    page.forget = () => {
      state.history.pop();
      undo.hidden = !state.history.length;
    };
    page.changed = () => {
      hidden.value = JSON.stringify(read());
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
      clearTimeout(waiting);
      waiting = setTimeout(ask, WAIT);
    };
    page.document = () => hidden.value;

    const undo = button("Undo", () => {
      state.rules = state.history.pop();
      page.mistakes = {};
      redraw();
      page.changed();
      undo.hidden = !state.history.length;
      (undo.hidden ? conditions.querySelector("button, select") : undo)?.focus();
      page.say("Undone.");
    }, { class: "fanfare-add rb-undo", hidden: true });
    const conditions = el("section", { class: "rb-part" });
    const redraw = () => conditions.replaceChildren(
      el("div", { class: "rb-title" }, el("h3", {}, setup.title), undo), drawLevel(page, state.rules, "rules", null));
    const others = Object.entries(FC.parts ?? {}).filter(([key]) => setup.parts.includes(key))
      .map(([key, make]) => [key, make(page, wire[key] ?? null)]);

    function read() {
      const rules = setup.parts.includes("rules") ? { rules: wireOf(state.rules) } : {};
      const found = { ...wire, ...rules, ...Object.fromEntries(others.map(([key, part]) => [key, part.read()])) };
      return Object.fromEntries(Object.entries(found).filter(([, part]) => part && Object.keys(part).length));
    }

    function line({ text, depth, joint }) {
      const item = el("li", { class: `rb-depth-${Math.min(depth, 3)}` });
      if (joint) item.append(el("span", { class: "rb-joint" }, joint), " ");
      item.append(text);
      return item;
    }

    async function ask() {
      const turn = ++asked;
      const count = root.querySelector("[data-rule-count]");
      count?.classList.add("is-asking");
      const answer = await FC.post(setup.inWords, { document: hidden.value });
      if (turn !== asked) return;
      count?.classList.remove("is-asking");
      if (!answer) return;
      const { lines, mistakes, count: said, examples } = answer;
      const words = root.querySelector("[data-rule-words]");
      const nothing = mistakes ? "Some rows are not complete yet." : setup.nothing;
      words.replaceChildren(...(lines.length ? lines.map(line) : [el("li", { class: "fanfare-note" }, nothing)]));
      if (count) {
        count.querySelector("[data-filter-count]").textContent = said ?? "";
        count.querySelector("[data-filter-examples]").textContent = examples ?? "";
        count.hidden = !said;
      }
      trial?.again();
    }

    const place = root.querySelector("[data-rule-trial]");
    const trial = place && setup.trial ? FC.trial(page, place) : null;
    redraw();
    root.querySelector(".rb-parts").replaceChildren(
      ...(setup.parts.includes("rules") ? [conditions] : []), ...others.map(([, part]) => part.root));
    root.querySelector(".rb-wrong")?.scrollIntoView({ block: "center" });
    if (root.querySelector("[data-rule-count]") && Object.keys(wire.rules ?? {}).length) ask();
  }

  document.querySelectorAll("[data-condition-builder]").forEach(start);
});
