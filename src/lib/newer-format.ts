/**
 * Whether a stored document says that a later version of the agent wrote it. Never throws.
 * @returns what is wrong with it, for a person; null: it is of this version or an earlier one, or says nothing of that kind
 */
export function newerFormat(document: unknown, known: number): string | null {
  if (typeof document !== "object" || document === null || !("version" in document)) return null;
  const { version } = document;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version <= known) return null;
  return `a newer version of vrrpwatch wrote it (format ${version}, and this one knows ${known})`;
}
