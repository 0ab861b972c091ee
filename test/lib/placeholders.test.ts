import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileTemplate, type TemplateProblem } from "../../src/lib/placeholders.ts";

const scope = {
  status: "firing",
  firing: 2,
  empty: "",
  nothing: null,
  no: false,
  alerts: [
    { labels: { vrid: "51", "a key": "odd", "it's": "x" }, addresses: ["192.0.2.100", "192.0.2.101"] },
    { labels: { vrid: "52" }, addresses: [] },
  ],
  quote: '", "injected": "',
  braces: "{{ status }}",
};

function render(text: string): unknown {
  const compiled = compileTemplate({ it: text });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value.render(scope)["it"];
}

const rendered: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ["a text without placeholders stays", "plain } } text", "plain } } text"],
  ["an empty text stays", "", ""],
  ["a placeholder alone keeps a text", "{{status}}", "firing"],
  ["a placeholder alone keeps a number", "{{ firing }}", 2],
  ["a placeholder alone keeps false", "{{ no }}", false],
  ["a placeholder alone keeps a list", "{{ alerts[0].addresses }}", ["192.0.2.100", "192.0.2.101"]],
  ["within a text it becomes text", "{{ firing }} {{status}}, {{no}}", "2 firing, false"],
  ["a blank around it makes it a text", " {{ firing }}", " 2"],
  ["an object within a text is JSON", "is {{ alerts[1] }}", 'is {"labels":{"vrid":"52"},"addresses":[]}'],
  ["what is missing is null", "{{ missing.deeper[3].still }}", null],
  ["what is missing within a text is nothing", "<{{ missing }}{{ nothing }}>", "<>"],
  ["an index beyond the end is missing", "{{ alerts[2].labels }}", null],
  ["a key in quotes", '{{ alerts[0].labels["a key"] }}', "odd"],
  ["a key in quotes with an escape", '{{ alerts[0].labels["it\\u0027s"] }}', "x"],
  ["default for what is missing", '{{ missing | default("x") }}', "x"],
  ["default keeps its type", "{{ missing | default(5) }}", 5],
  ["default of what is there is not used", '{{ empty | default("x") }}', ""],
  ["default of false is not used", "{{ no | default(true) }}", false],
  ["default for null", '{{ nothing | default("x") }}', "x"],
  ["join of a list", '{{ alerts[0].addresses | join(", ") }}', "192.0.2.100, 192.0.2.101"],
  ["join of an empty list", '{{ alerts[1].addresses | join(", ") }}', ""],
  ["join of something else is its text", '{{ firing | join(", ") }}', "2"],
  ["join of what is missing is null, for the default after it", '{{ missing | join(", ") | default("none") }}', "none"],
  ["upper and lower", "{{ status | upper }}{{ status | upper | lower }}", "FIRINGfiring"],
  ["upper of what is missing is null", "{{ missing | upper }}", null],
  ["json of a value", "{{ alerts[0].addresses | json }}", '["192.0.2.100","192.0.2.101"]'],
  ["json of what is missing", "{{ missing | json }}", "null"],
  ["braces are written as a literal", '{{ "{{" }} x {{ "}}" }}', "{{ x }}"],
  ["braces in an argument do not end it", '{{ missing | default("}}") }}', "}}"],
  ["white space is free", "{{\n alerts [ 0 ] . labels . vrid\t|upper }}", "51"],
  ["what is filled in is not read again", "{{ braces }} {{ braces }}", "{{ status }} {{ status }}"],
  ["quotes that are filled in stay within the text", "a{{ quote }}", 'a", "injected": "'],
  ["the prototype is not reached", "{{ alerts.__proto__ }}", null],
  ["the constructor is not reached", "{{ constructor.name }}{{ alerts[0].constructor }}{{ status.constructor }}", ""],
  ["what a list inherits or has besides entries is missing", "{{ alerts.length }}{{ alerts.map }}", ""],
  ["a text has no entries", "{{ status[0] }}", null],
  ["an object has no indexes", "{{ alerts[0][0] }}", null],
];
for (const [what, text, value] of rendered) {
  test(`${what}: ${JSON.stringify(text)}`, () => assert.deepEqual(render(text), value));
}

test("texts at any depth are filled in; keys, numbers and null are left alone", () => {
  const compiled = compileTemplate({ "{{ status }}": [1, null, true, { deep: ["{{ firing }}"] }] });
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.value.render(scope), { "{{ status }}": [1, null, true, { deep: [2] }] });
});

test("a key named __proto__ is a key like any other", () => {
  const compiled = compileTemplate(JSON.parse('{"__proto__": {"admin": "{{ firing }}"}}'));
  assert.ok(compiled.ok);
  const result = compiled.value.render(scope);
  assert.equal(JSON.stringify(result), '{"__proto__":{"admin":2}}');
  assert.equal(result["admin"], undefined);
});

test("only what is an own property of the scope is found, even where it is called __proto__", () => {
  const compiled = compileTemplate({ it: "{{ __proto__.admin }}" });
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.value.render(JSON.parse('{"__proto__": {"admin": 1}}')), { it: 1 });
  assert.deepEqual(compiled.value.render({}), { it: null });
});

test("one template serves many scopes and changes neither them nor the document", () => {
  const document = Object.freeze({ it: "{{ status }}" });
  const compiled = compileTemplate(document);
  assert.ok(compiled.ok);
  assert.deepEqual(compiled.value.render(Object.freeze({ status: 1 })), { it: 1 });
  assert.deepEqual(compiled.value.render(Object.freeze({ status: "b" })), { it: "b" });
});

const broken: readonly (readonly [what: string, text: string, offset: number, message: RegExp])[] = [
  ["it is not closed", "a {{ status", 11, /}} is missing/],
  ["it is not closed after a filter", "{{ status | upper", 17, /}} is missing/],
  ["it is empty", "{{ }}", 3, /is empty/],
  ["it begins with something else", "{{ .status }}", 3, /expected a name/],
  ["nothing follows the dot", "{{ status. }}", 11, /name after the dot/],
  ["an index is negative", "{{ alerts[-1] }}", 9, /expected \[0\] or/],
  ["an index has no end", "{{ alerts[0 }}", 9, /expected \[0\] or/],
  ["a filter is unknown", "{{ status | uper }}", 12, /no filter uper: did you mean upper\?/],
  ["a filter is like none", "{{ status | xyzzy }}", 12, /there are default, join, upper, lower, json/],
  ["a filter is missing", "{{ status | }}", 12, /expected a filter/],
  ["two names follow each other", "{{ status firing }}", 10, /expected \| or }}/],
  ["default has no argument", "{{ status | default }}", 20, /needs an argument/],
  ["the argument is no JSON", "{{ status | default(x) }}", 20, /text in double quotes/],
  ["the argument is not closed", '{{ status | default("x" }}', 24, /expected \)/],
  ["join takes a number", "{{ status | join(1) }}", 12, /join takes a text/],
  ["upper takes an argument", '{{ status | upper("x") }}', 17, /takes no argument/],
  ["an escape is none of JSON's", '{{ status | default("\\x") }}', 20, /as JSON writes it/],
  ["a path is too long", `{{ a${".a".repeat(32)} }}`, 66, /too long/],
  ["it has too many filters", `{{ a${"|upper".repeat(17)} }}`, 101, /too many filters/],
];
for (const [what, text, offset, message] of broken) {
  test(`a problem is told with its place where ${what}: ${JSON.stringify(text.slice(0, 40))}`, () => {
    const compiled = compileTemplate({ list: [0, text] });
    assert.ok(!compiled.ok);
    const [problem, ...others] = compiled.error;
    assert.deepEqual(others, []);
    assert.deepEqual(problem?.path, ["list", 1]);
    assert.equal(problem.offset, offset);
    assert.match(problem.message, message);
  });
}

test("all problems of a document are found, in its order", () => {
  const compiled = compileTemplate({ a: "{{ x | nope }} {{ y }} {{ }}", b: { c: ["{{ ok }}", "{{"] } });
  assert.ok(!compiled.ok);
  const places = compiled.error.map(({ path, offset }: TemplateProblem) => [path.join("."), offset]);
  assert.deepEqual(places, [
    ["a", 7],
    ["a", 26],
    ["b.c.1", 2],
  ]);
});

test("a document that is nested too deeply is refused, and one that is not is taken", () => {
  const nested = (depth: number): Record<string, unknown> => (depth === 1 ? {} : { in: nested(depth - 1) });
  assert.ok(compileTemplate(nested(32)).ok);
  const compiled = compileTemplate(nested(33));
  assert.ok(!compiled.ok);
  assert.match(compiled.error[0]?.message ?? "", /nested too deeply: at most 32 levels/);
  assert.ok(!compileTemplate(nested(5_000)).ok);
});

test("any text compiles or has problems within it, and never throws", () => {
  const piece = fc.constantFrom(
    "{{",
    "}}",
    "|",
    "status",
    "alerts",
    "[0]",
    '["a"]',
    ".",
    "upper",
    'default("x")',
    "join(",
    ")",
    '"',
    "\\",
    " ",
    "x",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const text = pieces.join("");
      const compiled = compileTemplate({ it: text });
      if (compiled.ok) JSON.stringify(compiled.value.render(scope));
      else for (const { offset } of compiled.error) assert.ok(offset >= 0 && offset <= text.length);
    }),
    { numRuns: 500 },
  );
});

test("without braces every text stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      fc.pre(!text.includes("{{"));
      assert.equal(render(text), text);
    }),
    { numRuns: 200 },
  );
});
