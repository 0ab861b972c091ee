// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of keepalived.conf
import assert from "node:assert/strict";
import { posix } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ConfReader } from "../../../src/keepalived/conf/conf-reader.ts";
import { parseConf } from "../../../src/keepalived/conf/parse.ts";
import type { ParsedConf, Statement } from "../../../src/keepalived/conf/statement.ts";
import { err, ok } from "../../../src/lib/result.ts";

const main = "/etc/keepalived/keepalived.conf";

function memory(files: Readonly<Record<string, string>>): ConfReader {
  const all = new Map(Object.entries(files).map(([name, text]) => [posix.resolve("/etc/keepalived", name), text]));
  return {
    read: (path) => {
      const text = all.get(path);
      return text === undefined ? err("absent") : ok(text);
    },
    list: (directory) => {
      const below = [...all.keys()].filter((path) => path.startsWith(posix.join(directory, "/")));
      return [...new Set(below.map((path) => posix.relative(directory, path).split("/")[0] ?? ""))];
    },
  };
}

const parse = (text: string, files: Readonly<Record<string, string>> = {}): ParsedConf =>
  parseConf(main, memory({ [main]: text, ...files }), { configId: "me" });

/** `a b{c{}d}`: what the tree holds, on one line. */
const shape = (statements: readonly Statement[]): string =>
  statements.map(({ words, block }) => `${words.join(" ")}${block === null ? "" : `{${shape(block)}}`}`).join("; ");

const codes = (parsed: ParsedConf): string[] => parsed.problems.map(({ code, line, severity }) => `${severity} ${code} ${line}`);

// The lines of this table were tried with `keepalived -t` of version 2.2.7, which names the words that it does not know.
// It differs in one: a brace in a `${NAME}` that nothing defines opens a block there, and here the name stays a word.
const table: ReadonlyArray<readonly [string, string, string]> = [
  ["a block at the end of the line", "a {\n b 1\n}", "a{b 1}"],
  ["a brace without a blank", "a{\nb}", "a{b}"],
  ["a brace on a line of its own", "a x\n\n# c\n{\n b\n}", "a x{b}"],
  ["a block on one line", "a { b c }", "a{b c}"],
  ["text after the brace", "a { b\n c }\nd", "a{b; c}; d"],
  ["two blocks on one line", "a { b } c { d }", "a{b}; c{d}"],
  ["a comment", "a b # c\n! d\n#e\nf!g", "a b; f"],
  ["no comment within quotes", 'a "b#c !d"#e', "a b#c !d"],
  ["an escaped comment sign", "a x\\#b y\\!c # d", "a x#b y!c"],
  ["single quotes do not protect", "a'b #c'", "a'b"],
  ["quoted parts are joined", 'a"b c"d"e f" g', "ab cde f g"],
  ["a brace in quotes", 'a { b "x}" }', "a{b x}}"],
  ["a condition", "@me a\n@you b\n@^me c\n@^you d\n  @me e", "a; d; e"],
  ["a definition under a condition", "$X=1\n@me $X=2\n@you $X=3\n$X", "2"],
  ["a definition", "$X=a b\n$X\n${X}c\nd_$X e\n$Xa", "a b; a bc; d_a b e; $Xa"],
  ["late binding", "$Y=${Z}_y\n$Z=z\n$Y\n$Z=q\n$Y", "z_y; q_y"],
  ["an indented definition", "  $X=1\n$X", "1"],
  ["no blank before the =", "$X = 1", "$X ******** ********"],
  ["an empty definition", "$E=\na${E}b", "ab"],
  ["a quoted definition", '$Q="a b"\n$Q', "a b"],
  ["an undefined name stays", "a ${U} $U", "a ${U} $U"],
  ["a definition of several lines", "$M= \\\n a 1 \\\n b 2\n$M\nc_${M}", "a 1; b 2; c_a 1; b 2"],
  ["a definition with a block", "$M= \\\n a { \\\n b \\\n }\n$M", "a{b}"],
  ["built-in names", "a_${_PWD} b_${_INSTANCE} c_${_HASH}${_BANG}", "a_/etc/keepalived b_me c_#!"],
  ["no continuation elsewhere", "a \\\nb", "a \\; b"],
  ["a sequence", "~SEQ(N,1,3)a_${N}", "a_1; a_2; a_3"],
  ["a sequence with a step", "~SEQ(N,2,101,105)a_$N", "a_2; a_103"],
  ["a sequence backwards", "~SEQ(N,3,1)a_${N}\n~SEQ(N,5,-2,1)b_${N}", "a_3; a_2; a_1; b_5; b_3; b_1"],
  ["a hexadecimal sequence", "~SEQx(N,9,11)a_${N}\n~SEQ(N,0x9,0xa)b_${N}", "a_9; a_a; a_b; b_9; b_10"],
  ["a sequence in a sequence", "~SEQ(A,1,2)~LST(B,x,y)f_${A}_${B}", "f_1_x; f_1_y; f_2_x; f_2_y"],
  ["a list of several names", "~LST({V,W},{1,2},{3,4})g_${V}_${W}", "g_1_2; g_3_4"],
  ["a sequence over a definition", "$B= \\\n a_${N} \\\n b_${N}\n~SEQ(N,1,2)$B", "a_1; b_1; a_2; b_2"],
  ["a sequence in a definition", "$V=~SEQ(N,1,2)a_${N}\n$V", "a_1; a_2"],
  ["a sequence with a definition", "$E=2\n~SEQ(N,1,${E})a_${N}", "a_1; a_2"],
  ["a sequence not at the start", "a ~SEQ(N,1,2)", "a ~SEQ(N,1,2)"],
  ["Windows line ends", "a {\r\n b\r\n}\r\n", "a{b}"],
];

describe("parseConf", () => {
  for (const [name, text, expected] of table)
    it(name, () => {
      const parsed = parse(text);
      assert.equal(shape(parsed.statements), expected);
      assert.deepEqual(
        parsed.problems.filter(({ severity }) => severity === "error"),
        [],
      );
    });

  it("says where a statement stands", () => {
    const { statements } = parse("a\n\ninclude b.conf\n", { "b.conf": "\nb {\n c\n}" });
    assert.deepEqual(statements, [
      { words: ["a"], file: main, line: 1, block: null },
      {
        words: ["b"],
        file: "/etc/keepalived/b.conf",
        line: 2,
        block: [{ words: ["c"], file: "/etc/keepalived/b.conf", line: 3, block: null }],
      },
    ]);
  });
});

describe("includes", () => {
  const files = { "inc/a.conf": "a", "inc/b.conf": "b\ninclude ../c.conf", "c.conf": "c", "inc/.hidden.conf": "h", "inc/b.txt": "t" };
  const shapes: ReadonlyArray<readonly [string, string]> = [
    ["include inc/a.conf", "a"],
    ["includer inc/a.conf\nincludem c.conf\nincludew c.conf\nincludeb c.conf\nincludea c.conf", "a; c; c; c; c"],
    ["include inc/*.conf", "a; b; c"],
    ["include i?c/[a]*", "a"],
    ["include inc/{a,b}.conf", "a; b; c"],
    ["include /etc/keepalived/inc/a.conf\nx {\n include c.conf\n}", "a; x{c}"],
    ["@me include c.conf", "include c.conf"],
    ["$P=c.conf\ninclude $P", ""],
  ];
  for (const [text, expected] of shapes)
    it(text.split("\n").join(" / "), () => assert.equal(shape(parse(text, files).statements), expected));

  it("warns of what is missing", () => {
    assert.deepEqual(codes(parse("a\ninclude nothing.conf\ninclude none/*.conf")), [
      "warning include_missing 2",
      "warning include_missing 3",
    ]);
  });
  it("names the files and directories that count", () => {
    const { files: read, directories } = parse("include inc/*.conf\ninclude later/x.conf", files);
    assert.deepEqual(read, [
      main,
      "/etc/keepalived/inc/a.conf",
      "/etc/keepalived/inc/b.conf",
      "/etc/keepalived/c.conf",
      "/etc/keepalived/later/x.conf",
    ]);
    assert.deepEqual(directories, ["/etc/keepalived", "/etc/keepalived/inc", "/etc/keepalived/later"]);
  });
});

describe("bounds", () => {
  const deep = (n: number): string => `${"a {\n".repeat(n)}${"}\n".repeat(n)}`;
  const bombs: ReadonlyArray<readonly [string, string, Readonly<Record<string, string>>, string]> = [
    ["an include loop", "include b.conf", { "b.conf": "\ninclude keepalived.conf" }, "error include_loop 2"],
    [
      "includes too deep",
      "include 0.conf",
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.conf`, `include ${i + 1}.conf`])),
      "error include_depth 1",
    ],
    [
      "too many files",
      "include d/*",
      Object.fromEntries(Array.from({ length: 1_100 }, (_, i) => [`d/${i}`, "a"])),
      "error too_many_files 1",
    ],
    ["too many braces in an include", `include ${"{a,b}".repeat(40)}`, {}, "error too_many_files 1"],
    ["too much text", "include x\ninclude x", { x: "# 01234567\n".repeat(600_000) }, "error too_large 2"],
    ["a line that no person wrote", `a\n${"b ".repeat(4_000_000)}`, {}, "error too_large 2"],
    ["braces within braces in an include", `include ${"{a,".repeat(1_020)}${"}".repeat(1_020)}`, {}, "error too_many_files 1"],
    ["an include that is no path", `include ${"{a,".repeat(9_000)}`, {}, "warning include_missing 1"],
    ["names that are never closed", `a ${"${".repeat(30_000)}`, {}, "error block_depth 1"],
    ["a NUL byte", "a\0b", {}, "error not_text 1"],
    ["an open block", "a {\nb {\n}\n", {}, "error missing_brace 1"],
    ["an extra brace", "a {\n}\n}\nb", {}, "error extra_brace 3"],
    ["a brace without a keyword", "{\n}", {}, "error unexpected_brace 1"],
    ["blocks too deep", deep(17), {}, "error block_depth 17"],
    ["too many statements", "a\n".repeat(200_001), {}, "error too_many_statements 200001"],
    ["a sequence too long", "~SEQ(N,1,100000000)a", {}, "error too_many_expansions 1"],
    ["sequences that multiply", `${"~SEQ(N,1,100)".repeat(20)}a`, {}, "error too_many_expansions 1"],
    ["sequences too deep", `${"~SEQ(N,1,1)".repeat(40)}a`, {}, "error too_many_expansions 1"],
    [
      "definitions that multiply",
      `$A0=aaaaaaaaaa\n${Array.from({ length: 30 }, (_, i) => `$A${i + 1}=\${A${i}}\${A${i}}`).join("\n")}\n$A30`,
      {},
      "error too_many_expansions 32",
    ],
    ["a definition of itself", "$A=x ${B}\n$B=y ${A}\n$A", {}, "error recursive_definition 3"],
    ["a bad sequence", "~SEQ(N,1,0,3)a", {}, "error bad_sequence 1"],
    ["an open quote", 'a "b', {}, "warning unterminated_quote 1"],
  ];
  for (const [name, text, files, expected] of bombs)
    it(name, () => {
      const before = performance.now();
      assert.deepEqual(codes(parse(text, files)), [expected]);
      assert.ok(performance.now() - before < 5_000, "takes bounded time");
    });

  it("names the chain of an include loop", () => {
    const { problems } = parse("include b.conf", { "b.conf": "include keepalived.conf" });
    assert.equal(problems[0]?.message, `files include each other: ${main} -> /etc/keepalived/b.conf -> ${main}`);
  });
  it("takes sixteen blocks", () => assert.deepEqual(codes(parse(deep(16))), []));
  it("tells that the main file is absent", () => assert.deepEqual(codes(parseConf("/nowhere", memory({}))), ["error absent 1"]));

  it("never throws", () => {
    const piece = fc.constantFrom(
      "a",
      " ",
      "\n",
      "{",
      "}",
      '"',
      "'",
      "\\",
      "#",
      "!",
      "$",
      "$X=",
      "${X}",
      "$X",
      "~SEQ(X,1,3)",
      "~LST(",
      ",",
      ")",
      "@me ",
      "@^",
      "include ",
      "*",
      "[",
      "auth_pass ",
      "keepalived.conf",
      "\0",
      "\r",
      "ü",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => {
        const parsed = parse(pieces.join(""));
        assert.ok(parsed.problems.length <= 200);
        for (const { line } of parsed.problems) assert.ok(line >= 1);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("passwords", () => {
  const secret = "s3cr3t";
  const places: readonly string[] = [
    `authentication {\n auth_type PASS\n auth_pass ${secret}\n}`,
    `authentication { auth_type PASS auth_pass ${secret} }`,
    `vrrp_instance A { authentication { auth_pass "${secret}" } state MASTER }`,
    `$P=${secret}\nauthentication {\n auth_pass $P\n}`,
    `$P = ${secret}\nauthentication {\n auth_pass $P\n}`,
    `$P="${secret}\nauth_pass $P`,
    `auth_pass "${secret}`,
    `auth_pass\n{ ${secret}\n}`,
    `authentication {\n auth_pass\n ${secret}\n}`,
    `authentication {\n auth_pass a}${secret} ${secret}\n}`,
    `authentication {\n auth_pass a{${secret}}${secret}\n}`,
    `authentication {\n auth_type PASS\n auth_pas ${secret}\n}`,
    `authentication {\n auth_hmac {\n key 1 ${secret}\n active_key 1\n }\n}`,
    `~LST(P,${secret},${secret} x)auth_pass $P`,
    `$P=\${P}${secret}\nauth_pass $P`,
  ];
  for (const text of places)
    it(text.replaceAll(secret, "…").split("\n").join(" / "), () => assert.ok(!JSON.stringify(parse(`${text}\n`)).includes(secret)));

  it("keeps the length", () => {
    const { statements } = parse(`authentication {\n auth_type PASS\n auth_pass ${secret}\n}`);
    assert.equal(shape(statements), "authentication{auth_type PASS; auth_pass ********}");
    assert.equal(statements[0]?.block?.[1]?.secretLength, 6);
  });
});
