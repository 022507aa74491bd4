/* The form of a policy: draws the rows of conditions and stages from their hidden fields, and says the policy in a
   sentence above the form while it is changed. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const WAIT = 350;
  const LISTS = ["is_any_of", "is_none_of"];

  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function select(label, options, chosen, changed) {
    const made = el("select", { "aria-label": label, onchange: () => changed(made.value) },
      ...options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)));
    return made;
  }

  function input(label, value, changed, more) {
    const made = el("input", { type: "text", value: value ?? "", "aria-label": label, ...more,
      oninput: () => changed(made.value) });
    return made;
  }

  function icon(name, label, act) {
    return el("button", { type: "button", class: "policy-icon", title: label, "aria-label": label, onclick: act },
      el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name));
  }

  const factOf = (setup, row) => setup.facts.find((fact) => fact.name === row.fact);

  function newCondition(setup) {
    return conditionOf(setup, setup.facts[0]);
  }

  function conditionOf(setup, fact) {
    const value = fact.kind === "yes_no" ? "yes" : fact.choices ? [] : "";
    return { fact: fact.name, operator: setup.operators[fact.kind][0][0], value };
  }

  function condition(setup, row, changed, redraw) {
    const fact = factOf(setup, row);
    const options = setup.facts.map(({ name, label }) => [name, label]);
    if (!fact) options.unshift([row.fact ?? "", row.fact || "Choose what it is about"]);
    const what = select("What", options, row.fact, (name) => {
      Object.assign(row, conditionOf(setup, setup.facts.find((one) => one.name === name)));
      changed();
      redraw();
    });
    if (!fact) return [what];
    const set = (value) => { row.value = value; changed(); };
    if (fact.kind === "yes_no") {
      return [what, select("Whether", [["yes", "yes"], ["no", "no"]], row.value, set)];
    }
    const operators = setup.operators[fact.kind].filter(([value]) => value === row.operator
      || fact.kind !== "texts" || LISTS.includes(value));
    const how = select("How", operators, row.operator, (operator) => {
      row.operator = operator;
      if (fact.choices) row.value = LISTS.includes(operator) ? [row.value ?? []].flat() : [row.value].flat()[0] ?? "";
      changed();
      redraw();
    });
    return [what, how, operand(setup, fact, row, set)];
  }

  function operand(setup, fact, row, set) {
    if (fact.choices) {
      const stored = [row.value ?? []].flat().filter((value) => value);
      const gone = stored.filter((value) => !fact.choices.some(([known]) => known === value));
      const choices = [...fact.choices, ...gone.map((value) => [value, `${value} (gone)`])];
      if (!LISTS.includes(row.operator)) return select("Which", [["", "Choose"], ...choices], stored[0] ?? "", set);
      if (!choices.length) return el("span", { class: "fanfare-note" }, "There is none yet.");
      const boxes = choices.map(([value, label]) => el("label", {},
        el("input", { type: "checkbox", value, checked: stored.includes(value), onchange: () => {
          set([...ticks.querySelectorAll("input:checked")].map((box) => box.value));
        } }), ` ${label}`));
      const ticks = el("span", { class: "policy-choices", role: "group", "aria-label": "Which" }, ...boxes);
      return ticks;
    }
    const unit = { money: setup.currency, percent: "%" }[fact.kind];
    const isNumber = fact.kind !== "texts";
    const typed = input("Value", row.value, set, isNumber ? { inputmode: "decimal", class: "policy-short" }
      : { placeholder: "With commas between", class: "policy-wide" });
    return unit ? el("span", { class: "policy-unit" }, typed, unit) : typed;
  }

  function newStage(setup) {
    return { group: setup.groups[0]?.name ?? "", needed: 1, name: "", permission: "" };
  }

  function stage(setup, row, changed) {
    const people = (number) => (number === 1 ? "1 person" : `${number} people`);
    const options = setup.groups.map(({ name, people: number }) => [name, `${name} (${people(number)})`]);
    if (row.group && !setup.groups.some(({ name }) => name === row.group)) {
      options.push([row.group, `${row.group} (no such group)`]);
    }
    options.push(["", "Whoever decides about requests"]);
    const number = input("How many people", row.needed, (needed) => { row.needed = needed; changed(); },
      { type: "number", min: 1, max: setup.mostPeople, class: "policy-count" });
    return [number, el("span", {}, "of"), select("Group", options, row.group, (group) => {
      Object.assign(row, { group, name: "", permission: "" });
      changed();
    })];
  }

  const KINDS = {
    conditions: { make: newCondition, draw: condition, joint: "and", add: "Add a condition", remove: "Take the condition out",
      empty: "No condition: it is always asked." },
    stages: { make: newStage, draw: stage, joint: "and then", add: "Add a stage", remove: "Take the stage out",
      empty: "Nobody has to say yes yet." },
  };

  function drawRows(root) {
    const setup = JSON.parse(document.getElementById(root.dataset.setup).textContent);
    const hidden = root.querySelector("[data-policy-document]");
    const drawn = root.querySelector("[data-policy-drawn]");
    const kind = KINDS[root.dataset.policyRows];
    const isOrdered = root.dataset.policyRows === "stages";
    const rows = JSON.parse(hidden.value || "[]");
    let mistakes = { ...setup.mistakes };

    const changed = () => {
      hidden.value = JSON.stringify(rows);
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const rearranged = (focus) => {
      mistakes = {};
      changed();
      redraw();
      drawn.querySelector(focus ?? "[data-policy-add]")?.focus();
    };
    const move = (at, by) => {
      rows.splice(at + by, 0, ...rows.splice(at, 1));
      rearranged(`[data-row="${at + by}"] .policy-icon`);
    };
    const redraw = () => {
      drawn.replaceChildren(
        ...rows.flatMap((row, at) => {
          const said = mistakes[at];
          const forget = () => { delete mistakes[at]; changed(); };
          const line = el("div", { class: said ? "policy-row policy-wrong" : "policy-row", "data-row": at },
            el("div", { class: "policy-cells" }, ...kind.draw(setup, row, forget, redraw)),
            el("span", { class: "policy-tools" },
              isOrdered && at > 0 ? icon("arrow_upward", "Ask earlier", () => move(at, -1)) : null,
              isOrdered && at < rows.length - 1 ? icon("arrow_downward", "Ask later", () => move(at, 1)) : null,
              icon("delete", kind.remove, () => { rows.splice(at, 1); rearranged(); })),
            said ? el("p", { class: "policy-mistake" }, said) : null);
          return at ? [el("div", { class: "policy-joint" }, kind.joint), line] : [line];
        }),
        rows.length ? "" : el("p", { class: "fanfare-note" }, kind.empty),
        rows.length < setup.most ? el("button", { type: "button", class: "fanfare-add", "data-policy-add": true, onclick: () => {
          rows.push(kind.make(setup));
          rearranged(`[data-row="${rows.length - 1}"] :is(select, input)`);
        } }, kind.add) : "");
    };
    redraw();
  }

  document.querySelectorAll("[data-policy-rows]").forEach(drawRows);
  document.querySelector(".policy-wrong")?.scrollIntoView({ block: "center" });

  const said = document.querySelector("[data-policy-sentence]");
  const form = document.querySelector("[data-policy-rows]")?.closest("form");
  if (!said || !form) return;
  let waiting = 0;
  let asked = 0;

  async function say() {
    const turn = ++asked;
    const answer = await fetch(said.dataset.policySentence, { method: "POST", body: new FormData(form) });
    if (!answer.ok || turn !== asked) return;
    const { sentence, more, risks } = await answer.json();
    said.querySelector("[data-sentence]").textContent = sentence;
    said.querySelector("[data-more]").textContent = more;
    said.querySelector("[data-risks]").replaceChildren(...risks.map((risk) => el("li", {}, risk)));
  }

  for (const happened of ["input", "change"]) {
    form.addEventListener(happened, () => {
      clearTimeout(waiting);
      waiting = setTimeout(say, WAIT);
    });
  }
});
