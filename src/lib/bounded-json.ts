type Json = Readonly<Record<string, unknown>>;

/** The value, or a note in its place where it has more than `longest` bytes as JSON in UTF-8. */
export function boundedJson(value: Json, longest: number): Json {
  const json = JSON.stringify(value);
  return Buffer.byteLength(json) <= longest ? value : { omitted: `${json.length} characters` };
}
