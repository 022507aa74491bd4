/* Rows "what - how - value" in groups of all / any. A level is {rules: {key: rule}, tree, kept}; a rule carries the
   wire's object and, below it, the level of its subrules. What is not drawn stays in the wire's object. */
"use strict";

(() => {
  const { el, select, input, button, icon, value, isWithoutValue } = window.FanfareRules;
  const JOINS = [{ value: "and", label: "All of these" }, { value: "or", label: "At least one of these" }];

  /* The wire's `rules` with the server's outline of how they are joined. */
  function level(rules, outline) {
    const found = {};
    for (const [key, wire] of Object.entries(rules ?? {})) {
      if (key !== "logic") found[key] = { key, wire, below: null };
    }
    const walk = (node) => {
      if (node.of) return { join: node.join, of: node.of.map(walk) };
      const rule = found[node.key];
      rule.below = level(rule.wire.rules, node.below ?? { join: "and", of: [], kept: null });
      return { key: node.key };
    };
    return { rules: found, tree: walk({ join: outline.join, of: outline.of }), kept: outline.kept };
  }

  function keysOf(node) {
    return node.of ? node.of.flatMap(keysOf) : [node.key];
  }

  function logicOf(node) {
    if (!node.of) return node.key;
    return node.of.filter((part) => keysOf(part).length)
      .map((part) => (part.of && part.of.length > 1 ? `(${logicOf(part)})` : logicOf(part)))
      .join(` ${node.join} `);
  }

  function wireOf(found) {
    const keys = keysOf(found.tree);
    if (!keys.length) return {};
    const wire = Object.fromEntries(keys.map((key) => {
      const rule = found.rules[key];
      const below = rule.below ? wireOf(rule.below) : {};
      const { rules, ...rest } = rule.wire;
      return [key, rules !== undefined || Object.keys(below).length ? { ...rest, rules: below } : rest];
    }));
    return { ...wire, logic: found.kept ?? logicOf(found.tree) };
  }

  function nextKey(found) {
    const taken = Object.keys(found.rules).map(Number).filter(Number.isInteger);
    return String(Math.max(0, ...taken) + 1);
  }

  /* `page` is {setup, changed, mistakes}; `names` are the rule names of this level, null = all. */
  function draw(page, found, path, names) {
    const root = el("div", { class: "rb-level" });
    const redraw = () => {
      root.replaceChildren(group(page, found, path, names, found.tree, null, redraw));
      if (found.kept !== null) root.prepend(el("p", { class: "fanfare-note" },
        `These conditions are joined in a way that has no picture here: ${found.kept}. Their values can be changed.`));
    };
    redraw();
    return root;
  }

  function group(page, found, path, names, node, remove, redraw) {
    const isFixed = found.kept !== null;
    const change = () => { page.changed(); redraw(); };
    const several = node.of.length > 1 || remove;
    const word = node.join === "and" ? "and" : "or";
    const rows = node.of.flatMap((part, at) => {
      const takeOut = isFixed ? null : () => { node.of.splice(at, 1); change(); };
      const drawn = part.of ? group(page, found, path, names, part, takeOut, redraw)
        : row(page, found, path, names, found.rules[part.key], takeOut);
      return at && !isFixed ? [el("div", { class: "rb-join" }, word), drawn] : [drawn];
    });
    const add = () => {
      const key = nextKey(found);
      found.rules[key] = { key, wire: { name: "", conditions: {} }, below: level({}, { join: "and", of: [], kept: null }) };
      node.of.push({ key });
      change();
      root.closest(".rb-level")?.querySelector(`[data-key="${key}"] select`)?.focus();
    };
    const addGroup = () => { node.of.push({ join: node.join === "and" ? "or" : "and", of: [] }); change(); };
    const head = several && !isFixed ? el("div", { class: "rb-head" },
      select("How the conditions are joined", JOINS, node.join, (join) => { node.join = join; change(); }),
      el("span", {}, "must be true"), remove ? icon("delete", "Take the group out", remove) : null) : null;
    const foot = isFixed ? null : el("div", { class: "rb-foot" },
      button(names ? "Say how many, or worth how much" : "Add a condition", add, { class: "fanfare-add" }),
      names ? null : button("Add a group", addGroup, { class: "fanfare-add" }));
    const root = el("div", { class: remove ? "rb-group rb-nested" : "rb-group" }, head, ...rows, foot);
    return root;
  }

  function specOf({ setup }, wire) {
    const name = setup.rules.some((rule) => rule.name === wire.name) ? wire.name : setup.aliases[wire.name];
    return setup.rules.find((rule) => rule.name === name) ?? null;
  }

  function row(page, found, path, names, rule, remove) {
    const root = el("div", { class: "rb-row", "data-key": rule.key });
    const own = `${path}.${rule.key}`;
    let isMessageShown = Boolean(rule.wire.error?.message);
    const changed = () => { forget(page, own, root); page.changed(); };
    const redraw = () => {
      const spec = specOf(page, rule.wire);
      const order = (spec?.operators ?? []).map((each) => each.value);
      const lines = Object.keys(rule.wire.conditions ?? {}).sort((a, b) => order.indexOf(a) - order.indexOf(b));
      root.replaceChildren(
        el("div", { class: "rb-main" },
          found.kept === null ? null : el("span", { class: "rb-number" }, `${rule.key}.`),
          what(page, names, rule, spec, () => { changed(); redraw(); }),
          spec?.hasProperty ? input("Metadata key", rule.wire.property, (text) => {
            rule.wire.property = text.trim();
            changed();
          }, { placeholder: "Key", class: "rb-key" }) : null,
          ...lines.slice(0, 1).flatMap((operator) => how(page, rule, spec, operator, changed, redraw)),
          el("span", { class: "rb-tools" },
            icon("chat", "Write a message for customers", () => { isMessageShown = !isMessageShown; redraw(); }),
            remove ? icon("delete", "Take the condition out", remove) : null)),
        ...lines.slice(1).map((operator) => el("div", { class: "rb-main rb-also" }, "and",
          ...how(page, rule, spec, operator, changed, redraw),
          icon("delete", "Take this comparison out", () => {
            delete rule.wire.conditions[operator];
            changed();
            redraw();
          }))),
        ...extras(page, rule, spec, own, lines, changed, redraw, isMessageShown));
      showMistake(page, own, root);
    };
    redraw();
    return root;
  }

  function extras(page, rule, spec, own, lines, changed, redraw, isMessageShown) {
    const found = [];
    const unused = spec?.operators.find((each) => each.isOffered && !lines.includes(each.value));
    const isFigure = spec && ["money", "units", "number"].includes(spec.kind);
    if (lines.length === 1 && unused && (isFigure || spec.hasSubrules)) {
      const also = spec.hasSubrules ? "$from" : lines[0] === "$more_than_or_equal" ? "$less_than_or_equal" : unused.value;
      if (!lines.includes(also)) found.push(button(spec.hasSubrules ? "and in a collection" : "and another limit", () => {
        rule.wire.conditions[also] = [];
        changed();
        redraw();
      }, { class: "fanfare-add rb-small" }));
    }
    if (spec?.hasSubrules) {
      const isEmpty = !keysOf(rule.below.tree).length;
      found.push(el("div", { class: "rb-below" }, isEmpty ? null : el("span", { class: "rb-label" }, "and of these items:"),
        draw(page, rule.below, `${own}.rules`, page.setup.subrules)));
    }
    if (isMessageShown) {
      found.push(el("label", { class: "rb-message" }, "Customers read when this fails",
        input("Message for customers", rule.wire.error?.message, (text) => {
          if (text.trim()) rule.wire.error = { ...rule.wire.error, message: text };
          else delete rule.wire.error;
          changed();
        }, { maxlength: 500 })));
    }
    return found;
  }

  function what(page, names, rule, spec, changed) {
    const offered = page.setup.rules.filter((each) => (names ? names.includes(each.name) : each.isOffered)
      || each.name === spec?.name);
    const options = offered.map(({ name, label, section }) => ({ value: name, label, section: names ? null : section }));
    if (!spec) options.unshift({ value: "", label: rule.wire.name || "Choose what it is about" });
    return select("What", options, spec?.name ?? "", (name) => {
      const chosen = page.setup.rules.find((each) => each.name === name);
      rule.wire = { ...rule.wire, name, conditions: { [chosen.operators[0].value]: [] } };
      if (!chosen.hasProperty) delete rule.wire.property;
      if (!chosen.hasSubrules) {
        rule.below = level({}, { join: "and", of: [], kept: null });
        delete rule.wire.rules;
      }
      changed();
    }, { class: "rb-what" });
  }

  function how(page, rule, spec, operator, changed, redraw) {
    if (!spec) return [el("span", { class: "fanfare-note" }, `${operator} ${JSON.stringify(rule.wire.conditions[operator])}`)];
    const operators = spec.operators.filter((each) => each.isOffered || each.value === operator);
    if (!operators.some((each) => each.value === operator)) operators.unshift({ value: operator, label: operator });
    const choose = operators.length > 1 ? select("How", operators, operator, (next) => {
      const entries = Object.entries(rule.wire.conditions).map(([name, operands]) => (name === operator
        ? [next, kept(spec, operator, next, operands)] : [name, operands]));
      rule.wire.conditions = Object.fromEntries(entries);
      changed();
      redraw();
    }, { class: "rb-how" }) : null;
    const set = (operands) => { rule.wire.conditions[operator] = operands; changed(); };
    const widget = value(page.setup, spec, operator, rule.wire.conditions[operator] ?? [], set);
    widget.classList.add("rb-value");
    return [choose, widget].filter(Boolean);
  }

  /* Changing "at least" to "at most" keeps the figure; anything else starts anew. */
  function kept(spec, before, after, operands) {
    const figures = ["money", "units", "number", "count"].includes(spec.kind);
    const things = ["segment", "item"].includes(spec.kind) && before !== "$from" && after !== "$from";
    return (figures || things) && !isWithoutValue(after) ? operands : [];
  }

  /* A mistake stands at the row it is about, in the row of the subrule if it is about one. */
  function showMistake(page, own, root) {
    for (const [place, text] of Object.entries(page.mistakes)) {
      const isMine = place === own || place.startsWith(`${own}.`);
      if (isMine && !place.startsWith(`${own}.rules.`)) {
        root.classList.add("rb-wrong");
        root.append(el("p", { class: "rb-mistake", role: "alert" }, text));
      }
    }
  }

  function forget(page, own, root) {
    for (const place of Object.keys(page.mistakes)) {
      if (place === own || (place.startsWith(`${own}.`) && !place.startsWith(`${own}.rules.`))) delete page.mistakes[place];
    }
    root.classList.remove("rb-wrong");
    root.querySelector(":scope > .rb-mistake")?.remove();
  }

  Object.assign(window.FanfareRules, { level, wireOf, drawLevel: draw });
})();
