export type { Alert, AlertKind } from './alert.ts';
export { type AlertConfig, alertConfig } from './config.ts';
export { type Alerts, type AlertsOptions, openAlerts } from './open-alerts.ts';
