/** The data source that the variable chooses: no panel has one of its own. */
export const source = { type: "prometheus", uid: `\${datasource}` };
