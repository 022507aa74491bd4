/* The handle of a row or group: dragged with mouse or finger, moved by the arrow keys. */
"use strict";

(() => {
  const FC = globalThis.FanfareConditions;
  const { el, holds, placeOf, put, step } = FC;
  const SIDEWAYS = 0.4; // how much a way to the side counts against one up or down
  const FAR = 4; // pixels before a press is a drag

  function handle(view, node) {
    const what = node.of ? "group" : "condition";
    const made = el("button", {
      type: "button", class: "rb-icon rb-handle", title: "Drag, or move with the arrow keys",
      "aria-label": `Move this ${what}: arrow up and arrow down`, "aria-keyshortcuts": "ArrowUp ArrowDown",
    }, el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, "drag_indicator"));
    made.node = node;
    made.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!direction) return;
      event.preventDefault();
      arrange(view, node, () => step(view.found, node, direction));
    });
    made.addEventListener("pointerdown", (event) => {
      if (event.button === 0) drag(view, node, made, event);
    });
    return made;
  }

  function arrange(view, node, change) {
    view.page.remember();
    if (!change()) {
      view.page.forget();
      view.page.say("It cannot be moved further.");
      return;
    }
    view.arranged();
    [...view.root.querySelectorAll(".rb-handle")].find((each) => each.node === node)?.focus();
    const { group, at } = placeOf(view.found.tree, node);
    const inside = group === view.found.tree ? "" : group.join === "and" ? " in the group “all of these”" : " in the group “at least one of these”";
    view.page.say(`Moved to place ${at + 1} of ${group.of.length}${inside}.`);
  }

  /* Every place between the parts of every group: where it is on the page, and what it means. */
  function places(view, node) {
    const found = [];
    for (const group of view.root.querySelectorAll(".rb-group")) {
      if (group.closest(".rb-level") !== view.root || holds(node, group.node)) continue;
      const left = group.getBoundingClientRect().left;
      const items = [...group.querySelectorAll(":scope > .rb-item")];
      const width = group.getBoundingClientRect().width;
      items.forEach((item, at) => found.push({ group: group.node, at, y: item.getBoundingClientRect().top, left, width }));
      const end = items.length ? items.at(-1).getBoundingClientRect().bottom
        : group.querySelector(":scope > .rb-foot").getBoundingClientRect().top;
      found.push({ group: group.node, at: items.length, y: end, left, width });
    }
    return found;
  }

  function nearest(found, x, y) {
    const far = (place) => Math.abs(place.y - y) + SIDEWAYS * Math.abs(place.left - x);
    return found.reduce((best, place) => (best && far(best) <= far(place) ? best : place), null);
  }

  function drag(view, node, made, start) {
    const { root } = view;
    const mark = el("div", { class: "rb-drop", "aria-hidden": "true" });
    let target = null;
    const item = made.closest(".rb-item");
    const move = (event) => {
      if (!target && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < FAR) return;
      target = nearest(places(view, node), event.clientX, event.clientY);
      if (!target) return;
      const base = root.getBoundingClientRect();
      item.classList.add("rb-dragged");
      mark.style.top = `${target.y - base.top}px`;
      mark.style.left = `${target.left - base.left}px`;
      mark.style.width = `${target.width}px`;
      root.append(mark);
    };
    const stop = (isDone) => {
      made.removeEventListener("pointermove", move);
      made.removeEventListener("pointerup", drop);
      made.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", escape, true);
      item.classList.remove("rb-dragged");
      mark.remove();
      if (isDone && target) arrange(view, node, () => put(view.found, node, target.group, target.at));
    };
    const drop = () => stop(true);
    const cancel = () => stop(false);
    const escape = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      stop(false);
    };
    made.setPointerCapture(start.pointerId);
    made.addEventListener("pointermove", move);
    made.addEventListener("pointerup", drop);
    made.addEventListener("pointercancel", cancel);
    document.addEventListener("keydown", escape, true);
  }

  Object.assign(FC, { handle });
})();
