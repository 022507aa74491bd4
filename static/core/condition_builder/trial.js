/* "Test it": a question about the conditions as they stand on the page, and its answer, condition by condition.
   Nothing is stored. `setup.trial` says what can be asked: {url, picks, hasBasket, stores, zone, hint}. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, select, input, button, icon, picker } = FC;
  const SIGNS = { true: ["check_circle", "met", "yes"], false: ["cancel", "not met", "no"], null: ["remove", "not asked", "open"] };

  /* JSON that the server answers with; null when it refuses. */
  async function post(url, fields) {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } });
    return answer.ok ? answer.json() : null;
  }

  function field(label, widget) {
    return el("div", { class: "rb-field" }, el("span", { class: "rb-label", "aria-hidden": "true" }, label), widget);
  }

  /* A picker that keeps what was chosen in `question[name]` as "kind:id". */
  function pick(page, question, name, kinds, label) {
    let chosen = null;
    const made = picker(page.setup, kinds, (hit) => {
      chosen = hit;
      question[name] = `${hit.kind}:${hit.id}`;
    }, { name: () => chosen?.name ?? "", label });
    made.querySelector("input").addEventListener("input", (event) => {
      if (event.target.value) return;
      chosen = null;
      question[name] = "";
    });
    return made;
  }

  function basket(page, question) {
    const root = el("div", { class: "rb-basket" });
    const draw = () => root.replaceChildren(
      ...question.lines.map((line) => line.drawn ??= el("div", { class: "rb-main rb-line" },
        pick(page, line, "item", ["product", "sku"], "Product or SKU"),
        input("Units", line.units, (text) => { line.units = text; }, { inputmode: "numeric", class: "rb-short", placeholder: "1" }),
        icon("close", "Take this line out", () => {
          question.lines = question.lines.filter((other) => other !== line);
          draw();
          root.querySelector(".rb-add-line").focus();
        }))),
      button("Add a product", () => {
        question.lines.push({ item: "", units: "1" });
        draw();
        [...root.querySelectorAll("[data-picker-text]")].at(-1).focus();
      }, { class: "fanfare-add rb-small rb-add-line" }));
    draw();
    return root;
  }

  function trial(page, root) {
    const { setup } = page;
    const asks = setup.trial;
    const question = { who: "", lines: [], order: "", amount: "", at: "", store: "" };
    const answer = el("div", { class: "rb-answer", role: "status", "aria-live": "polite" });
    let isAsked = false;
    let turn = 0;

    async function ask() {
      isAsked = true;
      const mine = ++turn;
      const sent = { ...question, lines: question.lines.map(({ item, units }) => ({ item, units })) };
      const found = await post(asks.url, { document: page.document(), question: JSON.stringify(sent) });
      if (mine === turn) show(found ?? { refusal: "This cannot be asked right now. Reload the page and try again." });
    }

    function show({ refusal, verdict, holds, rows, note }) {
      if (refusal) {
        answer.replaceChildren(el("p", { class: "rb-mistake" }, refusal));
        return;
      }
      answer.replaceChildren(
        el("p", { class: holds ? "rb-verdict rb-yes" : "rb-verdict rb-no" }, verdict),
        el("ul", { class: "rb-found" }, ...rows.map((row) => {
          const [sign, words, look] = SIGNS[String(row.holds)];
          return el("li", { class: `rb-depth-${Math.min(row.depth, 3)}` },
            el("span", { class: `material-symbols-outlined rb-sign rb-${look}`, "aria-hidden": "true" }, sign),
            el("span", {}, el("span", { class: "sr-only" }, `${words}: `), el("strong", {}, row.text),
              row.found ? el("span", { class: "fanfare-note" }, row.found) : null,
              row.remedy ? el("span", { class: "rb-remedy" }, row.remedy) : null));
        })),
        note ? el("p", { class: "fanfare-note" }, note) : "");
    }

    const plain = (name, label, attrs) => field(label, input(label, "", (text) => { question[name] = text; }, attrs));
    root.append(el("h2", {}, "Test it"), el("p", { class: "fanfare-note" }, asks.hint),
      ...[
        asks.picks.length ? field(asks.label, pick(page, question, "who", asks.picks, asks.label)) : null,
        asks.hasBasket ? field("Basket", basket(page, question)) : null,
        asks.hasBasket ? el("div", { class: "rb-pair" },
          plain("amount", "Or only an amount", { inputmode: "decimal", placeholder: "0.00" }),
          plain("order", "Or a past order", { placeholder: "Its id" })) : null,
        asks.hasBasket || asks.hasMoment ? el("div", { class: "rb-pair" },
          plain("at", "When", { type: "datetime-local" }),
          asks.stores?.length ? field("In the store", select("In the store",
            [{ value: "", label: "Nowhere in particular" }, ...asks.stores], "", (store) => { question.store = store; })) : null) : null,
      ].filter(Boolean),
      button("Test", ask, { class: "rb-test" }), answer);
    root.addEventListener("keydown", (event) => {
      const isField = event.target.tagName === "INPUT" && event.target.getAttribute("aria-expanded") !== "true";
      if (event.key !== "Enter" || !isField) return;
      event.preventDefault();
      ask();
    });
    return { again: () => { if (isAsked) ask(); } };
  }

  Object.assign(FC, { post, trial });
})();
