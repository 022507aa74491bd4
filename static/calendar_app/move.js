/* Moving and stretching the bars of the calendar, by pointer and by keyboard. Nothing is decided here: what was
   dropped is asked about in a dialog that the server writes; what it refuses jumps back, with the reason.

   A bar is `.cal-bar[data-move="campaign=5"]` on a `.cal-track` of a `[data-calendar-grid]`, which says how many
   days or hours (`data-unit`) its width shows (`data-units`). Its ends are `.cal-grip-start` and `.cal-grip-end`. */
"use strict";

(() => {
  const NAMES = { d: ["day", "days"], h: ["hour", "hours"] };
  const GRIPS = { "cal-grip-start": "start", "cal-grip-end": "end" };
  const SLACK = 4;
  let moving = null;

  /* The dialog ---------------------------------------------------------------------------------------------- */
  function box() {
    let found = document.getElementById("calendar-move");
    if (found) return found;
    found = document.createElement("dialog");
    found.id = "calendar-move";
    found.className = "move-dialog";
    found.setAttribute("aria-labelledby", "calendar-move-title");
    found.addEventListener("close", () => {
      if (moving?.isAsked) settle(); // told late: the next move may have begun
    });
    document.body.append(found);
    return found;
  }

  function address(move, more) {
    const grid = document.querySelector("[data-calendar-grid]");
    const url = new URL(grid?.dataset.moveUrl || document.querySelector("[data-move-form]")?.action, location.href);
    for (const [name, value] of new URLSearchParams(move)) url.searchParams.set(name, value);
    for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value);
    return url;
  }

  async function ask(url, body) {
    const headers = { "X-Calendar": "dialog" };
    const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers, redirect: "error" });
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    return parsed.querySelector("[data-move-form], [data-move-done]");
  }

  /* `drops`: it was dropped here, so what is refused opens nothing. */
  async function open(url, drops) {
    const mine = moving;
    const form = await ask(url).catch(() => null);
    if (drops && moving !== mine) return; // taken back meanwhile
    if (!form) return refuse("The server did not answer. Nothing was moved.");
    if (drops && form.dataset.refused) return refuse(form.dataset.refused);
    show(form);
  }

  function show(form) {
    const dialog = box();
    dialog.replaceChildren(form);
    if (!dialog.open) dialog.showModal();
    const first = form.querySelector(".move-do:not([disabled])") || form.querySelector("input:not([type=hidden])");
    first?.focus({ preventScroll: true });
  }

  function refuse(reason) {
    const bar = moving?.bar;
    settle();
    if (bar) {
      bar.classList.add("is-refused");
      setTimeout(() => bar.classList.remove("is-refused"), 600);
    }
    tell(reason, { bad: true });
  }

  async function send(form, submitter) {
    const body = new FormData(form);
    const dialog = form.closest("dialog");
    if (submitter?.hasAttribute("data-move-look")) return look(form);
    form.querySelectorAll("button").forEach((one) => { one.disabled = true; });
    const found = await ask(form.action, body).catch(() => null);
    if (!found) {
      dialog.close();
      return tell("The server did not answer. Look at the calendar again.", { bad: true });
    }
    if (found.matches("[data-move-form]")) return show(found);
    dialog.close();
    done(found);
  }

  /* Other dates were typed: the same question again. */
  async function look(form) {
    const url = new URL(form.action, location.href);
    for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken") url.searchParams.set(name, value);
    const name = document.activeElement?.name;
    const found = await ask(url).catch(() => null);
    if (!found || !form.isConnected) return;
    form.replaceWith(found);
    found.querySelector(`[name="${CSS.escape(name || "starts_at")}"]`)?.focus();
  }

  function done(found) {
    settle();
    tell(found, { bad: found.classList.contains("move-done-bad") });
    document.dispatchEvent(new CustomEvent("calendar:refresh"));
  }

  /* What happened, said at the foot of the page and read out. */
  function tell(what, { bad = false } = {}) {
    document.getElementById("calendar-notice")?.remove();
    const notice = document.createElement("div");
    notice.id = "calendar-notice";
    notice.className = bad ? "move-notice move-notice-bad" : "move-notice";
    notice.setAttribute("role", bad ? "alert" : "status");
    const close = document.createElement("button");
    close.type = "button";
    close.className = "move-notice-close";
    close.setAttribute("aria-label", "Close");
    close.textContent = "×";
    close.addEventListener("click", () => notice.remove());
    notice.append(what, close);
    document.body.append(notice);
  }

  async function takeBack(url) {
    const body = new FormData();
    body.append("_form_submitted", "on");
    body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]")?.value || cookie());
    const found = await ask(url, body).catch(() => null);
    if (found) done(found);
    else tell("The server did not answer. Look at the calendar again.", { bad: true });
  }

  function cookie() {
    return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] || "";
  }

  /* One bar that is on its way ------------------------------------------------------------------------------- */
  function begin(bar, edge) {
    settle();
    const grid = bar.closest("[data-calendar-grid]");
    const track = bar.closest(".cal-track") || bar.parentElement;
    const unit = grid.dataset.unit === "h" ? "h" : "d";
    const width = track.getBoundingClientRect().width / Number(grid.dataset.units || 1);
    moving = { bar, edge, unit, width, by: 0, isAsked: false, was: bar.style.cssText, length: bar.offsetWidth };
    bar.classList.add("is-moving");
  }

  function shift(units) {
    if (!moving) return;
    const { bar, edge, width, length } = moving;
    moving.by = units;
    if (edge !== "end") bar.style.transform = `translateX(${units * width}px)`;
    if (edge !== "both") bar.style.width = `${Math.max(SLACK, length + (edge === "end" ? units : -units) * width)}px`;
    bar.dataset.moved = said(units);
    live(bar.dataset.moved);
  }

  function said(units) {
    const { edge, unit } = moving;
    const what = { start: "Start: ", end: "End: ", both: "" }[edge];
    if (!units) return `${what}as it is`;
    const [one, many] = NAMES[unit];
    return `${what}${Math.abs(units)} ${Math.abs(units) === 1 ? one : many} ${units > 0 ? "later" : "earlier"}`;
  }

  function settle() {
    if (!moving) return;
    const { bar, was } = moving;
    bar.classList.remove("is-moving");
    bar.style.cssText = was;
    delete bar.dataset.moved;
    moving = null;
  }

  function drop() {
    if (!moving) return;
    const { bar, edge, by, unit } = moving;
    if (!by) return settle();
    moving.isAsked = true;
    open(address(bar.dataset.move, { edge, by: `${by}${unit}`, seen: bar.dataset.seen || "" }), true);
  }

  function live(text) {
    let region = document.getElementById("calendar-move-live");
    if (!region) {
      region = document.createElement("div");
      region.id = "calendar-move-live";
      region.className = "move-live";
      region.setAttribute("aria-live", "polite");
      document.body.append(region);
    }
    region.textContent = text;
  }

  const isOpen = (bar, edge) => (bar.dataset.open || "").split(" ").includes(edge);
  const isKept = (bar, edge) => (bar.dataset.keep || "").split(" ").includes(edge);
  const canMove = (bar, edge) => edge === "both" ? !(isOpen(bar, "start") && isOpen(bar, "end")) : !isOpen(bar, edge) && !isKept(bar, edge);

  /* Pointer -------------------------------------------------------------------------------------------------- */
  document.addEventListener("pointerdown", (event) => {
    const bar = event.target.closest?.("[data-calendar-grid] [data-move]");
    if (!bar || event.button !== 0 || document.querySelector("dialog[open]")) return;
    const grip = Object.keys(GRIPS).find((name) => event.target.classList.contains(name));
    const edge = grip ? GRIPS[grip] : "both";
    if (!canMove(bar, edge)) return;
    const from = { x: event.clientX, y: event.clientY };
    let dragged = false;
    const onMove = (one) => {
      if (!dragged && Math.hypot(one.clientX - from.x, one.clientY - from.y) < SLACK) return;
      if (!dragged) {
        dragged = true;
        begin(bar, edge);
      }
      if (moving) shift(Math.round((one.clientX - from.x) / moving.width));
    };
    const stop = () => {
      document.removeEventListener("pointermove", onMove);
      document.removeEventListener("pointerup", onUp);
      document.removeEventListener("pointercancel", onCancel);
    };
    const onUp = () => {
      stop();
      if (!dragged) return;
      // The click that follows a drag is not meant for the link inside.
      addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
      drop();
    };
    const onCancel = () => {
      stop();
      settle();
    };
    document.addEventListener("pointermove", onMove);
    document.addEventListener("pointerup", onUp);
    document.addEventListener("pointercancel", onCancel);
  });

  function swallow(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.("[data-calendar-grid] [data-move]")) event.preventDefault();
  });

  /* Keyboard: Alt and an arrow moves, with Shift the end, with Ctrl the start; Enter asks, Escape takes back. -- */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && moving && !document.querySelector("dialog[open]")) {
      live("Taken back.");
      settle();
      event.stopPropagation();
      return;
    }
    const bar = event.target.closest?.("[data-calendar-grid] [data-move]");
    if (!bar) return;
    if (event.key === "Enter" && moving?.bar === bar && moving.by) {
      event.preventDefault();
      event.stopPropagation();
      drop();
      return;
    }
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const edge = event.shiftKey ? "end" : event.ctrlKey ? "start" : "both";
    if (!canMove(bar, edge)) return live("This end cannot be moved.");
    if (moving?.bar !== bar || moving.edge !== edge) begin(bar, edge);
    shift(moving.by + step);
  }, true);

  document.addEventListener("focusout", (event) => {
    const bar = event.target.closest?.("[data-move]");
    // Whoever goes on elsewhere did not ask for it.
    const leaves = bar && moving?.bar === bar && !bar.contains(event.relatedTarget);
    if (leaves && !moving.isAsked && !bar.matches(":active")) settle();
  });

  /* Buttons -------------------------------------------------------------------------------------------------- */
  document.addEventListener("calendar:move", (event) => {
    open(address(event.detail.move, {}), false);
  });

  document.addEventListener("click", (event) => {
    const undo = event.target.closest?.("[data-move-undo]");
    if (undo) return void takeBack(undo.dataset.moveUndo);
    const cancel = event.target.closest?.("dialog [data-move-cancel]");
    if (cancel) {
      event.preventDefault();
      cancel.closest("dialog").close();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("dialog [data-move-form]");
    if (!form) return;
    event.preventDefault();
    send(form, event.submitter);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-move-form]");
    if (form) look(form);
  });
})();
