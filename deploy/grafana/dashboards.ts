import { join } from 'node:path';
import { actions } from './actions.ts';
import { deadLetters } from './dead-letters.ts';
import { flow } from './flow.ts';
import { flows } from './flows.ts';
import { outsideSystems } from './outside-systems.ts';
import type { Dashboard } from './panel.ts';
import { render } from './render.ts';
import { service } from './service.ts';

export const dashboards: readonly Dashboard[] = [flow, service, flows, actions, outsideSystems, deadLetters];

/** The files that Grafana reads, and what belongs into them. */
export const files = (): { path: string; content: string }[] =>
  dashboards.map((dashboard) => ({
    path: join(import.meta.dirname, 'dashboards', `${dashboard.uid}.json`),
    content: `${JSON.stringify(render(dashboard), null, 2)}\n`,
  }));
