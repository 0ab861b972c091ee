/** Where a dashboard is found in Grafana, and in this repository: `dashboards/<file>.json`. Links name the uid, so it never changes. */
export interface DashboardName {
  readonly uid: string;
  readonly file: string;
  readonly title: string;
}

export const overviewName: DashboardName = { uid: "vrrpwatch-overview", file: "overview", title: "VRRP / Overview" };
export const routerName: DashboardName = { uid: "vrrpwatch-virtual-router", file: "virtual-router", title: "VRRP / Virtual router" };
export const fleetName: DashboardName = { uid: "vrrpwatch-fleet", file: "fleet", title: "VRRP / Fleet" };
export const agentName: DashboardName = { uid: "vrrpwatch-agent-health", file: "agent-health", title: "VRRP / Agent health" };

export const dashboardNames: readonly DashboardName[] = [overviewName, routerName, fleetName, agentName];
