import { shared } from "./labels.ts";

/** Which virtual router, in words. */
export const where =
  "VRID {{ $labels.vrid }} ({{ $labels.family }}{{ with $labels.vlan }}, VLAN {{ . }}{{ end }}{{ with $labels.inner_vlan }}.{{ . }}{{ end }}) on {{ $labels.segment }}";

/**
 * The values of one label of the series of this virtual router, by a query.
 * @param selector the name of the series and the beginning of its matchers: `name{more="…",`
 */
export const listOf = (selector: string, label: string, comparison = ""): string =>
  `{{ range query (printf \`${selector}${shared.map((name) => `${name}=%q`).join(",")}}${comparison}\` ${shared.map((name) => `$labels.${name}`).join(" ")}) | sortByLabel "${label}" }} {{ .Labels.${label} }}{{ end }}`;

/** Of an alert that only Prometheus can raise. */
export const ownPage = (alert: string): string => `docs/prometheus/alerts.md#${alert.toLowerCase()}`;
