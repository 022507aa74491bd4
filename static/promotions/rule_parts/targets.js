/* Which items get the discount (`applicable_to`), and bundles (`bundle_rules`). Unknown fields stay as they are. */
"use strict";

(() => {
  const { el, select, input, button, icon, picker, things, major, minor } = window.FanfareRules;
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
    return el("label", { class: "rb-limit" }, el("span", {}, label), el("span", { class: "rb-unit" }, field, unit));
  }

  function isIn(names, entry) {
    return names.some((name) => entry[name] !== undefined && entry[name] !== null);
  }

  function more(page, entry, redraw) {
    const life = entry.object === "products_collection" ? [...LIFE, ...LIFE_OF_EACH] : LIFE;
    const names = [...MONEY, ...UNITS, ...life].map(([name]) => name);
    const isSet = isIn([...names, "target", "repeat", "skip_initially"], entry);
    const calculated = Object.entries(entry).filter(([name, text]) => name.endsWith("_formula") && text);
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
        ...calculated.map(([name, text]) => el("p", { class: "fanfare-note" }, `Calculated ${name.replaceAll("_", " ")}: ${text}`))));
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

  function targets(page, wire) {
    const state = { all: Boolean(wire?.included_all), included: listed(wire?.included), excluded: listed(wire?.excluded) };
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
    const read = () => {
      const found = { ...wire, included: state.included, excluded: state.excluded, included_all: state.all };
      return state.all || state.included.length || state.excluded.length ? found : null;
    };
    return { root, read };
  }

  function partOf(wire) {
    const operand = wire.conditions?.$is?.[0] ?? {};
    const own = typeof operand === "object" ? operand : { id: operand };
    const needed = Object.entries(wire.rules ?? {}).find(([key]) => key !== "logic")?.[1];
    return { item: { object: own.type ?? "product", ...own }, quantity: needed?.conditions?.$is?.[0] ?? 1 };
  }

  function wireOfPart({ item: own, quantity }) {
    return {
      name: "order.items.any", conditions: { $is: [own] },
      rules: { 1: { name: "order.items.aggregated_quantity", conditions: { $is: [quantity] } } },
    };
  }

  function bundle(page, wire) {
    const parts = Object.entries(wire ?? {}).filter(([key]) => key !== "limit" && key !== "logic").map(([, part]) => partOf(part));
    let limit = wire?.limit ?? 1;
    const root = el("section", { class: "rb-part" });
    const mistake = () => Object.entries(page.mistakes).find(([place]) => place.startsWith("bundle_rules"))?.[1];
    const body = el("details", { open: parts.length > 0 });
    root.append(body);
    const redraw = () => body.replaceChildren(
      el("summary", {}, "Bundle"),
      el("p", { class: "fanfare-note" }, "The order must hold all of these together; the discount counts for each complete bundle."),
      ...parts.map((part, at) => el("div", { class: "rb-row" }, el("div", { class: "rb-main" },
        input("How many", part.quantity, (text) => { part.quantity = Number(text) || text; page.changed(); },
          { inputmode: "numeric", class: "rb-short" }),
        item(page, part.item, (hit) => { part.item = { id: hit.id, object: hit.kind }; page.changed(); redraw(); }),
        el("span", { class: "rb-tools" }, icon("delete", "Take it out", () => { parts.splice(at, 1); page.changed(); redraw(); }))))),
      mistake() ? el("p", { class: "rb-mistake", role: "alert" }, mistake()) : "",
      parts.length ? el("label", { class: "rb-limit" }, el("span", {}, "Bundles that count in one order"),
        input("Bundles that count in one order", limit, (text) => { limit = Number(text) || text; page.changed(); },
          { inputmode: "numeric", class: "rb-short" })) : "",
      el("div", { class: "rb-foot" }, button("Add a part", () => {
        parts.push({ item: { object: "product", id: "" }, quantity: 1 });
        page.changed();
        redraw();
      }, { class: "fanfare-add" })));
    redraw();
    const read = () => (parts.length ? { limit, ...Object.fromEntries(parts.map((part, at) => [String(at + 1), wireOfPart(part)])) } : null);
    return { root, read };
  }

  Object.assign(window.FanfareRules, { targets, bundle });
})();
