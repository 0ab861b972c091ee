import assert from "node:assert/strict";
import { test } from "node:test";
import { concrete, joined, labelValues, legendOf } from "./grafana.ts";

/** What a regular expression of PromQL matches: the text first loses its own backslashes. */
const matcher = (values: readonly string[]): RegExp => new RegExp(`^(?:${JSON.parse(`"${joined(values)}"`) as string})$`);

test("a chosen value matches itself and nothing else, whatever characters it has", () => {
  for (const value of ["dc1.front+x", "192.0.2.0/24", "eth0.100", "a|b", "(x)", "[::1]:10112", "a\\b", "^$", "{1}*?"]) {
    assert.match(value, matcher([value]));
    assert.match(value, matcher(["other", value]));
  }
  assert.doesNotMatch("dc1-frontx", matcher(["dc1.front+x"]));
  assert.doesNotMatch("eth0x100", matcher(["eth0.100"]));
  assert.doesNotMatch("eth0x100", matcher(["eth0.100", "eth1"]));
});

test("a choice is written as Grafana writes it", () => {
  const ranges = { rate: "1m", range: "1h" };
  const query = 'rate(x{segment=~"$segment", vrid=~"$vrid"}[$__rate_interval])';
  assert.equal(concrete(query, ranges), 'rate(x{segment=~".*", vrid=~".*"}[1m])');
  const choice = { segment: ["dc1.front+x"], vrid: ["51", "60"] };
  assert.equal(concrete(query, ranges, choice), 'rate(x{segment=~"dc1\\\\.front\\\\+x", vrid=~"(51|60)"}[1m])');
});

test("a label that is not there leaves nothing in a legend", () => {
  assert.equal(legendOf("{{vrid}} {{ vlan }}: x", { vrid: "51" }), "51 : x");
});

test("the query of a variable is told from anything else", () => {
  assert.deepEqual(labelValues('label_values(x{a=~"$b", c="d"}, e)'), { series: 'x{a=~"$b", c="d"}', label: "e" });
  assert.deepEqual(labelValues("label_values(x, e)"), { series: "x", label: "e" });
  assert.equal(labelValues("label_values(e)"), null);
  assert.equal(labelValues("query_result(x)"), null);
});
