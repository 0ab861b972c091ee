const BEGIN = "<!-- generated from src/core/detectors: do not edit between these lines -->";
const END = "<!-- end of the generated part -->";

/** The headings of the hand-written part of a page, in their order. */
export const bodyHeadings = ["What it means", "How it was decided", "What to check", "Try it in the lab", "PromQL"] as const;

/** What a person wrote on a page: all after the generated part, or all of it where there is none yet. */
export function bodyOf(page: string): string {
  const end = page.indexOf(END);
  return (end === -1 ? page : page.slice(end + END.length)).trim();
}

/** A page of a new head and a body that is kept. */
export const pageOf = (head: string, body: string): string => `${BEGIN}\n\n${head}\n${END}\n${body === "" ? "" : `\n${body}\n`}`;

/** What is wrong with a body, in words; null: nothing. */
export function bodyProblem(body: string): string | null {
  if (body === "") return "has no hand-written text after its generated part";
  const found = [...body.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
  return found.join("\n") === bodyHeadings.join("\n") ? null : `must have the headings ${bodyHeadings.join(", ")}, and no other`;
}
