import { inspect } from "node:util";

/** A reporter for `node --test`: one JSON line for each test that ended and for each diagnostic, on stdout. */
// biome-ignore lint/style/noDefaultExport: node takes a reporter from the default export.
export default async function* reporter(source) {
  for await (const { type, data } of source) {
    if (type === "test:pass" || type === "test:fail") {
      const { error, duration_ms: ms, type: kind } = data.details;
      const line = {
        type: type.slice(5),
        kind,
        name: data.name,
        nesting: data.nesting,
        file: data.file,
        ms,
        skip: data.skip,
        todo: data.todo,
      };
      yield `${JSON.stringify(error ? { ...line, error: inspect(error.cause ?? error) } : line)}\n`;
    } else if (type === "test:diagnostic" && data.file !== undefined) {
      yield `${JSON.stringify({ type: "diagnostic", file: data.file, message: data.message })}\n`;
    } else if (type === "test:stderr" || type === "test:stdout") {
      yield `${JSON.stringify({ type: "output", message: data.message })}\n`;
    }
  }
}
