/* Draws a level: rows "what - how - value" in groups of all / any. What is not drawn stays in the wire's object.
   `page` is {setup, mistakes, changed, arranged, say}; `names` are the conditions of a level below, null = all. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, select, input, button, icon, value, isWithoutValue, handle, keysOf } = FC;
  const JOINS = [{ value: "and", label: "All of these" }, { value: "or", label: "At least one of these" }];
  const NAMES = { and: "all of these", or: "at least one of these" };

  function draw(page, found, path, names) {
    const root = el("div", { class: "rb-level" });
    const view = { page, found, path, names, root };
    view.redraw = () => {
      root.replaceChildren(group(view, found.tree, null));
      if (found.kept !== null) root.prepend(el("p", { class: "fanfare-note" },
        `These conditions are joined in a way that has no picture here: ${found.kept}. Their values can be changed.`));
    };
    /* After a change of what is where: numbers may be others, and so may the places of mistakes. */
    view.arranged = () => {
      for (const place of Object.keys(page.mistakes)) if (place.startsWith(`${path}.`)) delete page.mistakes[place];
      view.redraw();
      page.changed();
    };
    view.redraw();
    return root;
  }

  function group(view, node, remove) {
    const { page, found, names } = view;
    const isFixed = found.kept !== null;
    const isNested = Boolean(remove);
    const head = (node.of.length > 1 || isNested) && !isFixed ? el("div", { class: "rb-head" },
      isNested && page.setup.canOrder ? handle(view, node) : null,
      select("How the conditions are joined", JOINS, node.join, (join) => {
        page.remember();
        node.join = join;
        view.arranged();
      }),
      el("span", {}, "must be true"), isNested ? icon("delete", "Take the group out", remove) : null) : null;
    const parts = node.of.map((part, at) => el("div", { class: "rb-item" },
      at && !isFixed ? el("div", { class: "rb-join" }, node.join === "and" ? "and" : "or") : null,
      item(view, part, isFixed)));
    const foot = isFixed ? null : el("div", { class: "rb-foot" },
      button(names ? "Say how many, or worth how much" : "Add a condition", () => addRow(view, node), { class: "fanfare-add" }),
      names || !page.setup.canGroup ? null : button("Add a group", () => addGroup(view, node), { class: "fanfare-add" }));
    const root = el("div", { class: isNested ? "rb-group rb-nested" : "rb-group", role: "group",
      "aria-label": isNested ? `Group: ${NAMES[node.join]}` : null }, head, ...parts, foot);
    root.node = node;
    return root;
  }

  function item(view, node, isFixed) {
    const { page, found } = view;
    const what = node.of ? "The group" : "The condition";
    const remove = isFixed ? null : () => {
      page.remember();
      const { group: outer, at } = FC.placeOf(found.tree, node);
      FC.takeOut(found, node);
      view.arranged();
      const near = outer.of[at] ?? outer.of[at - 1];
      focusOn(view, near, outer);
      page.say(`${what} is taken out. “Undo” brings it back.`);
    };
    return node.of ? group(view, node, remove) : row(view, node, remove);
  }

  function focusOn(view, node, outer) {
    const places = [...view.root.querySelectorAll(".rb-row, .rb-group")];
    const beside = node && places.find((each) => each.node === node);
    const around = places.find((each) => each.node === outer);
    (beside?.querySelector("select, button") ?? around?.querySelector(":scope > .rb-foot button"))?.focus();
  }

  function addRow(view, node) {
    view.page.remember();
    const key = FC.add(view.found, node, { name: "", conditions: {} });
    view.arranged();
    const rows = [...view.root.querySelectorAll(".rb-row")];
    rows.find((each) => each.node && !each.node.of && each.node.key === key)?.querySelector("select")?.focus();
  }

  function addGroup(view, node) {
    view.page.remember();
    const made = { join: node.join === "and" ? "or" : "and", of: [] };
    node.of.push(made);
    view.arranged();
    const group_ = [...view.root.querySelectorAll(".rb-group")].find((each) => each.node === made);
    group_?.querySelector(".rb-foot button")?.focus();
  }

  /* What a condition is about: by its name, and by its property where one has an entry of its own. */
  function specOf({ setup }, wire) {
    const asked = setup.rules.some((rule) => rule.name === wire?.name) ? wire.name : setup.aliases[wire?.name];
    const fits = setup.rules.filter((rule) => rule.name === asked);
    return fits.find((rule) => rule.property && rule.property === wire.property) ?? fits.find((rule) => !rule.property) ?? null;
  }

  function typeOf(spec, wire) {
    const known = spec?.properties?.find((each) => each.name === wire.property);
    return known ? (known.isArray ? "array" : known.type) : "";
  }

  function row(view, node, remove) {
    const { page, found, names, path } = view;
    const rule = found.rules[node.key];
    const root = el("div", { class: "rb-row", "data-key": rule.key, role: "group", "aria-label": `Condition ${rule.key}` });
    root.node = node;
    const own = `${path}.${rule.key}`;
    if (!FC.isObject(rule.wire)) {
      root.append(el("p", { class: "fanfare-note" }, `This part cannot be drawn and stays as it is: ${JSON.stringify(rule.wire)}`));
      return root;
    }
    let isMessageShown = Boolean(rule.wire.error?.message);
    // In the order of the catalogue when they come (a database shuffles them), then where they were added.
    let lines = null;
    const linesOf = (spec) => {
      const order = (spec?.operators ?? []).map((each) => each.value);
      const there = Object.keys(rule.wire.conditions ?? {});
      lines ??= [...there].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      lines = [...lines.filter((each) => there.includes(each)), ...there.filter((each) => !lines.includes(each))];
      return lines;
    };
    const swapped = (before, after) => { lines = lines.map((each) => (each === before ? after : each)); };
    const changed = () => { forget(page, own, root); page.changed(); };
    const redraw = () => {
      const spec = specOf(page, rule.wire);
      const lines = linesOf(spec);
      const again = () => { changed(); refocus(root, redraw); };
      root.replaceChildren(
        el("div", { class: "rb-main" },
          remove && page.setup.canOrder ? handle(view, node) : null,
          found.kept === null ? null : el("span", { class: "rb-number" }, `${rule.key}.`),
          what(page, names, rule, spec, again),
          spec?.hasProperty && !spec.property ? property(page, rule, spec, changed, again) : null,
          ...lines.slice(0, 1).flatMap((operator) => how(page, rule, spec, operator, changed, again, swapped)),
          el("span", { class: "rb-tools" },
            page.setup.canExplain ? icon("chat", "Write a message for customers", () => {
              isMessageShown = !isMessageShown;
              refocus(root, redraw);
            }) : null,
            remove ? icon("delete", "Take the condition out", remove) : null)),
        ...lines.slice(1).map((operator) => el("div", { class: "rb-main rb-also" }, el("span", { class: "rb-label" }, "and"),
          ...how(page, rule, spec, operator, changed, again, swapped),
          icon("delete", "Take this comparison out", () => {
            delete rule.wire.conditions[operator];
            again();
          }))),
        ...extras(view, rule, spec, own, lines, changed, again, isMessageShown));
      showMistake(page, own, root);
    };
    redraw();
    return root;
  }

  /* Drawing anew keeps the focus where it was. */
  function refocus(root, redraw) {
    const label = root.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    redraw();
    if (label) [...root.querySelectorAll("[aria-label]")].find((each) => each.getAttribute("aria-label") === label)?.focus();
  }

  function property(page, rule, spec, changed, again) {
    const list = `rb-keys-${page.setup.id}-${spec.name.replaceAll(/[^a-z]/g, "-")}`;
    const label = spec.keyLabel ?? "Metadata key";
    const text = input(label, rule.wire.property, (typed) => {
      rule.wire.property = typed.trim();
      changed();
    }, { placeholder: label, class: "rb-key", list: spec.properties?.length ? list : null });
    text.addEventListener("change", again);
    const known = (spec.properties ?? []).map(({ name, label: said }) => el("option", { value: name }, said ?? name));
    return el("span", {}, text, known.length ? el("datalist", { id: list }, ...known) : null);
  }

  function extras(view, rule, spec, own, lines, changed, again, isMessageShown) {
    const { page } = view;
    const found = [];
    const offered = usable(spec, rule).filter((each) => each.isOffered && !lines.includes(each.value));
    const isFigure = spec && (spec.canRepeat || ["money", "units", "number"].includes(spec.kind));
    if (lines.length && offered.length && ((isFigure && lines.length < 3) || (spec?.hasSubrules && lines.length === 1))) {
      const also = spec.hasSubrules ? "$from" : opposite(lines[0]);
      const words = spec.hasSubrules ? "and in a collection" : spec.canRepeat ? "and also" : "and another limit";
      const fits = offered.some((each) => each.value === also) ? also : offered[0].value;
      if (!lines.includes(fits)) found.push(button(words, () => {
        rule.wire.conditions[fits] = [];
        again();
      }, { class: "fanfare-add rb-small" }));
    }
    if (spec?.hasSubrules) {
      const isEmpty = !keysOf(rule.below.tree).length;
      found.push(el("div", { class: "rb-below" }, isEmpty ? null : el("span", { class: "rb-label" }, "and of these items:"),
        draw(page, rule.below, `${own}.rules`, page.setup.subrules)));
    } else if (rule.below && keysOf(rule.below.tree).length) {
      found.push(el("p", { class: "fanfare-note" }, "There are more conditions within this one. They stay as they are."));
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

  /* From 50 on and to 100: the other end is what people ask for next. */
  const opposite = (operator) => (operator.includes("more") ? operator.replace("more", "less") : operator.replace("less", "more"));

  function what(page, names, rule, spec, again) {
    const offered = page.setup.rules.filter((each) => (names ? names.includes(each.name) : each.isOffered) || each === spec);
    const options = offered.map((each) => ({ value: idOf(each), label: each.label, section: names ? null : each.section }));
    if (!spec) options.unshift({ value: "", label: rule.wire.name || "Choose what it is about" });
    return select("What", options, spec ? idOf(spec) : "", (id) => {
      const chosen = page.setup.rules.find((each) => idOf(each) === id);
      if (!chosen) return;
      const first = chosen.operators.find((each) => each.isOffered) ?? chosen.operators[0];
      const { property: _, listed, rules, ...rest } = rule.wire;
      rule.wire = { ...rest, name: chosen.name, conditions: { [first.value]: [] } };
      if (chosen.property) rule.wire.property = chosen.property;
      if (chosen.hasSubrules) rule.below ??= FC.level({});
      else rule.below = FC.level({});
      again();
    }, { class: "rb-what" });
  }

  const idOf = (spec) => (spec.property ? `${spec.name}:${spec.property}` : spec.name);

  /* Operators that fit the type of the property, where a schema says one. */
  function usable(spec, rule) {
    const type = typeOf(spec, rule.wire);
    return (spec?.operators ?? []).filter((each) => !type || !each.types || each.types.includes(type));
  }

  function how(page, rule, spec, operator, changed, again, swapped) {
    const stored = rule.wire.conditions[operator];
    if (!spec || !Array.isArray(stored)) {
      return [el("span", { class: "fanfare-note rb-kept" }, `${operator} ${JSON.stringify(stored)}`)];
    }
    const known = spec.operators.find((each) => each.value === operator);
    const taken = Object.keys(rule.wire.conditions);
    const operators = usable(spec, rule).filter((each) => (each.isOffered && !taken.includes(each.value)) || each.value === operator);
    if (!operators.some((each) => each.value === operator)) operators.unshift(known ?? { value: operator, label: operator });
    const chosen = known ?? { value: operator, label: operator };
    const choose = operators.length > 1 ? select("How", operators, operator, (next) => {
      const other = spec.operators.find((each) => each.value === next);
      const entries = Object.entries(rule.wire.conditions).map(([name, operands]) => (name === operator
        ? [next, kept(spec, chosen, other, operands)] : [name, operands]));
      rule.wire.conditions = Object.fromEntries(entries);
      swapped(operator, next);
      again();
    }, { class: "rb-how" }) : el("span", { class: "rb-one" }, chosen.label);
    const set = (operands) => { rule.wire.conditions[operator] = operands; changed(); };
    const widget = value(page.setup, spec, chosen, stored, set, typeOf(spec, rule.wire));
    widget.classList.add("rb-value");
    return [choose, widget];
  }

  /* Changing "at least" to "at most" keeps the figure; anything else starts anew. */
  function kept(spec, before, after, operands) {
    if (isWithoutValue(after)) return [];
    if (before.input || after.input) return before.input === after.input ? operands : [];
    const figures = ["money", "units", "number", "count"].includes(spec.kind);
    const things = ["segment", "item", "store"].includes(spec.kind) && before.value !== "$from" && after.value !== "$from";
    return figures || things ? operands : [];
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

  Object.assign(FC, { drawLevel: draw });
})();
