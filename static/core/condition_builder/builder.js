/* Puts the rule builder together: the hidden document, its rows, the rule in words beside them. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const { el, level, wireOf, drawLevel, targets, bundle } = window.FanfareRules;
  const WAIT = 350;

  for (const root of document.querySelectorAll("[data-rule-builder]")) {
    const hidden = root.querySelector("[data-rule-document]");
    const setup = JSON.parse(document.getElementById("rule-builder-setup").textContent);
    const document_ = JSON.parse(hidden.value || "{}");
    const rules = level(document_.rules, setup.outline);
    const page = { setup, mistakes: { ...setup.mistakes }, changed: () => {} };
    const applicable = targets(page, document_.applicable_to);
    const bundled = bundle(page, document_.bundle_rules);
    let waiting = 0;

    function read() {
      const found = { rules: wireOf(rules), applicable_to: applicable.read(), bundle_rules: bundled.read() };
      return Object.fromEntries(Object.entries(found).filter(([, part]) => part && Object.keys(part).length));
    }

    function line({ text, depth, joint }) {
      const item = el("li", { class: `rb-depth-${depth}` });
      if (joint) item.append(el("span", { class: "rb-joint" }, joint), " ");
      item.append(text);
      return item;
    }

    async function say() {
      const body = new FormData();
      body.append("document", hidden.value);
      const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
      const answer = await fetch(setup.inWords, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!answer.ok) return;
      const { lines, mistakes } = await answer.json();
      const words = root.querySelector("[data-rule-words]");
      const nothing = mistakes ? "Some rows are not complete yet." : "No condition yet: it holds for every order.";
      words.replaceChildren(...(lines.length ? lines.map(line) : [el("li", { class: "fanfare-note" }, nothing)]));
    }

    page.changed = () => {
      hidden.value = JSON.stringify(read());
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
      clearTimeout(waiting);
      waiting = setTimeout(say, WAIT);
    };
    const conditions = el("section", { class: "rb-part" }, el("h3", {}, "When it holds"),
      drawLevel(page, rules, "rules", null));
    root.querySelector(".rb-parts").replaceChildren(conditions, applicable.root, bundled.root);
    root.querySelector(".rb-wrong")?.scrollIntoView({ block: "center" });
  }
});
