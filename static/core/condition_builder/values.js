/* The value of a condition: one widget for each kind of value. `operands` is the wire's list, `set` replaces it. */
"use strict";

(() => {
  const { el, select, input, button, icon, picker } = globalThis.FanfareConditions;
  const NOTHING = ["$has_value", "$is_unknown"];
  const NATURAL = [
    "$count", "$count_more", "$count_less", "$more_than_ago", "$less_than_ago", "$is_days_ago",
    "$more_than_future", "$less_than_future", "$is_days_in_future",
  ];
  const MANY = ["$in", "$not_in", "$contains", "$starts_with", "$ends_with", "$not_differ", "$not_intersect"];
  const WORDS = {
    "$more_than_ago": "days ago", "$less_than_ago": "days ago", "$is_days_ago": "days ago",
    "$more_than_future": "days ahead", "$less_than_future": "days ahead", "$is_days_in_future": "days ahead",
  };

  function number(text) {
    const found = Number(text.replace(",", "."));
    return text.trim() === "" || Number.isNaN(found) ? text.trim() : found;
  }

  /* Minor units as people write them, and back; what is no amount stays text for the server to refuse. */
  function major(minor) {
    return typeof minor === "number" ? (minor / 100).toFixed(2) : minor ?? "";
  }

  function minor(text) {
    const found = /^\s*(\d{1,13})(?:[.,](\d{1,2}))?\s*$/.exec(text);
    return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : text.trim();
  }

  const list = (value) => (value === "" ? [] : [value]);

  function money(setup, operands, set) {
    const field = input("Amount", major(operands[0]), (text) => set(list(minor(text))), {
      inputmode: "decimal", placeholder: "0.00", class: "rb-short",
    });
    return el("span", { class: "rb-unit" }, field, el("span", {}, setup.currency));
  }

  function figure(operands, set, unit = "") {
    const field = input("Number", operands[0], (text) => set(list(number(text))), {
      inputmode: "decimal", placeholder: "0", class: "rb-short",
    });
    return unit ? el("span", { class: "rb-unit" }, field, el("span", {}, unit)) : field;
  }

  function flag(operands, set) {
    const options = [{ value: "true", label: "yes" }, { value: "false", label: "no" }];
    if (!operands.length) set([true]);
    return select("Yes or no", options, String(operands[0] ?? true), (value) => set([value === "true"]));
  }

  /* Commas between several; semicolons where a text has a comma itself. */
  function texts(operands, set) {
    const sign = operands.some((text) => text.includes(",")) ? ";" : ",";
    const read = (text) => text.split(text.includes(";") ? ";" : sign).map((part) => part.trim()).filter(Boolean);
    return input("Values", operands.join(`${sign} `), (text) => set(read(text)), {
      placeholder: "Several with commas between", class: "rb-wide",
    });
  }

  const TYPES = { string: "string", image_url: "string", number: "number", boolean: "boolean", date: "date", datetime: "date" };

  /* A value of metadata: the schema's type, else the shop's own, decides what it is compared with. */
  function free(operator, operands, set, type) {
    if (type === "number" && (MANY.includes(operator) || operands.length > 1)) return numbers(operands, set);
    if (MANY.includes(operator) || operands.length > 1) return texts(operands.map(String), set);
    if (TYPES[type]) return typed(TYPES[type], operands, set);
    const kinds = [
      { value: "string", label: "Text" }, { value: "number", label: "Number" },
      { value: "boolean", label: "Yes or no" }, { value: "date", label: "Date" },
    ];
    const looksLikeDate = typeof operands[0] === "string" && /^\d{4}-\d\d-\d\d$/.test(operands[0]);
    const isDate = looksLikeDate || ["$after", "$before"].includes(operator);
    let kind = isDate ? "date" : operands.length ? typeof operands[0] : "string";
    const root = el("span", { class: "rb-unit" });
    const draw = () => {
      const choose = select("Type of the value", kinds, kind, (value) => {
        kind = value;
        set([]);
        operands = [];
        draw();
      });
      root.replaceChildren(choose, typed(kind, operands, set));
    };
    draw();
    return root;
  }

  function typed(kind, operands, set) {
    switch (kind) {
      case "number": return figure(operands, set);
      case "boolean": return flag(operands, set);
      case "date": return moment(operands, set);
      default: return input("Value", operands[0], (text) => set(list(text)));
    }
  }

  function numbers(operands, set) {
    const read = (text) => text.split(";").map((part) => part.trim()).filter(Boolean).map(number);
    return input("Values", operands.join("; "), (text) => set(read(text)), {
      placeholder: "Several with semicolons between", class: "rb-wide",
    });
  }

  function amounts(setup, operands, set) {
    const read = (text) => text.split(";").map((part) => part.trim()).filter(Boolean).map(minor);
    return el("span", { class: "rb-unit" }, input("Values", operands.map(major).join("; "), (text) => set(read(text)), {
      placeholder: "0.00; 0.00", class: "rb-wide",
    }), el("span", {}, setup.currency));
  }

  /* A month or a weekday by its name. */
  function named(label, options, operands, set) {
    const found = [{ value: "", label: "Choose" }, ...options.map((each) => ({ ...each, value: String(each.value) }))];
    return select(label, found, String(operands[0] ?? ""), (chosen) => set(chosen === "" ? [] : [Number(chosen)]));
  }

  /* Chips for what was picked; the names of what is stored come with the page. */
  function things(setup, kinds, operands, set, asOperand) {
    const root = el("span", { class: "rb-things" });
    const named = (operand) => {
      const own = typeof operand === "object" ? operand : { id: operand };
      const kind = own.object ?? kinds.find((each) => setup.names[`${each}:${own.id}`]) ?? kinds[0];
      const known = setup.names[`${kind}:${own.id}`] ?? setup.names[`${kind}:${own.source_id}`];
      return { name: known?.name || own.name || own.source_id || own.id, note: known?.note ?? "" };
    };
    const draw = () => {
      const chips = operands.map((operand, at) => {
        const { name, note } = named(operand);
        return el("span", { class: "rb-chip", title: note }, name, icon("close", `Take ${name} out`, () => {
          operands = operands.filter((_, other) => other !== at);
          set(operands);
          draw();
        }));
      });
      const more = picker(setup, kinds, (hit) => {
        setup.names[`${hit.kind}:${hit.id}`] = hit;
        operands = [...operands, asOperand(hit)];
        set(operands);
        draw();
        root.querySelector("[data-picker-text]").focus();
        window.fanfarePicker.close();
      }, { many: true, label: "Add by name" });
      root.replaceChildren(...chips, more);
    };
    draw();
    return root;
  }

  function moment(operands, set) {
    const stored = String(operands[0] ?? "");
    const found = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d))?$/.exec(stored);
    if (stored && !found) return input("Instant", stored, (text) => set(list(text)));
    let [day, hour] = [found?.[1] ?? "", found?.[2] ?? ""];
    const say = () => set(day ? [hour ? `${day}T${hour}` : day] : []);
    return el("span", { class: "rb-unit" },
      input("Date", day, (value) => { day = value; say(); }, { type: "date" }),
      input("Time", hour, (value) => { hour = value; say(); }, { type: "time" }));
  }

  function weekdays(setup, operands, set) {
    const chosen = new Set(operands);
    return el("span", { class: "rb-days" }, ...setup.weekdays.map(({ value, label }) => {
      const box = el("input", { type: "checkbox", onchange: () => {
        if (box.checked) chosen.add(value);
        else chosen.delete(value);
        set([...chosen].sort());
      } });
      box.checked = chosen.has(value);
      return el("label", {}, box, label);
    }));
  }

  /* Windows "from-until" of hours, or "from/until" of dates; several of them, any of which will do. */
  function spans(operands, set, { separator, type, open, words }) {
    const pairs = operands.length === 2 && !operands.some((text) => String(text).includes(separator))
      ? [[...operands]] : operands.map((text) => String(text).split(separator).map((part) => part.trim()));
    if (!pairs.length) pairs.push(["", ""]);
    const root = el("span", { class: "rb-spans" });
    const say = () => set(pairs.filter(([from, until]) => from || until)
      .map(([from, until]) => [from || open, until || open].join(separator)));
    const shown = (text) => (text === open ? "" : text);
    const isPlain = (text) => type === "time" || !text || /^\d{4}-\d\d-\d\d$/.test(text);
    const field = (pair, side) => input(words[side], shown(pair[side] ?? ""), (value) => {
      pair[side] = value;
      say();
    }, { type: isPlain(shown(pair[side] ?? "")) ? type : "text" });
    const draw = () => root.replaceChildren(
      ...pairs.map((pair, at) => el("span", { class: "rb-unit" }, words[0].toLowerCase(), field(pair, 0),
        words[1].toLowerCase(), field(pair, 1), pairs.length > 1 ? icon("close", "Take it out", () => {
          pairs.splice(at, 1);
          say();
          draw();
        }) : null)),
      button("or another one", () => { pairs.push(["", ""]); draw(); }, { class: "fanfare-add" }));
    draw();
    return root;
  }

  const UNITS = [{ value: "D", label: "days" }, { value: "H", label: "hours" }, { value: "W", label: "weeks" }];

  function duration(label, stored, say) {
    const found = /^P(?:T(\d+)H|(\d+)([DW]))$/.exec(stored);
    if (stored && !found) return input(label, stored, say);
    let amount = found?.[1] ?? found?.[2] ?? "";
    let unit = found ? found[3] ?? "H" : "D";
    const tell = () => say(amount ? (unit === "H" ? `PT${amount}H` : `P${amount}${unit}`) : "");
    return el("span", { class: "rb-unit" },
      input(label, amount, (text) => { amount = text.trim(); tell(); }, { inputmode: "numeric", class: "rb-short" }),
      select(`${label}: unit`, UNITS, unit, (value) => { unit = value; tell(); }));
  }

  function recurring(operands, set) {
    const parts = [operands[0] ?? "", operands[1] ?? "", operands[2] ?? ""];
    const say = (at) => (value) => {
      parts[at] = value;
      set(parts.every(Boolean) ? [...parts] : parts.filter(Boolean));
    };
    const day = /^(\d{4}-\d\d-\d\d)?$/.test(parts[0]) ? "date" : "text";
    return el("span", { class: "rb-spans" }, el("span", { class: "rb-unit" }, "for",
      duration("How long", parts[2], say(2)), "every", duration("How often", parts[1], say(1)),
      "from", input("First day", parts[0], say(0), { type: day }), "on"));
  }

  /* What an operator says that it takes (`input`), whatever the kind of the value. */
  function taken(setup, rule, how, operands, set, type) {
    switch (how.input) {
      case "none": return el("span", {});
      case "money": return money(setup, operands, set);
      case "amounts": return amounts(setup, operands, set);
      case "number": return figure(operands, set);
      case "numbers": return numbers(operands, set);
      case "days": return figure(operands, set, "days");
      case "date": return input("Date", operands[0], (text) => set(list(text)), { type: "date" });
      case "month": return named("Month", setup.months, operands, set);
      case "weekday": return named("Day of the week", setup.weekdays, operands, set);
      case "locations": return things(setup, ["location"], operands, set, (hit) => hit.id);
      case "any": return free(how.value, operands, set, type);
      default: return texts(operands.map(String), set);
    }
  }

  function value(setup, rule, how, operands, set, type = "") {
    if (how.input) return taken(setup, rule, how, operands, set, type);
    const operator = how.value;
    if (NOTHING.includes(operator)) return el("span", {});
    if (operator === "$dow") return weekdays(setup, operands, set);
    if (operator === "$timeframe_daily_hours") {
      return spans(operands, set, { separator: "-", type: "time", open: "", words: ["From", "until"] });
    }
    if (operator === "$timeframe_absolute") {
      return spans(operands, set, { separator: "/", type: "date", open: "..", words: ["From", "to"] });
    }
    if (operator === "$timeframe") return recurring(operands, set);
    if (NATURAL.includes(operator)) return figure(operands, set, WORDS[operator] ?? "");
    if (operator === "$after" || operator === "$before") return moment(operands, set);
    switch (rule.kind) {
      case "money": return money(setup, operands, set);
      case "units": return figure(operands, set, "units");
      case "number": return figure(operands, set);
      case "count": return figure(operands, set, "times");
      case "flag": return flag(operands, set);
      case "segment":
      case "store": return things(setup, rule.pickers, operands, set, (hit) => hit.id);
      case "item": {
        const kinds = operator === "$from" ? ["products_collection"] : rule.pickers;
        return things(setup, kinds, operands, set, (hit) => ({ id: hit.id, object: hit.kind }));
      }
      case "free": return free(operator, operands, set, type);
      case "time": return moment(operands, set);
      default: return texts(operands.map(String), set);
    }
  }

  const isWithoutValue = (how) => how?.input === "none" || (!how?.input && NOTHING.includes(how?.value));
  Object.assign(globalThis.FanfareConditions, { value, things, major, minor, isWithoutValue });
})();
