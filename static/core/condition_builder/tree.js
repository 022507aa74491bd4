/* How conditions are joined: groups of all / any within each other. Nothing here draws; it runs without a page, too.

   A level is {rules: {key: {key, wire, below}}, tree, kept, said, first}. `wire` is the document's own object of the
   condition, which keeps whatever is not drawn; `below` is the level of the conditions within it. A node of the tree
   is {key} or {join: "and" | "or", of: [nodes]}. `kept` is a logic that is no tree, kept as it is; `said` the logic
   of the document and `first` what the tree said when it came: a tree that was not touched says its own text again. */
"use strict";

globalThis.FanfareConditions = (() => {
  const EMPTY = { join: "and", of: [], kept: null };

  /* The document's `rules` with the server's outline of how they are joined. */
  function level(rules, outline = EMPTY) {
    const found = {};
    for (const [key, wire] of Object.entries(rules ?? {})) {
      if (key !== "logic") found[key] = { key, wire, below: null };
    }
    const walk = (node) => {
      if (node.of) return { join: node.join, of: node.of.map(walk) };
      const rule = found[node.key];
      if (isObject(rule.wire)) rule.below = level(rule.wire.rules, node.below ?? EMPTY);
      return { key: node.key };
    };
    const tree = walk({ join: outline.join, of: outline.of });
    return { rules: found, tree, kept: outline.kept, said: rules?.logic, first: logicOf(tree) };
  }

  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  function keysOf(node) {
    return node.of ? node.of.flatMap(keysOf) : [node.key];
  }

  /* "1 and (2 or 3)" */
  function logicOf(node) {
    if (!node.of) return node.key;
    return node.of.filter((part) => keysOf(part).length)
      .map((part) => (part.of && part.of.length > 1 ? `(${logicOf(part)})` : logicOf(part)))
      .join(` ${node.join} `);
  }

  /* The document's `rules` again. */
  function wireOf(found) {
    const keys = keysOf(found.tree);
    if (!keys.length) return found.first === "" && found.said !== undefined ? { logic: found.said } : {};
    const wire = Object.fromEntries(keys.map((key) => {
      const rule = found.rules[key];
      if (!rule.below) return [key, rule.wire];
      const below = wireOf(rule.below);
      const { rules, ...rest } = rule.wire;
      const isThere = rules !== undefined || Object.keys(below).length;
      return [key, isThere ? { ...rest, rules: rules === null && !Object.keys(below).length ? null : below } : rest];
    }));
    const now = logicOf(found.tree);
    const logic = found.kept ?? (now === found.first ? found.said : now);
    return logic === undefined ? wire : { ...wire, logic };
  }

  function nextKey(found) {
    const taken = Object.keys(found.rules).map(Number).filter(Number.isInteger);
    return String(Math.max(0, ...taken) + 1);
  }

  /* A new condition at the end of a group; its key. */
  function add(found, group, wire) {
    const key = nextKey(found);
    found.rules[key] = { key, wire, below: level({}) };
    group.of.push({ key });
    return key;
  }

  /* The group that holds a node, and the node's place in it; null for the outermost group. */
  function placeOf(tree, node) {
    const at = tree.of.indexOf(node);
    if (at >= 0) return { group: tree, at };
    for (const part of tree.of) {
      const found = part.of ? placeOf(part, node) : null;
      if (found) return found;
    }
    return null;
  }

  function holds(node, other) {
    return node === other || Boolean(node.of?.some((part) => holds(part, other)));
  }

  function takeOut(found, node) {
    const { group, at } = placeOf(found.tree, node);
    group.of.splice(at, 1);
    for (const key of keysOf(node)) delete found.rules[key];
  }

  /* Puts a node before the `at`-th part of a group; whether anything changed. */
  function put(found, node, group, at) {
    if (holds(node, group)) return false;
    const from = placeOf(found.tree, node);
    const isSame = from.group === group;
    const to = isSame && from.at < at ? at - 1 : at;
    if (isSame && to === from.at) return false;
    from.group.of.splice(from.at, 1);
    group.of.splice(to, 0, node);
    renumber(found);
    return true;
  }

  /* One step in the order of reading, into and out of groups on the way; whether there was one. */
  function step(found, node, direction) {
    const { group, at } = placeOf(found.tree, node);
    const next = group.of[at + direction];
    if (next?.of) return put(found, node, next, direction > 0 ? 0 : next.of.length);
    if (next) return put(found, node, group, direction > 0 ? at + 2 : at - 1);
    const outer = placeOf(found.tree, group);
    return outer ? put(found, node, outer.group, direction > 0 ? outer.at + 1 : outer.at) : false;
  }

  /* The first condition that fails is the one that customers read about, in the order of keys: what stands first has
     the first key. Keys that are no numbers stay. */
  function renumber(found) {
    const keys = keysOf(found.tree);
    if (!keys.every((key) => /^\d{1,9}$/.test(key))) return;
    const sorted = [...keys].sort((a, b) => Number(a) - Number(b));
    const wanted = Object.fromEntries(keys.map((key, at) => [key, sorted[at]]));
    const walk = (node) => {
      if (node.of) node.of.forEach(walk);
      else node.key = wanted[node.key];
    };
    walk(found.tree);
    found.rules = Object.fromEntries(Object.values(found.rules).filter((rule) => wanted[rule.key])
      .map((rule) => [wanted[rule.key], { ...rule, key: wanted[rule.key] }]));
  }

  return { level, isObject, keysOf, logicOf, wireOf, add, placeOf, holds, takeOut, put, step };
})();
