// The rules and dashboards of this repository as a Prometheus mixin: docs/prometheus/README.md. It imports generated files (`rules.json` is
// alerts/vrrpwatch.rules.yml), so there is nothing here to be kept equal to them.
{
  _config+:: {
    // What stands before the pages that `runbook_url` names: an agent, which serves them ('http://lb1.example.net:10112/docs/'), or your wiki.
    runbookBase: 'docs/',
  },

  local config = self._config,
  local groups = (import 'rules.json').groups,
  local hasAlerts(group) = std.length([rule for rule in group.rules if 'alert' in rule]) > 0,
  local located(rule) = if 'alert' in rule then rule {
    annotations+: { runbook_url: config.runbookBase + std.substr(super.runbook_url, std.length('docs/'), std.length(super.runbook_url)) },
  } else rule,

  // Whole groups: the rules of one see each other's results at once, so recording rules stay beside the alerts that ask for them.
  prometheusAlerts+:: { groups: [group { rules: [located(rule) for rule in super.rules] } for group in groups if hasAlerts(group)] },
  prometheusRules+:: { groups: [group for group in groups if !hasAlerts(group)] },

  grafanaDashboards+:: {
    'agent-health.json': import '../dashboards/agent-health.json',
    'fleet.json': import '../dashboards/fleet.json',
    'overview.json': import '../dashboards/overview.json',
    'virtual-router.json': import '../dashboards/virtual-router.json',
  },
}
