/* Which items get the discount (`applicable_to`), below the conditions. What is not drawn stays as it is. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, select, input, button, icon, picker, things, major, minor } = FC;
  const ITEMS = ["product", "sku", "products_collection"];
  const PICKS = [
    { value: "APPLY_TO_EVERY", label: "every one" },
    { value: "APPLY_TO_CHEAPEST", label: "only the cheapest" },
    { value: "APPLY_FROM_CHEAPEST", label: "from the cheapest on" },
    { value: "APPLY_TO_MOST_EXPENSIVE", label: "only the most expensive" },
    { value: "APPLY_FROM_MOST_EXPENSIVE", label: "from the most expensive on" },
  ];
  const COUNTS = [{ value: "ITEM", label: "order lines" }, { value: "UNIT", label: "single units" }];
  const MONEY = [
    ["price", "New price of these (kind “new price”)"],
    ["amount_limit", "Largest discount of each item"],
    ["aggregated_amount_limit", "Largest discount of all of them"],
  ];
  const UNITS = [
    ["quantity_limit", "Discounted units of each item"],
    ["aggregated_quantity_limit", "Discounted units of all of them"],
  ];
  const LIFE = [
    ["product_campaign_quantity_limit", "Units in the campaign"],
    ["product_customer_campaign_quantity_limit", "Units in the campaign, per customer"],
    ["product_promotion_tier_quantity_limit", "Units in the tier"],
    ["product_customer_promotion_tier_quantity_limit", "Units in the tier, per customer"],
  ];
  const LIFE_OF_EACH = [
    ["product_in_collection_campaign_quantity_limit", "Units of each product in the campaign"],
    ["product_in_collection_customer_campaign_quantity_limit", "Units of each product in the campaign, per customer"],
    ["product_in_collection_promotion_tier_quantity_limit", "Units of each product in the tier"],
    ["product_in_collection_customer_promotion_tier_quantity_limit", "Units of each product in the tier, per customer"],
  ];
  const CALCULATED = ["price", ...UNITS, ...LIFE, ...LIFE_OF_EACH].map((limit) => (Array.isArray(limit) ? limit[0] : limit));
  const listed = (value) => (Array.isArray(value) ? value : value?.data ?? []);

  function nameOf({ setup }, item) {
    const known = setup.names[`${item.object}:${item.id}`] ?? setup.names[`${item.object}:${item.source_id}`];
    return known?.name || item.name || item.source_id || item.id || "";
  }

  function item(page, entry, onpick) {
    return picker(page.setup, ITEMS, (hit) => {
      page.setup.names[`${hit.kind}:${hit.id}`] = hit;
      onpick(hit);
    }, { name: () => nameOf(page, entry), label: "Which item" });
  }

  function figure(page, entry, [name, label, empty = "no limit"], isMoney) {
    const shown = isMoney ? major(entry[name]) : entry[name];
    const field = input(label, shown, (text) => {
      const read = isMoney ? minor(text) : /^\d+$/.test(text.trim()) ? Number(text) : text.trim();
      if (read === "") delete entry[name];
      else entry[name] = read;
      page.changed();
    }, { inputmode: "decimal", placeholder: isMoney ? "0.00" : empty, class: "rb-short" });
    const unit = isMoney ? el("span", {}, page.setup.currency) : null;
    const drawn = el("label", { class: "rb-limit" }, el("span", {}, label), el("span", { class: "rb-unit" }, field, unit));
    const formula = `${name}_formula`;
    if (!CALCULATED.includes(name)) return drawn;
    return el("div", {}, drawn, FC.formula(page, label, entry[formula], (text) => {
      if (text) entry[formula] = text;
      else delete entry[formula];
      page.changed();
    }));
  }

  function isIn(names, entry) {
    return names.some((name) => entry[name] !== undefined && entry[name] !== null);
  }

  function more(page, entry, redraw) {
    const life = entry.object === "products_collection" ? [...LIFE, ...LIFE_OF_EACH] : LIFE;
    const names = [...MONEY, ...UNITS, ...life].map(([name]) => name);
    const isSet = isIn([...names, ...names.map((name) => `${name}_formula`), "target", "repeat", "skip_initially"], entry);
    const names_ = names.map((name) => `${name}_formula`);
    const others = Object.entries(entry).filter(([name, text]) => name.endsWith("_formula") && text && !names_.includes(name));
    return el("details", { open: isSet }, el("summary", { class: "fanfare-add rb-small" }, "Limits and order"),
      el("div", { class: "rb-limits" },
        el("h4", {}, "Which of them"),
        el("label", { class: "rb-limit" }, el("span", {}, "Counted by"),
          select("Counted by", COUNTS, entry.target ?? "ITEM", (value) => {
            entry.target = value;
            page.changed();
            redraw();
          })),
        figure(page, entry, ["repeat", "Only every n-th: n =", "1"], false),
        figure(page, entry, ["skip_initially", "Skip the first", "0"], false),
        el("h4", {}, "In one order"),
        ...MONEY.map((limit) => figure(page, entry, limit, true)),
        ...UNITS.map((limit) => figure(page, entry, limit, false)),
        el("h4", {}, "Over the whole time"),
        ...life.map((limit) => figure(page, entry, limit, false)),
        ...others.map(([name, text]) => el("p", { class: "fanfare-note" }, `Calculated ${name.replaceAll("_", " ")}: ${text}`))));
  }

  function entryRow(page, entry, place, remove, redraw) {
    const mistake = Object.entries(page.mistakes).find(([where]) => where === place || where.startsWith(`${place}.`));
    return el("div", { class: mistake ? "rb-row rb-wrong" : "rb-row" },
      el("div", { class: "rb-main" },
        item(page, entry, (hit) => {
          delete entry.source_id;
          delete entry.name;
          Object.assign(entry, { object: hit.kind, id: hit.id });
          page.changed();
          redraw();
        }),
        select("Which of them", PICKS, entry.effect ?? "APPLY_TO_EVERY", (value) => { entry.effect = value; page.changed(); }),
        el("span", { class: "rb-tools" }, icon("delete", "Take it out", remove))),
      more(page, entry, redraw),
      mistake ? el("p", { class: "rb-mistake", role: "alert" }, mistake[1]) : null);
  }

  /* The part as it is drawn. A part that nobody touched is read as it came, letter for letter. */
  function stateOf(wire) {
    const state = {
      isTouched: false, all: Boolean(wire?.included_all),
      included: structuredClone(listed(wire?.included)), excluded: structuredClone(listed(wire?.excluded)),
    };
    state.read = () => {
      if (!state.isTouched) return wire;
      const found = { ...wire, included: state.included, excluded: state.excluded, included_all: state.all };
      return state.all || state.included.length || state.excluded.length ? found : null;
    };
    return state;
  }

  function targets(outer, wire) {
    const state = stateOf(wire);
    const page = FC.touching(outer, state);
    const root = el("section", { class: "rb-part" });
    const redraw = () => {
      const all = el("input", { type: "checkbox", onchange: () => { state.all = all.checked; page.changed(); } });
      all.checked = state.all;
      root.replaceChildren(
        el("h3", {}, "Which items get the discount"),
        el("p", { class: "fanfare-note" }, "Only for discounts on items. Name products, SKUs or collections."),
        el("label", { class: "rb-check" }, all, "All items of the order"),
        ...state.included.map((entry, at) => entryRow(page, entry, `applicable_to.included[${at}]`, () => {
          state.included.splice(at, 1);
          page.changed();
          redraw();
        }, redraw)),
        el("div", { class: "rb-foot" }, button("Add items", () => {
          state.included.push({ object: "product", id: "", effect: "APPLY_TO_EVERY" });
          page.changed();
          redraw();
          root.querySelectorAll(".rb-row [data-picker-text]")[state.included.length - 1].focus();
        }, { class: "fanfare-add" })),
        el("div", { class: "rb-except" }, el("span", { class: "rb-label" }, "But never:"),
          things(page.setup, ITEMS, state.excluded, (operands) => {
            state.excluded = operands;
            page.changed();
          }, (hit) => ({ object: hit.kind, id: hit.id }))));
    };
    redraw();
    return { root, read: state.read };
  }

  /* The page as a part sees it: what it changes is its own. */
  function touching(page, state) {
    return { ...page, mistakes: page.mistakes, changed: () => { state.isTouched = true; page.changed(); } };
  }

  FC.parts = { ...FC.parts, applicable_to: targets };
  FC.partStates = { ...FC.partStates, applicable_to: stateOf };
  Object.assign(FC, { item, touching });
})();
