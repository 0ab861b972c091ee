import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Link, LinkChange } from "../../src/lib/link.ts";
import { LinkTable } from "../../src/netlink/link-table.ts";
import { link } from "../helpers/link.ts";

const present = (one: Link) => ({ kind: "present", link: one }) as const;
const brief = (changes: readonly LinkChange[]): string[] => changes.map(({ kind, link: { index, name } }) => `${kind} ${index} ${name}`);

test("a device appears, changes, is renamed and goes", () => {
  const table = new LinkTable();
  assert.deepEqual(brief(table.apply([present(link(2, "eth0"))])), ["added 2 eth0"]);
  assert.deepEqual(brief(table.apply([present(link(2, "eth0"))])), []);
  assert.deepEqual(brief(table.apply([present(link(2, "eth0", { up: false }))])), ["changed 2 eth0"]);
  assert.deepEqual(brief(table.apply([present(link(2, "lan0", { up: false }))])), ["renamed 2 lan0"]);
  assert.deepEqual([table.byName("eth0"), table.byName("lan0")?.index], [undefined, 2]);
  assert.deepEqual(brief(table.apply([{ kind: "absent", index: 2 }])), ["removed 2 lan0"]);
  assert.deepEqual(brief(table.apply([{ kind: "absent", index: 2 }])), []);
  assert.equal(table.byName("lan0"), undefined);
});

test("a dump tells the difference: a device that was made anew is removed first, then added", () => {
  const table = new LinkTable([link(1, "lo"), link(2, "eth0")]);
  assert.deepEqual(brief(table.replace([link(1, "lo"), link(5, "eth0")])), ["removed 2 eth0", "added 5 eth0"]);
  assert.equal(table.byName("eth0")?.index, 5);
});

test("two devices that swapped their names are both found by them", () => {
  const table = new LinkTable([link(2, "a"), link(3, "b")]);
  assert.deepEqual(brief(table.replace([link(2, "b"), link(3, "a")])), ["renamed 2 b", "renamed 3 a"]);
  assert.deepEqual([table.byName("a")?.index, table.byName("b")?.index], [3, 2]);
});

test("subscribers hear of changes only, and no more once they left", () => {
  const table = new LinkTable();
  const heard: string[] = [];
  const leave = table.subscribe((changes) => heard.push(...brief(changes)));
  table.apply([present(link(2, "eth0"))]);
  table.apply([present(link(2, "eth0"))]);
  leave();
  table.apply([{ kind: "absent", index: 2 }]);
  assert.deepEqual(heard, ["added 2 eth0"]);
});

test("after any history a dump makes the table equal to it", () => {
  const some = fc.uniqueArray(
    fc.record({ index: fc.integer({ min: 1, max: 6 }), name: fc.constantFrom("a", "b", "c", "d", "e", "f"), up: fc.boolean() }),
    {
      selector: (one) => one.index,
    },
  );
  const unique = some.filter((all) => new Set(all.map((one) => one.name)).size === all.length);
  fc.assert(
    fc.property(fc.array(unique, { maxLength: 5 }), (dumps) => {
      const table = new LinkTable();
      for (const dump of dumps) {
        const links = dump.map(({ index, name, up }) => link(index, name, { up }));
        table.replace(links);
        const byIndex = (a: Link, b: Link): number => a.index - b.index;
        assert.deepEqual([...table.all()].sort(byIndex), [...links].sort(byIndex));
        for (const one of links) assert.deepEqual(table.byName(one.name), one);
      }
    }),
  );
});
