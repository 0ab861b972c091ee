import { parse } from "yaml";

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The keys of a JSON schema that a YAML document does not use; of the entries of a list each key need be in one of them only. */
export function unusedKeys(schema: Schema, text: string): string[] {
  return unused(schema, [parse(text)], "");
}

function unused(schema: Schema, values: readonly unknown[], path: string): string[] {
  const groups = values.filter((value) => typeof value === "object" && value !== null && !Array.isArray(value)) as Record<
    string,
    unknown
  >[];
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const given = groups.filter((group) => Object.hasOwn(group, key)).map((group) => group[key]);
    return given.length === 0 ? [here] : unused(child, given, here);
  });
  const items = schema.items === undefined ? [] : unused(schema.items, values.filter((value) => Array.isArray(value)).flat(), `${path}[]`);
  const branches = (schema.anyOf ?? []).flatMap((branch) => unused(branch, values, path));
  return [...own, ...items, ...branches];
}
