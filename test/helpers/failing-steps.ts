import { type DurableSteps, nodeSteps } from "../../src/lib/durable-file.ts";

/** Steps of which one fails until it is told otherwise. */
export function failing(step: keyof DurableSteps, code: string): { readonly steps: DurableSteps; heal: () => void } {
  let ill = true;
  return {
    steps: {
      ...nodeSteps,
      [step]: (...args: [string, string]) => (ill ? Promise.reject(Object.assign(new Error(code), { code })) : nodeSteps[step](...args)),
    },
    heal: () => {
      ill = false;
    },
  };
}
