/* Bundles (`bundle_rules`): what must be in the order together. What is not drawn stays as it is. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, input, button, icon } = FC;
  const OTHERS = ["limit", "logic"];

  function partOf(key, wire) {
    const operand = wire?.conditions?.$is?.[0] ?? {};
    const own = typeof operand === "object" ? operand : { id: operand };
    const needed = Object.entries(wire?.rules ?? {}).find(([name]) => name !== "logic")?.[1];
    return { key, wire, item: { object: own.type ?? "product", ...own }, quantity: needed?.conditions?.$is?.[0] ?? 1 };
  }

  function wireOfPart({ wire, isTouched, item, quantity }) {
    if (!isTouched) return wire;
    return {
      ...wire, name: "order.items.any", conditions: { $is: [item] },
      rules: { 1: { name: "order.items.aggregated_quantity", conditions: { $is: [quantity] } } },
    };
  }

  /* The part as it is drawn. A part that nobody touched is read as it came, letter for letter. */
  function stateOf(wire) {
    const state = {
      isTouched: false, limit: wire?.limit ?? 1,
      parts: Object.entries(wire ?? {}).filter(([key]) => !OTHERS.includes(key)).map(([key, part]) => partOf(key, part)),
    };
    state.read = () => {
      if (!state.isTouched) return wire;
      if (!state.parts.length) return null;
      const others = Object.fromEntries(Object.entries(wire ?? {}).filter(([key]) => OTHERS.includes(key)));
      return { ...others, limit: state.limit, ...Object.fromEntries(state.parts.map((part) => [part.key, wireOfPart(part)])) };
    };
    return state;
  }

  function nextKey(parts) {
    return String(Math.max(0, ...parts.map((part) => Number(part.key)).filter(Number.isInteger)) + 1);
  }

  function bundle(outer, wire) {
    const state = stateOf(wire);
    const page = FC.touching(outer, state);
    const root = el("section", { class: "rb-part" });
    const body = el("details", { open: state.parts.length > 0 });
    const mistake = () => Object.entries(page.mistakes).find(([place]) => place.startsWith("bundle_rules"))?.[1];
    const change = (part, found) => { Object.assign(part, found, { isTouched: true }); page.changed(); };
    const whole = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim());
    root.append(body);
    const redraw = () => body.replaceChildren(
      el("summary", {}, "Bundle"),
      el("p", { class: "fanfare-note" }, "The order must hold all of these together; the discount counts for each complete bundle."),
      ...state.parts.map((part, at) => el("div", { class: "rb-row", role: "group", "aria-label": `Part ${at + 1} of the bundle` },
        el("div", { class: "rb-main" },
          input("How many", part.quantity, (text) => change(part, { quantity: whole(text) }), { inputmode: "numeric", class: "rb-short" }),
          FC.item(page, part.item, (hit) => { change(part, { item: { id: hit.id, object: hit.kind } }); redraw(); }),
          el("span", { class: "rb-tools" }, icon("delete", "Take it out", () => {
            state.parts.splice(at, 1);
            page.changed();
            redraw();
          }))))),
      mistake() ? el("p", { class: "rb-mistake", role: "alert" }, mistake()) : "",
      state.parts.length ? el("label", { class: "rb-limit" }, el("span", {}, "Bundles that count in one order"),
        input("Bundles that count in one order", state.limit, (text) => { state.limit = whole(text); page.changed(); },
          { inputmode: "numeric", class: "rb-short" })) : "",
      el("div", { class: "rb-foot" }, button("Add a part", () => {
        state.parts.push({ key: nextKey(state.parts), isTouched: true, item: { object: "product", id: "" }, quantity: 1 });
        page.changed();
        redraw();
      }, { class: "fanfare-add" })));
    redraw();
    return { root, read: state.read };
  }

  FC.parts = { ...FC.parts, bundle_rules: bundle };
  FC.partStates = { ...FC.partStates, bundle_rules: stateOf };
})();
