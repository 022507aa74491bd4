/* Rows of a filter: draws them from the hidden field, keeps it up to date, and asks how many match while one types.
   On the form of a new segment it also shows what goes with the chosen kind. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const WAIT = 400;

  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  const option = (value, text, chosen) => el("option", { value, selected: value === chosen }, text);

  function grouped(label, groups, chosen, changed) {
    const parts = groups.flatMap(([group, options]) => {
      const made = options.map(([value, text]) => option(value, text, chosen));
      return group ? [el("optgroup", { label: group }, ...made)] : made;
    });
    const made = el("select", { "aria-label": label, onchange: () => changed(made.value) }, ...parts);
    return made;
  }

  function input(label, value, changed, more) {
    const made = el("input", { type: "text", value: value ?? "", "aria-label": label, ...more,
      oninput: () => changed(made.value) });
    return made;
  }

  function fieldGroups(fields) {
    const groups = new Map();
    for (const { name, label, group } of fields) groups.set(group, [...(groups.get(group) ?? []), [name, label]]);
    return [...groups];
  }

  function fresh(setup) {
    const field = setup.fields[0];
    return { field: field.name, key: "", operator: setup.operators[field.kind][0][1][0][0], value: "" };
  }

  function operatorsOf(setup, field) {
    return setup.operators[field.kind].flatMap(([, options]) => options);
  }

  function value(setup, row, kind, isMoney, set) {
    const short = { class: "filter-short", inputmode: "decimal" };
    const from = (names, first) => [["", [["", "Choose"], ...names.map((name, at) => [String(at + first), name])]]];
    switch (kind) {
      case "none": return null;
      case "days": return el("span", { class: "filter-unit" }, input("Days", row.value, set, { ...short, inputmode: "numeric" }), "days");
      case "number": return isMoney
        ? el("span", { class: "filter-unit" }, input("Value", row.value, set, short), setup.currency)
        : input("Value", row.value, set, short);
      case "date": return input("Date", row.value, set, { type: "date" });
      case "month": return grouped("Month", from(setup.months, 1), row.value, set);
      case "weekday": return grouped("Day of the week", from(setup.weekdays, 0), row.value, set);
      case "locations": return setup.locations.length
        ? grouped("Location", [["", [["", "Choose"], ...setup.locations]]], row.value, set)
        : el("span", { class: "fanfare-note" }, "There is no location yet.");
      default: return input("Value", row.value, set, { class: "filter-wide", placeholder: "With commas between several" });
    }
  }

  function cells(setup, row, changed, redraw) {
    const field = setup.fields.find((one) => one.name === row.field);
    const groups = fieldGroups(setup.fields);
    if (!field) groups.unshift(["", [[row.field ?? "", row.field || "Choose what is asked"]]]);
    const what = grouped("What", groups, row.field, (name) => {
      const chosen = setup.fields.find((one) => one.name === name);
      if (chosen) Object.assign(row, { field: name, key: "", operator: operatorsOf(setup, chosen)[0][0], value: "" });
      changed();
      redraw();
    });
    if (!field) return [what];
    let key = null;
    if (field.keyLabel) {
      const list = `filter-keys-${field.name}`;
      key = el("span", {}, input(field.keyLabel, row.key, (typed) => { row.key = typed; changed(); },
        { placeholder: field.keyLabel, title: `For example ${field.keyHint}`, list }),
        el("datalist", { id: list }, ...field.keys.map((name) => el("option", { value: name }))));
    }
    const known = operatorsOf(setup, field);
    const groupsOfOperators = setup.operators[field.kind].map(([group, options]) => [group, options]);
    if (!known.some(([name]) => name === row.operator)) groupsOfOperators.unshift(["", [[row.operator, row.operator]]]);
    const how = grouped("How", groupsOfOperators, row.operator, (operator) => {
      const before = known.find(([name]) => name === row.operator)?.[2];
      const after = known.find(([name]) => name === operator)?.[2];
      Object.assign(row, { operator, value: before === after ? row.value : "" });
      changed();
      redraw();
    });
    const kind = known.find(([name]) => name === row.operator)?.[2] ?? "text";
    return [what, key, how, value(setup, row, kind, field.kind === "money", (typed) => { row.value = typed; changed(); })];
  }

  function start(root) {
    const setup = JSON.parse(document.getElementById(root.dataset.setup).textContent);
    const hidden = root.querySelector("[data-filter-document]");
    const drawn = root.querySelector("[data-filter-drawn]");
    const state = JSON.parse(hidden.value || "{}");
    const rows = state.rows ?? [];
    let mistakes = { ...setup.mistakes };

    const changed = () => {
      hidden.value = JSON.stringify({ junction: state.junction ?? "and", rows });
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
      later();
    };
    const rearranged = (focus) => {
      mistakes = {};
      changed();
      redraw();
      drawn.querySelector(focus ?? "[data-filter-add]")?.focus();
    };
    const redraw = () => {
      const joint = state.junction === "or" ? "or" : "and";
      const lines = rows.flatMap((row, at) => {
        const said = mistakes[at];
        const forget = () => { delete mistakes[at]; changed(); };
        const line = el("div", { class: said ? "filter-row filter-wrong" : "filter-row", "data-row": at },
          el("div", { class: "filter-cells" }, ...cells(setup, row, forget, redraw).filter((cell) => cell)),
          el("button", { type: "button", class: "filter-remove", title: "Take the row out", "aria-label": "Take the row out",
            onclick: () => { rows.splice(at, 1); rearranged(); } },
            el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, "delete")),
          said ? el("p", { class: "filter-mistake" }, said) : null);
        return at ? [el("div", { class: "filter-joint" }, joint), line] : [line];
      });
      const junction = rows.length < 2 ? null : el("div", { class: "filter-junction" },
        grouped("How many must hold", [["", [["and", "All of these hold"], ["or", "One of these is enough"]]]],
          state.junction ?? "and", (chosen) => { state.junction = chosen; rearranged("select"); }));
      drawn.replaceChildren(...[junction, ...lines,
        rows.length ? null : el("p", { class: "fanfare-note" }, "No condition yet."),
        el("button", { type: "button", class: "fanfare-add filter-add", "data-filter-add": true, onclick: () => {
          rows.push(fresh(setup));
          rearranged(`[data-row="${rows.length - 1}"] select`);
        } }, "Add a condition")].filter((part) => part));
    };

    const preview = root.querySelector("[data-filter-preview]");
    let waiting = 0;
    let asked = 0;
    const later = () => {
      clearTimeout(waiting);
      waiting = setTimeout(ask, WAIT);
    };
    async function ask() {
      const turn = ++asked;
      preview.hidden = !rows.length;
      if (!rows.length) return;
      preview.classList.add("is-asking");
      const body = new FormData();
      body.set("conditions", hidden.value);
      body.set("csrfmiddlewaretoken", root.closest("form").querySelector("[name=csrfmiddlewaretoken]").value);
      const answer = await fetch(root.dataset.preview, { method: "POST", body });
      if (turn !== asked) return;
      preview.classList.remove("is-asking");
      if (!answer.ok) return;
      const { count, examples } = await answer.json();
      root.querySelector("[data-filter-count]").textContent = count;
      root.querySelector("[data-filter-examples]").textContent = examples;
    }
    redraw();
    ask();
  }

  document.querySelectorAll("[data-filter-editor]").forEach(start);

  const kind = document.querySelector("[data-kind-switch]");
  if (!kind) return;
  const lists = kind.dataset.kindSwitch;
  const show = () => {
    const isList = kind.value === lists;
    document.querySelectorAll(".filter-for-lists").forEach((part) => part.classList.toggle("filter-hidden", !isList));
    document.querySelectorAll(".filter-for-conditions").forEach((part) => part.classList.toggle("filter-hidden", isList));
  };
  kind.addEventListener("change", show);
  show();
});
