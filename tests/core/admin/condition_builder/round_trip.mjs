// One document a line in, what the builder makes of it a line out: untouched, after moves, after a change beside it.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { runInThisContext } from "node:vm";

for (const path of process.argv.slice(2)) runInThisContext(readFileSync(path, "utf8"), { filename: path });
const FC = globalThis.FanfareConditions;

function nodes(tree) {
  return tree.of.flatMap((node) => (node.of ? [node, ...nodes(node)] : [node]));
}

function drawn(level, node = level.tree) {
  return node.of ? { join: node.join, of: node.of.map((part) => drawn(level, part)) } : level.rules[node.key].wire;
}

function moved(document, outline, moves) {
  const level = FC.level(document.rules, outline);
  const known = nodes(level.tree);
  for (const [which, direction] of moves) if (known.length) FC.step(level, known[which % known.length], direction);
  return { rules: FC.wireOf(level), drawn: drawn(level) };
}

function added(document, outline) {
  const level = FC.level(document.rules, outline);
  const key = FC.add(level, level.tree, { name: "order.amount", conditions: { $is: [1] } });
  return { rules: FC.wireOf(level), key };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { document, outline, moves } = JSON.parse(line);
  const parts = Object.entries(FC.partStates ?? {}).map(([name, stateOf]) => {
    const touched = stateOf(document[name] ?? null);
    touched.isTouched = true;
    return [name, { untouched: stateOf(document[name] ?? null).read(), touched: touched.read() }];
  });
  process.stdout.write(`${JSON.stringify({
    untouched: FC.wireOf(FC.level(document.rules, outline)),
    moved: outline.kept === null ? moved(document, outline, moves) : null,
    added: outline.kept === null ? added(document, outline) : null,
    parts: Object.fromEntries(parts),
  })}\n`);
}
