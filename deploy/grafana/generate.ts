import { writeFileSync } from 'node:fs';
import { files } from './dashboards.ts';

/** Writes the dashboards as Grafana reads them. */
for (const { path, content } of files()) writeFileSync(path, content);
