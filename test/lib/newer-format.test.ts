import assert from "node:assert/strict";
import { test } from "node:test";
import { newerFormat } from "../../src/lib/newer-format.ts";

test("a later format is said with both numbers", () => {
  assert.equal(newerFormat({ version: 3 }, 2), "a newer version of vrrpwatch wrote it (format 3, and this one knows 2)");
});

test("what is of this format or an earlier one, or no number at all, is not called newer", () => {
  for (const document of [{ version: 2 }, { version: 1 }, { version: "3" }, { version: 2.5 }, { version: null }, {}, [], null, "3", 3])
    assert.equal(newerFormat(document, 2), null, JSON.stringify(document));
});
